import { describe, expect, test } from 'vitest';
import { Engine, type EventRecord, type OrderRequest, WattbookError } from '../src/index.ts';

/**
 * Defects of other projects that take code to show; those that a script can show are in
 * golden/peers-orders.txt, golden/peers-kinds.txt and golden/peers-classes.txt.
 */

const SELL = { account: 'alice', product: 'energy', side: 'sell', price: '0.25' } as const;
const BUY = { account: 'bob', product: 'energy', side: 'buy', price: '0.25' } as const;

function market(engine = new Engine()): Engine {
  engine.listAsset({ id: 'EUR', decimals: 9 });
  engine.listAsset({ id: 'kWh', decimals: 3 });
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' };
  engine.listProduct({ id: 'energy', ...grid, makerPpm: 1_000, takerPpm: 2_000 });
  for (const account of ['alice', 'bob', 'carol']) {
    engine.openAccount({ id: account });
    engine.deposit({ account, asset: 'EUR', amount: '100' });
    engine.deposit({ account, asset: 'kWh', amount: '100' });
  }
  return engine;
}

/** A market in which every kind of resting order stands and something has traded. */
function busyMarket(engine = new Engine()): Engine {
  market(engine);
  engine.submit({ ...SELL, quantity: '5', clientOrderId: 'a1', at: 1_000 });
  engine.submit({ ...SELL, account: 'carol', quantity: '5' });
  engine.submit({ ...SELL, quantity: '5', selfTrade: 'decrement' });
  engine.submit({ ...BUY, quantity: '2', commandId: 'b1' });
  engine.amend({ actor: 'alice', orderId: 1, quantity: '4' });
  engine.submit({ ...BUY, price: '0.20', quantity: '3', postOnly: 'reject' });
  engine.submit({ ...BUY, price: '0.30', quantity: '3', postOnly: 'slide' });
  engine.submit({ ...BUY, price: '0.19', quantity: '3', timeInForce: 'gtd', expiresAt: 9_000 });
  engine.setFees({ product: 'energy', makerPpm: 0, takerPpm: 500 });
  engine.submit({ ...BUY, price: '-0.05', quantity: '1' });
  engine.submit({ ...BUY, quantity: '500', commandId: 'b2' });
  return engine;
}

/** What happens to a market from here on. */
function future(engine: Engine): EventRecord[] {
  const since = engine.sequence;
  engine.submit({ ...BUY, quantity: '2', commandId: 'b1' });
  engine.submit({ ...BUY, quantity: '500', commandId: 'b2' });
  engine.submit({ ...BUY, quantity: '6' });
  engine.amend({ actor: 'bob', orderId: 5, price: '0.25', expectedVersion: 1 });
  engine.amend({ actor: 'bob', orderId: 6, price: '0.26', expectedVersion: 1 });
  engine.submit({ ...SELL, quantity: '1', clientOrderId: 'a1' });
  engine.advanceTime({ at: 9_000 });
  engine.submit({ ...SELL, price: '-0.10', quantity: '20', selfTrade: 'cancelMaker' });
  return [...engine.events({ after: since })];
}

const NO_NUMBERS: readonly unknown[] = [
  NaN,
  Infinity,
  -Infinity,
  0.1,
  1n,
  -0,
  2 ** 53,
  null,
  '',
  ' 1',
  '1 ',
  '+1',
  '.5',
  '1.',
  '01',
  '1e3',
  '0x10',
  '1,5',
  'NaN',
  'Infinity',
  '-0',
  '١',
  '99999999999999999',
  [],
  ['1'],
  {},
  { toString: () => '1' },
];

describe('nodejs-order-book: NaN and Infinity are accepted', () => {
  const fields = ['quantity', 'price', 'minQuantity', 'expiresAt', 'at'] as const;
  const counts = ['quantityLots', 'priceTicks', 'minQuantityLots'] as const;
  test.each([...fields, ...counts])('what is no number is misuse in %s', (field) => {
    const engine = market();
    const before = engine.stateHash();
    const text = counts.some((each) => each === field) ? undefined : '1';
    for (const value of NO_NUMBERS) {
      const order = { ...SELL, quantity: '1', timeInForce: 'gtd', expiresAt: 5 };
      const [name] = field.split(/Lots|Ticks/) as [string];
      const request = { ...order, [name]: text, [field]: value } as unknown as OrderRequest;
      const attempt = (): unknown => engine.submit(request);
      expect(attempt, String(value)).toThrow(/must be|missing|no whole|too large|more digits/);
      expect(engine.stateHash()).toBe(before);
    }
  });

  test('misuse throws TypeError or RangeError and takes no sequence', () => {
    const engine = market();
    const { sequence } = engine;
    const order = { ...SELL, quantity: 5 } as unknown as OrderRequest;
    expect(() => engine.submit(order)).toThrow(TypeError);
    expect(() => engine.submit({ ...SELL, quantityLots: 0.5 })).toThrow(RangeError);
    expect(() => engine.deposit({ account: 'bob', asset: 'EUR', amountQuanta: NaN })).toThrow(
      RangeError,
    );
    expect(engine.sequence).toBe(sequence);
  });
});

test('nodejs-order-book: ids such as constructor and __proto__ break it', () => {
  const engine = market();
  const ids = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
  for (const id of ids) {
    expect(engine.account(id)).toBeUndefined();
    expect(engine.product(id)).toBeUndefined();
    expect(() => engine.balance(id, 'EUR')).toThrow(RangeError);
    expect(engine.orderByClientId('alice', id)).toBeUndefined();
    expect(engine.openAccount({ id, commandId: id })).toMatchObject({ ok: true });
    expect(engine.openAccount({ id, commandId: id })).toMatchObject({ ok: true, repeated: true });
    expect(engine.listAsset({ id, decimals: 0 })).toMatchObject({ ok: true });
    expect(engine.submit({ ...SELL, quantity: '1', clientOrderId: id })).toMatchObject({
      ok: true,
    });
    expect(engine.orderByClientId('alice', id)?.clientOrderId).toBe(id);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Engine.restore(engine.snapshot()).stateHash()).toBe(engine.stateHash());
});

test('nodejs-order-book: a snapshot forgets last price and post-only', () => {
  const engine = busyMarket();
  const restored = Engine.restore(engine.snapshot());
  expect(restored.product('energy')).toEqual(engine.product('energy'));
  expect(restored.product('energy')?.lastPrice).toBe('0.25');
  expect(restored.openOrders()).toEqual(engine.openOrders());
  expect(restored.openOrders().map(({ postOnly }) => postOnly)).toContain('slide');
  expect(restored.time).toBe(1_000);
  expect(future(restored)).toEqual(future(engine));
  expect(restored.stateHash()).toBe(engine.stateHash());
});

test('nodejs-order-book: a snapshot forgets stop orders and what is shown', () => {
  const engine = market();
  const sell = (terms: Partial<OrderRequest>) =>
    engine.submit({ ...SELL, quantity: '5', ...terms });
  sell({ displayQuantity: '2', refreshBelow: '1' });
  sell({ displayQuantity: '0' });
  sell({ allOrNone: true });
  engine.submit({ ...BUY, quantity: '1.5' });
  sell({ stopPrice: '0.20', price: '0.19', displayQuantity: '2' });
  engine.submit({ ...BUY, quantity: '3', price: '0.40', stopPrice: '0.26', timeInForce: 'ioc' });
  engine.submit({
    ...BUY,
    quantity: '3',
    price: '0.40',
    stopPrice: '0.26',
    selfTrade: 'decrement',
  });

  const restored = Engine.restore(engine.snapshot());
  expect(restored.openOrders()).toEqual(engine.openOrders());
  expect(restored.openOrders().map(({ stopPrice }) => stopPrice)).toEqual([
    undefined,
    undefined,
    undefined,
    '0.20',
    '0.26',
    '0.26',
  ]);
  expect(restored.order(1)).toMatchObject({ display: 'clip', shown: '2.000', open: '3.500' });
  expect(restored.depth('energy')).toEqual(engine.depth('energy'));
  for (const each of [engine, restored]) {
    each.submit({ ...SELL, account: 'carol', quantity: '4', price: '0.26' });
    each.submit({ ...BUY, quantity: '16', price: '0.26' });
  }
  expect([...restored.trades({ after: engine.sequence - 1 })].length).toBeGreaterThan(0);
  expect(restored.marketHash()).toBe(engine.marketHash());
  expect(restored.stateHash()).toBe(engine.stateHash());
});

test('nodejs-order-book: a snapshot forgets that two orders are linked', () => {
  const engine = market();
  engine.submit({
    ...SELL,
    price: '0.30',
    quantity: '5',
    oco: { price: '0.19', stopPrice: '0.20' },
  });
  const restored = Engine.restore(engine.snapshot());
  for (const each of [engine, restored]) {
    each.submit({ ...BUY, price: '0.30', quantity: '2' });
    expect(each.openOrders().map(({ orderId, open }) => [orderId, open])).toEqual([
      [1, '3.000'],
      [2, '3.000'],
    ]);
    expect(each.cancel({ actor: 'alice', orderId: 2 })).toMatchObject({ ok: true });
    expect(each.openOrders()).toEqual([]);
    expect(each.balance('alice', 'kWh').locked).toBe('0.000');
  }
  expect(restored.stateHash()).toBe(engine.stateHash());
});

test('nodejs-order-book: replay reads the clock again', () => {
  let now = 1_000;
  const engine = market(new Engine({ clock: () => now++ }));
  engine.submit({ ...SELL, quantity: '1', timeInForce: 'gtd', expiresAt: 1_100 });
  now = 1_200;
  engine.submit({ ...BUY, quantity: '1' });
  const clock = (): number => expect.unreachable('a replay asks no clock');
  const replayed = Engine.replay(engine.commandLog(), { clock });
  expect(replayed.stateHash()).toBe(engine.stateHash());
  expect([...replayed.events()]).toEqual([...engine.events()]);
});

test('Energy Web Origin: a wall clock decides inside the matching', () => {
  let now = 5_000;
  const engine = market(new Engine({ clock: () => now }));
  now = 4_000;
  expect(engine.submit({ ...SELL, quantity: '1' })).toMatchObject({ ok: true });
  expect(engine.time).toBe(5_000);
  const still = market();
  still.submit({ ...SELL, quantity: '1', timeInForce: 'gtd', expiresAt: 1 });
  expect(still.openOrders()).toHaveLength(1);
  expect(still.time).toBe(0);
});

test("nodejs-order-book: the journal holds on to the caller's object", () => {
  const engine = market();
  const request = { ...SELL, quantity: '1', clientOrderId: 'a1' };
  engine.submit(request);
  const log = engine.commandLog();
  const snapshot = engine.snapshot();
  const hash = engine.stateHash();
  Object.assign(request, { quantity: '9', clientOrderId: 'a9', price: '0.01' });
  Object.assign(engine.openOrders()[0]!, { openLots: 0 });
  Object.assign(engine.accounts()[0]!, { status: 'closed' });
  engine.commandLog().fill(0);
  engine.snapshot().fill(0);
  expect(engine.stateHash()).toBe(hash);
  expect(engine.commandLog()).toEqual(log);
  expect(engine.snapshot()).toEqual(snapshot);
  expect(Engine.replay(log).openOrders()).toEqual(engine.openOrders());
});

test('nodejs-order-book: there is no list of trades', () => {
  const engine = busyMarket();
  engine.submit({ ...BUY, account: 'carol', quantity: '1' });
  const trades = [...engine.trades()];
  expect(trades.map(({ trade, quantity, value }) => [trade, quantity, value])).toEqual([
    [1, '2.000', '0.500000000'],
    [2, '1.000', '0.250000000'],
  ]);
  expect([...engine.trades({ account: 'bob' })]).toEqual(trades.slice(0, 1));
  expect([...engine.trades({ account: 'alice', product: 'energy' })]).toEqual(trades);
});

test('nodejs-order-book: the error class is no Error', () => {
  const attempt = (): unknown => Engine.restore(new Uint8Array(5));
  expect(attempt).toThrow(WattbookError);
  expect(attempt).toThrow(Error);
  expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_SNAPSHOT' }));
});

test('class 7: a sweep of many levels calls itself for each until the stack ends', () => {
  const engine = market(new Engine({ history: 'drop' }));
  const levels = 20_000;
  const { account, product, side } = SELL;
  for (let i = 1; i <= levels; i++) {
    engine.submit({ account, product, side, priceTicks: i, quantityLots: 1 });
  }
  engine.deposit({ account: 'bob', asset: 'EUR', amount: '9000000' });
  const all = { account: 'bob', product, side: 'buy', quantityLots: levels } as const;
  const sweep = engine.submit({ ...all, priceTicks: levels, timeInForce: 'fok' });
  expect(sweep).toMatchObject({ ok: true, filledLots: levels });
  expect(engine.openOrders()).toEqual([]);
  expect(engine.isConserved()).toBe(true);
});

test('OrderBook-rs #102, #208: a replay has the level sums right, but not queues and ids', () => {
  const engine = busyMarket();
  const rebuilt = [Engine.replay(engine.commandLog()), Engine.restore(engine.snapshot())];
  for (const other of rebuilt) {
    for (const side of ['buy', 'sell'] as const) {
      expect(other.queue('energy', side)).toEqual(engine.queue('energy', side));
    }
    const next = other.submit({ ...BUY, quantity: '12' });
    const meets = [...other.trades({ after: next.sequence - 1 })].map((each) => each.makerOrder);
    expect(meets).toEqual([1, 2, 3]);
  }
});

test('OrderBook-rs #199: trade ids are random on replay', () => {
  const engine = busyMarket();
  future(engine);
  const replayed = Engine.replay(engine.commandLog());
  expect([...replayed.trades()]).toEqual([...engine.trades()]);
  expect([...engine.trades()].map(({ trade }) => trade)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('OrderBook-rs #207: a restore that fails leaves half a state', () => {
  const engine = busyMarket();
  const snapshot = engine.snapshot();
  const hash = engine.stateHash();
  const bad = expect.objectContaining({ code: 'BAD_SNAPSHOT' });
  for (let length = 0; length < snapshot.length; length += 7) {
    expect(() => Engine.restore(snapshot.subarray(0, length))).toThrow(bad);
  }
  for (let at = 0; at < snapshot.length; at += 5) {
    const damaged = snapshot.slice();
    damaged[at]! ^= 0x10;
    expect(() => Engine.restore(damaged), `byte ${at}`).toThrow(bad);
  }
  expect(engine.stateHash()).toBe(hash);
  expect(Engine.restore(snapshot).stateHash()).toBe(hash);
});

test('exchange-core #103: a log that was cut or joined wrongly is replayed all the same', () => {
  const engine = busyMarket();
  const log = engine.commandLog();
  const first = new DataView(log.buffer).getUint32(0);
  const gap = expect.objectContaining({ code: 'SEQUENCE_GAP' });
  expect(() => Engine.replay(log.subarray(first))).toThrow(gap);
  expect(() => Engine.replay(new Uint8Array([...log, ...log]))).toThrow(gap);
  const cut = expect.objectContaining({ code: 'BAD_RECORD' });
  expect(() => Engine.replay(log.subarray(0, log.length - 1))).toThrow(cut);
});

test('intrepidkarthi/orderbook: what changes is not all on the event stream', () => {
  const engine = busyMarket();
  const open = new Map<number, number>();
  for (const event of [...engine.events(), ...future(engine)]) {
    if (event.type === 'orderRested') open.set(event.order, event.open);
    if (event.type === 'orderReduced') open.set(event.order, event.open);
    if (event.type === 'orderEnded') open.delete(event.order);
    if (event.type === 'trade') {
      open.set(event.makerOrder, open.get(event.makerOrder)! - event.quantity);
    }
    // Nothing had traded of the one order that is reduced in place.
    if (event.type === 'orderAmended' && event.keepsPlace) {
      open.set(event.order, event.quantity - 2_000);
    }
  }
  const seen = engine.openOrders().map(({ orderId, openLots }) => [orderId, openLots]);
  expect([...open].sort(([a], [b]) => a - b)).toEqual(seen);
});

describe('a repeated command id', () => {
  test('is told from another command whatever kind of object asks', () => {
    class Deposit {
      readonly account = 'bob';
      readonly asset = 'EUR';
      readonly commandId = 'd1';
      readonly #amount: string;
      constructor(amount: string) {
        this.#amount = amount;
      }
      get amount(): string {
        return this.#amount;
      }
    }
    const engine = market();
    expect(engine.deposit(new Deposit('1'))).toMatchObject({ ok: true, repeated: false });
    expect(engine.deposit(new Deposit('1'))).toMatchObject({ ok: true, repeated: true });
    expect(engine.deposit(new Deposit('2'))).toMatchObject({ ok: false, code: 'ID_REUSED' });
  });

  test('is remembered for 65,536 commands, and free again after', () => {
    const engine = market(new Engine({ history: 'drop' }));
    const request = { account: 'bob', asset: 'EUR', amount: '1', commandId: 'd1' };
    engine.deposit(request);
    for (let i = 0; i < 65_535; i++) engine.advanceTime({ at: i });
    expect(engine.deposit(request)).toMatchObject({ repeated: true });
    engine.advanceTime({ at: 65_535 });
    expect(engine.deposit(request)).toMatchObject({ ok: true, repeated: false });
    expect(engine.balance('bob', 'EUR').available).toBe('102.000000000');
  });
});
