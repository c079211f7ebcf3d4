import type { Db } from 'mongodb';
import { integerArgument, objectArgument } from '../core/arguments.ts';
import { shown } from '../core/decimal.ts';

/** Where the journal and the read models are, and how long things may take. */
export interface MongoOptions {
  /** A database of the official driver. What the library does in it does not depend on its concerns and preferences. */
  readonly db: Db;
  /** What the names of all collections begin with; another market needs another prefix. Default `wattbook_`. */
  readonly prefix?: string;
  /**
   * How long is tried to learn what became of a call, lost answers and elections included, from 100 to 3,600,000 ms; one attempt has a quarter of it.
   * Default 20,000 ms: less than an exchange waits for its storage.
   */
  readonly timeoutMs?: number;
  /**
   * After this time without a sign of life a writer is taken for dead, from 100 to 600,000 ms; who opens without `takeOver` waits as long behind one that
   * has been killed, and longer if that one's was. Default 5,000 ms. An exchange must wait for longer than this (`storageTimeoutMs`). No clock decides
   * who may write: that does the journal itself.
   */
  readonly leaseMs?: number;
  /** How often a follower looks for new frames where the server has no change streams, from 1 to 60,000 ms. Default 100 ms. */
  readonly pollMs?: number;
}

/** `MongoOptions` with everything set. */
export type Place = Required<MongoOptions>;

const OPTIONS: readonly (keyof MongoOptions)[] = ['db', 'prefix', 'timeoutMs', 'leaseMs', 'pollMs'];
const HOUR_MS = 3_600_000;
const MAX_PREFIX = 64;

/** @throws TypeError, RangeError */
export function placeOf(options: MongoOptions): Place {
  objectArgument(options, 'options', OPTIONS);
  const { db, prefix = 'wattbook_', timeoutMs = 20_000, leaseMs = 5_000, pollMs = 100 } = options;
  objectArgument(db, 'db');
  if (typeof db.collection !== 'function' || typeof db.databaseName !== 'string') {
    throw new TypeError(`db must be a Db of the mongodb driver, got ${shown(db)}`);
  }
  prefixArgument(prefix);
  return {
    db,
    prefix,
    timeoutMs: integerArgument(timeoutMs, 'timeoutMs', 100, HOUR_MS),
    leaseMs: integerArgument(leaseMs, 'leaseMs', 100, 600_000),
    pollMs: integerArgument(pollMs, 'pollMs', 1, 60_000),
  };
}

/** Checks what names of collections are to begin with. @throws TypeError, RangeError */
function prefixArgument(prefix: unknown): void {
  if (typeof prefix !== 'string') throw new TypeError(`prefix must be text, got ${shown(prefix)}`);
  const isName = /^[A-Za-z_][\w-]*(\.[\w-]+)*\.?$/.test(prefix) && prefix.length <= MAX_PREFIX;
  if (isName && !prefix.startsWith('system.')) return;
  const rule = `a name of A-Z a-z 0-9 _ - with single points between, of up to ${MAX_PREFIX} characters`;
  throw new RangeError(`prefix must be ${rule}, got ${shown(prefix)}`);
}
