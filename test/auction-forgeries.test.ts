import { describe } from 'vitest';
import { Engine } from '../src/index.ts';
import type { MarketState } from '../src/matching/state.ts';
import { Circuit } from '../src/market/circuit.ts';
import { HIDDEN } from '../src/orderbook/flags.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { limit, must, stage } from './stage.ts';

const GRID = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };

/** Beside what the stage has: a product that trades in auctions, with a crossed book. */
function market(): Engine {
  const engine = stage();
  const delivery = { start: 10_000, end: 11_000, opensMs: -10_000, gateMs: 0 };
  const call = { mechanism: 'call', auctionEveryMs: 100 } as const;
  must(engine.listProduct({ ...GRID, id: 'called', delivery, ...call }));
  limit(engine, 'alice', 'buy', 3, 300, { product: 'called' });
  limit(engine, 'bob', 'sell', 5, 200, { product: 'called', timeInForce: 'session' });
  return engine;
}

const called = (state: MarketState) =>
  state.listings.products[state.listings.findProduct('called')!]!;

/** Writes another way to be auctioned, whatever it says. */
const call =
  (change: object | undefined) =>
  (state: MarketState): void => {
    const product = called(state) as { call: object | undefined };
    product.call = change && { ...product.call, ...change };
  };

/** Adds to the flags of the first order. */
const flagged =
  (flags: number) =>
  (state: MarketState): void => {
    const slot = state.orders.slotOf(1);
    state.orders.setFlags(slot, state.orders.flags(slot) | flags);
  };

const STRANGE = 'order 1 is in a product that trades in auctions';

const FORGED: Forgeries = {
  'traded continuously, with a crossed book': ['it has a crossed book', call(undefined)],
  'a mid-market rate that is not there': [
    'has an auction: pricing mid-market needs a referencePrice',
    call({ pricing: 2 }),
  ],
  'a pricing that there is not': ['holds 3, which is in no table', call({ pricing: 3 })],
  'auctions before they begin': ['has an auction: undefined', call({ everyMs: -1 })],
  'more auctions than there may be': [
    'has an auction: auctionEveryMs must leave no more than 10000 auctions before the gate',
    (state) => {
      call({ everyMs: 1 })(state);
      Object.assign(called(state).delivery!, { gateMs: 1 });
    },
  ],
  'auctions without a delivery': [
    'has an auction: auctionEveryMs needs a delivery',
    (state) => Object.assign(called(state), { delivery: undefined }),
  ],
  'an order that is hidden': [STRANGE, flagged(HIDDEN)],
  'a post-only order': [STRANGE, flagged(1 << 5)],
  'a circuit': [
    'called has auctions and a circuit',
    (state) => {
      const distance = { ticks: 5, ppm: 0 };
      called(state).circuit = new Circuit(distance, { ticks: 0, ppm: 0 }, 0, NaN);
    },
  ],
};

describe('a snapshot that says of a product in auctions', () => refusesEach(FORGED, market));
