import { describe, expect, it } from 'vitest';
import {
  type Channels,
  type EventRecord,
  Exchange,
  memoryStorage,
  type Subscription,
  type TradeView,
  WattbookError,
} from '../src/index.ts';
import { collected } from './collected.ts';
import {
  askExchange,
  bid,
  expectedOf,
  faultCode,
  HeldStorage,
  offer,
  quiet,
  rejection,
  SET_UP,
  staged,
  TestClock,
} from './exchange-stage.ts';
import { mulberry32 } from './mulberry32.ts';
import { thrownBy } from './stage.ts';

const STORED = { follow: false, after: 0 } as const;

/** An exchange that has gone through a seeded stream, and what an engine made of it. */
async function played(seed: number, count: number, options: object = {}) {
  const { engine, steps } = expectedOf(seed, count);
  const clock = new TestClock();
  const exchange = await staged({ clock: clock.tell, ...options });
  const receipts = steps.map(({ ask, at }) => {
    clock.now = at;
    return askExchange(exchange, ask);
  });
  return { exchange, engine, receipts, steps, clock };
}

/** A trade of one lot, two commands. */
async function trade(exchange: Exchange, priceTicks: number): Promise<void> {
  await Promise.all([
    exchange.submit({ ...offer, priceTicks }),
    exchange.submit({ ...bid, priceTicks }),
  ]);
}

async function take<T>(subscription: Subscription<T>, count: number): Promise<T[]> {
  const found: T[] = [];
  while (found.length < count) {
    const { done, value } = await subscription.next();
    if (done === true) throw new Error(`ended after ${found.length} of ${count}`);
    found.push(value);
  }
  return found;
}

/** What a promise has come to by now. */
function settled<T>(promise: Promise<T>): () => T | 'waits' | Error {
  let state: T | 'waits' | Error = 'waits';
  promise.then(
    (value) => (state = value),
    (error: Error) => (state = error),
  );
  return () => state;
}

const END = { done: true, value: undefined };

describe('what is told', () => {
  it('is stored', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    storage.holds = true;
    const told = (['events', 'trades', 'orders'] as const).map((each) => exchange.subscribe(each));
    const data = (['best', 'depth', 'book'] as const).map((each) =>
      exchange.subscribe(each, { product: 'noon' }),
    );
    const next = [...told, ...data].map((subscription) => settled<unknown>(subscription.next()));
    const sent = trade(exchange, 5);
    await quiet();
    // Market data began before the trade, with a market that was stored.
    const waits = [true, true, true, false, false, false];
    expect(next.map((state) => state() === 'waits')).toEqual(waits);
    const late = settled(exchange.subscribe('depth', { product: 'noon' }).next());
    await quiet();
    expect(late()).toBe('waits');
    storage.release();
    await sent;
    await quiet();
    expect([...next, late].map((state) => state())).toEqual(
      [
        { sequence: SET_UP.length + 1, type: 'orderAccepted', order: 1 },
        { sequence: SET_UP.length + 2, trade: 1, priceTicks: 5 },
        { sequence: SET_UP.length + 1, update: 'accepted', orderId: 1 },
        { sequence: SET_UP.length, bid: undefined },
        { sequence: SET_UP.length, snapshot: true, asks: [] },
        { sequence: SET_UP.length, snapshot: true, changes: [] },
        { sequence: SET_UP.length + 2, snapshot: true },
      ].map((value) => ({ done: false, value: expect.objectContaining(value) as unknown })),
    );
  });

  it.each([11, 12, 13])('is all of it, in order, to readers of any pace, seed %i', async (seed) => {
    const { exchange, engine, receipts } = await played(seed, 500);
    const draw = mulberry32(seed);
    const events = Array.from({ length: 5 }, (_, pace) => {
      const subscription = exchange.subscribe('events', { after: 0 });
      return (async () => {
        const found: EventRecord[] = [];
        for await (const event of subscription) {
          found.push(event);
          if (draw(40) < pace) await quiet();
        }
        return found;
      })();
    });
    const trades = collected(exchange.subscribe('trades', { after: 0 }));
    const filters = [{ product: 'noon' }, { account: 'bob' }, { product: 'night', account: 'bob' }];
    const filtered = filters.map((filter) =>
      collected(exchange.subscribe('trades', { after: 0, ...filter })),
    );
    await Promise.all(receipts);
    await exchange.close();
    const expected = [...engine.events()];
    for (const found of await Promise.all(events)) expect(found).toEqual(expected);
    expect(await trades).toEqual([...engine.trades()]);
    expect((await trades).length).toBeGreaterThan(30);
    expect(await Promise.all(filtered)).toEqual(
      filters.map((filter) => [...engine.trades(filter)]),
    );
  });

  it('begins now, if nothing else is asked for', async () => {
    const exchange = await staged();
    await trade(exchange, 4);
    const trades = exchange.subscribe('trades');
    expect(trades.sequence).toBe(SET_UP.length + 2);
    await trade(exchange, 5);
    expect(await trades.next()).toMatchObject({ value: { priceTicks: 5 } });
    expect(await collected(exchange.subscribe('trades', { follow: false }))).toEqual([]);
  });

  it('leaves time to others while it is looked for', async () => {
    const { exchange, receipts } = await played(14, 200);
    await Promise.all(receipts);
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 500 }, () => exchange.advanceTime()));
    }
    let others = 0;
    const timer = setInterval(() => others++, 0);
    const trades = exchange.subscribe('trades', { after: SET_UP.length + 200, follow: false });
    expect(await trades.next()).toEqual(END);
    clearInterval(timer);
    expect(others).toBeGreaterThan(0);
  });
});

describe('going on after a break', () => {
  const channels: readonly [keyof Channels, object][] = [
    ['events', {}],
    ['trades', {}],
    ['orders', { account: 'bob' }],
    ['best', { product: 'noon' }],
    ['depth', { product: 'noon' }],
    ['book', { product: 'noon' }],
  ];

  it.each(channels)(
    '%s: loses nothing, and doubles what was begun at most',
    async (channel, more) => {
      const { exchange, receipts } = await played(21, 250);
      await Promise.all(receipts);
      const options = { ...STORED, ...more, after: SET_UP.length };
      const whole = await collected(exchange.subscribe(channel, options));
      expect(whole.length).toBeGreaterThan(20);
      for (let broken = 0; broken <= whole.length; broken++) {
        const first = exchange.subscribe(channel, options);
        const before = await take(first, broken);
        await first.return();
        const rest = await collected(
          exchange.subscribe(channel, { ...options, after: first.sequence }),
        );
        expect(before).toEqual(whole.slice(0, broken));
        const doubled = broken + rest.length - whole.length;
        expect(rest).toEqual(whole.slice(whole.length - rest.length));
        expect(doubled).toBeGreaterThanOrEqual(0);
        // What is doubled is of one command, and that one was not given out to its end.
        const again = new Set(rest.slice(0, doubled + 1).map(({ sequence }) => sequence));
        if (doubled > 0) expect(again.size).toBe(1);
        else if (broken > 0) expect(rest[0]?.sequence).not.toBe(before.at(-1)?.sequence);
      }
    },
  );

  it('from any sequence gives exactly what came after it', async () => {
    const { exchange, engine, receipts } = await played(22, 120);
    await Promise.all(receipts);
    const end = engine.sequence;
    const events = [...engine.events()];
    for (let after = 0; after <= end; after++) {
      const rest = await collected(exchange.subscribe('events', { after, follow: false }));
      expect(rest).toEqual(events.filter(({ sequence }) => sequence > after));
    }
    const beyond = thrownBy(() => exchange.subscribe('events', { after: end + 1 }));
    expect(beyond).toBeInstanceOf(RangeError);
    expect(beyond.message).toBe(`after is ${end + 1}, the journal ends at ${end}`);
  });

  it('gives what is kept, and says when something is gone', async () => {
    const exchange = await staged({ keepBytes: 20_000 });
    for (let i = 0; i < 100; i++) await trade(exchange, 3);
    const code = (after: number): string => {
      try {
        void exchange.subscribe('events', { after });
        return 'kept';
      } catch (error) {
        return (error as WattbookError).code;
      }
    };
    const { sequence } = exchange.status();
    const codes = Array.from({ length: sequence + 1 }, (_, after) => code(after));
    const first = codes.indexOf('kept');
    expect(first).toBeGreaterThan(SET_UP.length);
    expect(new Set(codes.slice(0, first))).toEqual(new Set(['NOT_KEPT']));
    expect(new Set(codes.slice(first))).toEqual(new Set(['kept']));
    const kept = await collected(exchange.subscribe('trades', { after: first, follow: false }));
    expect(kept.map((each) => each.sequence)).toEqual(
      Array.from({ length: kept.length }, (_, i) => sequence - 2 * (kept.length - 1 - i)),
    );
    expect(2 * kept.length).toBeGreaterThanOrEqual(sequence - first - 1);
  });

  it('works after reopening: from the start, or from the latest snapshot', async () => {
    const storage = memoryStorage();
    const { exchange, engine, receipts, clock } = await played(24, 150, { storage });
    await Promise.all(receipts);
    await exchange.close();
    const events = [...engine.events()];
    const again = await Exchange.open({ storage, clock: clock.tell });
    expect(await collected(again.subscribe('events', STORED))).toEqual(events);
    const saved = await again.saveSnapshot();
    await trade(again, 5);
    await again.close();
    const third = await Exchange.open({ storage, clock: clock.tell });
    const fault = thrownBy(() => third.subscribe('events', { after: saved - 1 }));
    expect(fault).toMatchObject({ code: 'NOT_KEPT' });
    const rest = await collected(third.subscribe('events', { after: saved, follow: false }));
    expect(new Set(rest.map(({ sequence }) => sequence))).toEqual(new Set([saved + 1, saved + 2]));
  });
});

describe('the end of a subscription', () => {
  it('comes with what is stored now, if it is not to follow', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    await trade(exchange, 5);
    storage.holds = true;
    const sent = trade(exchange, 6);
    const trades = exchange.subscribe('trades', STORED);
    expect((await collected(trades)).map(({ priceTicks }) => priceTicks)).toEqual([5]);
    expect(await trades.next()).toEqual(END);
    storage.release();
    await sent;
    expect(await trades.next()).toEqual(END);
  });

  it('comes with break, and with a throw in the loop', async () => {
    const exchange = await staged();
    await trade(exchange, 5);
    await trade(exchange, 6);
    const trades = exchange.subscribe('trades', { after: 0 });
    for await (const { priceTicks } of trades) {
      expect(priceTicks).toBe(5);
      break;
    }
    expect(await trades.next()).toEqual(END);
    const other = exchange.subscribe('trades', { after: 0 });
    const loop = (async () => {
      for await (const { priceTicks } of other) throw new Error(`cannot sell at ${priceTicks}`);
    })();
    expect((await rejection(loop)).message).toBe('cannot sell at 5');
    expect(await other.next()).toEqual(END);
    expect(other.sequence).toBe(SET_UP.length + 2);
  });

  it('comes with return, for a next that waits too', async () => {
    const exchange = await staged();
    const trades = exchange.subscribe('trades');
    const waiting = [trades.next(), trades.next()];
    await quiet();
    expect(await trades.return()).toEqual(END);
    expect(await Promise.all(waiting)).toEqual([END, END]);
    await trade(exchange, 5);
    expect(await trades.next()).toEqual(END);
    expect(await trades.return()).toEqual(END);
  });

  it('comes with return and with the signal where the storage is waited for', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    storage.holds = true;
    exchange.submit({ ...offer, priceTicks: 5 }).catch(() => {});
    const controller = new AbortController();
    const { signal } = controller;
    const left = exchange.subscribe('depth', { product: 'noon' });
    const aborted = exchange.subscribe('depth', { product: 'noon', signal });
    const next = [settled(left.next()), settled(aborted.next())];
    await quiet();
    await left.return();
    controller.abort(new Error('enough'));
    await quiet();
    expect(next.map((state) => state())).toEqual([END, new Error('enough')]);
  });

  it('comes once, with the reason of the signal', async () => {
    const exchange = await staged();
    await trade(exchange, 5);
    const reason = new Error('enough');
    const already = exchange.subscribe('trades', { after: 0, signal: AbortSignal.abort(reason) });
    expect(await rejection(already.next())).toBe(reason);
    expect(await already.next()).toEqual(END);

    const controller = new AbortController();
    const trades = exchange.subscribe('trades', { after: 0, signal: controller.signal });
    await trades.next();
    const waiting = [rejection(trades.next()), trades.next()];
    await quiet();
    controller.abort(reason);
    expect(await Promise.all(waiting)).toEqual([reason, END]);

    const late = new AbortController();
    const ended = exchange.subscribe('trades', { ...STORED, signal: late.signal });
    expect(await collected(ended)).toHaveLength(1);
    late.abort(reason);
    expect(await ended.next()).toEqual(END);
  });

  it('comes with close, after the rest', async () => {
    const exchange = await staged();
    const subscriptions = [exchange.subscribe('trades'), exchange.subscribe('trades')];
    const reading = collected(subscriptions[0]!);
    const sent = [trade(exchange, 5), trade(exchange, 6)];
    await exchange.close();
    await Promise.all(sent);
    const prices = (trades: TradeView[]): number[] => trades.map((each) => each.priceTicks);
    expect(prices(await reading)).toEqual([5, 6]);
    // Those who did not read yet, and those who come late, get it too.
    expect(prices(await collected(subscriptions[1]!))).toEqual([5, 6]);
    expect(prices(await collected(exchange.subscribe('trades', { after: 0 })))).toEqual([5, 6]);
    expect(await collected(exchange.subscribe('trades'))).toEqual([]);
  });

  it('comes with the fault that stopped the exchange, after what is stored', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    const trades = exchange.subscribe('trades');
    const late = exchange.subscribe('trades', { after: 0 });
    await trade(exchange, 5);
    storage.holds = true;
    const lost = faultCode(trade(exchange, 6));
    await quiet();
    storage.fail(new Error('no space'));
    expect(await lost).toBe('STORAGE_FAILED');
    for (const each of [trades, late, exchange.subscribe('trades', { after: 0 })]) {
      expect(await each.next()).toMatchObject({ value: { priceTicks: 5 } });
      const fault = await rejection(each.next());
      expect(fault).toBe(exchange.status().fault);
      expect(await each.next()).toEqual(END);
    }
    expect(await faultCode(exchange.subscribe('depth', { product: 'noon' }).next())).toBe(
      'STORAGE_FAILED',
    );
  });
});

it('calls of next take turns', async () => {
  const exchange = await staged();
  const trades = exchange.subscribe('trades');
  const waiting = Array.from({ length: 4 }, () => trades.next());
  for (const ticks of [5, 6, 7, 8]) await trade(exchange, ticks);
  const given = await Promise.all(waiting);
  expect(given.map(({ value }) => (value as TradeView).priceTicks)).toEqual([5, 6, 7, 8]);
});
