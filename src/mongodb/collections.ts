import type { Collection, CollectionOptions, Db } from 'mongodb';
import { shown } from '../core/decimal.ts';
import { idArgument, integerArgument, objectArgument } from '../core/arguments.ts';

/** Where the journal and the read models are, and how long the server may take. */
export interface MongoOptions {
  /** A database of the official driver. What the library does in it does not depend on its concerns and preferences. */
  readonly db: Db;
  /** What the names of all collections begin with; another market needs another prefix. Default `wattbook_`. */
  readonly prefix?: string;
  /**
   * How long one call may take in all, lost answers, elections and repetitions included, from 100 to 3,600,000 ms. Default 20,000 ms:
   * less than an exchange waits for its storage.
   */
  readonly timeoutMs?: number;
}

/** `MongoOptions` with everything set. */
export interface Place {
  readonly db: Db;
  readonly prefix: string;
  readonly timeoutMs: number;
}

/** Options of every kind of use. */
export const MONGO_OPTIONS: readonly (keyof MongoOptions)[] = ['db', 'prefix', 'timeoutMs'];
const HOUR_MS = 3_600_000;
/** How many attempts fit into the time of a call: a lost answer must not take all of it. */
const ATTEMPTS = 4;
/** What is acknowledged has been journaled by a majority: it survives every failure that leaves one. */
export const MAJORITY = { w: 'majority', journal: true } as const;

/** @throws TypeError, RangeError */
export function placeOf({ db, prefix = 'wattbook_', timeoutMs = 20_000 }: MongoOptions): Place {
  objectArgument(db, 'db');
  if (typeof db.collection !== 'function') {
    throw new TypeError(`db must be a Db of the mongodb driver, got ${shown(db)}`);
  }
  if (prefix !== '') idArgument(prefix, 'prefix');
  return { db, prefix, timeoutMs: integerArgument(timeoutMs, 'timeoutMs', 100, HOUR_MS) };
}

/**
 * A collection whose every write is acknowledged by a majority that has it in its journals, and whose every read is of such writes alone. How the database
 * of the user is set has no say in it, nor in how numbers and bytes come back.
 */
export function collectionOf<T extends object>(
  { db, prefix, timeoutMs }: Place,
  name: string,
): Collection<T> {
  return db.collection<T>(prefix + name, {
    ...READING,
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    writeConcern: MAJORITY,
    timeoutMS: Math.ceil(timeoutMs / ATTEMPTS),
  });
}

/** Numbers are numbers and bytes are bytes, whatever the user has set. */
const READING: CollectionOptions = {
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: true,
  useBigInt64: false,
  raw: false,
  ignoreUndefined: false,
  serializeFunctions: false,
};
