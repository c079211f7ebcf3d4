import { describe, expect, inject, it } from 'vitest';
import { mongoProjections } from '../../src/mongodb/index.ts';
import { QUERIES } from '../../src/mongodb/queries.ts';
import { randomJournal } from '../random-journal.ts';
import { databasesOn } from './databases.ts';
import { copied } from './journals.ts';

const newDb = databasesOn(inject('mongodbUrl'));

type Keys = Readonly<Record<string, unknown>>;

/** Every question that there is, with arguments that are found in the journal. */
const ASKED = {
  user: QUERIES.user('alice'),
  product: QUERIES.product('noon'),
  openOrders: QUERIES.openOrders('alice', { before: 1_000 }),
  orders: QUERIES.orders('alice', { before: 1_000 }),
  trades: QUERIES.trades('alice', { from: 1, to: 2_000_000_000_000, before: 1_000 }),
  productTrades: QUERIES.productTrades('noon', { before: 1_000 }),
  blockTrades: QUERIES.blockTrades(1),
  balances: QUERIES.balances('alice'),
  blocks: QUERIES.blocks({ before: 1_000 }),
};

/** What the storage reads with. */
const READ = {
  frames: {
    collection: 'journal',
    filter: { last: { $gt: 5 }, _id: { $lte: 9 } },
    sort: { last: 1 },
  },
  'last entry': { collection: 'journal', filter: {}, sort: { _id: -1 } },
  'next entry': { collection: 'journal', filter: { _id: 3 }, sort: {} },
  'later writers': {
    collection: 'journal',
    filter: { _id: { $gte: 3 } },
    sort: {},
  },
  'latest snapshot': {
    collection: 'snapshots',
    filter: { sequence: { $lte: 9 } },
    sort: { sequence: -1, epoch: -1, number: -1 },
  },
} as const;

/** Whether what is asked for by equality, and then the order, are a prefix of an index. What a range is over must be in the index too. */
function isServedBy(index: Keys, filter: Keys, sort: Keys): boolean {
  const isRange = (value: unknown) => Object.keys(Object(value) as Keys).some((k) => k[0] === '$');
  const equal = Object.keys(filter).filter((name) => !isRange(filter[name]));
  const ranges = Object.keys(filter).filter((name) => isRange(filter[name]));
  const fields = Object.keys(index);
  const prefix = fields.slice(0, equal.length);
  const isPrefix = equal.every((name) => prefix.includes(name));
  const order = Object.keys(sort).filter((name) => !equal.includes(name));
  const behind = fields.slice(equal.length, equal.length + order.length);
  const follows = order.every((name, i) => behind[i] === name);
  // One way along the index, or all the way back.
  const turns = order.map((name) => (sort[name] === index[name] ? 1 : -1));
  const isOneWay = turns.every((turn) => turn === turns[0]);
  return isPrefix && follows && isOneWay && ranges.every((name) => fields.includes(name));
}

describe('questions to the read models', () => {
  it('are all looked at', () => {
    expect(Object.keys(ASKED).sort()).toEqual(Object.keys(QUERIES).sort());
  });

  it('have an index each: as the server explains it, or, where it names none, by listIndexes', async () => {
    const db = newDb();
    await copied(await randomJournal(150, 3), db);
    await mongoProjections({ db }).catchUp();
    const said: string[] = [];
    for (const [name, { collection, filter, sort }] of Object.entries({ ...ASKED, ...READ })) {
      const found = db.collection(`wattbook_${collection}`);
      const plan = await found
        .find(filter as object)
        .sort(sort as object as never)
        .explain();
      const text = JSON.stringify(plan);
      if (text.includes('"stage"')) {
        said.push(`${name}: explain`);
        expect(text, name).toMatch(/"stage":"(IXSCAN|EXPRESS_IXSCAN|IDHACK|EXPRESS_CLUSTERED)/);
        expect(text, name).not.toMatch(/"stage":"(COLLSCAN|SORT)"/);
        continue;
      }
      const indexes = (await found.listIndexes().toArray()).map(({ key }) => key as Keys);
      const serving = indexes.find((index) => isServedBy(index, filter as Keys, sort as Keys));
      said.push(`${name}: explain names no index; prefix of ${JSON.stringify(serving)}`);
      expect(serving, name).toBeDefined();
    }
    console.log(said.join('\n'));
  });

  it('would be found out without one', () => {
    const index = { parties: 1, time: -1, _id: -1 };
    const sort = { time: -1, _id: -1 };
    expect(isServedBy(index, { parties: 'a', time: { $gt: 1 } }, sort)).toBe(true);
    expect(isServedBy(index, { parties: 'a' }, { time: 1, _id: 1 })).toBe(true);
    expect(isServedBy(index, { parties: 'a' }, { time: 1, _id: -1 })).toBe(false);
    expect(isServedBy(index, { parties: 'a' }, { _id: -1 })).toBe(false);
    expect(isServedBy(index, { time: 1 }, { _id: -1 })).toBe(false);
    expect(isServedBy(index, { parties: 'a', product: 'b' }, sort)).toBe(false);
    expect(isServedBy(index, { parties: 'a', other: { $gt: 1 } }, sort)).toBe(false);
  });
});
