import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/core/registry.ts';
import { Exchange, memoryStorage, type Notice } from '../src/index.ts';
import { collected } from './collected.ts';
import {
  type Ask,
  askExchange,
  bid,
  expectedOf,
  faultCode,
  HeldStorage,
  offer,
  quiet,
  rejection,
  staged,
  SET_UP,
  TestClock,
  traceOf,
} from './exchange-stage.ts';
import { mulberry32 } from './mulberry32.ts';
import { codeOf } from './stage.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];
const COUNT = 600;

describe.each(SEEDS)('the same requests, seed %i', (seed) => {
  const { engine, steps } = expectedOf(seed, COUNT);

  it('come to the same as on an engine: outcomes, events, state', async () => {
    const clock = new TestClock();
    const exchange = await staged({ clock: clock.tell });
    const events = exchange.subscribe('events', { after: 0 });
    const draw = mulberry32(seed);
    const receipts: Promise<unknown>[] = [];
    for (const { ask, at } of steps) {
      clock.now = at;
      receipts.push(askExchange(exchange, ask));
      // Now and then all at once, so that frames hold one command or many.
      if (draw(3) === 0) await Promise.all(receipts.slice(-1 - draw(8)));
    }
    const given = await Promise.all(receipts);
    const expected = steps.map(({ outcome }) => ({ ...outcome, level: 'executed' }));
    expect(given).toEqual(expected);
    expect(await exchange.read((market) => market.stateHash())).toBe(engine.stateHash());
    expect(await exchange.read((market) => market.isConserved())).toBe(true);
    await exchange.close();
    expect(await collected(events)).toEqual([...engine.events()]);
  });

  it('come to the same once more after each reopening', async () => {
    const storage = memoryStorage();
    const clock = new TestClock();
    let exchange = await staged({ storage, clock: clock.tell });
    for (const [i, { ask, at }] of steps.entries()) {
      clock.now = at;
      await askExchange(exchange, ask);
      if (i % 97 !== 96) continue;
      if (i % 2 === 0) await exchange.saveSnapshot();
      await exchange.close();
      exchange = await Exchange.open({
        storage,
        clock: clock.tell,
        drawSalt: () => new Uint8Array(16),
      });
    }
    expect(await exchange.read((market) => market.stateHash())).toBe(engine.stateHash());
  });
});

/** Commands that stand for what requests of another name ask for. */
const SECOND_NAMES = ['submitSpecial', 'submitInNetwork', 'takeInNetwork', 'recallInNetwork'];

describe('the streams', () => {
  it('hold every command, accepted and refused, and repetitions', () => {
    const seen = new Set<string>();
    const repeated = new Set<string>();
    for (const seed of SEEDS) {
      for (const { ask, outcome } of expectedOf(seed, COUNT).steps) {
        seen.add(`${ask[0]} ${outcome.ok}`);
        if (outcome.repeated) repeated.add(codeOf(outcome));
      }
    }
    // An archived product is one that readers cannot ask for: archive.test.ts has an exchange for it.
    const apart = ['advanceTime', 'archiveProduct', ...SECOND_NAMES];
    const names = Object.keys(COMMANDS).filter((name) => !apart.includes(name));
    const wanted = names.flatMap((name) => [`${name} true`, `${name} false`]);
    expect(wanted.filter((each) => !seen.has(each))).toEqual([]);
    expect(seen).toContain('advanceTime true');
    expect([...repeated]).toEqual(expect.arrayContaining(['ok', 'ID_REUSED']));
  });
});

describe('receipts', () => {
  it('say what the storage promises, and what was repeated', async () => {
    const exchange = await staged();
    const order = { ...offer, priceTicks: 5, commandId: 'a' } as const;
    const base = { ok: true, level: 'executed', sequence: SET_UP.length + 1 };
    const first = { ...base, repeated: false, orderId: 1, filledLots: 0 };
    expect(await exchange.submit(order)).toEqual(first);
    expect(await exchange.submit(order)).toEqual({ ...first, repeated: true });
    const { sequence } = base;
    expect(await exchange.submit({ ...order, priceTicks: 6 })).toEqual({
      ok: false,
      code: 'ID_REUSED',
      level: 'executed',
      sequence,
      repeated: true,
    });
    expect(await exchange.cancel({ actor: 'bob', orderId: 1 })).toEqual({
      ok: false,
      code: 'FORBIDDEN',
      level: 'executed',
      sequence: sequence + 1,
      repeated: false,
    });
    expect(await exchange.submit({ ...bid, priceTicks: 5 })).toMatchObject({ filledLots: 1 });
    expect(exchange.level).toBe('executed');
  });

  it('say durable on a storage that is', async () => {
    const inner = memoryStorage();
    const storage = Object.assign(Object.create(inner) as typeof inner, {
      supports: { level: 'durable' } as const,
      open: inner.open.bind(inner),
      read: inner.read.bind(inner),
      latestSnapshot: inner.latestSnapshot.bind(inner),
    });
    const exchange = await staged({ storage });
    expect(await exchange.advanceTime()).toMatchObject({ ok: true, level: 'durable' });
    expect(exchange.status().level).toBe('durable');
  });

  it('come once the storage has the command, repetitions of it too', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    storage.holds = true;
    const order = { ...offer, priceTicks: 5, commandId: 'a' } as const;
    let given = 0;
    const count = (): number => ++given;
    const receipts = [order, order].map((each) => exchange.submit(each).then(count));
    await quiet();
    receipts.push(exchange.submit(order).then(count));
    await quiet();
    expect([given, exchange.status().waiting]).toEqual([0, 1]);
    storage.release();
    await Promise.all(receipts);
    expect([given, exchange.status().waiting]).toEqual([3, 0]);
  });

  it('of what was turned away bear no sequence, and nothing was recorded', async () => {
    const storage = new HeldStorage();
    const notices: Notice[] = [];
    const exchange = await staged({ storage, maxWaiting: 24, observe: (it) => notices.push(it) });
    storage.holds = true;
    const sent = Array.from({ length: 24 }, () => exchange.advanceTime());
    const before = await traceOf(exchange);
    const overloaded = { ok: false, code: 'OVERLOADED', level: 'none' };
    expect(await exchange.advanceTime()).toEqual(overloaded);
    expect(await exchange.submit({ ...bid, priceTicks: 1 })).toEqual(overloaded);
    expect(await traceOf(exchange)).toEqual(before);
    expect(exchange.status()).toMatchObject({ turnedAway: 2, waiting: 24 });
    expect(notices.filter(({ kind }) => kind === 'turnedAway')).toEqual([
      { kind: 'turnedAway', code: 'OVERLOADED', actor: 'operator' },
      { kind: 'turnedAway', code: 'OVERLOADED', actor: 'bob' },
    ]);
    storage.release();
    expect((await Promise.all(sent)).every(({ ok }) => ok)).toBe(true);
    expect(await exchange.submit({ ...bid, priceTicks: 1 })).toMatchObject({ ok: true });
    await exchange.close();
    const again = await Exchange.open({ storage: storage.inner });
    expect(again.status().sequence).toBe(exchange.status().sequence);
  });
});

describe('reads', () => {
  it('wait for what they rest on, or do not', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    storage.holds = true;
    const sent = exchange.submit({ ...offer, priceTicks: 5 });
    const open = (market: { openOrders(): unknown[] }): number => market.openOrders().length;
    expect(await exchange.read(open, { at: 'executed' })).toBe(1);
    let durable: number | undefined;
    const read = exchange.read(open).then((value) => (durable = value));
    await quiet();
    expect(durable).toBeUndefined();
    // What comes after the question is not in the answer.
    const later = exchange.submit({ ...offer, priceTicks: 6 });
    storage.releaseOne();
    await sent;
    expect(await read).toBe(1);
    storage.release();
    await later;
    expect(await exchange.read(open)).toBe(2);
  });

  it('reject with the fault if what they rest on is lost, and go on for the rest', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    storage.holds = true;
    const sent = exchange.submit({ ...offer, priceTicks: 5 });
    const read = exchange.read((market) => market.sequence);
    const both = [faultCode(sent), faultCode(read)];
    await quiet();
    storage.fail(new Error('no space'));
    expect(await Promise.all(both)).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED']);
    expect(await faultCode(exchange.read((market) => market.sequence))).toBe('STORAGE_FAILED');
    const executed = exchange.read((market) => market.sequence, { at: 'executed' });
    expect(await executed).toBe(SET_UP.length + 1);
    expect(await faultCode(exchange.advanceTime())).toBe('EXCHANGE_STOPPED');
  });

  it('pass on what the query throws, and refuse a promise', async () => {
    const exchange = await staged();
    const wrong = exchange.read((market) => market.depth('never'));
    expect((await rejection(wrong)).message).toBe('product "never" is unknown');
    const late = exchange.read(async (market) => market.sequence);
    expect(await rejection(late)).toMatchObject({ name: 'TypeError' });
    expect(await exchange.read(() => undefined)).toBeUndefined();
    expect(await exchange.read(() => null)).toBeNull();
  });
});

describe('a signal', () => {
  const reason = new Error('enough');

  it('that is aborted already keeps the request off', async () => {
    const exchange = await staged();
    const before = await traceOf(exchange);
    const signal = AbortSignal.abort(reason);
    expect(await rejection(exchange.submit({ ...offer, priceTicks: 5 }, { signal }))).toBe(reason);
    expect(await rejection(exchange.read((market) => market.time, { signal }))).toBe(reason);
    expect(await traceOf(exchange)).toEqual(before);
  });

  it('that aborts later ends the waiting and not the request', async () => {
    const storage = new HeldStorage();
    const exchange = await staged({ storage });
    storage.holds = true;
    const controller = new AbortController();
    const { signal } = controller;
    const order = { ...offer, priceTicks: 5, commandId: 'a' } as const;
    const sent = rejection(exchange.submit(order, { signal }));
    const read = rejection(exchange.read((market) => market.time, { signal }));
    await quiet();
    controller.abort(reason);
    expect(await Promise.all([sent, read])).toEqual([reason, reason]);
    storage.release();
    expect(await exchange.submit(order)).toMatchObject({ ok: true, repeated: true, orderId: 1 });
  });

  it('that aborts afterwards does nothing, and nothing listens to it any more', async () => {
    const exchange = await staged();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const counted = {
      get aborted() {
        return signal.aborted;
      },
      reason,
      throwIfAborted: () => signal.throwIfAborted(),
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--,
    };
    expect(await exchange.advanceTime({}, { signal: counted })).toMatchObject({ ok: true });
    expect(await exchange.read((market) => market.time, { signal: counted })).toBe(1_000);
    expect(listeners).toBe(0);
    controller.abort(reason);
    expect(await exchange.advanceTime()).toMatchObject({ ok: true });
  });
});

describe('the clock', () => {
  it('stamps commands, and is held where it steps back', async () => {
    const clock = new TestClock();
    const exchange = await staged({ clock: clock.tell });
    const time = () => exchange.read((market) => market.time);
    clock.now = 2_000;
    await exchange.advanceTime();
    expect(await time()).toBe(2_000);
    clock.now = 1_500;
    expect(await exchange.advanceTime()).toMatchObject({ ok: true });
    expect(await time()).toBe(2_000);
    clock.now = 2_001;
    await exchange.advanceTime();
    expect(await time()).toBe(2_001);
  });

  it('that throws or tells no time leaves no trace, and the exchange goes on', async () => {
    let tell: () => unknown = () => 1_000;
    const exchange = await staged({ clock: () => tell() as number });
    const before = await traceOf(exchange);
    const asks: Ask[] = [
      ['submit', { ...bid, priceTicks: 5 }],
      ['advanceTime', {}],
    ];
    const broken = () => {
      throw new Error('no battery');
    };
    for (const ask of asks) {
      tell = broken;
      expect((await rejection(askExchange(exchange, ask))).message).toBe('no battery');
      for (const junk of [NaN, -1, 0.5, Infinity, 2 ** 53, -0, '5', null, undefined, 5n, {}]) {
        tell = () => junk;
        const { name, message } = await rejection(askExchange(exchange, ask));
        expect(name).toMatch(/^(TypeError|RangeError)$/);
        expect(message).toMatch(/^clock\(\) must be/);
      }
    }
    expect(await traceOf(exchange)).toEqual(before);
    tell = () => 1_001;
    expect(await exchange.advanceTime()).toMatchObject({ ok: true });
  });
});
