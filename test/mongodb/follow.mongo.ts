import { type Db, MongoClient } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { sha256 } from '../../src/core/sha256.ts';
import { mongoStorage } from '../../src/mongodb/index.ts';
import { encodeFrame, NO_FRAME } from '../../src/storage/frame.ts';
import { storageSuite } from '../../src/testing/index.ts';
import { databasesOn } from './databases.ts';
import { startProxy } from './proxy.ts';

/** So long that who waits for it has failed. */
const NEVER_MS = 60_000;
const streams = inject('changeStreamUrl');

/** Appends so many frames one after the other, each once the follower has the one before. */
async function followed(
  writing: Db,
  reading: Db,
  pollMs: number,
  count: number,
): Promise<number[]> {
  const writer = await mongoStorage({ db: writing }).open({ takeOver: false });
  const stop = new AbortController();
  const frames = mongoStorage({ db: reading, pollMs }).follow(0, stop.signal);
  const iterator = frames[Symbol.asyncIterator]();
  const lengths: number[] = [];
  let hash = NO_FRAME;
  for (let i = 1; i <= count; i++) {
    const next = iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const frame = encodeFrame(new Uint8Array(i), 1, i, writer.epoch, hash, sha256);
    ({ hash } = await writer.append(frame));
    lengths.push(((await next).value as Uint8Array).length - frame.bytes.length);
  }
  const waiting = iterator.next();
  stop.abort();
  expect((await waiting).done).toBe(true);
  await writer.close();
  return lengths;
}

describe.skipIf(streams === undefined)('a follower where there are change streams', () => {
  const newDb = databasesOn(streams ?? 'mongodb://unused');

  it('hears of frames by them, and looks once for each', async () => {
    const db = newDb();
    const { hostname: host, port } = new URL(streams!);
    const proxy = await startProxy({ target: { host, port: Number(port) } });
    const client = new MongoClient(proxy.url);
    const found = await followed(db, client.db(db.databaseName), 1, 20);
    expect(found).toEqual(Array.from({ length: 20 }, () => 0));
    await client.close();
    await proxy.close();
    // A frame is heard of, and looked for once more soon after; the time between two of them is 20 ms, in which polling looks some 15 times.
    expect(proxy.counts.get('find')).toBeLessThan(120);
    expect(proxy.counts.get('aggregate')).toBe(1);
    expect(proxy.counts.get('getMore')).toBeGreaterThan(10);
  });

  const cases = storageSuite(async () => {
    const db = newDb();
    const make = () => mongoStorage({ db, leaseMs: 100, pollMs: NEVER_MS });
    return { storage: make(), reopened: async () => make() };
  });
  it.each(cases)('$name', ({ run }) => run());

  it('begins another stream where one was lost', async () => {
    const db = newDb();
    const { hostname: host, port } = new URL(streams!);
    const proxy = await startProxy({ target: { host, port: Number(port) } });
    const client = new MongoClient(proxy.url);
    const cutting = setInterval(() => proxy.resetAll(), 150);
    expect(await followed(db, client.db(db.databaseName), 10, 20)).toHaveLength(20);
    clearInterval(cutting);
    await client.close();
    await proxy.close();
  });
});

describe('a follower where there are none', () => {
  const newDb = databasesOn(inject('mongodbUrl'));
  const others: MongoClient[] = [];
  afterAll(() => Promise.all(others.map((each) => each.close())));

  it('looks from time to time', async () => {
    const db = newDb();
    expect(await followed(db, db, 5, 20)).toEqual(Array.from({ length: 20 }, () => 0));
  });

  it('goes on when its connection is lost again and again', async () => {
    const db = newDb();
    const { hostname: host, port } = new URL(inject('mongodbUrl'));
    const proxy = await startProxy({ target: { host, port: Number(port) } });
    const client = new MongoClient(proxy.url);
    others.push(client);
    const cutting = setInterval(() => proxy.resetAll(), 150);
    expect(await followed(db, client.db(db.databaseName), 10, 20)).toHaveLength(20);
    clearInterval(cutting);
    await proxy.close();
  });
});
