import type { Db } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { type MongoOptions, mongoProjections, mongoStorage } from '../src/mongodb/index.ts';

/** As much of a database as is looked at before anything is asked of it. */
const db = { databaseName: 'market', collection: () => ({}) } as unknown as Db;

describe.each([
  ['mongoStorage', mongoStorage],
  ['mongoProjections', mongoProjections],
])('%s', (_, make: (options: MongoOptions) => unknown) => {
  it('takes a database and nothing else', () => {
    expect(make({ db })).toBeDefined();
    expect(make({ db, prefix: 'a.b-c_' })).toBeDefined();
  });

  it.each([
    [undefined, TypeError, 'options'],
    [{}, TypeError, 'db'],
    [{ db: 'market' }, TypeError, 'db'],
    [{ db: { collection: () => ({}) } }, TypeError, 'db must be a Db'],
    [{ db, database: 'x' }, TypeError, 'database'],
    [{ db, prefix: '' }, RangeError, 'prefix'],
    [{ db, prefix: 'system.' }, RangeError, 'prefix'],
    [{ db, prefix: 'a$' }, RangeError, 'prefix'],
    [{ db, prefix: 'a..b' }, RangeError, 'prefix'],
    [{ db, prefix: 'x'.repeat(65) }, RangeError, 'prefix'],
    [{ db, prefix: 7 }, TypeError, 'prefix'],
    [{ db, timeoutMs: 99 }, RangeError, 'timeoutMs'],
    [{ db, timeoutMs: '1' }, TypeError, 'timeoutMs'],
    [{ db, leaseMs: 600_001 }, RangeError, 'leaseMs'],
    [{ db, pollMs: 0 }, RangeError, 'pollMs'],
    [{ db, pollMs: 1.5 }, RangeError, 'pollMs'],
  ])('refuses %j', (options, kind, word) => {
    const call = (): unknown => make(options as MongoOptions);
    expect(call).toThrow(kind);
    expect(call).toThrow(word);
  });
});

describe('questions', () => {
  const models = mongoProjections({ db });
  it.each([
    ['an id that is none', () => models.openOrders('a b'), RangeError],
    ['a limit of 0', () => models.orders('anna', { limit: 0 }), RangeError],
    ['a limit over 1,000', () => models.blocks({ limit: 1_001 }), RangeError],
    [
      'a field that there is not',
      () => models.productTrades('noon', { after: 1 } as object),
      TypeError,
    ],
    ['a time that is none', () => models.trades('anna', { from: -1 }), RangeError],
    ['a block 0', () => models.blockTrades(0), RangeError],
    ['a sequence that is none', () => models.reached(-1), RangeError],
    ['a signal that is none', () => models.reached(1, {} as AbortSignal), TypeError],
  ])('reject with the name of the argument: %s', async (_, ask: () => Promise<unknown>, kind) => {
    await expect(ask()).rejects.toThrow(kind);
  });

  it('need a signal to follow', () => {
    expect(() => models.follow(undefined as unknown as AbortSignal)).toThrow(TypeError);
  });
});
