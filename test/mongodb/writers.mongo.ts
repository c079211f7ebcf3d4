import { MongoClient } from 'mongodb';
import { describe, expect, inject, it } from 'vitest';
import { mongoStorage } from '../../src/mongodb/index.ts';
import { storageSuite } from '../../src/testing/index.ts';
import { collected } from '../collected.ts';
import { hashOf, opened, stagedOn } from '../journals.ts';
import { frameBehind, NOWHERE, throughProxy } from './broken-wire.ts';
import { databasesOn } from './databases.ts';
import type { Fault, Request } from './proxy.ts';
import { must } from '../stage.ts';

const newDb = databasesOn(inject('mongodbUrl'));

/** A fault for the first frame that is appended. */
function firstFrame(fault: Fault): (request: Request) => Fault | undefined {
  let done = false;
  return ({ command, body }) => {
    if (done || command !== 'insert' || !('bin' in body['documents'][0])) return undefined;
    done = true;
    return fault;
  };
}

describe('a writer', () => {
  it('whose frame arrives after another took over is fenced off, and the frame is nowhere', async () => {
    const db = newDb();
    await throughProxy(db, async (slow, proxy) => {
      const old = await mongoStorage({ db: slow }).open({ takeOver: false });
      proxy.decide = firstFrame({ kind: 'delayRequest', ms: 300 });
      const late = old.append(frameBehind(NOWHERE, old.epoch));
      const storage = mongoStorage({ db });
      const writer = await storage.open({ takeOver: true });
      const frame = frameBehind(NOWHERE, writer.epoch);
      await writer.append(frame);
      await expect(late).rejects.toMatchObject({ code: 'FENCED' });
      await expect(old.append(frame)).rejects.toMatchObject({ code: 'FENCED' });
      expect(await collected(storage.read(0))).toEqual([frame.bytes]);
      await expect(old.saveSnapshot({ ...NOWHERE, bytes: frame.bytes })).rejects.toMatchObject({
        code: 'FENCED',
      });
    });
  });

  it('that is deposed without knowing saves no snapshot', async () => {
    const db = newDb();
    const storage = mongoStorage({ db });
    const old = await storage.open({ takeOver: false });
    const writer = await storage.open({ takeOver: true });
    const snapshot = { ...NOWHERE, bytes: new Uint8Array(5) };
    await expect(old.saveSnapshot(snapshot)).rejects.toMatchObject({ code: 'FENCED' });
    await writer.append(frameBehind(NOWHERE, writer.epoch));
    await expect(old.saveSnapshot(snapshot)).rejects.toMatchObject({ code: 'FENCED' });
    await old.close();
    expect(await storage.latestSnapshot()).toBeUndefined();
  });

  it('that lives is not taken for dead, and one that has died is, after a lease', async () => {
    const db = newDb();
    const storage = mongoStorage({ db, leaseMs: 300 });
    await throughProxy(db, async (dying) => {
      const first = await mongoStorage({ db: dying, leaseMs: 300 }).open({ takeOver: false });
      await expect(storage.open({ takeOver: false })).rejects.toMatchObject({
        code: 'STORAGE_IN_USE',
      });
      await first.append(frameBehind(NOWHERE, first.epoch));
    });
    // The wire is gone, and with it the signs of life.
    const startedAt = performance.now();
    const writer = await storage.open({ takeOver: false });
    expect(performance.now() - startedAt).toBeGreaterThan(250);
    expect([writer.epoch, writer.end.sequence]).toEqual([3, 1]);
    await writer.close();
    expect((await storage.open({ takeOver: false })).epoch).toBe(4);
  });

  it('without a server stops its exchange, and nothing that was acknowledged is lost', async () => {
    const db = newDb();
    await throughProxy(db, async (broken, proxy) => {
      const storage = mongoStorage({ db: broken, timeoutMs: 600, leaseMs: 100 });
      const exchange = await stagedOn(storage);
      const order = { account: 'alice', side: 'buy', product: 'noon', quantityLots: 3 } as const;
      must(await exchange.submit({ ...order, priceTicks: 5, commandId: 'one' }));
      const hash = await hashOf(exchange);
      proxy.isUp = false;
      proxy.resetAll();
      const request = { ...order, priceTicks: 6, commandId: 'two' };
      const fault = await exchange.submit(request).catch((each: unknown) => each);
      expect(fault).toMatchObject({ code: 'STORAGE_FAILED' });
      expect(String((fault as Error).message)).toMatch(/frame \d+ is not known after 600 ms: /);
      expect(exchange.status().state).toBe('stopped');
      await exchange.close();
      proxy.isUp = true;
      const again = await opened(mongoStorage({ db, leaseMs: 100 }));
      expect(await hashOf(again)).toBe(hash);
      must(await again.submit(request));
      await again.close();
    });
  });

  it('refuses a frame that no document holds', async () => {
    const writer = await mongoStorage({ db: newDb() }).open({ takeOver: false });
    const huge = frameBehind(NOWHERE, writer.epoch, 17_000_000);
    await expect(writer.append(huge)).rejects.toThrow(RangeError);
    await writer.append(frameBehind(NOWHERE, writer.epoch));
    await writer.close();
  });
});

describe('a snapshot', () => {
  it('of more than a document holds comes back, and what was left over by others is taken away', async () => {
    const db = newDb();
    const storage = mongoStorage({ db });
    const writer = await storage.open({ takeOver: false });
    const parts = db.collection<{ _id: string; snapshot: string; epoch: number }>(
      'wattbook_snapshot_parts',
    );
    await parts.insertOne({ _id: '0-1/0', snapshot: '0-1', epoch: 0 });
    await parts.insertOne({ _id: '9-1/0', snapshot: '9-1', epoch: 9 });
    const bytes = Uint8Array.from({ length: 8_400_000 }, (_, i) => i * 7 + (i >> 8));
    for (const sequence of [1, 2, 3]) {
      await writer.saveSnapshot({ sequence, hash: new Uint8Array(32).fill(sequence), bytes });
    }
    const latest = await storage.latestSnapshot();
    expect(latest?.sequence).toBe(3);
    expect(Buffer.compare(latest!.bytes, bytes)).toBe(0);
    expect((await storage.latestSnapshot(2))?.sequence).toBe(2);
    expect(await storage.latestSnapshot(1)).toBeUndefined();
    // Two of two parts each, and that of a writer to come.
    expect(await parts.countDocuments()).toBe(5);
    await writer.close();
  });
});

describe('a database that is set otherwise', () => {
  const client = new MongoClient(inject('mongodbUrl'), {
    useBigInt64: true,
    promoteBuffers: false,
    ignoreUndefined: true,
    serializeFunctions: true,
    readPreference: 'secondaryPreferred',
    readConcernLevel: 'local',
    writeConcern: { w: 1, journal: false },
    retryWrites: false,
    maxPoolSize: 1,
  });
  const cases = storageSuite(async () => {
    const db = client.db(newDb().databaseName);
    const make = () => mongoStorage({ db, leaseMs: 100, pollMs: 5, prefix: 'other.' });
    return { storage: make(), reopened: async () => make() };
  });
  it.each(cases)('$name', ({ run }) => run());
});
