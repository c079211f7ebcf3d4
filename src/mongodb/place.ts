import type { Db } from 'mongodb';
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
/** @throws TypeError, RangeError */
export function placeOf({ db, prefix = 'wattbook_', timeoutMs = 20_000 }: MongoOptions): Place {
  objectArgument(db, 'db');
  if (typeof db.collection !== 'function') {
    throw new TypeError(`db must be a Db of the mongodb driver, got ${shown(db)}`);
  }
  if (prefix !== '') idArgument(prefix, 'prefix');
  return { db, prefix, timeoutMs: integerArgument(timeoutMs, 'timeoutMs', 100, HOUR_MS) };
}
