import { describe, expect, it } from 'vitest';
import { Engine, type OrderRequest } from '../src/index.ts';
import { stateOf } from '../src/engine/queries.ts';
import { buy, codeOf, limit, must, stage } from './stage.ts';
import { mulberry32 } from './mulberry32.ts';

/** A market in which everything that can be set is set. */
function rich(): Engine {
  const engine = stage();
  for (const id of ['carol', 'cold', 'gone']) must(engine.openAccount({ id }));
  must(engine.openAccount({ id: 'clerk', role: 'operator', commandId: 'open-clerk' }));
  must(engine.freezeAccount({ account: 'cold' }));
  must(engine.closeAccount({ account: 'gone' }));
  must(engine.setFees({ product: 'noon', makerPpm: 1_000, takerPpm: 2_500 }));
  limit(engine, 'bob', 'sell', 10, 300, { clientOrderId: 'first' });
  must(engine.setFees({ product: 'noon', makerPpm: 2_000, takerPpm: 3_500 }));
  limit(engine, 'bob', 'sell', 8, 300, { postOnly: 'reject', selfTrade: 'decrement' });
  limit(engine, 'alice', 'sell', 5, 300, { timeInForce: 'gtd', expiresAt: 9_000 });
  must(engine.setBand({ product: 'noon', band: { low: '-0.5', high: '1' } }));
  limit(engine, 'alice', 'buy', 6, -40, { timeInForce: 'gtd', expiresAt: 5_000 });
  const slid = limit(engine, 'alice', 'buy', 6, 310, { postOnly: 'slide', clientOrderId: 'slid' });
  must(engine.amend({ actor: 'alice', orderId: slid, quantityLots: 5, commandId: 'amend-1' }));
  limit(engine, 'alice', 'buy', 3, 300, { commandId: 'trade-1' });
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.005', lot: '1' };
  for (const id of ['dusk', 'night', 'dawn']) must(engine.listProduct({ id, ...grid }));
  must(engine.haltProduct({ product: 'night' }));
  must(engine.closeProduct({ product: 'dawn' }));
  expect(codeOf(engine.submit({ ...again, commandId: 'refused-1' }))).toBe('ACCOUNT_FROZEN');
  must(engine.advanceTime({ at: 1_000 }));
  return engine;
}

const again = {
  account: 'cold',
  product: 'noon',
  side: 'buy',
  price: '0.1',
  quantity: '1',
} as const;

/** Everything that can be asked about a market. */
function pictureOf(engine: Engine): unknown {
  const products = engine.products();
  return {
    sequence: engine.sequence,
    time: engine.time,
    accounts: engine.accounts().map(({ id }) => [engine.account(id), engine.balances(id)]),
    products,
    orders: engine.openOrders(),
    depth: products.map(({ id }) => engine.depth(id, 1_000)),
    queues: products.map(({ id }) => [engine.queue(id, 'buy'), engine.queue(id, 'sell')]),
    hashes: [engine.marketHash(), engine.stateHash()],
    conserved: engine.isConserved(),
  };
}

/** A stream of requests that touches all there is; the same for the same seed. */
function live(engine: Engine, seed: number, steps: number): string[] {
  const random = mulberry32(seed);
  const pick = <T>(...of: readonly T[]): T => of[random(of.length)] as T;
  const outcomes: unknown[] = [];
  for (let step = 0; step < steps; step++) {
    const account = pick('alice', 'bob', 'carol', 'cold');
    const orderId = 1 + random(steps + 20);
    const at = engine.time + random(200);
    const submit = {
      account,
      product: pick('noon', 'noon', 'dusk', 'night'),
      side: pick('buy', 'sell'),
      quantityLots: 1 + random(12),
      priceTicks: random(80) + 260 - 300 * random(2),
      postOnly: pick('off', 'off', 'reject', 'slide'),
      selfTrade: pick('allow', 'cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'),
      ...(random(4) === 0 ? { timeInForce: 'gtd', expiresAt: at + random(900) } : {}),
      ...(random(3) === 0 ? { clientOrderId: `c${random(20)}` } : {}),
      ...(random(3) === 0 ? { commandId: `id${random(30)}` } : {}),
      at,
    } as OrderRequest;
    const draw = random(12);
    if (draw < 7) outcomes.push(engine.submit(submit));
    else if (draw < 8) outcomes.push(engine.cancel({ actor: account, orderId }));
    else if (draw < 9)
      outcomes.push(engine.amend({ actor: account, orderId, quantityLots: random(9) }));
    else if (draw < 10) {
      const price = { quantityLots: 1 + random(3), limitPriceTicks: random(600) - 100 };
      outcomes.push(engine.take({ account, orderId, ...price }));
    } else if (draw < 11) {
      outcomes.push(engine.setFees({ product: 'noon', makerPpm: random(5_000), takerPpm: 900 }));
    } else outcomes.push(engine.preview(submit));
  }
  return outcomes.map((outcome) => JSON.stringify(outcome));
}

describe('snapshot and restore', () => {
  it('give back all that can be asked about', () => {
    const engine = rich();
    const copy = Engine.restore(engine.snapshot());
    expect(pictureOf(copy)).toEqual(pictureOf(engine));
    expect(copy.snapshot()).toEqual(engine.snapshot());
    expect(copy.product('noon')).toMatchObject({ lastPriceTicks: 300, termsVersion: 4 });
    expect(copy.product('dusk')).toMatchObject({ lastPriceTicks: undefined, status: 'open' });
    expect(copy.product('night')?.status).toBe('halted');
    expect(copy.product('dawn')?.status).toBe('closed');
    expect(copy.orderByClientId('alice', 'slid')).toMatchObject({
      priceTicks: 299,
      postOnly: 'slide',
      version: 2,
      termsVersion: 4,
      openLots: 5,
    });
    expect(copy.orderByClientId('bob', 'first')).toMatchObject({ termsVersion: 2, openLots: 7 });
    expect(copy.openOrders({ account: 'alice' }).map((order) => order.expiresAt)).toEqual([
      9_000,
      5_000,
      undefined,
    ]);
  });

  it('of a market that is new', () => {
    const engine = new Engine();
    const copy = Engine.restore(engine.snapshot());
    expect(pictureOf(copy)).toEqual(pictureOf(engine));
    expect(copy.snapshot()).toEqual(engine.snapshot());
  });

  it('of a market whose terms are at the edge of what terms may be', () => {
    const engine = stage();
    must(engine.setFees({ product: 'noon', makerPpm: 1_000_000, takerPpm: 1_000_000 }));
    must(engine.setBand({ product: 'noon', band: { low: '0.3', high: '0.3' } }));
    limit(engine, 'bob', 'sell', 4, 300);
    limit(engine, 'alice', 'buy', 1, 300);
    const copy = Engine.restore(engine.snapshot());
    expect(pictureOf(copy)).toEqual(pictureOf(engine));
  });

  it('keep the order of every queue', () => {
    const engine = stage();
    for (let i = 0; i < 200; i++) limit(engine, i % 2 ? 'bob' : 'alice', 'sell', 1 + (i % 5), 300);
    for (let id = 3; id < 200; id += 7) {
      const actor = id % 2 ? 'alice' : 'bob';
      if (id % 3 === 0) must(engine.cancel({ actor, orderId: id }));
      else must(engine.amend({ actor, orderId: id, quantityLots: 9 }));
    }
    const queue = engine.queue('noon', 'sell').map((order) => order.orderId);
    expect(queue).not.toEqual([...queue].sort((a, b) => a - b));
    const copy = Engine.restore(engine.snapshot());
    expect(copy.queue('noon', 'sell').map((order) => order.orderId)).toEqual(queue);
    must(copy.openAccount({ id: 'carol' }));
    must(copy.deposit({ account: 'carol', asset: 'EUR', amount: '999' }));
    limit(copy, 'carol', 'buy', 60, 300);
    const met = [...copy.trades()].map((trade) => trade.makerOrder);
    expect(met).toEqual(queue.slice(0, met.length));
  });

  it('forget history, and go on in the next sequence', () => {
    const engine = rich();
    const copy = Engine.restore(engine.snapshot());
    expect([...copy.events()]).toEqual([]);
    expect(copy.commandLog()).toHaveLength(0);
    expect(must(copy.openAccount({ id: 'new' })).sequence).toBe(engine.sequence + 1);
    expect(must(limitOutcome(copy)).orderId).toBe(must(limitOutcome(engine)).orderId);
  });

  it('go on past the numbers that 32 bits hold', () => {
    const engine = stage();
    const [sequence, order] = [2 ** 32 + 7, 2 ** 33 + 5];
    Object.assign(stateOf(engine), { sequence, lastOrder: order, lastTrade: 2 ** 34 });
    const copy = Engine.restore(engine.snapshot());
    limit(copy, 'bob', 'sell', 2, 300);
    const outcome = must(copy.submit({ ...buy, quantityLots: 1, priceTicks: 300 }));
    expect(outcome).toMatchObject({ sequence: sequence + 2, orderId: order + 2 });
    const events = [...copy.events()];
    expect(events.map((event) => event.sequence)).toEqual([1, 1, 2, 2, 2].map((i) => sequence + i));
    expect([...copy.trades()]).toMatchObject([{ trade: 2 ** 34 + 1, makerOrder: order + 1 }]);
    expect(copy.order(order + 1)).toMatchObject({ openLots: 1 });
    expect(Engine.restore(copy.snapshot()).stateHash()).toBe(copy.stateHash());
  });

  it('keep timers, window and client order ids at work', () => {
    const copy = Engine.restore(rich().snapshot());
    const taken = { account: 'bob', product: 'noon', side: 'sell', priceTicks: 400 } as const;
    const outcome = copy.submit({ ...taken, quantityLots: 1, clientOrderId: 'first' });
    expect(codeOf(outcome)).toBe('DUPLICATE_CLIENT_ORDER_ID');
    expect(copy.submit({ ...again, commandId: 'refused-1' })).toMatchObject({
      code: 'ACCOUNT_FROZEN',
      repeated: true,
    });
    expect(codeOf(copy.openAccount({ id: 'x', commandId: 'amend-1' }))).toBe('ID_REUSED');
    const { sequence } = copy;
    must(copy.advanceTime({ at: 9_000 }));
    const ended = [...copy.events({ after: sequence })].filter(
      (each) => each.type === 'orderEnded',
    );
    expect(ended.map((event) => [event.order, event.reason])).toEqual([
      [4, 'expired'],
      [3, 'expired'],
    ]);
  });

  it.each([1, 2, 3, 4, 5, 6])('continue the same way, run %d', (seed) => {
    const engine = rich();
    live(engine, seed, 150);
    const bytes = engine.snapshot();
    const copy = Engine.restore(bytes, { history: 'drop' });
    expect(copy.snapshot()).toEqual(bytes);
    const mark = engine.sequence;
    expect(live(copy, seed + 100, 250)).toEqual(live(engine, seed + 100, 250));
    expect(copy.snapshot()).toEqual(engine.snapshot());
    expect(copy.isConserved()).toBe(true);
    expect([...engine.trades({ after: mark })].length).toBeGreaterThan(0);
  });
});

function limitOutcome(engine: Engine) {
  const order = { account: 'alice', product: 'noon', side: 'buy', priceTicks: 1 } as const;
  return engine.submit({ ...order, quantityLots: 1 });
}

describe('replay', () => {
  it('of the whole log gives the same market and the same events', () => {
    const engine = rich();
    live(engine, 21, 300);
    const copy = Engine.replay(engine.commandLog());
    expect(pictureOf(copy)).toEqual(pictureOf(engine));
    expect([...copy.events()]).toEqual([...engine.events()]);
    expect(copy.commandLog()).toEqual(engine.commandLog());
    const lean = Engine.replay(engine.commandLog(), { history: 'drop' });
    expect(lean.stateHash()).toBe(engine.stateHash());
  });

  it('of a tail on top of a snapshot gives the same market', () => {
    const engine = rich();
    live(engine, 22, 100);
    const [from, length] = [engine.snapshot(), engine.commandLog().length];
    const mark = engine.sequence;
    live(engine, 23, 200);
    const tail = engine.commandLog().subarray(length);
    const copy = Engine.replay(tail, { from });
    expect(copy.snapshot()).toEqual(engine.snapshot());
    expect([...copy.events()]).toEqual([...engine.events({ after: mark })]);
    expect(copy.commandLog()).toEqual(tail);
  });

  it('does not ask the clock', () => {
    const engine = stage({ clock: () => 123_456 });
    limit(engine, 'alice', 'buy', 1, 1);
    const clock = () => {
      throw new Error('asked');
    };
    const copy = Engine.replay(engine.commandLog(), { clock });
    expect([copy.time, copy.stateHash()]).toEqual([123_456, engine.stateHash()]);
  });
});

describe('hashes', () => {
  /** Which of the two hashes a request changes. */
  const changes = (engine: Engine, ask: (engine: Engine) => unknown): string => {
    const before = [engine.marketHash(), engine.stateHash()];
    ask(engine);
    const market = engine.marketHash() === before[0] ? '' : 'market ';
    return `${market}${engine.stateHash() === before[1] ? '' : 'state'}`;
  };
  const order = { account: 'alice', product: 'noon', side: 'buy', quantityLots: 1 } as const;

  it('market: balances, orders, products, last prices; state: all of it and what steers on', () => {
    const engine = rich();
    const both = 'market state';
    expect(changes(engine, (e) => e.advanceTime({ at: 2_000 }))).toBe('state');
    expect(changes(engine, (e) => e.advanceTime({ at: 2_000 }))).toBe('state');
    expect(changes(engine, (e) => e.cancel({ actor: 'alice', orderId: 999 }))).toBe('state');
    expect(changes(engine, (e) => e.openAccount({ id: 'alice', commandId: 'w' }))).toBe('state');
    expect(changes(engine, (e) => e.openAccount({ id: 'alice', commandId: 'w' }))).toBe('');
    expect(changes(engine, (e) => e.openAccount({ id: 'bob', commandId: 'w' }))).toBe('');
    expect(changes(engine, (e) => e.preview({ ...order, priceTicks: 1 }))).toBe('');
    expect(changes(engine, (e) => e.openAccount({ id: 'dave' }))).toBe(both);
    expect(changes(engine, (e) => e.submit({ ...order, priceTicks: 1 }))).toBe(both);
    expect(changes(engine, (e) => e.cancelAll({ account: 'carol' }))).toBe('state');
    expect(changes(engine, (e) => e.cancelAll({ account: 'alice' }))).toBe(both);
    expect(changes(engine, (e) => e.haltProduct({ product: 'noon' }))).toBe(both);
    expect(changes(engine, (e) => e.setBand({ product: 'noon', band: null }))).toBe(both);
    expect(changes(engine, (e) => e.freezeAccount({ account: 'cold', frozen: false }))).toBe(both);
  });

  it('an order that finds nothing and does not rest leaves the market as it was', () => {
    const engine = stage();
    const ask = { ...order, priceTicks: 1, timeInForce: 'ioc' } as const;
    expect(changes(engine, (e) => must(e.submit(ask)))).toBe('state');
  });

  it('a take leaves the last price as it was', () => {
    const engine = rich();
    const { lastPrice } = engine.product('noon')!;
    limit(engine, 'bob', 'sell', 2, 777);
    const { orderId } = engine.queue('noon', 'sell').at(-1)!;
    const take = { account: 'alice', orderId, quantityLots: 1, limitPriceTicks: 777 };
    expect(changes(engine, (e) => must(e.take(take)))).toBe('market state');
    expect(engine.product('noon')?.lastPrice).toBe(lastPrice);
  });

  it('do not depend on the way to the market', () => {
    const [first, second] = [stage(), stage()];
    limit(first, 'alice', 'buy', 4, 20);
    limit(first, 'alice', 'buy', 4, 20);
    must(first.cancelAll({ account: 'alice' }));
    must(first.advanceTime({ at: 7 }));
    expect(first.marketHash()).toBe(second.marketHash());
    expect(first.stateHash()).not.toBe(second.stateHash());
  });
});
