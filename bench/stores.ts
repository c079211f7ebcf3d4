import { Buffer } from 'node:buffer';
import { ClassicLevel } from 'classic-level';
import { open } from 'lmdb';

/** A store that takes records one by one, and answers for each when it is on the disk. */
export interface Store {
  put(index: number, record: Uint8Array): Promise<unknown>;
  close(): Promise<void>;
}

/** Stores that others have made, in a folder each. */
export const STORES: Readonly<Record<string, (folder: string) => Promise<Store>>> = {
  lmdb: async (path) => {
    // Else it answers before what it has written is synced.
    const db = open<Buffer, number>({ path, encoding: 'binary', overlappingSync: false });
    return {
      put: (index, record) => db.put(index, Buffer.from(record)),
      close: () => db.close(),
    };
  },
  classicLevel: async (path) => {
    const encodings = { keyEncoding: 'buffer', valueEncoding: 'view' } as const;
    const db = new ClassicLevel<Buffer, Uint8Array>(path, encodings);
    await db.open();
    return {
      put: (index, record) => {
        const key = Buffer.alloc(4);
        key.writeUInt32BE(index);
        return db.put(key, record, { sync: true });
      },
      close: () => db.close(),
    };
  },
};
