import { describe, expect, inject, it } from 'vitest';
import type { Change } from '../../src/mongodb/documents.ts';
import { mongoProjections, mongoStorage } from '../../src/mongodb/index.ts';
import { ReadModels } from '../../src/mongodb/read-models.ts';
import { MarketState } from '../../src/matching/state.ts';
import { framesAfter } from '../../src/exchange/storage-calls.ts';
import { sha256 } from '../../src/core/sha256.ts';
import { NO_FRAME } from '../../src/storage/frame.ts';
import { stagedOn } from '../journals.ts';
import { randomJournal } from '../random-journal.ts';
import { must } from '../stage.ts';
import { databasesOn } from './databases.ts';
import { allDocuments, copied } from './journals.ts';

const newDb = databasesOn(inject('mongodbUrl'));

describe('read models', () => {
  it('hold what the journal leads to, and a rebuild makes the same of them', async () => {
    const db = newDb();
    const storage = await copied(await randomJournal(600, 3), db);
    const projections = mongoProjections({ db });
    await projections.catchUp();
    const expected = new Map<string, object>();
    const models = new ReadModels(new MarketState());
    const start = { sequence: 0, hash: NO_FRAME };
    for await (const frame of framesAfter(start, storage, sha256, 10_000)) {
      for (const change of models.apply(frame) as readonly Change[]) {
        const key = `${change.collection} ${change.id}`;
        const { fields, seq, id: _id } = change;
        expected.set(key, { ...expected.get(key), ...fields, _id, seq });
      }
    }
    const found = await allDocuments(db);
    const keyed = Object.entries(found).flatMap(([name, documents]) =>
      documents.map((each) => [`${name} ${(each as { _id: unknown })._id}`, each] as const),
    );
    expect(keyed.length).toBeGreaterThan(200);
    expect(new Map(keyed.sort())).toEqual(new Map([...expected].sort()));
    await projections.rebuild();
    expect(await allDocuments(db)).toEqual(found);
    expect(await projections.sequence()).toBe(models.sequence);
  });

  it('follow an exchange that goes on', async () => {
    const db = newDb();
    const storage = mongoStorage({ db, pollMs: 5 });
    const exchange = await stagedOn(storage);
    const projections = mongoProjections({ db, pollMs: 5 });
    const stop = new AbortController();
    const following = projections.follow(stop.signal);
    const order = { product: 'noon', quantityLots: 3, priceTicks: 5 };
    const bought = must(await exchange.submit({ ...order, account: 'alice', side: 'buy' }));
    await projections.reached(bought.sequence);
    expect(await projections.openOrders('alice')).toMatchObject([
      { account: 'alice', product: 'noon', openLots: 3, tradedLots: 0, status: 'open' },
    ]);
    const sold = must(await exchange.submit({ ...order, account: 'bob', side: 'sell' }));
    await projections.reached(sold.sequence);
    expect(await projections.openOrders('alice')).toEqual([]);
    const trades = await projections.trades('bob');
    expect(trades).toMatchObject([{ buyer: 'alice', seller: 'bob', priceTicks: 5 }]);
    expect(await projections.productTrades('noon')).toEqual(trades);
    stop.abort();
    await following;
    await exchange.close();
  });
});
