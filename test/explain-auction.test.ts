import { describe, expect, it } from 'vitest';
import { Engine, type Explanation, type ListProductRequest } from '../src/index.ts';
import { limit, must, stage } from './stage.ts';

const GRID = { id: 'called', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };

/** The stage with carl, and a product that trades in auctions. */
function market(more: Partial<ListProductRequest> = {}): Engine {
  const engine = stage();
  must(engine.openAccount({ id: 'carl' }));
  must(engine.deposit({ account: 'carl', asset: 'EUR', amount: '1000' }));
  must(engine.listProduct({ ...GRID, mechanism: 'call', ...more }));
  return engine;
}

const enter = (
  engine: Engine,
  account: string,
  side: 'buy' | 'sell',
  lots: number,
  price: number,
  more: object = {},
): number => limit(engine, account, side, lots, price, { product: 'called', ...more });

function explained(engine: Engine, orderId: number): Explanation {
  const explanation = engine.explain(orderId);
  if (explanation === undefined) throw new Error(`nothing is known of order ${orderId}`);
  return explanation;
}

const reasons = (engine: Engine, orderId: number): string[] =>
  explained(engine, orderId).obstacles!.map(({ reason }) => reason);

/** Lots of an order that trade in an auction which is held now. */
function tradesNow(engine: Engine, orderId: number): number {
  const before = [...engine.trades()].length;
  must(engine.runAuction({ product: 'called' }));
  const trades = [...engine.trades()].slice(before);
  const own = trades.filter((each) => each.makerOrder === orderId || each.takerOrder === orderId);
  return own.reduce((sum, { quantityLots }) => sum + quantityLots, 0);
}

describe('an order that waits for an auction does not trade', () => {
  it('before one is held', () => {
    const engine = market();
    const order = enter(engine, 'alice', 'buy', 3, 5);
    enter(engine, 'bob', 'sell', 3, 5);
    const text = 'called trades in auctions, and none is planned: an operator holds them.';
    expect(explained(engine, order)).toMatchObject({
      obstacles: [{ reason: 'auction', nextAuctionAt: undefined, text }],
      text: `0.3 of it is open. ${text}`,
    });
    expect(tradesNow(engine, order)).toBe(3);
  });

  it('before the next one that is planned, the one at the gate at last', () => {
    const delivery = { start: 10_000, end: 20_000, opensMs: -10_000, gateMs: -50 };
    const engine = market({ delivery, auctionEveryMs: 6_000 });
    const order = enter(engine, 'alice', 'buy', 3, 5);
    const next = () => explained(engine, order).obstacles!.at(-1);
    const text = 'called trades in auctions, the next one at 1970-01-01T00:00:06.000Z.';
    expect(next()).toEqual({ reason: 'auction', nextAuctionAt: 6_000, text });
    must(engine.advanceTime({ at: 6_000 }));
    expect(next()).toMatchObject({ nextAuctionAt: 9_950 });
    enter(engine, 'bob', 'sell', 3, 5);
    expect(reasons(engine, order)).toEqual(['auction']);
    must(engine.advanceTime({ at: 9_949 }));
    expect(engine.order(order)).toBeDefined();
    must(engine.advanceTime({ at: 9_950 }));
    expect([...engine.trades()]).toMatchObject([{ makerOrder: order, quantityLots: 3 }]);
  });

  it('at an instant that no calendar has', () => {
    const start = Number.MAX_SAFE_INTEGER - 9;
    const delivery = { start, end: start + 9, opensMs: -start, gateMs: 0 };
    const engine = market({ delivery });
    const order = enter(engine, 'alice', 'buy', 3, 5);
    expect(explained(engine, order).text).toContain(`the next one at ${start} ms.`);
  });

  it('with nobody there, or too far away', () => {
    const engine = market();
    const order = enter(engine, 'alice', 'buy', 3, 5);
    enter(engine, 'alice', 'sell', 3, 9);
    expect(reasons(engine, order)).toEqual(['noCounterparty', 'auction']);
    enter(engine, 'bob', 'sell', 3, 8);
    expect(explained(engine, order).obstacles![0]).toMatchObject({
      reason: 'priceGap',
      gapTicks: 3,
    });
    must(engine.haltProduct({ product: 'called' }));
    expect(reasons(engine, order)).toEqual(['halted', 'priceGap', 'auction']);
    must(engine.resumeProduct({ product: 'called' }));
    expect(tradesNow(engine, order)).toBe(0);
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: 8 }));
    expect(tradesNow(engine, order)).toBe(3);
  });

  it.each([
    ['buy', 'sell', 5, 4, 9, 'above', '0.009, 0.004 above its limit of 0.005.'],
    ['sell', 'buy', 5, 6, 1, 'below', '0.001, 0.004 below its limit of 0.005.'],
  ] as const)('beyond its limit to %s', (side, opposite, own, others, better, _way, text) => {
    const engine = market();
    must(engine.deposit({ account: 'carl', asset: 'kWh', amount: '10' }));
    const order = enter(engine, 'alice', side, 3, own);
    enter(engine, 'carl', side, 10, better);
    enter(engine, 'bob', opposite, 5, others);
    expect(explained(engine, order).obstacles![0]).toEqual({
      reason: 'auctionPrice',
      auctionPrice: `0.00${better}`,
      auctionPriceTicks: better,
      gap: '0.004',
      gapTicks: 4,
      text: `As things stand the price of the auction is ${text}`,
    });
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: side === 'buy' ? 10 : 0 }));
    expect(reasons(engine, order)).toEqual(['auction']);
    expect(tradesNow(engine, order)).toBe(3);
  });

  it('behind others that take all, or all but a part', () => {
    const engine = market();
    enter(engine, 'carl', 'buy', 10, 9);
    const order = enter(engine, 'alice', 'buy', 3, 9);
    enter(engine, 'bob', 'sell', 5, 4);
    const first = () => explained(engine, order).obstacles![0];
    expect(first()).toEqual({
      reason: 'auctionVolume',
      auctionPrice: '0.009',
      auctionPriceTicks: 9,
      left: '0.0',
      leftLots: 0,
      text: 'As things stand the orders before it leave nothing for it at 0.009, the price of the auction.',
    });
    enter(engine, 'bob', 'sell', 7, 4);
    expect(first()).toMatchObject({ reason: 'auctionVolume', leftLots: 2, left: '0.2' });
    enter(engine, 'bob', 'sell', 1, 4);
    expect(reasons(engine, order)).toEqual(['auction']);
    expect(tradesNow(engine, order)).toBe(3);
  });

  it('for nothing but that one has to be held, where it may trade with an own one', () => {
    const engine = market();
    const own = { account: 'alice', product: 'called', selfTrade: 'allow' } as const;
    must(engine.submit({ ...own, side: 'sell', quantityLots: 3, priceTicks: 4 }));
    const { orderId } = must(
      engine.submit({ ...own, side: 'buy', quantityLots: 3, priceTicks: 5 }),
    );
    expect(reasons(engine, orderId)).toEqual(['auction']);
    expect(tradesNow(engine, orderId)).toBe(3);
  });

  it('at an order of its own that it crosses, wherever either stands', () => {
    const engine = market();
    const own = enter(engine, 'alice', 'sell', 3, 4);
    const order = enter(engine, 'alice', 'buy', 3, 5);
    expect(reasons(engine, order)).toEqual(['ownOrder', 'noCounterparty', 'auction']);
    enter(engine, 'bob', 'sell', 3, 5);
    expect(explained(engine, order).obstacles![0]).toMatchObject({
      reason: 'ownOrder',
      otherOrder: own,
    });
    const before = enter(engine, 'carl', 'buy', 3, 6);
    expect(reasons(engine, order)).toEqual(['ownOrder', 'auction']);
    // Nothing keeps the earlier one from trading.
    expect(reasons(engine, own)).toEqual(['auction']);
    must(engine.cancel({ actor: 'carl', orderId: before }));
    must(engine.cancel({ actor: 'alice', orderId: own }));
    expect(tradesNow(engine, order)).toBe(3);
  });

  it('at an order of its own that takes a part off it, and for the price too', () => {
    const engine = market();
    must(engine.deposit({ account: 'carl', asset: 'kWh', amount: '10' }));
    const order = enter(engine, 'alice', 'buy', 5, 5);
    const own = enter(engine, 'alice', 'sell', 3, 4, { selfTrade: 'decrement' });
    const offer = enter(engine, 'bob', 'sell', 4, 3);
    expect(reasons(engine, order)).toEqual(['ownOrder', 'auction']);
    expect(reasons(engine, offer)).toEqual(['auctionVolume', 'auction']);
    enter(engine, 'carl', 'buy', 1, 8, { selfTrade: 'decrement' });
    enter(engine, 'carl', 'sell', 2, 7, { selfTrade: 'decrement' });
    // Carl's bid is not before it: nothing is left of it, nor of his offer but 1 lot at 7.
    expect(reasons(engine, order)).toEqual(['ownOrder', 'auction']);
    expect(reasons(engine, own)).toEqual(['ownOrder', 'auctionPrice', 'auction']);
    expect(tradesNow(engine, order)).toBe(2);
  });

  it('at the own order that takes something off it, not at one that it cancels', () => {
    const engine = market();
    enter(engine, 'alice', 'sell', 2, 3);
    const order = enter(engine, 'alice', 'buy', 5, 5, { selfTrade: 'cancelMaker' });
    const second = enter(engine, 'alice', 'sell', 3, 4, { selfTrade: 'decrement' });
    expect(explained(engine, order).obstacles![0]).toMatchObject({ otherOrder: second });
  });

  it('unless it may trade with its own', () => {
    const engine = market();
    enter(engine, 'alice', 'sell', 3, 4, { selfTrade: 'cancelTaker' });
    const order = enter(engine, 'alice', 'buy', 3, 5, { selfTrade: 'allow' });
    expect(reasons(engine, order)).not.toContain('ownOrder');
    expect(tradesNow(engine, order)).toBe(3);
  });

  it('at a rate beyond its limit, or that others do not accept', () => {
    const engine = market({ pricing: 'mid-market', referencePrice: '0.02' });
    const order = enter(engine, 'alice', 'buy', 3, 15);
    const offer = enter(engine, 'bob', 'sell', 3, 22);
    expect(explained(engine, order).obstacles![0]).toMatchObject({
      reason: 'auctionPrice',
      gapTicks: 5,
    });
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: 25 }));
    expect(explained(engine, order).obstacles![0]).toMatchObject({
      reason: 'priceGap',
      text: 'The best offer of others is 0.022, 0.002 above the rate of 0.020.',
    });
    expect(tradesNow(engine, order)).toBe(0);
    must(engine.amend({ actor: 'bob', orderId: offer, priceTicks: 20 }));
    expect(reasons(engine, order)).toEqual(['auction']);
    expect(tradesNow(engine, order)).toBe(3);
  });
});

describe('an order has ended', () => {
  it('with the auction that it was good for, which it did not come into', () => {
    const engine = market();
    const order = enter(engine, 'alice', 'buy', 3, 5, { timeInForce: 'session' });
    enter(engine, 'bob', 'sell', 3, 6);
    must(engine.runAuction({ product: 'called' }));
    expect(explained(engine, order)).toMatchObject({
      ended: { reason: 'auctionOver' },
      obstacles: [{ reason: 'priceGap', gapTicks: 1 }],
      text:
        'It ended with 0.3 open: it was good for an auction, which was held. ' +
        'The best offer of others is 0.006, 0.001 above its limit of 0.005.',
    });
  });

  it('at the gate, behind others', () => {
    const delivery = { start: 100, end: 200, opensMs: -100, gateMs: 0 };
    const engine = market({ delivery });
    enter(engine, 'carl', 'buy', 3, 9);
    const order = enter(engine, 'alice', 'buy', 3, 9);
    enter(engine, 'bob', 'sell', 5, 4);
    must(engine.advanceTime({ at: 100 }));
    expect(explained(engine, order)).toMatchObject({
      openLots: 1,
      ended: { reason: 'gateClosed', time: 100 },
      obstacles: [{ reason: 'auctionVolume', leftLots: 2 }],
    });
  });

  it('at the gate of a product that is traded continuously, for the price', () => {
    const engine = stage();
    const delivery = { start: 100, end: 200, opensMs: -100, gateMs: 0 };
    must(engine.listProduct({ ...GRID, id: 'planned', delivery }));
    const order = limit(engine, 'alice', 'buy', 3, 5, { product: 'planned' });
    limit(engine, 'bob', 'sell', 3, 6, { product: 'planned' });
    must(engine.advanceTime({ at: 100 }));
    expect(explained(engine, order)).toMatchObject({
      ended: { reason: 'gateClosed' },
      obstacles: [{ reason: 'priceGap', gapTicks: 1 }],
    });
  });

  it('when it met an order of its own in the auction', () => {
    const engine = market();
    const own = enter(engine, 'alice', 'sell', 3, 4);
    const order = enter(engine, 'alice', 'buy', 5, 5, { selfTrade: 'decrement' });
    must(engine.runAuction({ product: 'called' }));
    expect(engine.order(order)).toMatchObject({ openLots: 2 });
    expect(explained(engine, own)).toMatchObject({
      ended: { reason: 'selfTrade' },
      obstacles: [{ reason: 'ownOrder', otherOrder: order }, { reason: 'noCounterparty' }],
    });
  });
});
