import { describe, expect, it } from 'vitest';
import { buy, limit, must, stage } from './stage.ts';

describe('outcomes', () => {
  it('tell acceptance from refusal', () => {
    const engine = stage();
    const { sequence } = engine;
    expect(engine.openAccount({ id: 'carol' })).toEqual({
      ok: true,
      sequence: sequence + 1,
      repeated: false,
    });
    expect(engine.openAccount({ id: 'carol' })).toEqual({
      ok: false,
      code: 'DUPLICATE_ACCOUNT',
      sequence: sequence + 2,
      repeated: false,
    });
    expect(engine.sequence).toBe(sequence + 2);
  });

  it('of orders carry the order and what traded at once', () => {
    const engine = stage();
    const id = limit(engine, 'bob', 'sell', 10, 300);
    const bought = engine.submit({ ...buy, quantityLots: 4, priceTicks: 310 });
    expect(bought).toMatchObject({ ok: true, orderId: id + 1, filledLots: 4 });
    const taken = { account: 'alice', orderId: id, quantityLots: 1, limitPriceTicks: 300 };
    expect(engine.take(taken)).toMatchObject({ ok: true, orderId: id + 2, filledLots: 1 });
    limit(engine, 'alice', 'buy', 2, 200);
    const amended = engine.amend({ actor: 'bob', orderId: id, priceTicks: 200 });
    expect(amended).toMatchObject({ ok: true, orderId: id, filledLots: 2 });
    const cancelled = engine.cancel({ actor: 'bob', orderId: id });
    expect(cancelled).toMatchObject({ ok: true, orderId: id, filledLots: 0 });
    expect(engine.cancel({ actor: 'bob', orderId: id })).not.toHaveProperty('orderId');
  });

  it('are plain values that later commands leave alone', () => {
    const engine = stage();
    const first = engine.submit(buy);
    const copy = { ...first };
    engine.submit({ ...buy, priceTicks: 6 });
    engine.openAccount({ id: 'alice' });
    expect(first).toEqual(copy);
  });
});

describe('queries', () => {
  const engine = stage({ clock: () => 1_000 });
  limit(engine, 'bob', 'sell', 10, 300, { clientOrderId: 'top' });
  limit(engine, 'bob', 'sell', 5, 300);
  limit(engine, 'alice', 'sell', 7, 310);
  limit(engine, 'alice', 'buy', 4, -20, { timeInForce: 'gtd', expiresAt: 9_000 });
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
  must(engine.listProduct({ id: 'dusk', ...grid, band: { low: '0', high: '0.5' }, takerPpm: 5 }));
  limit(engine, 'alice', 'buy', 2, 100, { product: 'dusk' });
  const mark = engine.sequence;
  limit(engine, 'bob', 'sell', 2, 90, { product: 'dusk' });
  limit(engine, 'alice', 'buy', 4, 305);

  it('open orders, in order of order id', () => {
    const ids = (filter?: object) => engine.openOrders(filter).map((order) => order.orderId);
    expect(ids()).toEqual([1, 2, 3, 4]);
    expect(ids({ account: 'alice' })).toEqual([3, 4]);
    expect(ids({ product: 'dusk' })).toEqual([]);
    expect(ids({ account: 'bob', product: 'noon' })).toEqual([1, 2]);
    expect(engine.order(4)).toEqual({
      orderId: 4,
      account: 'alice',
      product: 'noon',
      side: 'buy',
      kind: 'limit',
      timeInForce: 'gtd',
      postOnly: 'off',
      selfTrade: 'cancelTaker',
      price: '-0.020',
      priceTicks: -20,
      open: '0.4',
      openLots: 4,
      quantity: '0.4',
      quantityLots: 4,
      lockedMoney: '0.000000',
      lockedMoneyQuanta: 0,
      lockedEnergy: '0.000',
      lockedEnergyQuanta: 0,
      stopPrice: undefined,
      stopPriceTicks: undefined,
      display: 'all',
      shown: '0.4',
      shownLots: 4,
      allOrNone: false,
      version: 1,
      termsVersion: 1,
      priority: 4,
      expiresAt: 9_000,
      clientOrderId: undefined,
      linkedOrderId: undefined,
      bracket: undefined,
    });
    expect(engine.orderByClientId('bob', 'top')).toEqual(engine.order(1));
    expect(engine.orderByClientId('alice', 'top')).toBeUndefined();
  });

  it('depth and queue, best first', () => {
    const { bids, asks } = engine.depth('noon');
    expect(asks).toEqual([
      { price: '0.300', priceTicks: 300, open: '1.1', openLots: 11, orders: 2 },
      { price: '0.310', priceTicks: 310, open: '0.7', openLots: 7, orders: 1 },
    ]);
    expect(bids.map((level) => level.price)).toEqual(['-0.020']);
    expect(engine.depth('noon', 1).asks).toEqual(asks.slice(0, 1));
    expect(engine.queue('noon', 'sell').map((order) => order.orderId)).toEqual([1, 2, 3]);
    expect(engine.queue('noon', 'buy').map((order) => order.orderId)).toEqual([4]);
    expect(engine.queue('dusk', 'buy')).toEqual([]);
  });

  it('balances, of what an account holds', () => {
    expect(engine.balance('bob', 'kWh')).toEqual({
      asset: 'kWh',
      available: '998.300',
      locked: '1.100',
      availableQuanta: 998_300,
      lockedQuanta: 1_100,
    });
    expect(engine.balances('alice').map((each) => each.asset)).toEqual(['kWh', 'EUR']);
    expect(engine.balances('operator')).toEqual([]);
    expect(engine.balance('outside', 'EUR').available).toBe('-2000.000000');
  });

  it('accounts and products', () => {
    const ids = engine.accounts().map((account) => account.id);
    expect(ids).toEqual(['outside', 'fees', 'operator', 'alice', 'bob']);
    expect(engine.account('operator')).toEqual({
      id: 'operator',
      role: 'operator',
      status: 'open',
    });
    expect(engine.products().map((product) => product.id)).toEqual(['noon', 'dusk']);
    expect(engine.product('dusk')).toEqual({
      id: 'dusk',
      row: 1,
      energy: 'kWh',
      money: 'EUR',
      tick: '0.001',
      lot: '0.1',
      status: 'open',
      makerPpm: 0,
      takerPpm: 5,
      band: { low: '0.000', high: '0.500' },
      termsVersion: 1,
      lastPrice: '0.100',
      lastPriceTicks: 100,
      phase: 'open',
      mechanism: 'continuous',
    });
    expect(engine.product('noon')?.band).toBeUndefined();
  });

  it('trades, filtered', () => {
    const prices = (filter?: object) => [...engine.trades(filter)].map((trade) => trade.priceTicks);
    expect(prices()).toEqual([100, 300]);
    expect(prices({ product: 'noon' })).toEqual([300]);
    expect(prices({ account: 'bob', product: 'dusk' })).toEqual([100]);
    expect(prices({ account: 'operator' })).toEqual([]);
    expect(prices({ after: mark })).toEqual([100, 300]);
    expect(prices({ after: mark + 1 })).toEqual([300]);
    expect(prices({ after: engine.sequence })).toEqual([]);
    expect([...engine.trades({ product: 'noon' })]).toEqual([
      {
        trade: 2,
        sequence: mark + 2,
        time: 1_000,
        product: 'noon',
        buyer: 'alice',
        seller: 'bob',
        price: '0.300',
        priceTicks: 300,
        quantity: '0.4',
        quantityLots: 4,
        value: '0.120000',
        valueQuanta: 120_000,
        buyerFee: '0.000000',
        buyerFeeQuanta: 0,
        sellerFee: '0.000000',
        sellerFeeQuanta: 0,
        makerOrder: 1,
        takerOrder: 7,
        takerSide: 'buy',
      },
    ]);
  });

  it('events of a refusal, whoever asked', () => {
    const market = stage();
    const { sequence } = market;
    market.openAccount({ id: 'carol', actor: 'nobody' });
    market.openAccount({ id: 'carol', actor: 'bob' });
    expect([...market.events({ after: sequence })]).toMatchObject([
      { type: 'rejected', command: 'openAccount', actor: '', code: 'UNKNOWN_ACTOR' },
      { type: 'rejected', command: 'openAccount', actor: 'bob', code: 'FORBIDDEN' },
    ]);
  });

  it('events, since a sequence', () => {
    const types = [...engine.events({ after: mark })].map((event) => event.type);
    const immediate = ['orderAccepted', 'trade'];
    expect(types).toEqual([...immediate, 'orderEnded', 'orderEnded', ...immediate, 'orderEnded']);
    expect([...engine.events({ after: engine.sequence })]).toEqual([]);
    expect([...engine.events()].length).toBeGreaterThan(types.length);
  });

  it('events of an iceberg that ends before it rests again: nobody saw it then', () => {
    const market = stage();
    const order = limit(market, 'bob', 'sell', 6, 300, { displayQuantityLots: 2 });
    limit(market, 'alice', 'buy', 6, 290);
    const { sequence } = must(market.amend({ actor: 'bob', orderId: order, priceTicks: 290 }));
    const ended = [...market.events({ after: sequence - 1 })].filter(
      (event) => event.type === 'orderEnded' && event.order === order,
    );
    expect(ended).toMatchObject([{ reason: 'filled', standing: 'outside', shown: 0 }]);
  });

  it('change nothing', () => {
    const hash = engine.stateHash();
    for (const product of ['noon', 'dusk']) engine.depth(product);
    engine.openOrders();
    engine.balance('operator', 'EUR');
    expect([...engine.events()].length).toBeGreaterThan(0);
    expect(engine.stateHash()).toBe(hash);
  });
});
