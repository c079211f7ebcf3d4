import { type Db, MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { sha256 } from '../../src/core/sha256.ts';
import type { JournalEnd } from '../../src/index.ts';
import { encodeFrame, type Frame, NO_FRAME } from '../../src/storage/frame.ts';
import { type Fault, type Proxy, type Request, startProxy } from './proxy.ts';

/** The end of a journal without frames. */
export const NOWHERE: JournalEnd = { sequence: 0, hash: NO_FRAME };
export const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A frame of one command behind an end. */
export function frameBehind({ sequence, hash }: JournalEnd, epoch: number, size = 40): Frame {
  return encodeFrame(new Uint8Array(size), 1, sequence + 1, epoch, hash, sha256);
}

/** The same database over a wire that can break. */
export async function through(
  url: string,
  db: Db,
  work: (db: Db, proxy: Proxy, client: MongoClient) => Promise<void>,
): Promise<void> {
  const { hostname: host, port } = new URL(url);
  const proxy = await startProxy({ target: { host, port: Number(port) } });
  const client = new MongoClient(proxy.url);
  try {
    await work(client.db(db.databaseName), proxy, client);
  } finally {
    await client.close();
    await proxy.close();
  }
}
/** The same, of the server for everything. */
export const throughProxy = (
  db: Db,
  work: (db: Db, proxy: Proxy, client: MongoClient) => Promise<void>,
) => through(inject('mongodbUrl'), db, work);

/** A fault for the first so many commands on a collection. */
export function first(
  command: string,
  collection: string | undefined,
  fault: Fault,
  count = 1,
): (request: Request) => Fault | undefined {
  let left = count;
  return (request) => {
    const isIt =
      request.command === command &&
      (collection === undefined ||
        request.body['collection'] === collection ||
        request.collection === collection);
    return isIt && left-- > 0 ? fault : undefined;
  };
}
