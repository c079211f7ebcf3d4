import { type Db, MongoClient } from 'mongodb';
import { describe, expect, inject, it } from 'vitest';
import { sha256 } from '../../src/core/sha256.ts';
import type { JournalEnd } from '../../src/index.ts';
import { mongoStorage } from '../../src/mongodb/index.ts';
import { decodeFrame } from '../../src/storage/frame.ts';
import { collected } from '../collected.ts';
import { opened, stagedOn } from '../journals.ts';
import { first, frameBehind, later, NOWHERE, through, throughProxy } from './broken-wire.ts';
import { databasesOn } from './databases.ts';

const newDb = databasesOn(inject('mongodbUrl'));

describe('the writer', () => {
  it('that beats seldom, and lives, is not taken for dead by one with a shorter lease', async () => {
    const db = newDb();
    const slow = await mongoStorage({ db, leaseMs: 60_000 }).open({ takeOver: false });
    await expect(
      mongoStorage({ db, leaseMs: 100 }).open({ takeOver: false }),
    ).rejects.toMatchObject({ code: 'STORAGE_IN_USE' });
    await slow.close();
  });

  it('stores no other bytes than it was given, also where it has given up', async () => {
    const db = newDb();
    await throughProxy(db, async (_, proxy) => {
      const client = new MongoClient(proxy.url, { maxPoolSize: 1 });
      const busy = client.db(db.databaseName);
      const writer = await mongoStorage({ db: busy, timeoutMs: 400 }).open({ takeOver: false });
      const frame = frameBehind(NOWHERE, writer.epoch);
      proxy.decide = first('find', 'other', { kind: 'delayReply', ms: 1_500 });
      const slow = busy.collection('other').findOne({});
      await later(20);
      await expect(writer.append(frame)).rejects.toThrow('frame 2 is not known');
      frame.bytes.fill(0xee, 20);
      await slow;
      await later(500);
      await client.close();
      const stored = await collected(mongoStorage({ db }).read(0));
      expect(stored).toHaveLength(1);
      for (const bytes of stored) decodeFrame(bytes, sha256);
    });
  });

  it('that will never write again shows no sign of life', async () => {
    const db = newDb();
    await throughProxy(db, async (broken, proxy) => {
      const old = await mongoStorage({ db: broken, timeoutMs: 400, leaseMs: 200 }).open({
        takeOver: false,
      });
      proxy.decide = first('insert', 'wattbook_journal', { kind: 'dropRequest' }, 100);
      await expect(old.append(frameBehind(NOWHERE, old.epoch))).rejects.toThrow();
      proxy.decide = undefined;
      await mongoStorage({ db, leaseMs: 500 }).open({ takeOver: false });
    });
  });

  it('whose journal was dropped acknowledges nothing that nobody will find', async () => {
    const db = newDb();
    const storage = mongoStorage({ db, leaseMs: 100 });
    const exchange = await stagedOn(storage);
    await db.collection('wattbook_journal').drop();
    await later(200);
    const fate = await exchange.deposit({ account: 'alice', asset: 'EUR', amount: '1' }).then(
      () => 'acknowledged',
      () => 'refused',
    );
    await exchange.close().catch(() => {});
    const again = await opened(mongoStorage({ db, leaseMs: 100 })).then(
      () => 'found',
      (fault: unknown) => String(fault),
    );
    expect([fate, again]).toEqual(['refused', 'found']);
  });
});

describe('a take-over', () => {
  it.each([0, 10])('comes through where the writer before it is busy, at %i ms', async (ms) => {
    const db = newDb();
    const old = await mongoStorage({ db }).open({ takeOver: false });
    let isOver = false;
    const busy = (async () => {
      let end: JournalEnd = NOWHERE;
      while (!isOver) {
        end = await old.append(frameBehind(end, old.epoch));
      }
    })().catch((fault: unknown) => fault);
    await throughProxy(db, async (slow, proxy) => {
      proxy.decide = ({ collection }) =>
        ms > 0 && collection === 'wattbook_journal' ? { kind: 'delayRequest', ms } : undefined;
      try {
        await mongoStorage({ db: slow, timeoutMs: 8_000, leaseMs: 100 }).open({ takeOver: true });
      } finally {
        isOver = true;
        await busy;
      }
    });
    expect(await busy).toMatchObject({ code: 'FENCED' });
  });

  it('that was given up may still come about, and then leaves nobody behind', async () => {
    const db = newDb();
    const old = await mongoStorage({ db }).open({ takeOver: false });
    await throughProxy(db, async (slow, proxy) => {
      proxy.decide = ({ command, collection }) =>
        command === 'insert' && collection === 'wattbook_journal'
          ? { kind: 'delayRequest', ms: 1_500 }
          : undefined;
      const storage = mongoStorage({ db: slow, timeoutMs: 400, leaseMs: 100 });
      await expect(storage.open({ takeOver: true })).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
      });
      await later(1_800);
    });
    const frame = frameBehind(NOWHERE, old.epoch);
    await expect(old.append(frame)).rejects.toMatchObject({ code: 'FENCED' });
    const storage = mongoStorage({ db, leaseMs: 100 });
    const writer = await storage.open({ takeOver: false });
    await writer.append(frameBehind(writer.end, writer.epoch));
  });
});

describe('closing', () => {
  it('no append resolves after close has', async () => {
    const db = newDb();
    await throughProxy(db, async (slow, proxy) => {
      const writer = await mongoStorage({ db: slow }).open({ takeOver: false });
      proxy.decide = first('insert', 'wattbook_journal', { kind: 'delayRequest', ms: 400 });
      const late = writer.append(frameBehind(NOWHERE, writer.epoch));
      await later(50);
      await writer.close();
      await expect(late).rejects.toThrow();
    });
  });
});

describe('reading', () => {
  const cursorGone = {
    kind: 'replyError',
    code: 43,
    codeName: 'CursorNotFound',
    errmsg: 'cursor id 1 not found',
  } as const;

  async function many(db: Db): Promise<number> {
    const writer = await mongoStorage({ db }).open({ takeOver: false });
    let end: JournalEnd = NOWHERE;
    for (let i = 0; i < 150; i++) end = await writer.append(frameBehind(end, writer.epoch));
    await writer.close();
    return 150;
  }

  it('goes on where the server has lost the cursor', async () => {
    const db = newDb();
    const count = await many(db);
    await throughProxy(db, async (broken, proxy) => {
      proxy.decide = first('getMore', undefined, cursorGone);
      expect(await collected(mongoStorage({ db: broken }).read(0))).toHaveLength(count);
    });
  });

  it('outlasts a server that is away for a part of timeoutMs', async () => {
    const db = newDb();
    const count = await many(db);
    await throughProxy(db, async (broken, proxy) => {
      const storage = mongoStorage({ db: broken, timeoutMs: 8_000 });
      proxy.decide = ({ command }) => {
        if (command !== 'getMore') return undefined;
        proxy.isUp = false;
        proxy.resetAll();
        proxy.decide = undefined;
        setTimeout(() => (proxy.isUp = true), 5_000);
        return { kind: 'dropRequest' };
      };
      expect(await collected(storage.read(0))).toHaveLength(count);
    });
  });
});

describe.skipIf(inject('changeStreamUrl') === undefined)('a follower by change streams', () => {
  const newStreamDb = databasesOn(inject('changeStreamUrl') ?? 'mongodb://unused');

  it('ends when the signal aborts, also where the server answers nothing', async () => {
    const db = newStreamDb();
    const writer = await mongoStorage({ db }).open({ takeOver: false });
    await writer.append(frameBehind(NOWHERE, writer.epoch));
    await through(inject('changeStreamUrl')!, db, async (silent, proxy) => {
      const stop = new AbortController();
      const frames = mongoStorage({ db: silent }).follow(0, stop.signal)[Symbol.asyncIterator]();
      await frames.next();
      const next = frames.next();
      await later(300);
      proxy.decide = () => ({ kind: 'dropRequest' });
      stop.abort();
      const ended = await Promise.race([
        next.then(() => 'ended'),
        later(8_000).then(() => 'hangs'),
      ]);
      proxy.decide = undefined;
      proxy.resetAll();
      expect(ended).toBe('ended');
    });
    await writer.close();
  });
});
