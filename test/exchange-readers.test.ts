import { describe, expect, it } from 'vitest';
import { sha256 } from '@noble/hashes/sha2.js';
import { ByteLog } from '../src/core/bytes.ts';
import { writeRecord } from '../src/core/records.ts';
import { EVENTS } from '../src/core/registry.ts';
import { Feed } from '../src/exchange/feed.ts';
import { Subscription } from '../src/exchange/subscription.ts';
import { decodeFrame } from '../src/storage/frame.ts';
import {
  Engine,
  Exchange,
  memoryStorage,
  type Notice,
  type OrderReceipt,
  type StorageAdapter,
  type TradeView,
  WattbookError,
} from '../src/index.ts';
import { collected } from './collected.ts';
import { bid, faultCode, HeldStorage, offer, quiet, SET_UP, staged } from './exchange-stage.ts';
import { recordsOf } from './journals.ts';
import { thrownBy } from './stage.ts';

/** What an engine makes of the commands that a storage has. */
async function replayed(storage: StorageAdapter): Promise<Engine> {
  const parts: Uint8Array[] = [];
  for await (const bytes of storage.read(0)) {
    const frame = decodeFrame(bytes, sha256);
    for (const { at, end } of recordsOf(frame)) parts.push(frame.bytes.subarray(at, end));
  }
  return Engine.replay(Buffer.concat(parts));
}

describe('a reader that does not read', () => {
  it('holds nothing up, takes nothing from others, and is told that it fell behind', async () => {
    const exchange = await staged({ keepBytes: 4_000_000 });
    const asleep = exchange.subscribe('events');
    const dozes = exchange.subscribe('trades');
    const wakes = exchange.subscribe('trades');
    const keepsUp = collected(exchange.subscribe('trades'));
    const asked = dozes.next();
    for (let burst = 0; burst < 50; burst++) {
      const receipts: Promise<OrderReceipt>[] = [];
      for (let i = 0; i < 1_000; i++) {
        receipts.push(exchange.submit({ ...offer, priceTicks: 5 }));
        receipts.push(exchange.submit({ ...bid, priceTicks: 5 }));
      }
      expect((await Promise.all(receipts)).every(({ ok }) => ok)).toBe(true);
      if (burst === 0) expect(await wakes.next()).toMatchObject({ value: { trade: 1 } });
      await quiet();
    }
    expect(await faultCode(asleep.next())).toBe('NOT_KEPT');
    expect(await faultCode(wakes.next())).toBe('NOT_KEPT');
    await exchange.close();
    const trades = await keepsUp;
    expect(trades).toHaveLength(50_000);
    expect(trades.every(({ trade }, i) => trade === i + 1)).toBe(true);
    const { storedSequence, observerFaults } = exchange.status();
    expect([storedSequence, observerFaults]).toEqual([SET_UP.length + 100_000, 0]);
    // What was asked for in time is not lost, even if it is fetched late.
    expect(await asked).toMatchObject({ value: { trade: 1 } });
    expect(await faultCode(dozes.next())).toBe('NOT_KEPT');
  });
});

describe('a reader that asks from inside', () => {
  it('submits, cancels, subscribes and saves as anyone else', async () => {
    const storage = memoryStorage();
    const exchange = await staged({ storage });
    const reading = (async () => {
      const found: number[] = [];
      for await (const update of exchange.subscribe('orders', { account: 'alice' })) {
        if (update.update !== 'rested') continue;
        found.push(update.orderId);
        if (found.length === 30) break;
        const next = exchange.submit({ ...offer, priceTicks: 5 + found.length });
        const { orderId } = update;
        if (found.length % 3 === 0) await exchange.cancel({ actor: 'alice', orderId });
        if (found.length % 5 === 0) await exchange.saveSnapshot();
        const depth = exchange.subscribe('depth', { product: 'noon' });
        expect((await depth.next()).value).toMatchObject({ snapshot: true });
        await next;
      }
      return found;
    })();
    await exchange.submit({ ...offer, priceTicks: 5 });
    expect(await reading).toHaveLength(30);
    await exchange.close();
    const engine = await replayed(storage);
    expect(await exchange.read((market) => market.stateHash())).toBe(engine.stateHash());
    const again = await Exchange.open({ storage, clock: () => 1_000 });
    expect(await again.read((market) => market.stateHash())).toBe(engine.stateHash());
  });
});

/** An exchange of whose notices some are answered from inside; what came of it. */
async function answering(
  kind: Notice['kind'],
  answer: (exchange: Exchange) => Promise<unknown>,
  storage: StorageAdapter = memoryStorage(),
) {
  const answers: Promise<unknown>[] = [];
  const kinds: Notice['kind'][] = [];
  let exchange: Exchange | undefined = undefined;
  let busy = false;
  const observe = (notice: Notice): void => {
    kinds.push(notice.kind);
    if (notice.kind !== kind || exchange === undefined || busy || answers.length >= 20) return;
    busy = true;
    answers.push(answer(exchange));
    busy = false;
  };
  const limits = { commandsPerSecond: 1, burst: 5 };
  exchange = await staged({ storage, observe, limits });
  return { exchange, answers, kinds, storage };
}

const inside: readonly [string, (exchange: Exchange) => Promise<unknown>, unknown][] = [
  [
    'submit',
    (exchange) => exchange.submit({ ...bid, actor: 'operator', priceTicks: 1 }),
    { ok: true },
  ],
  ['cancel', (exchange) => exchange.cancel({ actor: 'operator', orderId: 1 }), { repeated: false }],
  ['read', (exchange) => exchange.read((market) => market.sequence), expect.any(Number)],
  [
    'subscribe',
    (exchange) => collected(exchange.subscribe('trades', { after: 0, follow: false })),
    expect.any(Array),
  ],
  ['saveSnapshot', (exchange) => exchange.saveSnapshot(), expect.any(Number)],
];

describe('an observer that asks from inside', () => {
  const running = (['stored', 'turnedAway', 'snapshotSaved'] as const).flatMap((kind) =>
    inside.map(([name, answer, value]) => ({ kind, name, answer, value })),
  );

  it.each(running)('when told $kind: $name', async ({ kind, answer, value }) => {
    const { exchange, answers, kinds, storage } = await answering(kind, answer);
    for (let i = 0; i < 8; i++) {
      await exchange.submit({ ...offer, priceTicks: 5 });
      await exchange.submit({ ...bid, actor: 'operator', priceTicks: 5 });
    }
    await exchange.saveSnapshot();
    await quiet();
    expect(answers.length).toBeGreaterThan(0);
    for (const each of await Promise.all(answers)) {
      if (typeof value === 'object' && 'asymmetricMatch' in value!) expect(each).toEqual(value);
      else expect(each).toMatchObject(value as object);
    }
    await exchange.close();
    expect(kinds.at(-1)).toBe('closed');
    const engine = await replayed(storage);
    expect(await exchange.read((market) => market.stateHash())).toBe(engine.stateHash());
    expect(await collected(exchange.subscribe('events', { after: 0 }))).toEqual([
      ...engine.events(),
    ]);
  });

  it.each(['stored', 'turnedAway', 'snapshotSaved', 'closed'] as const)(
    'when told %s: close',
    async (kind) => {
      const { exchange, answers, storage } = await answering(kind, (it) => it.close());
      const receipts = Array.from({ length: 8 }, () =>
        exchange.submit({ ...offer, priceTicks: 5 }),
      );
      const sent = await Promise.allSettled(receipts);
      const first = sent.filter((each) => each.status === 'fulfilled' && each.value.ok);
      await exchange.saveSnapshot().catch(() => {});
      await exchange.close();
      await Promise.all(answers);
      expect(first).toHaveLength(5);
      expect(answers.length).toBeGreaterThan(0);
      expect(await faultCode(exchange.advanceTime())).toBe('EXCHANGE_CLOSED');
      const again = await Exchange.open({ storage, clock: () => 1_000 });
      expect(again.status().sequence).toBe(SET_UP.length + 5);
    },
  );

  it.each(inside)('when told that the exchange stopped: %s', async (name, answer) => {
    const storage = new HeldStorage();
    const { exchange, answers } = await answering(
      'stopped',
      (it) =>
        answer(it).then(
          () => 'fine',
          (fault: { code: string }) => fault.code,
        ),
      storage,
    );
    storage.holds = true;
    const lost = faultCode(exchange.submit({ ...offer, priceTicks: 5 }));
    await quiet();
    storage.fail(new Error('no space'));
    expect(await lost).toBe('STORAGE_FAILED');
    const code = name === 'read' || name === 'subscribe' ? 'STORAGE_FAILED' : 'EXCHANGE_STOPPED';
    expect(await Promise.all(answers)).toEqual([code]);
    await exchange.close();
  });
});

describe('an observer that throws', () => {
  it('is counted and otherwise ignored', async () => {
    const told: string[] = [];
    const observe = ({ kind }: Notice): void => {
      told.push(kind);
      throw new Error(`cannot log ${kind}`);
    };
    const limits = { commandsPerSecond: 1, burst: 1 };
    const exchange = await staged({ observe, limits });
    const trades = collected(exchange.subscribe('trades'));
    expect(await exchange.submit({ ...offer, priceTicks: 5 })).toMatchObject({ ok: true });
    expect(await exchange.submit({ ...bid, priceTicks: 5 })).toMatchObject({ filledLots: 1 });
    expect(await exchange.submit({ ...bid, priceTicks: 5 })).toMatchObject({ code: 'RATE_LIMIT' });
    await exchange.saveSnapshot();
    await exchange.close();
    expect(new Set(told)).toEqual(
      new Set(['opened', 'stored', 'turnedAway', 'snapshotSaved', 'closed']),
    );
    expect(exchange.status()).toMatchObject({ state: 'closed', observerFaults: told.length });
    expect((await trades).map(({ trade }: TradeView) => trade)).toEqual([1]);
  });
});

/** Events of commands that did nothing but let time pass. */
function timePassed(...sequences: number[]): Uint8Array<ArrayBuffer> {
  const log = new ByteLog();
  for (const sequence of sequences) writeRecord(log, EVENTS.timeAdvanced, sequence, 1_000, [], []);
  return log.slice();
}

/** A feed that counts who waits. */
class CountingFeed extends Feed {
  waiting = 0;
  override whenChanged(wake: () => void): () => void {
    this.waiting++;
    const forget = super.whenChanged(wake);
    return () => {
      this.waiting--;
      return forget();
    };
  }
}

describe('the feed', () => {
  it('keeps the latest chunks within its bytes, whoever reads', () => {
    const feed = new Feed(10_000, 0);
    let woken = 0;
    feed.whenChanged(() => woken++);
    const forget = feed.whenChanged(() => (woken += 100));
    forget();
    for (let i = 1; i <= 1_000; i++) feed.publish(new Uint8Array(650), i);
    expect(woken).toBe(1);
    const kept = Array.from({ length: 1_000 }, (_, i) => feed.chunk(i)).filter(Boolean);
    expect(kept).toHaveLength(10);
    for (const ask of [() => feed.mustKeep(989), () => feed.chunkAfter(989)]) {
      expect(thrownBy(ask)).toMatchObject({ code: 'NOT_KEPT' });
    }
    feed.mustKeep(990);
    const numbers = [990, 991, 1_000].map((sequence) => feed.chunkAfter(sequence));
    expect(numbers).toEqual([990, 991, 1_000]);
  });

  it('keeps nothing of a frame that has more than is kept', () => {
    const feed = new Feed(1_000, 0);
    expect([0, 700, 701].map((bytes) => feed.keeps(bytes))).toEqual([true, true, false]);
    feed.publish(new Uint8Array(700), 1);
    expect(feed.chunk(0)?.byteLength).toBe(700);
    feed.publish(undefined, 5);
    expect([feed.lastSequence, feed.chunk(0)]).toEqual([5, undefined]);
    expect(thrownBy(() => feed.mustKeep(4))).toMatchObject({ code: 'NOT_KEPT' });
    feed.publish(new Uint8Array(10), 6);
    expect(feed.chunk(feed.chunkAfter(5))?.byteLength).toBe(10);
  });

  it('ends once, with the fault if there was one', () => {
    const feed = new Feed(10_000, 0);
    expect(feed.ended).toBeUndefined();
    const fault = new WattbookError('STORAGE_FAILED', 'no space');
    feed.finish(fault);
    feed.finish();
    expect(feed.ended).toEqual({ fault });
  });

  it('a reader is where it has looked, and leaves nothing behind while it waits', async () => {
    const feed = new CountingFeed(10_000, 3);
    let listeners = 0;
    const signal = {
      aborted: false,
      reason: undefined,
      throwIfAborted() {},
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--,
    };
    const translate = ({ sequence }: { sequence: number }) =>
      sequence % 10 === 0 ? [sequence] : [];
    const begin = async () => ({ first: [], sequence: 0, translate });
    const reader = new Subscription(feed, 3, { begin, follow: true, signal });
    const next = reader.next();
    for (const sequence of [4, 6, 8]) {
      // The second command of each frame left no event.
      feed.publish(timePassed(sequence), sequence + 1);
      await quiet();
      expect([reader.sequence, feed.waiting, listeners]).toEqual([sequence + 1, 1, 1]);
    }
    feed.publish(timePassed(10, 11, 12), 12);
    expect(await next).toEqual({ done: false, value: 10 });
    expect([reader.sequence, feed.waiting, listeners]).toEqual([10, 0, 0]);
    const last = reader.next();
    await quiet();
    expect([reader.sequence, feed.waiting, listeners]).toEqual([12, 1, 1]);
    await reader.return();
    await last;
    expect([feed.waiting, listeners]).toEqual([0, 0]);
  });

  it('what a reader has looked through may go, even before it comes to the end', async () => {
    const feed = new Feed(500_000, 0);
    const thousands = (from: number): void => {
      const sequences = Array.from({ length: 9_000 }, (_, i) => from + i);
      feed.publish(timePassed(...sequences), from + 8_999);
    };
    const translate = ({ sequence }: { sequence: number }) =>
      sequence === 30_000 ? [sequence] : [];
    const begin = async () => ({ first: [], sequence: 0, translate });
    const reader = new Subscription(feed, 0, { begin, follow: true, signal: undefined });
    thousands(1);
    thousands(9_001);
    const next = reader.next();
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    // It lets others have their turn in the middle of the second frame.
    expect(reader.sequence).toBeGreaterThan(9_000);
    expect(reader.sequence).toBeLessThan(18_000);
    thousands(18_001);
    expect(thrownBy(() => feed.mustKeep(8_999))).toMatchObject({ code: 'NOT_KEPT' });
    await quiet();
    thousands(27_001);
    expect(await next).toEqual({ done: false, value: 30_000 });
  });
});
