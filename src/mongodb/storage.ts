import { integerArgument, objectArgument } from '../core/arguments.ts';
import { adapterOf } from '../storage/adapter.ts';
import type { StorageAdapter } from '../storage/contract.ts';
import { MONGO_OPTIONS, type MongoOptions, placeOf } from './place.ts';
import { Journal } from './journal.ts';
import { Snapshots } from './snapshots.ts';
import { openWriter } from './writer.ts';

/** How a journal is kept in MongoDB. */
export interface MongoStorageOptions extends MongoOptions {
  /**
   * After this time without a sign of life a writer is taken for dead, from 100 to 600,000 ms; who opens without `takeOver` waits as long behind one that
   * has been killed. Default 5,000 ms. No clock decides who may write: that does the journal itself.
   */
  readonly leaseMs?: number;
  /** How often a follower looks for new frames where the server has no change streams, from 1 to 60,000 ms. Default 100 ms. */
  readonly pollMs?: number;
}

/**
 * A journal in a MongoDB database, one document per frame: docs/mongodb.md describes the collections. What an append has resolved for has been
 * journaled by a majority of the replica set. An answer that is lost is looked for by reading back; a writer that was taken over finds its place taken.
 * @throws TypeError, RangeError
 */
export function mongoStorage(options: MongoStorageOptions): StorageAdapter {
  objectArgument(options, 'options', [...MONGO_OPTIONS, 'leaseMs', 'pollMs']);
  const place = placeOf(options);
  const leaseMs = integerArgument(options.leaseMs ?? 5_000, 'leaseMs', 100, 600_000);
  const pollMs = integerArgument(options.pollMs ?? 100, 'pollMs', 1, 60_000);
  const journal = new Journal(place, pollMs);
  const snapshots = new Snapshots(place);
  const settings = { timeoutMs: place.timeoutMs, leaseMs };
  return adapterOf('durable', {
    open: (takeOver) => openWriter(journal, snapshots, takeOver, settings),
    read: (afterSequence) => journal.read(afterSequence),
    follow: (afterSequence, signal) => journal.follow(afterSequence, signal),
    latestSnapshot: (notAfter) => snapshots.latest(notAfter),
  });
}
