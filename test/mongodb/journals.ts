import type { Db } from 'mongodb';
import { COLLECTIONS, type CollectionName } from '../../src/mongodb/documents.ts';
import { mongoStorage } from '../../src/mongodb/index.ts';
import type { StorageAdapter } from '../../src/storage/contract.ts';
import { frameOf } from '../../src/storage/frame.ts';
import { sha256 } from '../../src/core/sha256.ts';

/** Stores the frames of a journal in a database, under one writer after another as they stand in it. */
export async function copied(from: StorageAdapter, db: Db): Promise<StorageAdapter> {
  const storage = mongoStorage({ db, leaseMs: 100, pollMs: 5 });
  const writer = await storage.open({ takeOver: false });
  for await (const bytes of from.read(0)) {
    await writer.append(frameOf(new Uint8Array(bytes), sha256));
  }
  await writer.close();
  return storage;
}

/** All documents of the read models, by collection, in the order of their ids; not of which rebuild they are. */
export async function allDocuments(db: Db): Promise<Record<CollectionName, object[]>> {
  const found = COLLECTIONS.map(async (name) => {
    const documents = await db
      .collection(`wattbook_${name}`)
      .find({}, { sort: { _id: 1 }, projection: { generation: 0 } })
      .toArray();
    return [name, documents] as const;
  });
  return Object.fromEntries(await Promise.all(found)) as Record<CollectionName, object[]>;
}
