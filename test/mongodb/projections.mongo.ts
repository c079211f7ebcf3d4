import { MongoClient } from 'mongodb';
import { describe, expect, inject, it } from 'vitest';
import type { Change } from '../../src/mongodb/documents.ts';
import { mongoProjections, mongoStorage } from '../../src/mongodb/index.ts';
import { ReadModels } from '../../src/mongodb/read-models.ts';
import { MarketState } from '../../src/matching/state.ts';
import { framesAfter } from '../../src/exchange/storage-calls.ts';
import { sha256 } from '../../src/core/sha256.ts';
import { NO_FRAME } from '../../src/storage/frame.ts';
import { stagedOn } from '../journals.ts';
import { mulberry32 } from '../mulberry32.ts';
import { randomJournal } from '../random-journal.ts';
import { must } from '../stage.ts';
import { databasesOn } from './databases.ts';
import { type Fault, startProxy } from './proxy.ts';
import { allDocuments, copied } from './journals.ts';

/** None that leaves a bulk on its way while the next one is sent: updates of FerretDB are not atomic. */
const FAULTS_ON_THE_WAY: readonly Fault[] = [
  { kind: 'resetBefore' },
  { kind: 'resetHalfRequest' },
  { kind: 'resetAfter' },
  { kind: 'resetHalfReply' },
  { kind: 'replyError', code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
  { kind: 'writeConcernError', code: 64, codeName: 'WriteConcernTimeout', errmsg: 'too slow' },
];

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

  it('are kept by two at once, and by a third that was late, as by one', async () => {
    const db = newDb();
    await copied(await randomJournal(300, 5), db);
    const stop = new AbortController();
    const [one, two] = [mongoProjections({ db, pollMs: 5 }), mongoProjections({ db, pollMs: 7 })];
    const following = one.follow(stop.signal);
    await two.catchUp();
    await one.reached(await two.sequence());
    await mongoProjections({ db }).catchUp();
    stop.abort();
    await following;
    const found = await allDocuments(db);
    await two.rebuild();
    expect(await allDocuments(db)).toEqual(found);
  });

  it('end with FENCED where they were rebuilt by another, and go on from there when told to', async () => {
    const db = newDb();
    const storage = mongoStorage({ db, pollMs: 5 });
    const exchange = await stagedOn(storage);
    const one = mongoProjections({ db, pollMs: 5 });
    const following = one.follow(new AbortController().signal);
    following.catch(() => {});
    await one.reached(exchange.status().storedSequence);
    await mongoProjections({ db }).rebuild();
    const order = { product: 'noon', quantityLots: 3, priceTicks: 5, side: 'buy' } as const;
    const { sequence } = must(await exchange.submit({ ...order, account: 'alice' }));
    await expect(following).rejects.toMatchObject({ code: 'FENCED' });
    await expect(one.reached(sequence)).rejects.toMatchObject({ code: 'FENCED' });
    await one.catchUp();
    await one.reached(sequence);
    const found = await allDocuments(db);
    await one.rebuild();
    expect(await allDocuments(db)).toEqual(found);
    await exchange.close();
  });

  it('refuse to go on where the journal is another one', async () => {
    const db = newDb();
    await copied(await randomJournal(60, 5), db);
    const projections = mongoProjections({ db });
    await projections.catchUp();
    await db.collection('wattbook_journal').drop();
    await copied(await randomJournal(90, 6), db);
    const mismatch = { code: 'STORAGE_MISMATCH' };
    await expect(mongoProjections({ db }).catchUp()).rejects.toMatchObject(mismatch);
    await projections.rebuild();
    const found = await allDocuments(db);
    await mongoProjections({ db }).catchUp();
    expect(await allDocuments(db)).toEqual(found);
  });

  it('come out right over a wire that breaks all the time', async () => {
    const db = newDb();
    await copied(await randomJournal(250, 7), db);
    const { hostname: host, port } = new URL(inject('mongodbUrl'));
    const proxy = await startProxy({ target: { host, port: Number(port) } });
    const client = new MongoClient(proxy.url, { minHeartbeatFrequencyMS: 10 });
    const draw = mulberry32(7);
    let broken = 0;
    proxy.decide = ({ command }) => {
      if (!['insert', 'update', 'delete', 'find'].includes(command) || draw(4) > 0)
        return undefined;
      broken++;
      return FAULTS_ON_THE_WAY[draw(FAULTS_ON_THE_WAY.length)];
    };
    const projections = mongoProjections({ db: client.db(db.databaseName), timeoutMs: 2_000 });
    const found = [];
    for (let round = 0; round < 5; round++) {
      await (round === 0 ? projections.catchUp() : projections.rebuild());
      found.push(await allDocuments(db));
    }
    expect(broken).toBeGreaterThan(20);
    await mongoProjections({ db }).rebuild();
    const expected = await allDocuments(db);
    for (const each of found) expect(each).toEqual(expected);
    await client.close();
    await proxy.close();
  });
});
