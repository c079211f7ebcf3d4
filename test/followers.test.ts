import { describe, expect, test } from 'vitest';
import { MAX_FOLLOWERS } from '../src/core/limits.ts';
import { Engine, type OrderUpdate } from '../src/index.ts';
import { collected } from './collected.ts';
import { staged } from './exchange-stage.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import type { MarketState } from '../src/matching/state.ts';
import { TRAILING } from '../src/orderbook/flags.ts';
import { limit, must, stage } from './stage.ts';

test('of a product a thousand open orders may follow a price, and the next one when one has ended', () => {
  const engine = stage();
  const trailing = { account: 'bob', product: 'noon', side: 'sell', priceTicks: 1 } as const;
  const ask = () =>
    engine.submit({ ...trailing, quantityLots: 1, stopPriceTicks: 2, trailTicks: 3 });
  for (let i = 0; i < MAX_FOLLOWERS; i++) must(ask());
  expect(ask()).toMatchObject({ ok: false, code: 'FOLLOWER_LIMIT' });
  must(engine.submit({ ...trailing, quantityLots: 1, stopPriceTicks: 2 }));
  must(engine.cancel({ actor: 'bob', orderId: 500 }));
  const restored = Engine.restore(engine.snapshot());
  must(ask());
  expect(ask()).toMatchObject({ code: 'FOLLOWER_LIMIT' });
  const again = { ...trailing, quantityLots: 1, stopPriceTicks: 2, trailTicks: 3 };
  must(restored.submit(again));
  expect(restored.submit(again)).toMatchObject({ code: 'FOLLOWER_LIMIT' });
  limit(engine, 'bob', 'sell', 1, 9);
  limit(engine, 'alice', 'buy', 1, 9);
  const moved = [...engine.events()].flatMap((event) =>
    event.type === 'stopMoved' ? [event.order] : [],
  );
  expect(moved).toHaveLength(MAX_FOLLOWERS);
  expect(moved).toEqual([...moved].sort((a, b) => a - b));
});

test('a trailing stop order tells how it trails', () => {
  const engine = stage();
  const orderId = limit(engine, 'bob', 'sell', 1, 2, { stopPriceTicks: 2, trailTicks: 3 });
  const part = limit(engine, 'bob', 'sell', 1, 2, { stopPriceTicks: 2, trailPpm: 30 });
  const none = { trail: undefined, trailTicks: undefined, trailPpm: undefined };
  expect(engine.order(orderId)).toMatchObject({ ...none, trail: '0.003', trailTicks: 3 });
  expect(engine.order(part)).toMatchObject({ ...none, trailPpm: 30 });
  limit(engine, 'bob', 'sell', 1, 9);
  limit(engine, 'alice', 'buy', 1, 9);
  expect(engine.order(orderId)).toMatchObject({ stopPriceTicks: 6, trailTicks: 3 });
  limit(engine, 'alice', 'buy', 2, 6);
  limit(engine, 'alice', 'buy', 1, 1);
  limit(engine, 'bob', 'sell', 1, 6);
  expect(engine.order(orderId)).toBeUndefined();
  expect(engine.order(part)).toMatchObject({ ...none, stopPrice: undefined, priceTicks: 2 });
});

test('subscribers are told of a trigger that moves', async () => {
  const exchange = await staged();
  const order = { product: 'noon', quantityLots: 1 } as const;
  await exchange.submit({
    ...order,
    account: 'alice',
    side: 'sell',
    priceTicks: 1,
    stopPriceTicks: 2,
    trailTicks: 3,
  });
  await exchange.submit({ ...order, account: 'carol', side: 'sell', priceTicks: 9 });
  await exchange.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 9 });
  const updates = collected(exchange.subscribe('orders', { account: 'alice', after: 0 }));
  await exchange.close();
  const found: readonly OrderUpdate[] = await updates;
  expect(found).toMatchObject([
    { update: 'accepted' },
    { update: 'terms', stopPrice: '0.002', trail: '0.003', trailTicks: 3, trailPpm: undefined },
    { update: 'waiting', stopPrice: '0.002' },
    {
      update: 'stopMoved',
      price: '0.001',
      stopPriceBefore: '0.002',
      stopPriceBeforeTicks: 2,
      stopPrice: '0.006',
      stopPriceTicks: 6,
      openLots: 1,
    },
  ]);
});

/** A market with two trailing stop orders, 1 and 2, and an order that rests, 3. */
function trailingMarket(): Engine {
  const engine = stage();
  limit(engine, 'bob', 'sell', 3, 1, { stopPriceTicks: 1, trailTicks: 2 });
  limit(engine, 'bob', 'sell', 3, 1, { stopPriceTicks: 1, trailPpm: 1_000_000 });
  limit(engine, 'bob', 'sell', 3, 9);
  return engine;
}

/** How a trailing stop order trails, to be written over. */
const trailOf = ({ orders }: MarketState, id: number): Record<string, number> =>
  orders.trails.of(orders.slotOf(id)) as unknown as Record<string, number>;

const FORGED: Forgeries = {
  'that trails at no distance': [
    'trails at a distance that cannot be',
    (state) => void (trailOf(state, 1)['distance'] = 0),
  ],
  'that trails at more than the price': [
    'trails at a distance that cannot be',
    (state) => void (trailOf(state, 2)['distance'] = 1_000_001),
  ],
  'that trails by what there is not': [
    'holds 3, which is in no table',
    (state) => void (trailOf(state, 1)['by'] = 3),
  ],
  'that trails and does not wait': [
    'has an order 3 that cannot be',
    ({ orders }) => {
      const slot = orders.slotOf(3);
      orders.setFlags(slot, orders.flags(slot) | TRAILING);
      orders.trails.add(slot, { by: 1, distance: 1 });
    },
  ],
};

describe('a snapshot is refused with an order', () => refusesEach(FORGED, trailingMarket));

/** A market with two pegs, 2 that buys and 3 that sells, between a bid and an ask. */
function peggedMarket(): Engine {
  const engine = stage();
  limit(engine, 'alice', 'buy', 3, 5);
  limit(engine, 'alice', 'buy', 3, 8, { peg: 'bid', pegOffsetTicks: 1 });
  limit(engine, 'bob', 'sell', 3, 3, { peg: 'bid', pegOffsetTicks: 4 });
  limit(engine, 'bob', 'sell', 3, 12);
  return engine;
}

const pegOf = ({ orders }: MarketState, id: number): Record<string, number> =>
  orders.pegs.of(orders.slotOf(id)) as unknown as Record<string, number>;

const FORGED_PEGS: typeof FORGED = {
  'that is pegged to what there is not': [
    'holds 4, which is in no table',
    (state) => void (pegOf(state, 3)['to'] = 4),
  ],
  'that stands where it does not belong': [
    'order 2 is not where it belongs',
    (state) => void (pegOf(state, 2)['offset'] = 0),
  ],
  'that stands beyond its limit': [
    'order 3 is not where it belongs',
    (state) => void (pegOf(state, 3)['limit'] = 10),
  ],
  'that is pegged and post-only': [
    'has an order 2 that cannot be',
    ({ orders }) => orders.setFlags(orders.slotOf(2), orders.flags(orders.slotOf(2)) | (1 << 5)),
  ],
};

describe('a snapshot is refused with an order', () => refusesEach(FORGED_PEGS, peggedMarket));

test('a peg too large to follow anywhere stands at nothing, and not at minus nothing', () => {
  const engine = stage();
  limit(engine, 'bob', 'buy', 1, -5);
  const peg = { quantityLots: 90_000_000_000_000, priceTicks: 0, peg: 'bid' } as const;
  const { orderId } = must(
    engine.submit({ account: 'alice', product: 'noon', side: 'buy', ...peg }),
  );
  expect(engine.order(orderId)?.priceTicks).toBe(0);
});

test('a pegged order tells where it stands, what it follows and where it locks', () => {
  const engine = peggedMarket();
  expect(engine.order(2)).toMatchObject({
    price: '0.006',
    peg: 'bid',
    pegOffset: '0.001',
    pegOffsetTicks: 1,
    limitPrice: '0.008',
    limitPriceTicks: 8,
    lockedMoneyQuanta: 3 * 8 * 100,
  });
  expect(engine.order(1)).toMatchObject({ peg: undefined, limitPrice: undefined });
  const asked = { account: 'alice', product: 'noon', side: 'buy', quantityLots: 2 } as const;
  const preview = engine.preview({ ...asked, priceTicks: 20, peg: 'ask' });
  expect(preview).toMatchObject({ ok: true, filledLots: 0, costQuanta: 0, restingLots: 2 });
  expect(preview).toMatchObject({ locksMoneyQuanta: 2 * 20 * 100 });
});

test('depth, book and updates follow pegs from the events alone', async () => {
  const exchange = await staged();
  const order = { product: 'noon', quantityLots: 1 } as const;
  await exchange.submit({ ...order, account: 'alice', side: 'buy', priceTicks: 3 });
  await exchange.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 9, peg: 'bid' });
  const [depth, book, updates] = [
    collected(exchange.subscribe('depth', { product: 'noon' })),
    collected(exchange.subscribe('book', { product: 'noon' })),
    collected(exchange.subscribe('orders', { account: 'bob' })),
  ];
  await exchange.submit({ ...order, account: 'alice', side: 'buy', priceTicks: 5 });
  await exchange.close();
  const levels = (await depth).at(-1)!.bids.map(({ priceTicks, openLots, orders }) => {
    return [priceTicks, openLots, orders];
  });
  expect(levels).toEqual([
    [5, 2, 2],
    [3, 1, 1],
  ]);
  expect((await book).at(-1)!.changes).toMatchObject([
    { change: 'removed', orderId: 2, priceTicks: 3 },
    { change: 'added', orderId: 3, priceTicks: 5 },
    { change: 'added', orderId: 2, priceTicks: 5, shownLots: 1 },
  ]);
  expect(await updates).toMatchObject([
    { update: 'moved', priceBeforeTicks: 3, priceTicks: 5, shown: '0.1', price: '0.005' },
  ]);
});
