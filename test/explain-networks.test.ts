import { describe, expect, it } from 'vitest';
import type { Engine, Obstacle } from '../src/index.ts';
import { must } from './stage.ts';
import { networkStage, wired } from './stage-network.ts';

function obstacles(engine: Engine, orderId: number): readonly Obstacle[] | undefined {
  return engine.explain(orderId)?.obstacles;
}

function reasons(engine: Engine, orderId: number): string[] | undefined {
  return obstacles(engine, orderId)?.map(({ reason }) => reason);
}

/** Lots of an order that have traded. */
function traded(engine: Engine, orderId: number): number {
  return [...engine.trades()]
    .filter(({ makerOrder, takerOrder }) => makerOrder === orderId || takerOrder === orderId)
    .reduce((sum, { quantityLots }) => sum + quantityLots, 0);
}

const way = { network: 'grid', from: 'north', to: 'south' };

describe('an order in a network does not trade', () => {
  it('since nobody else is there; once somebody is, it does', () => {
    const engine = networkStage();
    const order = wired(engine, 'alice', 'buy', 3, 5);
    const text = 'Nobody else shows an offer.';
    expect(obstacles(engine, order)).toEqual([{ reason: 'noCounterparty', text }]);
    wired(engine, 'bob', 'sell', 3, 5);
    expect(traded(engine, order)).toBe(3);
  });

  it('since the grid fee is too high; once it is lower, it does', () => {
    const engine = networkStage();
    must(engine.setGridFee({ ...way, feeTicks: 3 }));
    const other = wired(engine, 'bob', 'sell', 3, 4);
    const order = wired(engine, 'alice', 'buy', 3, 5);
    const grid = { gridFee: '0.003', gridFeeTicks: 3, gap: '0.002', gapTicks: 2 };
    const zones = { fromZone: 'north', toZone: 'south' };
    const text = `The grid fee of 0.003 from north to south brings order ${other} to 0.007, 0.002 above its limit of 0.005.`;
    expect(obstacles(engine, order)).toEqual([
      { reason: 'gridFee', otherOrder: other, ...zones, ...grid, text },
    ]);
    const bid = `The grid fee of 0.003 from north to south brings order ${order} to 0.002, 0.002 below its limit of 0.004.`;
    expect(obstacles(engine, other)).toMatchObject([{ reason: 'gridFee', ...grid, text: bid }]);
    must(engine.setGridFee({ ...way, feeTicks: 1 }));
    // Its own version of the fees is the old one until it enters anew.
    expect(reasons(engine, order)).toEqual(['gridFee']);
    must(engine.amend({ actor: 'alice', orderId: order, quantityLots: 4 }));
    expect(traded(engine, order)).toBe(3);
  });

  it('since the price is too far even without the fee, premium counted', () => {
    const engine = networkStage();
    must(engine.setGridFee({ ...way, feeTicks: 3 }));
    const other = wired(engine, 'bob', 'sell', 3, 12, { attributes: ['solar'] });
    const order = wired(engine, 'alice', 'buy', 3, 5, { premiums: { solarTicks: 4 } });
    const text = `Order ${other} comes to 0.011 for it, 0.006 above its limit of 0.005.`;
    const price = { otherPrice: '0.011', otherPriceTicks: 11, gap: '0.006', gapTicks: 6 };
    expect(obstacles(engine, order)).toEqual([
      { reason: 'priceGap', otherOrder: other, ...price, text },
    ]);
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: 8 }));
    expect(reasons(engine, order)).toEqual(['gridFee']);
    must(engine.amend({ actor: 'alice', orderId: order, priceTicks: 11 }));
    expect(traded(engine, order)).toBe(3);
  });

  it('since its own filter keeps it off; without it, it does', () => {
    const engine = networkStage();
    const other = wired(engine, 'bob', 'sell', 3, 4, { attributes: ['wind'] });
    const order = wired(engine, 'alice', 'buy', 3, 5, { only: ['solar', 'battery'] });
    const filter = { reason: 'filter', otherOrder: other };
    expect(obstacles(engine, order)).toEqual([
      { ...filter, whose: 'own', text: `Its own filter keeps it from order ${other}.` },
    ]);
    const text = `The filter of order ${order} keeps it off.`;
    expect(obstacles(engine, other)).toEqual([
      { ...filter, otherOrder: order, whose: 'other', text },
    ]);
    wired(engine, 'bob', 'sell', 1, 5, { attributes: ['battery', 'local'] });
    expect(traded(engine, order)).toBe(1);
  });

  it('since the seller takes buyers of other zones only', () => {
    const engine = networkStage();
    const other = wired(engine, 'bob', 'sell', 3, 4, { onlyZones: ['north'] });
    const order = wired(engine, 'alice', 'buy', 3, 5, { onlyZones: ['south'] });
    expect(reasons(engine, order)).toEqual(['filter', 'filter']);
    expect(reasons(engine, other)).toEqual(['filter', 'filter']);
    expect(traded(engine, wired(engine, 'alice', 'buy', 3, 5, { zone: 'north' }))).toBe(3);
  });

  it('since one excludes the other; once that is taken back, nothing has matched them yet', () => {
    const engine = networkStage();
    must(engine.setPartner({ account: 'bob', partner: 'alice', rule: 'excluded' }));
    const other = wired(engine, 'bob', 'sell', 3, 4);
    const order = wired(engine, 'alice', 'buy', 3, 5);
    const text = `A partner rule keeps it and order ${other} apart.`;
    expect(obstacles(engine, order)).toEqual([{ reason: 'partner', otherOrder: other, text }]);
    must(engine.setPartner({ account: 'bob', partner: 'alice', rule: null }));
    expect(obstacles(engine, order)).toMatchObject([{ reason: 'notMatched', otherOrder: other }]);
    must(engine.amend({ actor: 'bob', orderId: other, quantityLots: 4 }));
    expect(traded(engine, order)).toBe(3);
  });

  it('since nothing more may go between the zones; once it may, the next order finds it', () => {
    const engine = networkStage();
    must(engine.setCapacity({ product: 'wired', from: 'north', to: 'south', quantityLots: 2 }));
    const other = wired(engine, 'bob', 'sell', 3, 4);
    const order = wired(engine, 'alice', 'buy', 3, 5);
    expect(traded(engine, order)).toBe(2);
    const text = `Nothing more may go from north to south, where order ${other} is.`;
    const zones = { fromZone: 'north', toZone: 'south' };
    expect(obstacles(engine, order)).toEqual([
      { reason: 'capacity', otherOrder: other, ...zones, text },
    ]);
    must(engine.setCapacity({ product: 'wired', from: 'north', to: 'south', quantity: null }));
    expect(reasons(engine, order)).toEqual(['notMatched']);
    wired(engine, 'carol', 'sell', 1, 5);
    expect(traded(engine, order)).toBe(3);
  });

  it('since it would meet an own order first', () => {
    const engine = networkStage();
    must(engine.setCapacity({ product: 'wired', from: 'north', to: 'south', quantityLots: 0 }));
    const own = wired(engine, 'alice', 'sell', 3, 4);
    const order = wired(engine, 'alice', 'buy', 3, 5);
    wired(engine, 'bob', 'sell', 3, 5);
    must(engine.setCapacity({ product: 'wired', from: 'north', to: 'south', quantity: null }));
    const text = `The order that it would meet first, ${own}, is of the same account.`;
    expect(obstacles(engine, order)).toEqual([{ reason: 'ownOrder', otherOrder: own, text }]);
    must(engine.cancel({ actor: 'alice', orderId: own }));
    must(engine.amend({ actor: 'alice', orderId: order, quantityLots: 4 }));
    expect(traded(engine, order)).toBe(3);
  });

  it('since the product is halted, and for all that keeps it from the nearest order as well', () => {
    const engine = networkStage();
    must(engine.setPartner({ account: 'bob', partner: 'alice', rule: 'excluded' }));
    wired(engine, 'bob', 'sell', 3, 6);
    const near = wired(engine, 'carol', 'sell', 3, 9);
    const order = wired(engine, 'alice', 'buy', 3, 5);
    must(engine.haltProduct({ product: 'wired' }));
    expect(reasons(engine, order)).toEqual(['halted', 'priceGap']);
    expect(obstacles(engine, order)![1]).toMatchObject({ otherOrder: near });
  });
});

describe('an order in a network that has ended', () => {
  it('is told by what it asked for, though it never stood in the book', () => {
    const engine = networkStage();
    must(engine.setGridFee({ ...way, feeTicks: 3 }));
    const other = wired(engine, 'bob', 'sell', 3, 4, { attributes: ['wind'] });
    const order = wired(engine, 'alice', 'buy', 3, 9, { only: ['solar'], timeInForce: 'ioc' });
    expect(obstacles(engine, order)).toMatchObject([{ reason: 'filter', otherOrder: other }]);
    const cheap = wired(engine, 'alice', 'buy', 3, 6, { timeInForce: 'ioc' });
    expect(reasons(engine, cheap)).toEqual(['gridFee']);
    expect(traded(engine, wired(engine, 'alice', 'buy', 3, 7, { timeInForce: 'ioc' }))).toBe(3);
  });

  it('is told as the market was when it was cancelled', () => {
    const engine = networkStage();
    must(engine.setCapacity({ product: 'wired', from: 'north', to: 'south', quantityLots: 0 }));
    wired(engine, 'bob', 'sell', 3, 4);
    const order = wired(engine, 'alice', 'buy', 3, 5);
    must(engine.cancel({ actor: 'alice', orderId: order }));
    must(engine.setCapacity({ product: 'wired', from: 'north', to: 'south', quantity: null }));
    expect(reasons(engine, order)).toEqual(['capacity']);
  });
});
