import { adapterOf } from '../storage/adapter.ts';
import type { StorageAdapter } from '../storage/contract.ts';
import { Journal } from './journal.ts';
import { type MongoOptions, placeOf } from './place.ts';
import { Snapshots } from './snapshots.ts';
import { claimJournal } from './writer.ts';

/**
 * A journal in a MongoDB database, one document per frame: docs/mongodb.md describes the collections. What an append has resolved for has been
 * journaled by a majority of the replica set. An answer that is lost is looked for by reading back; a writer that was taken over finds its place taken.
 * @throws TypeError, RangeError
 */
export function mongoStorage(options: MongoOptions): StorageAdapter {
  const place = placeOf(options);
  const journal = new Journal(place);
  const snapshots = new Snapshots(place);
  return adapterOf('durable', {
    open: (takeOver) => claimJournal(journal, snapshots, takeOver, place),
    read: (afterSequence) => journal.read(afterSequence),
    follow: (afterSequence, signal) => journal.follow(afterSequence, signal),
    latestSnapshot: (notAfter) => snapshots.latest(notAfter),
  });
}
