import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { Exchange, memoryStorage, type StorageAdapter } from '../src/index.ts';
import {
  bid,
  faultCode,
  offer,
  quiet,
  rejection,
  staged,
  TestClock,
  traceOf,
} from './exchange-stage.ts';
import { codeOf, thrownBy } from './stage.ts';

describe('limits', () => {
  it('count what only operators may ask as theirs, though it is about an account', async () => {
    const exchange = await staged({ limits: { commandsPerSecond: 1, burst: 1 } });
    const funds = { account: 'alice', asset: 'EUR', amount: '1' };
    for (let i = 0; i < 3; i++) {
      expect(codeOf(await exchange.deposit(funds))).toBe('ok');
      expect(codeOf(await exchange.freezeAccount({ account: 'alice', frozen: i === 0 }))).toBe(
        'ok',
      );
    }
    expect(codeOf(await exchange.cancelAll({ account: 'alice' }))).toBe('ok');
  });

  it('do not keep a repetition from its outcome', async () => {
    const limits = { commandsPerSecond: 1, burst: 1, openOrders: 1 };
    const exchange = await staged({ limits });
    const order = { ...offer, priceTicks: 5, commandId: 'a' } as const;
    const first = await exchange.submit(order);
    expect(first.ok).toBe(true);
    expect(await exchange.submit(order)).toEqual({ ...first, repeated: true });
    expect(codeOf(await exchange.submit({ ...order, commandId: 'b' }))).toBe('RATE_LIMIT');
  });
});

it('an observer that rejects is counted like one that throws', async () => {
  const exchange = await staged({ observe: async () => Promise.reject(new Error('no log')) });
  await quiet();
  expect(exchange.status().observerFaults).toBeGreaterThan(0);
});

it('a query that returns an iterator or the market itself is refused', async () => {
  const exchange = await staged();
  const late = function* (market: { readonly sequence: number }) {
    yield market.sequence;
  };
  expect(await rejection(exchange.read(late))).toMatchObject({ name: 'TypeError' });
  expect(await rejection(exchange.read((market) => market))).toMatchObject({ name: 'TypeError' });
});

it('what is no signal is found out before anything is executed', async () => {
  const exchange = await staged();
  const before = await traceOf(exchange);
  for (const signal of [null, {}, 5, { aborted: false, throwIfAborted() {} }]) {
    const options = { signal } as never;
    for (const sent of [exchange.advanceTime({}, options), exchange.read(() => 1, options)]) {
      const { name, message } = await rejection(sent);
      expect([name, message]).toEqual(['TypeError', expect.stringContaining('signal')]);
    }
  }
  expect(await traceOf(exchange)).toEqual(before);
});

it('a hash that asks the exchange from inside does no harm to the journal', async () => {
  const storage = memoryStorage();
  let inside: (() => void) | undefined;
  const hash = (bytes: Uint8Array): Uint8Array => {
    const ask = inside;
    inside = undefined;
    ask?.();
    return sha256(bytes);
  };
  const exchange = await staged({ storage, sha256: hash });
  inside = () => void exchange.submit({ ...bid, priceTicks: 1 });
  await exchange.submit({ ...offer, priceTicks: 5 });
  await exchange.close();
  const again = await Exchange.open({ storage, clock: () => 1_000 });
  expect(await traceOf(again)).toEqual(await traceOf(exchange));
});

it('a clock that asks the exchange from inside does not make time go backwards', async () => {
  const clock = new TestClock();
  let inside: (() => void) | undefined;
  const tell = (): number => {
    const { now } = clock;
    const ask = inside;
    inside = undefined;
    ask?.();
    return now;
  };
  const exchange = await staged({ clock: tell });
  inside = () => {
    clock.now = 2_000;
    void exchange.advanceTime();
  };
  expect(codeOf(await exchange.advanceTime())).toBe('ok');
  expect(await faultCode(exchange.read(() => Promise.resolve(1)))).toMatch(/^TypeError/);
});

it('a request that sends another one while it is read leaves a journal that opens again', async () => {
  const storage = memoryStorage();
  const exchange = await staged({ storage });
  let inner: Promise<unknown> | undefined;
  const request = {
    ...offer,
    get priceTicks() {
      inner ??= exchange.submit({ ...bid, priceTicks: 1 });
      return 5;
    },
  };
  const outer = await exchange.submit(request);
  expect([outer.ok, exchange.status().state]).toEqual([true, 'running']);
  expect(await inner).toMatchObject({ ok: true });
  await exchange.close();
  const again = await Exchange.open({ storage, clock: () => 1_000 });
  expect(await traceOf(again)).toEqual(await traceOf(exchange));
});

it('a right to write that comes too late is given back', async () => {
  const inner = memoryStorage();
  let arrive!: () => void;
  const arrives = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const slow: StorageAdapter = {
    supports: inner.supports,
    open: async (options) => {
      await arrives;
      return inner.open(options);
    },
    read: (after) => inner.read(after),
    follow: (after, signal) => inner.follow(after, signal),
    latestSnapshot: () => inner.latestSnapshot(),
  };
  const opening = Exchange.open({ storage: slow, storageTimeoutMs: 5 });
  expect(await faultCode(opening)).toBe('STORAGE_TIMEOUT');
  arrive();
  await quiet();
  const exchange = await Exchange.open({ storage: inner });
  expect(exchange.status().state).toBe('running');
});

it('a snapshot that was asked for before the exchange was closed is saved', async () => {
  const storage = memoryStorage();
  const exchange = await staged({ storage });
  const saved = exchange.saveSnapshot();
  await exchange.close();
  const { sequence } = exchange.status();
  expect(await saved).toBe(sequence);
  expect((await storage.latestSnapshot())?.sequence).toBe(sequence);
  expect(await faultCode(exchange.saveSnapshot())).toBe('EXCHANGE_CLOSED');
});

describe('a reader that falls behind', () => {
  it('is told so, also where just what it has read is gone', async () => {
    const exchange = await staged({ keepBytes: 4_000 });
    const reader = exchange.subscribe('events');
    const ask = () => exchange.advanceTime();
    await ask();
    await reader.next();
    const { sequence } = reader;
    const isKept = (): boolean => {
      try {
        exchange.subscribe('events', { after: sequence - 1 });
        return true;
      } catch {
        return false;
      }
    };
    while (isKept()) await ask();
    expect((await reader.next()).value).toMatchObject({ sequence: sequence + 1 });
    const late = exchange.subscribe('events', { after: reader.sequence });
    for (let i = 0; i < 30; i++) await ask();
    expect(await faultCode(reader.next())).toBe('NOT_KEPT');
    expect(await faultCode(late.next())).toBe('NOT_KEPT');
  });

  it('where nothing is kept, is whoever was not there, also after opening again', async () => {
    const storage = memoryStorage();
    const first = await staged({ storage, keepBytes: 0 });
    const reader = first.subscribe('events');
    await first.advanceTime();
    expect(await faultCode(reader.next())).toBe('NOT_KEPT');
    await first.close();
    const again = await Exchange.open({ storage, keepBytes: 0, clock: () => 1_000 });
    for (const exchange of [first, again]) {
      const { sequence } = exchange.status();
      for (const after of [0, sequence - 1]) {
        const refused = thrownBy(() => exchange.subscribe('events', { after }));
        expect(refused).toMatchObject({ code: 'NOT_KEPT' });
      }
      const latest = exchange.subscribe('events', { after: sequence, follow: false });
      expect(await latest.next()).toEqual({ done: true, value: undefined });
    }
  });
});

describe('closing from inside', () => {
  const ways = ['request', 'signal', 'clock'] as const;
  it.each(ways)('a %s that closes the exchange is not carried out after that', async (way) => {
    let closing: Promise<void> | undefined;
    let exchange: Exchange | undefined;
    const close = (): void => void (closing ??= exchange?.close());
    let closes = false;
    const clock = (): number => {
      if (closes && way === 'clock') close();
      return 1_000;
    };
    exchange = await staged({ clock });
    const { sequence } = exchange.status();
    closes = true;
    const request = {
      ...offer,
      get priceTicks() {
        if (way === 'request') close();
        return 5;
      },
    };
    const options = {
      get signal() {
        if (way === 'signal') close();
        return new AbortController().signal;
      },
    };
    expect(await faultCode(exchange.submit(request, options))).toBe('EXCHANGE_CLOSED');
    await closing;
    expect(exchange.status()).toMatchObject({ sequence, storedSequence: sequence });
  });
});

it('a hash that uses its memory again makes a journal that opens', async () => {
  const storage = memoryStorage();
  const memory = new Uint8Array(32);
  const hash = (bytes: Uint8Array): Uint8Array => {
    memory.set(sha256(bytes));
    return memory;
  };
  const exchange = await staged({ storage, sha256: hash });
  await exchange.submit({ ...offer, priceTicks: 5 });
  await exchange.close();
  const again = await Exchange.open({ storage, sha256: hash, clock: () => 1_000 });
  expect(await traceOf(again)).toEqual(await traceOf(exchange));
});

it('without following, a subscription ends at what was stored when it was made', async () => {
  const exchange = await staged();
  const reader = exchange.subscribe('events', { after: 0, follow: false });
  const stored = exchange.status().storedSequence;
  let last = 0;
  for await (const { sequence } of reader) {
    last = sequence;
    await exchange.advanceTime();
  }
  expect(last).toBe(stored);
  expect(reader.sequence).toBe(stored);
});

it('a depth that was not read yet can be gone on with from what is stored', async () => {
  const exchange = await staged();
  const sent = exchange.submit({ ...offer, priceTicks: 5 });
  const reader = exchange.subscribe('depth', { product: 'noon' });
  expect(reader.sequence).toBe(exchange.status().storedSequence);
  await sent;
  await reader.next();
  expect(reader.sequence).toBe(exchange.status().storedSequence);
});

it('each request that is turned away gets an answer of its own', async () => {
  const exchange = await staged({ maxWaiting: 100 });
  const sent = Array.from({ length: 102 }, () => exchange.advanceTime());
  const [first, second] = (await Promise.all(sent)).slice(100);
  expect([first, second]).toEqual(Array(2).fill({ ok: false, code: 'OVERLOADED', level: 'none' }));
  expect(first).not.toBe(second);
});

it('a signal whose listener cannot be added leaves no rejection to nobody', async () => {
  const unhandled: unknown[] = [];
  const note = (fault: unknown): void => void unhandled.push(fault);
  process.on('unhandledRejection', note);
  const broken = {
    aborted: false,
    reason: undefined,
    throwIfAborted: () => {},
    removeEventListener: () => {},
    addEventListener: () => {
      throw new RangeError('no room for a listener');
    },
  };
  const storage = memoryStorage();
  const exchange = await staged({ storage });
  await Exchange.open({ storage, takeOver: true });
  const sent = exchange.submit({ ...offer, priceTicks: 5 }, { signal: broken });
  const depth = exchange.subscribe('depth', { product: 'noon', signal: broken });
  expect(await rejection(sent)).toMatchObject({ message: 'no room for a listener' });
  expect(await rejection(depth.next())).toMatchObject({ message: 'no room for a listener' });
  await quiet();
  expect([exchange.status().fault?.code, unhandled]).toEqual(['FENCED', []]);
  process.off('unhandledRejection', note);
});
