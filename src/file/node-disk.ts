import {
  close as closeFd,
  fdatasync,
  open as openFd,
  readFileSync,
  write as writeFd,
} from 'node:fs';
import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf, type Disk, type DiskFile, ifThere } from './disk.ts';
import { answers, showLife } from './life.ts';
import { inParts } from './parts.ts';

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

/** The file system of this machine. */
export const nodeDisk: Disk = {
  makeFolder: (path) => fs.mkdir(path, { recursive: true }),
  names: (folder) => fs.readdir(folder),
  read,
  create: async (path) => new NodeFile(await openAs(path, 'wx')),
  open: async (path) => new NodeFile(await openAs(path, 'r+')),
  link: (path, name) => fs.link(path, name),
  rename: (path, name) => fs.rename(path, name),
  remove: async (path) => void (await ifThere(fs.unlink(path))),
  syncFolder,
  says,
  showLife,
  answers,
  later: (call, delayMs) => void setTimeout(call, delayMs).unref(),
};

class NodeFile implements DiskFile {
  readonly #fd: number;
  #closed: Promise<void> | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    const { length } = bytes;
    const done = await inParts(length, async (from, most) => {
      const { bytesWritten } = await writeTo(this.#fd, bytes, from, most, at + from);
      return bytesWritten;
    });
    // A disk that fills up takes less than it is given; asked again it says what is wrong.
    if (done < length) throw new Error(`wrote ${done} of ${length} bytes`);
  }

  sync(): Promise<void> {
    return syncData(this.#fd);
  }

  close(): Promise<void> {
    this.#closed ??= closeFile(this.#fd);
    return this.#closed;
  }
}

async function read(path: string, from = 0, most = Infinity): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await fs.open(path, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = new Uint8Array(Math.max(0, Math.min(size - from, most)));
    const done = await inParts(bytes.length, async (at, length) => {
      const { bytesRead } = await handle.read(bytes, at, length, from + at);
      return bytesRead;
    });
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

function says(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'latin1') === text;
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return false;
    throw fault;
  }
}
