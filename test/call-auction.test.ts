import { expect, it } from 'vitest';
import { clearAuction, Engine, type ListProductRequest, type Pricing } from '../src/index.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { limit, must, stage } from './stage.ts';

const PRICINGS: readonly Pricing[] = ['uniform', 'pay-as-bid', 'mid-market'];
const GRID = { id: 'called', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
const TRADERS = Array.from({ length: 8 }, (_, i) => `home-${i}`);

interface Entered {
  readonly id: number;
  readonly side: 'buy' | 'sell';
  readonly price: number;
  readonly lots: number;
}

/** A market with fees in which the later ones of the traders sell, so that no own orders meet unless they all do both. */
function market(listing: Partial<ListProductRequest>): Engine {
  const engine = stage();
  must(
    engine.listProduct({ ...GRID, mechanism: 'call', makerPpm: 700, takerPpm: 1_300, ...listing }),
  );
  for (const id of TRADERS) {
    must(engine.openAccount({ id }));
    must(engine.deposit({ account: id, asset: 'kWh', amount: '1000' }));
    must(engine.deposit({ account: id, asset: 'EUR', amount: '1000' }));
  }
  return engine;
}

function enterSome(engine: Engine, draw: Draw, both: boolean): Entered[] {
  return Array.from({ length: draw(14) }, () => {
    const trader = draw(TRADERS.length);
    const isBuyer = both ? draw(2) === 0 : trader < TRADERS.length / 2;
    const side = isBuyer ? 'buy' : 'sell';
    const [lots, price] = [1 + draw(9), draw(15) - 7];
    const timeInForce = draw(4) === 0 ? 'session' : 'gtc';
    const more = { product: 'called', timeInForce, selfTrade: both ? 'decrement' : 'cancelTaker' };
    return { id: limit(engine, TRADERS[trader]!, side, lots, price, more), side, price, lots };
  });
}

/** The most that trades at any price, each tried; at a rate what trades there. */
function bestVolume(orders: readonly Entered[], rate: number | undefined): number {
  const volumes = Array.from({ length: 17 }, (_, i) => i - 8)
    .filter((price) => rate === undefined || price === rate)
    .map((price) => {
      const accepts = (each: Entered) =>
        each.side === 'buy' ? each.price >= price : each.price <= price;
      const lotsOf = (side: string) =>
        orders
          .filter((each) => each.side === side && accepts(each))
          .reduce((sum, { lots }) => sum + lots, 0);
      return Math.min(lotsOf('buy'), lotsOf('sell'));
    });
  return Math.max(...volumes);
}

it.each(PRICINGS)(
  '%s: as much trades as can, within the limits, and all is conserved',
  (pricing) => {
    for (let seed = 1; seed <= 300; seed++) {
      const draw = mulberry32(seed);
      const rate = draw(9) - 4;
      const isRate = pricing === 'mid-market';
      const given = isRate || draw(2) === 0;
      const engine = market({
        pricing,
        ...(given ? { referencePrice: String(rate / 1_000) } : {}),
      });
      const orders = enterSome(engine, draw, false);
      const indicative = engine.indicative('called')!;
      must(engine.runAuction({ product: 'called' }));
      const about = `seed ${seed}`;
      const trades = [...engine.trades()];
      const held = [...engine.events()].at(-1);
      const quantity = trades.reduce((sum, { quantityLots }) => sum + quantityLots, 0);
      expect(quantity, about).toBe(bestVolume(orders, isRate ? rate : undefined));
      expect(held, about).toMatchObject({ type: 'auctionHeld', quantity });
      expect(indicative.quantityLots, about).toBe(quantity);
      // The same as over plain lists.
      const sideOf = (side: string) =>
        orders
          .filter((each) => each.side === side)
          .map((each) => ({ ...each, quantity: each.lots }));
      const [bids, asks] = [sideOf('buy'), sideOf('sell')];
      const listed = clearAuction(bids, asks, { pricing, ...(given ? { reference: rate } : {}) });
      expect(indicative.priceTicks, about).toBe(listed.price);
      const pairs = listed.fills.map(({ bid, ask, price, quantity: lots }) => [
        ...[bids[bid]!.id, asks[ask]!.id].sort((a, b) => a - b),
        price,
        lots,
      ]);
      const traded = trades.map((each) => [
        each.makerOrder,
        each.takerOrder,
        each.priceTicks,
        each.quantityLots,
      ]);
      expect(traded, about).toEqual(pairs);
      for (const { makerOrder, takerOrder, priceTicks } of trades) {
        for (const id of [makerOrder, takerOrder]) {
          const { side, price } = orders.find((each) => each.id === id)!;
          expect(side === 'buy' ? priceTicks <= price : priceTicks >= price, about).toBe(true);
        }
      }
      expect(engine.isConserved(), about).toBe(true);
      released(engine, about);
    }
  },
);

/** Once all orders are gone nothing is locked. */
function released(engine: Engine, about: string): void {
  must(engine.closeProduct({ product: 'called' }));
  for (const account of TRADERS) {
    for (const asset of ['kWh', 'EUR']) {
      expect(engine.balance(account, asset).lockedQuanta, about).toBe(0);
    }
  }
  expect(engine.isConserved(), about).toBe(true);
}

it('where own orders meet, no more trades than could, and all is conserved', () => {
  let [less, met] = [0, 0];
  for (let seed = 1; seed <= 300; seed++) {
    const draw = mulberry32(seed);
    const engine = market({ pricing: PRICINGS[draw(2)]! });
    const orders = enterSome(engine, draw, true);
    must(engine.runAuction({ product: 'called' }));
    const trades = [...engine.trades()];
    const quantity = trades.reduce((sum, { quantityLots }) => sum + quantityLots, 0);
    expect(quantity, `seed ${seed}`).toBeLessThanOrEqual(bestVolume(orders, undefined));
    if (quantity < bestVolume(orders, undefined)) less++;
    if (trades.some(({ buyer, seller }) => buyer === seller)) met++;
    expect(engine.isConserved(), `seed ${seed}`).toBe(true);
    released(engine, `seed ${seed}`);
  }
  expect(met).toBe(0);
  expect(less).toBeGreaterThan(50);
});

it('planned auctions are held at the opening + k x auctionEveryMs, and at the gate before it closes', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const draw = mulberry32(seed);
    const [opensMs, openMs, everyMs] = [draw(5) - 20, 1 + draw(30), 1 + draw(12)];
    const delivery = { start: 20, end: 60, opensMs, gateMs: opensMs + openMs };
    const engine = market({ delivery, auctionEveryMs: everyMs });
    const expected: [number, string][] = [];
    const opens = 20 + opensMs;
    for (let at = opens + everyMs; at < opens + openMs; at += everyMs) {
      expected.push([at, 'auctionHeld']);
    }
    expected.push([opens + openMs, 'auctionHeld'], [opens + openMs, 'gateClosed']);
    const next = () => engine.product('called')!.call!.nextAuctionAt;
    // In steps, some of which pass over several auctions.
    const told: (number | undefined)[] = [];
    for (let at = 0; at < 80; at += draw(6)) {
      must(engine.advanceTime({ at }));
      told.push(next());
      const after = expected.find(([time]) => time > at);
      expect(told.at(-1), `seed ${seed} at ${at}`).toBe(after?.[0]);
    }
    const types = expected.map(([, type]) => type);
    const found = [...engine.events()]
      .map(({ type }) => type)
      .filter((type) => types.includes(type));
    expect(found, `seed ${seed}`).toEqual(types);
  }
});

it('a restored market holds the auctions that were planned', () => {
  const delivery = { start: 100, end: 200, opensMs: -100, gateMs: 0 };
  const engine = market({ delivery, auctionEveryMs: 40 });
  limit(engine, 'alice', 'buy', 3, 5, { product: 'called' });
  must(engine.advanceTime({ at: 40 }));
  limit(engine, 'bob', 'sell', 3, 5, { product: 'called' });
  const restored = Engine.restore(engine.snapshot());
  for (const each of [engine, restored]) {
    must(each.advanceTime({ at: 79 }));
    expect(each.openOrders()).toHaveLength(2);
    must(each.advanceTime({ at: 80 }));
    expect(each.openOrders()).toEqual([]);
  }
  expect(restored.stateHash()).toBe(engine.stateHash());
  expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
});

it('every field of how a product is traded is content of the request', () => {
  const engine = stage();
  const call = { mechanism: 'call', pricing: 'uniform', auctionEveryMs: 5 } as const;
  const delivery = { start: 100, end: 200, opensMs: -100, gateMs: 0 };
  const request = { ...GRID, delivery, ...call, referencePrice: '0.005', commandId: 'c' };
  must(engine.listProduct(request));
  expect(engine.listProduct({ ...request }).repeated).toBe(true);
  const others = [
    { pricing: 'pay-as-bid' },
    { referencePrice: '0.006' },
    { auctionEveryMs: 6 },
  ] as const;
  for (const other of others) {
    expect(engine.listProduct({ ...request, ...other })).toMatchObject({ code: 'ID_REUSED' });
  }
  expect(engine.listProduct({ ...GRID, delivery, commandId: 'c' })).toMatchObject({
    code: 'ID_REUSED',
  });
});

it('a product tells how it is traded, and what an auction would come to', () => {
  const engine = market({ pricing: 'pay-as-bid' });
  expect(engine.product('noon')).toMatchObject({ mechanism: 'continuous', call: undefined });
  expect(engine.indicative('noon')).toBeUndefined();
  expect(engine.product('called')).toMatchObject({
    mechanism: 'call',
    call: {
      pricing: 'pay-as-bid',
      referencePrice: undefined,
      auctionEveryMs: undefined,
      nextAuctionAt: undefined,
    },
  });
  expect(engine.indicative('called')).toMatchObject({ price: undefined, quantityLots: 0 });
  limit(engine, 'alice', 'buy', 7, 9, { product: 'called' });
  limit(engine, 'bob', 'sell', 3, 4, { product: 'called' });
  expect(engine.indicative('called')).toEqual({
    price: '0.009',
    priceTicks: 9,
    quantity: '0.3',
    quantityLots: 3,
    imbalance: '0.4',
    imbalanceLots: 4,
  });
});
