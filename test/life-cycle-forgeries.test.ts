import { describe } from 'vitest';
import { Engine } from '../src/index.ts';
import type { MarketState } from '../src/matching/state.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { must, stage } from './stage.ts';

const GRID = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
const NOW = 5_000;

/** Beside what the stage has: one product that is scheduled, one that is open, one behind its gate. */
function market(): Engine {
  const engine = stage();
  const delivery = { start: 10_000, end: 11_000 };
  const list = (id: string, opensMs: number, gateMs: number): unknown =>
    must(engine.listProduct({ ...GRID, id, delivery: { ...delivery, opensMs, gateMs } }));
  list('early', -4_000, -1_000);
  list('now', -9_000, -1_000);
  list('late', -9_000, -6_000);
  must(engine.setAccountLimits({ account: 'bob', maxOpenOrders: 5, maxExposure: null }));
  must(engine.advanceTime({ at: NOW }));
  return engine;
}

const productOf = (state: MarketState, id: string) =>
  state.listings.products[state.listings.findProduct(id)!]!;

const status =
  (id: string, number: number) =>
  (state: MarketState): void => {
    productOf(state, id).status = number;
  };

/** Writes another plan, whatever it says. */
const plan =
  (id: string, change: object | undefined) =>
  (state: MarketState): void => {
    const product = productOf(state, id) as { delivery: object | undefined };
    product.delivery = change && { ...product.delivery, ...change };
  };

const astray = (id: string): string => `${id} is not where its plan has it`;

const FORGED: Forgeries = {
  'open before its time': [astray('early'), status('early', 0)],
  'halted before its time': [astray('early'), status('early', 1)],
  'behind its gate before its time': [astray('early'), status('early', 4)],
  'scheduled still': [astray('now'), status('now', 3)],
  'behind its gate too early': [astray('now'), status('now', 4)],
  'open behind its gate': [astray('late'), status('late', 0)],
  'halted behind its gate': [astray('late'), status('late', 1)],
  'scheduled behind its gate': [astray('late'), status('late', 3)],
  'scheduled without a plan': [astray('noon'), status('noon', 3)],
  'behind a gate without a plan': [astray('noon'), status('noon', 4)],
  'an opening that has come': [astray('early'), plan('early', { opensMs: NOW - 10_000 })],
  'a gate that has come': [astray('now'), plan('now', { gateMs: NOW - 10_000 })],
  'a gate that has not come': [astray('late'), plan('late', { gateMs: NOW - 10_000 + 1 })],
  'a product that is listed after a trade that is yet to come': [
    'now was listed after trade 1, which cannot be',
    (state) => void (productOf(state, 'now').listedAfter = 1),
  ],
  'products that were listed in another order': [
    'now was listed after trade 2, which cannot be',
    (state) => {
      state.lastTrade = 3;
      productOf(state, 'early').listedAfter = 3;
      productOf(state, 'now').listedAfter = 2;
    },
  ],
  'no plan any more': [astray('early'), plan('early', undefined)],
  'a delivery that ends before it begins': [
    'has a plan: delivery.start must be before delivery.end',
    plan('now', { end: 10_000 }),
  ],
  'a gate that closes as it opens': [
    'has a plan: delivery.opensMs must be before delivery.gateMs',
    plan('now', { gateMs: -9_000 }),
  ],
  'an opening before all time': [
    'has a plan: delivery.opensMs must not reach from delivery.start back before 1970',
    plan('now', { opensMs: -10_001 }),
  ],
  'a delivery before all time': [
    'has a plan: delivery.start must not be below zero',
    plan('now', { start: -1, opensMs: 1, gateMs: 9_000 }),
  ],
  'a price of a product that has not opened': [
    'early traded before it was open',
    (state) => void (productOf(state, 'early').lastPrice = 1),
  ],
  'the same of one that was closed before': [
    'early traded before it was open',
    (state) => {
      productOf(state, 'early').lastPrice = 1;
      productOf(state, 'early').status = 2;
    },
  ],
  'a position behind the gate': [
    'it has a position of bob that cannot be',
    (state) => {
      const bob = state.accounts.find('bob')!;
      state.limits.get(bob)!.positions.set(productOf(state, 'late').row, 1);
    },
  ],
};

describe('a snapshot that says of a planned product', () => refusesEach(FORGED, market));
