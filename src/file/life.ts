import { randomBytes } from 'node:crypto';
import { rename, symlink, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { codeOf, ifThere, type SignOfLife } from './disk.ts';

/** Addresses of sockets may not be longer than this on any system: 104 bytes on macOS, with the zero behind. */
const LONGEST_ADDRESS = 103;
/** What asking leads to where nobody listens: no socket, one of a process that has died, a file that is none. */
const DEAD = ['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'];

/** A socket that listens: the kernel closes it with the process, and no other can be taken for it. */
export async function showLife(folder: string): Promise<SignOfLife> {
  const name = `life-${randomBytes(8).toString('hex')}.sock`;
  const server = createServer((socket) => socket.destroy());
  const listening = (address: string): Promise<void> =>
    new Promise((done, failed) => {
      server.once('error', failed);
      server.listen(address, done);
    });
  const close = async (): Promise<void> => {
    await ifThere(unlink(join(folder, name)));
    await new Promise((closed) => server.close(closed));
  };
  server.unref();
  const draft = `${name}.draft`;
  try {
    if (isWindows) await listening(pipeOf(name));
    else {
      // Under another name at first: whatever has the right one and refuses to answer is dead, not just about to listen.
      await atAddress(folder, draft, listening);
      await rename(join(folder, draft), join(folder, name));
    }
  } catch (fault) {
    server.close();
    await ifThere(unlink(join(folder, draft))).catch(() => {});
    throw fault;
  }
  // Somebody who asks and is gone at once is no reason to stop a market.
  server.on('error', () => {});
  return { name, close };
}

/** Whether who made a sign of life still listens. */
export function answers(folder: string, name: string): Promise<boolean> {
  return isWindows ? isListening(pipeOf(name)) : atAddress(folder, name, isListening);
}

const isWindows = process.platform === 'win32';
const pipeOf = (name: string): string => `\\\\.\\pipe\\wattbook-${name}`;

function isListening(address: string): Promise<boolean> {
  return new Promise((told) => {
    const socket = connect(address);
    const tell = (isAlive: boolean): void => {
      socket.destroy();
      told(isAlive);
    };
    socket.once('connect', () => tell(true));
    // Whoever may not ask, or finds too many asking, has found somebody.
    socket.once('error', (fault) => tell(!DEAD.includes(String(codeOf(fault)))));
  });
}

/** Calls with an address of a socket in a folder: in a deep one by way of a link that is there for so long. */
async function atAddress<T>(
  folder: string,
  name: string,
  call: (address: string) => Promise<T>,
): Promise<T> {
  const isShort = (path: string): boolean => Buffer.byteLength(path) <= LONGEST_ADDRESS;
  if (isShort(join(folder, name))) return call(join(folder, name));
  const link = join(tmpdir(), `wb-${randomBytes(6).toString('hex')}`);
  if (!isShort(join(link, name))) {
    throw new Error(`${folder} and ${tmpdir()} are both too long for the address of a socket`);
  }
  await symlink(resolve(folder), link);
  try {
    return await call(join(link, name));
  } finally {
    await unlink(link);
  }
}
