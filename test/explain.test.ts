import { describe, expect, it } from 'vitest';
import { Engine, Exchange, type Explanation, memoryStorage } from '../src/index.ts';
import { limit, must, stage } from './stage.ts';

/** The explanation, which there must be. */
function explained(engine: Engine, orderId: number): Explanation {
  const explanation = engine.explain(orderId);
  if (explanation === undefined) throw new Error(`nothing is known of order ${orderId}`);
  return explanation;
}

function reasons(engine: Engine, orderId: number): string[] | undefined {
  return explained(engine, orderId).obstacles?.map(({ reason }) => reason);
}

/** Whether anything of an order has traded. */
function hasTraded(engine: Engine, orderId: number): boolean {
  return [...engine.trades()].some(
    ({ makerOrder, takerOrder }) => makerOrder === orderId || takerOrder === orderId,
  );
}

describe('an open order does not trade', () => {
  it('since nobody else is there; once somebody is, it does', () => {
    const engine = stage();
    const order = limit(engine, 'alice', 'buy', 3, 5);
    limit(engine, 'alice', 'sell', 3, 6);
    expect(explained(engine, order)).toEqual({
      orderId: order,
      product: 'noon',
      status: 'open',
      open: '0.3',
      openLots: 3,
      ended: undefined,
      obstacles: [{ reason: 'noCounterparty', text: 'Nobody else shows an offer.' }],
      text: '0.3 of it is open. Nobody else shows an offer.',
    });
    expect(reasons(engine, limit(engine, 'bob', 'buy', 1, 4))).toEqual(['priceGap']);
    limit(engine, 'bob', 'sell', 3, 5);
    expect(hasTraded(engine, order)).toBe(true);
  });

  it.each([
    ['buy', 'sell', 5, 8, 'The best offer of others is 0.008, 0.003 above its limit of 0.005.'],
    ['sell', 'buy', -2, -6, 'The best bid of others is -0.006, 0.004 below its limit of -0.002.'],
  ] as const)('since the price is too far, to %s', (side, opposite, own, price, text) => {
    const engine = stage();
    const order = limit(engine, 'alice', side, 3, own);
    const other = limit(engine, 'bob', opposite, 3, price);
    const gapTicks = Math.abs(own - price);
    expect(explained(engine, order).obstacles).toEqual([
      {
        reason: 'priceGap',
        otherOrder: other,
        otherPrice: side === 'buy' ? '0.008' : '-0.006',
        otherPriceTicks: price,
        gap: `0.00${gapTicks}`,
        gapTicks,
        text,
      },
    ]);
    const nearer = side === 'buy' ? own + gapTicks - 1 : own - gapTicks + 1;
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: nearer }));
    expect(hasTraded(engine, order)).toBe(false);
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: price }));
    expect(hasTraded(engine, order)).toBe(true);
  });

  it('since the product is halted, and for the price as well', () => {
    const engine = stage();
    const order = limit(engine, 'alice', 'buy', 3, 5);
    limit(engine, 'bob', 'sell', 3, 6);
    must(engine.haltProduct({ product: 'noon' }));
    expect(reasons(engine, order)).toEqual(['halted', 'priceGap']);
    expect(engine.amend({ actor: 'alice', orderId: order, priceTicks: 6 })).toMatchObject({
      ok: false,
    });
    must(engine.resumeProduct({ product: 'noon' }));
    expect(reasons(engine, order)).toEqual(['priceGap']);
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: 6 }));
    expect(hasTraded(engine, order)).toBe(true);
  });

  it('since it waits for its price; once that comes, it does', () => {
    const engine = stage();
    const order = limit(engine, 'alice', 'buy', 3, 9, { stopPriceTicks: 7 });
    limit(engine, 'bob', 'sell', 10, 7);
    expect(explained(engine, order).obstacles).toEqual([
      {
        reason: 'notTriggered',
        stopPrice: '0.007',
        stopPriceTicks: 7,
        lastPrice: undefined,
        lastPriceTicks: undefined,
        text: 'It waits for the last price to come to 0.007, and nothing has traded yet.',
      },
    ]);
    must(engine.openAccount({ id: 'carl' }));
    must(engine.deposit({ account: 'carl', asset: 'EUR', amount: '10' }));
    limit(engine, 'bob', 'sell', 1, 6);
    limit(engine, 'carl', 'buy', 1, 6);
    expect(explained(engine, order).obstacles![0]).toMatchObject({
      lastPrice: '0.006',
      lastPriceTicks: 6,
      text: 'It waits for the last price to come to 0.007, which is 0.006.',
    });
    limit(engine, 'carl', 'buy', 1, 7);
    expect(hasTraded(engine, order)).toBe(true);
  });

  it('since it trades whole or not at all, and there is less', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 2, 5);
    const order = limit(engine, 'alice', 'buy', 3, 5, { allOrNone: true });
    expect(explained(engine, order).obstacles).toEqual([
      {
        reason: 'allOrNone',
        suitable: '0.2',
        suitableLots: 2,
        text: 'It trades 0.3 or nothing, and others show 0.2 within its limit.',
      },
    ]);
    limit(engine, 'bob', 'sell', 3, 5);
    expect(hasTraded(engine, order)).toBe(true);
  });

  it('and nothing is told of what others hide', () => {
    const engine = stage();
    const order = limit(engine, 'alice', 'buy', 3, 5);
    limit(engine, 'bob', 'sell', 3, 6, { displayQuantityLots: 0 });
    expect(reasons(engine, order)).toEqual(['noCounterparty']);
    const shown = limit(engine, 'bob', 'sell', 3, 9, { displayQuantityLots: 1 });
    expect(explained(engine, order).obstacles).toMatchObject([{ otherOrder: shown, gapTicks: 4 }]);
  });
});

describe('an order has ended', () => {
  it('in full: there is nothing to explain', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 3, 5);
    const order = limit(engine, 'alice', 'buy', 3, 5);
    expect(explained(engine, order)).toMatchObject({
      status: 'ended',
      openLots: 0,
      ended: { reason: 'filled', sequence: engine.sequence },
      obstacles: [],
      text: 'All of it traded.',
    });
  });

  it('at once, with too little within its limit', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 2, 5);
    limit(engine, 'bob', 'sell', 2, 8);
    const order = limit(engine, 'alice', 'buy', 3, 5, { timeInForce: 'ioc' });
    limit(engine, 'bob', 'sell', 2, 6);
    expect(explained(engine, order)).toMatchObject({
      openLots: 1,
      ended: { reason: 'unfilled' },
      obstacles: [{ reason: 'priceGap', otherPriceTicks: 8 }],
      text:
        'It ended with 0.1 open: it was to trade at once or not at all. ' +
        'The best offer of others is 0.008, 0.003 above its limit of 0.005.',
    });
    expect(reasons(engine, order)).toEqual(['priceGap']);
  });

  it.each(['cancelTaker', 'cancelBoth', 'decrement'] as const)(
    'at an order of its own: %s',
    (selfTrade) => {
      const engine = stage();
      limit(engine, 'bob', 'sell', 1, 4);
      const own = limit(engine, 'alice', 'sell', 9, 5);
      const order = limit(engine, 'alice', 'buy', 3, 5, { selfTrade });
      expect(explained(engine, order)).toMatchObject({
        openLots: 2,
        ended: { reason: 'selfTrade' },
      });
      expect(explained(engine, order).obstacles![0]).toMatchObject({
        reason: 'ownOrder',
        otherOrder: own,
      });
      if (engine.order(own) !== undefined) must(engine.cancel({ actor: 'alice', orderId: own }));
      limit(engine, 'bob', 'sell', 9, 5);
      expect(hasTraded(engine, limit(engine, 'alice', 'buy', 3, 5, { selfTrade }))).toBe(true);
    },
  );

  it('later, with what kept it from trading until then', () => {
    const engine = stage();
    const order = limit(engine, 'alice', 'buy', 3, 5, { timeInForce: 'gtd', expiresAt: 100 });
    limit(engine, 'bob', 'sell', 2, 8);
    must(engine.advanceTime({ at: 100 }));
    limit(engine, 'bob', 'sell', 2, 6);
    expect(explained(engine, order)).toMatchObject({
      ended: { reason: 'expired', time: 100 },
      obstacles: [{ reason: 'priceGap', otherPriceTicks: 8 }],
    });
  });

  it('by the halt that its own trade brought about', () => {
    const engine = stage();
    must(
      engine.setCircuit({ product: 'noon', collar: null, halt: { move: '0.001', windowMs: 9 } }),
    );
    limit(engine, 'bob', 'sell', 1, 5);
    limit(engine, 'bob', 'sell', 2, 8);
    const order = limit(engine, 'alice', 'buy', 4, 9);
    expect(explained(engine, order)).toMatchObject({
      openLots: 1,
      ended: { reason: 'halted' },
      obstacles: [{ reason: 'halted' }, { reason: 'noCounterparty' }],
    });
  });

  it('and what kept it is not known where the commands are not kept', () => {
    const engine = stage();
    const order = limit(engine, 'alice', 'buy', 3, 5);
    engine.forgetHistory();
    expect(reasons(engine, order)).toEqual(['noCounterparty']);
    must(engine.cancel({ actor: 'alice', orderId: order }));
    expect(explained(engine, order)).toMatchObject({
      ended: { reason: 'cancelled' },
      obstacles: undefined,
      text:
        'It ended with 0.3 open: it was cancelled. ' +
        'What kept it from trading is not known: the commands before are not kept.',
    });
    engine.forgetHistory();
    expect(engine.explain(order)).toBeUndefined();
    expect(engine.explain(99)).toBeUndefined();
  });
});

describe('explain', () => {
  it('refuses what is no order id', () => {
    expect(() => stage().explain(0)).toThrow(
      new RangeError('orderId must be a whole number from 1 to 9007199254740991, got 0'),
    );
  });

  it('leaves the market as it was, and the order of it', () => {
    const engine = stage();
    const order = limit(engine, 'alice', 'buy', 3, 5);
    must(engine.cancel({ actor: 'alice', orderId: order }));
    const before = engine.stateHash();
    engine.explain(order);
    expect(engine.stateHash()).toBe(before);
    expect([...engine.events()].at(-1)).toMatchObject({ type: 'orderEnded', order });
  });

  it('is asked of an Exchange too, about open orders', async () => {
    await using exchange = await Exchange.open({ storage: memoryStorage() });
    await exchange.listAsset({ id: 'kWh', decimals: 3 });
    await exchange.listAsset({ id: 'EUR', decimals: 6 });
    const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
    await exchange.listProduct({ id: 'noon', ...grid });
    await exchange.openAccount({ id: 'alice' });
    await exchange.deposit({ account: 'alice', asset: 'EUR', amount: '10' });
    const order = { account: 'alice', product: 'noon', side: 'buy', quantityLots: 3 } as const;
    const { orderId } = must(await exchange.submit({ ...order, priceTicks: 5 }));
    expect(await exchange.read((market) => market.explain(orderId))).toMatchObject({
      obstacles: [{ reason: 'noCounterparty' }],
    });
  });
});
