import { randomBytes } from 'node:crypto';
import { close as closeFd, existsSync, fdatasync, open as openFd, write as writeFd } from 'node:fs';
import * as fs from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, type Disk, type DiskFile, ifThere, type SignOfLife } from './disk.ts';

const openAs = promisify(openFd) as (path: string, flags: string) => Promise<number>;
const writeTo = promisify(writeFd) as unknown as (
  fd: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  at: number,
) => Promise<{ readonly bytesWritten: number }>;
const syncData = promisify(fdatasync);
const closeFile = promisify(closeFd);

/** Addresses of sockets may not be longer than this on any system: 104 bytes on macOS, with the zero behind. */
const LONGEST_ADDRESS = 103;

/** The file system of this machine. */
export const nodeDisk: Disk = {
  makeFolder: async (path) => void (await fs.mkdir(path, { recursive: true })),
  names: (folder) => fs.readdir(folder),
  read,
  create: async (path) => new NodeFile(await openAs(path, 'wx')),
  open: async (path) => new NodeFile(await openAs(path, 'r+')),
  link: (path, name) => fs.link(path, name),
  rename: (path, name) => fs.rename(path, name),
  remove: async (path) => void (await ifThere(fs.unlink(path))),
  syncFolder,
  exists: existsSync,
  showLife,
  answers,
};

class NodeFile implements DiskFile {
  readonly #fd: number;
  #closed: Promise<void> | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done;
      const { bytesWritten } = await writeTo(this.#fd, bytes, done, rest, at + done);
      // A disk that fills up takes less than it is given; asked again it says what is wrong.
      if (bytesWritten === 0) throw new Error(`wrote ${done} of ${bytes.length} bytes`);
      done += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return syncData(this.#fd);
  }

  close(): Promise<void> {
    this.#closed ??= closeFile(this.#fd);
    return this.#closed;
  }
}

async function read(path: string, most?: number): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await fs.open(path, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(Math.min(size, most ?? size));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and keeps their names by itself.
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A socket that listens: the kernel closes it with the process, and no other can be taken for it. */
async function showLife(folder: string): Promise<SignOfLife> {
  const name = `life-${randomBytes(8).toString('hex')}.sock`;
  const inside = join(resolve(folder), name);
  const isShort = Buffer.byteLength(inside) <= LONGEST_ADDRESS;
  const file = isShort ? inside : join(tmpdir(), `wattbook-${name}`);
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\wattbook-${name}` : file;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(address, listening);
  });
  // Somebody who asks and is gone at once is no reason to stop a market.
  server.on('error', () => {});
  server.unref();
  return { address, close: () => new Promise((closed) => server.close(() => closed())) };
}

function answers(address: string): Promise<boolean> {
  return new Promise((told) => {
    const socket = connect(address);
    const tell = (isAlive: boolean): void => {
      socket.destroy();
      told(isAlive);
    };
    socket.once('connect', () => tell(true));
    // Whoever may not ask, or finds too many asking, has found somebody.
    socket.once('error', (fault) =>
      tell(!['ENOENT', 'ECONNREFUSED'].includes(String(codeOf(fault)))),
    );
  });
}
