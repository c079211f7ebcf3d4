import { describe, expect, it } from 'vitest';
import { Engine, type ListProductRequest, type Pricing } from '../src/index.ts';
import { inTime } from '../src/matching/own-meetings.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { limit, must, stage } from './stage.ts';

const GRID = { id: 'called', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
const PRICINGS: readonly Pricing[] = ['uniform', 'pay-as-bid', 'mid-market'];
const PREVENTING = ['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'] as const;
const MODES = ['allow', ...PREVENTING] as const;
const OTHERS = ['carl', 'dora', 'emil', 'fred'];

type Mode = (typeof MODES)[number];
type Side = 'buy' | 'sell';

function market(listing: Partial<ListProductRequest> = {}): Engine {
  const engine = stage();
  must(engine.listProduct({ ...GRID, mechanism: 'call', ...listing }));
  for (const id of OTHERS) {
    must(engine.openAccount({ id }));
    must(engine.deposit({ account: id, asset: 'kWh', amount: '1000' }));
    must(engine.deposit({ account: id, asset: 'EUR', amount: '1000' }));
  }
  return engine;
}

const enter = (
  engine: Engine,
  account: string,
  side: Side,
  lots: number,
  price: number,
  selfTrade: Mode = 'cancelTaker',
): number => limit(engine, account, side, lots, price, { product: 'called', selfTrade });

const callIt = (engine: Engine): void => {
  must(engine.runAuction({ product: 'called' }));
};

/** What an auction has come to, as it was told. */
const held = (engine: Engine) =>
  [...engine.events()].filter(({ type }) => type === 'auctionHeld').at(-1);

/** Orders of others, who buy or sell alone: the same of each seed. */
function enterOthers(engine: Engine, draw: Draw): void {
  for (let i = 0; i < 4 + draw(6); i++) {
    const seller = draw(2);
    const account = OTHERS[2 * draw(2) + seller]!;
    enter(engine, account, seller === 1 ? 'sell' : 'buy', 1 + draw(9), 3 + draw(9));
  }
}

describe('with a bid and an offer that cross, alice moves', () => {
  /** What the auction comes to with what she enters first, and how the others trade. */
  const comesTo = (seed: number, wash: (engine: Engine) => void): unknown => {
    const engine = market();
    wash(engine);
    enterOthers(engine, mulberry32(seed));
    callIt(engine);
    const trades = [...engine.trades()].map(({ buyer, seller, priceTicks, quantityLots }) => {
      return [buyer, seller, priceTicks, quantityLots];
    });
    const { price, quantity, bids, asks } = held(engine) as unknown as Record<string, unknown>;
    return { price, quantity, bids, asks, trades };
  };
  // The later one is the bid, 5 lots at 14 against 5 lots offered at 1: both cross all others.
  const left = {
    cancelTaker: ['sell', 1],
    cancelMaker: ['buy', 14],
    cancelBoth: undefined,
    decrement: undefined,
  } as const;

  it.each(PREVENTING)('no price under %s', (mode) => {
    let priced = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const one = left[mode];
      const expected = comesTo(seed, (engine) => {
        if (one !== undefined) enter(engine, 'alice', one[0], 5, one[1]);
      });
      const found = comesTo(seed, (engine) => {
        enter(engine, 'alice', 'sell', 5, 1);
        enter(engine, 'alice', 'buy', 5, 14, mode);
      });
      expect(found, `seed ${seed}`).toEqual(expected);
      if ((expected as { price?: number }).price !== undefined) priced++;
    }
    expect(priced).toBeGreaterThan(30);
  });

  it('no price either where others stand before her orders, so that these would not have been paired', () => {
    const engine = market();
    enter(engine, 'carl', 'buy', 3, 20);
    enter(engine, 'dora', 'sell', 3, 1);
    enter(engine, 'alice', 'sell', 2, 18);
    enter(engine, 'alice', 'buy', 2, 19, 'cancelBoth');
    expect(engine.indicative('called')).toMatchObject({ priceTicks: 10, quantityLots: 3 });
    callIt(engine);
    expect(held(engine)).toMatchObject({ price: 10, quantity: 3 });
    expect(engine.openOrders()).toEqual([]);
  });

  it('the price where she lets them trade, and pays for it', () => {
    const engine = market({ makerPpm: 1_000, takerPpm: 2_000 });
    enter(engine, 'alice', 'sell', 2, 18);
    enter(engine, 'alice', 'buy', 2, 18, 'allow');
    callIt(engine);
    expect([...engine.trades()]).toMatchObject([
      { buyer: 'alice', seller: 'alice', priceTicks: 18 },
    ]);
  });
});

describe('own orders meet', () => {
  const ends = (engine: Engine) =>
    [...engine.events()]
      .filter((each) => each.type === 'orderEnded' || each.type === 'orderReduced')
      .map((each) => [each.order, each.type === 'orderEnded' ? each.reason : each.by]);

  it('as they came, the best of the earlier ones first, each by its own mode', () => {
    const engine = market();
    const dear = enter(engine, 'alice', 'sell', 3, 8);
    const cheap = enter(engine, 'alice', 'sell', 4, 6);
    const first = enter(engine, 'alice', 'buy', 5, 9, 'decrement');
    const free = enter(engine, 'alice', 'buy', 1, 9, 'allow');
    const second = enter(engine, 'alice', 'buy', 2, 7, 'cancelTaker');
    const last = enter(engine, 'alice', 'sell', 2, 9, 'cancelMaker');
    callIt(engine);
    expect(ends(engine)).toEqual([
      [cheap, 'selfTrade'],
      [first, 4],
      [dear, 1],
      [first, 'selfTrade'],
      [free, 'selfTrade'],
    ]);
    expect(engine.openOrders().map(({ orderId }) => orderId)).toEqual([dear, second, last]);
  });

  it('however many there are: as a list says that is gone through for each', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const draw = mulberry32(seed);
      const engine = market();
      const expected: [number, unknown][] = [];
      const came: { id: number; side: Side; price: number; open: number }[] = [];
      for (let i = 0; i < 80; i++) {
        const [side, price, lots] = [
          draw(2) === 0 ? 'buy' : 'sell',
          1 + draw(9),
          1 + draw(9),
        ] as const;
        const mode = MODES[[0, 0, 1, 2, 3, 4, 4, 4][draw(8)]!]!;
        const later = {
          id: enter(engine, 'alice', side, lots, price, mode),
          side,
          price,
          open: lots,
        };
        const sign = side === 'buy' ? 1 : -1;
        const met = came
          .filter((each) => each.side !== side && (price - each.price) * sign >= 0)
          .sort((a, b) => (a.price - b.price) * sign);
        for (const earlier of met) {
          if (mode === 'allow' || later.open === 0 || earlier.open === 0) continue;
          const both = mode === 'decrement' ? Math.min(later.open, earlier.open) : Infinity;
          const losing = [
            mode === 'cancelTaker' ? [] : earlier,
            mode === 'cancelMaker' ? [] : later,
          ];
          for (const each of losing.flat()) {
            expected.push([each.id, both >= each.open ? 'selfTrade' : both]);
            each.open = Math.max(0, each.open - both);
          }
        }
        came.push(later);
      }
      callIt(engine);
      const found = ends(engine).filter(([, how]) => how !== 'filled');
      expect(found, `seed ${seed}`).toEqual(expected);
      expect(expected.length).toBeGreaterThan(20);
    }
  });

  it('an earlier one that is worse than a later one, too', () => {
    const engine = market();
    const early = enter(engine, 'alice', 'sell', 3, 5);
    const bid = enter(engine, 'alice', 'buy', 3, 5, 'cancelMaker');
    const late = enter(engine, 'alice', 'sell', 3, 1, 'allow');
    enter(engine, 'bob', 'buy', 3, 2);
    callIt(engine);
    expect(ends(engine)[0]).toEqual([early, 'selfTrade']);
    expect([...engine.trades()]).toMatchObject([{ makerOrder: bid, takerOrder: late }]);
  });

  it('if one alone of all does not allow it', () => {
    const engine = market();
    enter(engine, 'alice', 'sell', 3, 5, 'allow');
    const bid = enter(engine, 'alice', 'buy', 3, 5, 'cancelTaker');
    callIt(engine);
    expect(ends(engine)).toEqual([[bid, 'selfTrade']]);
  });

  it('at a rate, those alone that accept it', () => {
    const engine = market({ pricing: 'mid-market', referencePrice: '0.005' });
    const above = enter(engine, 'alice', 'sell', 3, 6);
    const bid = enter(engine, 'alice', 'buy', 3, 9);
    callIt(engine);
    expect(ends(engine)).toEqual([]);
    must(engine.amend({ actor: 'alice', orderId: above, priceTicks: 5 }));
    callIt(engine);
    expect(ends(engine)).toEqual([[above, 'selfTrade']]);
    expect(engine.order(bid)).toBeDefined();
  });
});

it('what is said before is what comes, and nobody trades with an own order that does not allow it', () => {
  let [kept, paired] = [0, 0];
  for (let seed = 1; seed <= 250; seed++) {
    const draw = mulberry32(seed);
    const engine = market({ pricing: PRICINGS[draw(3)]!, referencePrice: '0.007' });
    const modes = new Map<number, Mode>();
    for (let i = 0; i < 4 + draw(10); i++) {
      const [account, side] = [OTHERS[draw(3)]!, draw(2) === 0 ? 'buy' : 'sell'] as const;
      const mode = MODES[draw(MODES.length)]!;
      modes.set(enter(engine, account, side, 1 + draw(9), 3 + draw(9), mode), mode);
    }
    const about = `seed ${seed}`;
    const before = engine.stateHash();
    const {
      priceTicks: price,
      quantityLots: quantity,
      imbalanceLots,
    } = engine.indicative('called')!;
    const told = new Map<number, number>();
    for (const id of modes.keys()) {
      const obstacle = engine.explain(id)!.obstacles!.find(({ reason }) => reason === 'ownOrder');
      if (obstacle?.reason === 'ownOrder') told.set(id, obstacle.otherOrder);
    }
    expect(engine.stateHash(), about).toBe(before);
    const from = engine.sequence;
    callIt(engine);
    const events = [...engine.events({ after: from })];
    const losing = events.flatMap((each) => {
      const loses =
        each.type === 'orderReduced' || (each.type === 'orderEnded' && each.reason === 'selfTrade');
      return loses ? [each.order] : [];
    });
    expect([...told.keys()].sort(), about).toEqual([...new Set(losing)].sort());
    const auction = events.at(-1);
    expect(auction, about).toMatchObject({ type: 'auctionHeld', quantity });
    if (auction?.type !== 'auctionHeld') continue;
    expect(auction, about).toMatchObject({ price: price ?? 0 });
    if (price !== undefined) expect(auction.bidsLeft - auction.asksLeft, about).toBe(imbalanceLots);
    for (const { buyer, seller, takerOrder } of engine.trades()) {
      if (buyer !== seller) continue;
      paired++;
      expect(modes.get(takerOrder), about).toBe('allow');
    }
    for (const [id, other] of told) {
      kept++;
      const { ended, obstacles } = engine.explain(id)!;
      if (ended?.reason !== 'selfTrade') continue;
      expect(obstacles![0], about).toEqual(
        expect.objectContaining({ reason: 'ownOrder', otherOrder: other }),
      );
    }
  }
  expect(kept).toBeGreaterThan(300);
  expect(paired).toBeGreaterThan(20);
});

it('orders are put in the order in which they came, however far apart that is', () => {
  const priorities = [7, 2 ** 52, 3, 5, 1, 2 ** 51];
  const orders = { priority: (slot: number): number => priorities[slot]! };
  const expected = [4, 2, 3, 0, 5, 1];
  expect([...inTime([0, 1, 2, 3, 4, 5], orders, 2 ** 52)]).toEqual(expected);
  expect([...inTime([0, 2, 3, 4], orders, 7)]).toEqual([4, 2, 3, 0]);
});
