import { describe, expect, inject, it } from 'vitest';
import { WattbookError } from '../../src/core/errors.ts';
import { mongoProjections, mongoStorage } from '../../src/mongodb/index.ts';
import { NO_FRAME } from '../../src/storage/frame.ts';
import { opened, stagedOn } from '../journals.ts';
import { randomJournal } from '../random-journal.ts';
import { must } from '../stage.ts';
import { first, later, throughProxy } from './broken-wire.ts';
import { databasesOn } from './databases.ts';
import { allDocuments, copied } from './journals.ts';

const newDb = databasesOn(inject('mongodbUrl'));

describe('deletes that arrive late', () => {
  it('of a rebuild, whose answer was given up, do not take the documents made since', async () => {
    const db = newDb();
    await copied(await randomJournal(100, 3), db);
    await mongoProjections({ db }).catchUp();
    const before = await allDocuments(db);
    await throughProxy(db, async (slow, proxy) => {
      proxy.decide = first('delete', 'wattbook_orders', { kind: 'delayRequest', ms: 2_500 });
      const projections = mongoProjections({ db: slow, timeoutMs: 2_000 });
      await projections.rebuild();
      expect(await allDocuments(db)).toEqual(before);
      await later(2_500);
      expect((await allDocuments(db)).orders.length).toBe(before.orders.length);
    });
  });

  it('of one who helps to clear, do not take what another has made since', async () => {
    const db = newDb();
    await copied(await randomJournal(100, 3), db);
    await mongoProjections({ db }).catchUp();
    const before = await allDocuments(db);
    // A rebuild was killed while it cleared.
    await db
      .collection('wattbook_progress')
      .updateOne(
        {},
        { $set: { clearing: true, sequence: 0, hash: NO_FRAME }, $inc: { generation: 1 } },
      );
    await throughProxy(db, async (slow, proxy, client) => {
      proxy.decide = first('delete', 'wattbook_orders', { kind: 'delayRequest', ms: 1_500 });
      const helper = mongoProjections({ db: slow })
        .catchUp()
        .catch(() => {});
      while ((proxy.counts.get('delete') ?? 0) < 3) await later(5);
      const other = mongoProjections({ db });
      await other.catchUp();
      // The helper dies.
      await client.close();
      await helper;
      await later(1_700);
      expect((await allDocuments(db)).orders.length).toBe(before.orders.length);
    });
  });

  it('of old snapshots do not take the parts of one that was saved since', async () => {
    const db = newDb();
    await throughProxy(db, async (slow, proxy) => {
      const storage = mongoStorage({ db: slow, timeoutMs: 1_000 });
      const writer = await storage.open({ takeOver: false });
      const of = (sequence: number) => ({
        sequence,
        hash: new Uint8Array(32).fill(sequence),
        bytes: new Uint8Array(5).fill(sequence),
      });
      proxy.decide = first('delete', 'wattbook_snapshot_parts', { kind: 'delayRequest', ms: 800 });
      await writer.saveSnapshot(of(1));
      await writer.saveSnapshot(of(2));
      await later(900);
      expect((await mongoStorage({ db, timeoutMs: 1_000 }).latestSnapshot())?.sequence).toBe(2);
    });
  });

  it('two snapshots of one writer at once are both there', async () => {
    const db = newDb();
    await throughProxy(db, async (slow, proxy) => {
      const storage = mongoStorage({ db: slow, timeoutMs: 4_000 });
      const writer = await storage.open({ takeOver: false });
      const of = (sequence: number, size: number) => ({
        sequence,
        hash: new Uint8Array(32).fill(sequence),
        bytes: new Uint8Array(size).fill(sequence),
      });
      proxy.decide = ({ collection, body, command }) =>
        command === 'insert' &&
        collection === 'wattbook_snapshots' &&
        body['documents'][0].sequence === 2
          ? { kind: 'delayRequest', ms: 500 }
          : undefined;
      const first = writer.saveSnapshot(of(2, 5));
      await later(200);
      await writer.saveSnapshot(of(1, 5));
      await first;
      const other = mongoStorage({ db, timeoutMs: 1_000 });
      expect((await other.latestSnapshot())?.sequence).toBe(2);
    });
  });

  it('a snapshot of a writer that was taken over meanwhile hides no other', async () => {
    const db = newDb();
    await throughProxy(db, async (slow, proxy) => {
      const of = (sequence: number) => ({
        sequence,
        hash: new Uint8Array(32).fill(sequence),
        bytes: new Uint8Array(5).fill(sequence),
      });
      const old = await mongoStorage({ db: slow }).open({ takeOver: false });
      await old.saveSnapshot(of(3));
      proxy.decide = first('insert', 'wattbook_snapshots', { kind: 'delayRequest', ms: 600 });
      const late = old.saveSnapshot(of(5));
      await later(200);
      const storage = mongoStorage({ db, timeoutMs: 1_000 });
      const writer = await storage.open({ takeOver: true });
      await writer.saveSnapshot(of(7));
      await late.catch(() => {});
      expect((await storage.latestSnapshot())?.sequence).toBe(7);
      expect((await storage.latestSnapshot(6))?.sequence).toBe(3);
    });
  });
});

describe('projections', () => {
  it('that were fenced by a rebuild that died make balances that they knew before', async () => {
    const db = newDb();
    await copied(await randomJournal(100, 3), db);
    const mine = mongoProjections({ db });
    await mine.catchUp();
    const before = await allDocuments(db);
    await throughProxy(db, async (broken, proxy) => {
      proxy.decide = first('insert', 'wattbook_users', {
        kind: 'replyError',
        code: 13,
        codeName: 'Unauthorized',
        errmsg: 'Unauthorized',
      });
      await expect(mongoProjections({ db: broken }).rebuild()).rejects.toThrow();
    });
    await mine.catchUp();
    expect(await allDocuments(db)).toEqual(before);
  });

  it('of before a rebuild hide nothing of what it has still to write', async () => {
    const db = newDb();
    const exchange = await opened(mongoStorage({ db, leaseMs: 100 }));
    const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
    const order = { product: 'noon', priceTicks: 5 };
    const sent = [
      exchange.listAsset({ id: 'kWh', decimals: 3 }),
      exchange.listAsset({ id: 'EUR', decimals: 6 }),
      exchange.listProduct({ id: 'noon', ...grid }),
      ...['alice', 'bob'].flatMap((account) => [
        exchange.openAccount({ id: account }),
        exchange.deposit({ account, asset: 'kWh', amount: '1000' }),
        exchange.deposit({ account, asset: 'EUR', amount: '1000' }),
      ]),
      exchange.submit({ ...order, account: 'alice', side: 'buy', quantityLots: 9 }),
    ];
    for (const each of await Promise.all(sent)) must(each);
    await throughProxy(db, async (slow, proxy) => {
      const before = mongoProjections({ db: slow });
      await before.catchUp();
      must(await exchange.amend({ actor: 'alice', orderId: 1, quantityLots: 8 }));
      await before.catchUp();
      must(await exchange.submit({ ...order, account: 'bob', side: 'sell', quantityLots: 3 }));
      // Those of before the rebuild are about to write the trade ...
      proxy.decide = first('update', 'wattbook_orders', { kind: 'delayRequest', ms: 1_500 });
      const late = before.catchUp().catch((fault: unknown) => fault);
      await later(300);
      // ... and the rebuild dies before the amendment.
      await throughProxy(db, async (broken, other) => {
        other.decide = first('update', 'wattbook_orders', {
          kind: 'replyError',
          code: 13,
          codeName: 'Unauthorized',
          errmsg: 'Unauthorized',
        });
        await expect(mongoProjections({ db: broken }).rebuild()).rejects.toThrow();
      });
      expect(await db.collection('wattbook_orders').findOne({})).toMatchObject({ version: 1 });
      expect(await late).toMatchObject({ code: 'FENCED' });
    });
    await exchange.close();
    const after = mongoProjections({ db });
    await after.catchUp();
    expect(await after.orders('alice')).toMatchObject([{ version: 2, openLots: 5 }]);
  });

  it('stop waiting when the signal aborts, also where the server answers nothing', async () => {
    const db = newDb();
    await throughProxy(db, async (silent, proxy) => {
      const projections = mongoProjections({ db: silent, timeoutMs: 8_000 });
      await projections.catchUp();
      const stop = new AbortController();
      proxy.decide = () => ({ kind: 'dropRequest' });
      const reached = projections.reached(1, stop.signal).catch(() => {});
      const following = projections.follow(stop.signal).catch(() => {});
      await later(100);
      stop.abort();
      const ended = async (each: Promise<void>) =>
        Promise.race([each.then(() => 'ended'), later(1_500).then(() => 'hangs')]);
      const fates = await Promise.all([ended(reached), ended(following)]);
      proxy.decide = undefined;
      proxy.resetAll();
      expect(fates).toEqual(['ended', 'ended']);
    });
  });

  it.each(['a..', '.a', 'system.'])('name a prefix that cannot be: %s', (prefix) => {
    const make = () => mongoStorage({ db: newDb(), prefix });
    expect(make).toThrow(/prefix/);
    expect(make).toThrow(RangeError);
  });

  it('notice another journal where a snapshot stands just where they have come to', async () => {
    const db = newDb();
    const exchange = await stagedOn(mongoStorage({ db, leaseMs: 100 }));
    await exchange.saveSnapshot();
    await exchange.close();
    await mongoProjections({ db }).catchUp();
    // As after a restore: the same sequence, another history.
    await db
      .collection('wattbook_progress')
      .updateOne({}, { $set: { hash: new Uint8Array(32).fill(7) } });
    await expect(mongoProjections({ db }).catchUp()).rejects.toMatchObject({
      code: 'STORAGE_MISMATCH',
    });
  });

  it('go on where documents are there already and the majority is slow', async () => {
    const db = newDb();
    await stagedOn(mongoStorage({ db, leaseMs: 100 })).then((each) => each.close());
    await mongoProjections({ db }).catchUp();
    await db.collection('wattbook_progress').deleteMany({});
    await throughProxy(db, async (slow, proxy) => {
      proxy.decide = first('insert', 'wattbook_users', {
        kind: 'writeConcernError',
        code: 64,
        codeName: 'WriteConcernTimeout',
        errmsg: 'waiting for replication timed out',
      });
      await mongoProjections({ db: slow }).catchUp();
    });
  });

  it('take away nothing that is not theirs', async () => {
    const db = newDb();
    expect(() => mongoProjections({ db, prefix: '' })).toThrow(RangeError);
    await db.collection('app_users').insertOne({ name: 'of the application' });
    await mongoProjections({ db, prefix: 'app_' }).rebuild();
    expect(await db.collection('app_users').countDocuments()).toBe(1);
  });

  it('who only asks writes nothing', async () => {
    const db = newDb();
    await mongoProjections({ db }).sequence();
    expect(await db.collection('wattbook_progress').countDocuments()).toBe(0);
  });

  it('a fault of the machine is a WattbookError', async () => {
    const db = newDb();
    await throughProxy(db, async (broken, proxy) => {
      const projections = mongoProjections({ db: broken, timeoutMs: 200 });
      await projections.sequence();
      proxy.decide = () => ({ kind: 'dropRequest' });
      for (const call of [() => projections.user('alice'), () => projections.sequence()]) {
        const fault = await call().catch((each: unknown) => each);
        expect(fault).toBeInstanceOf(WattbookError);
      }
    });
  });
});
