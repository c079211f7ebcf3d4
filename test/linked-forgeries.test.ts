import { describe, expect, it } from 'vitest';
import type { MarketState } from '../src/matching/state.ts';
import { ALL_OR_NONE, HIDDEN, LINKED } from '../src/orderbook/flags.ts';
import { Engine } from '../src/index.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { limit, stage } from './stage.ts';

const POST_ONLY = 1 << 5;
const slotOf = (state: MarketState, id: number): number => state.orders.slotOf(id);

function addFlag(state: MarketState, id: number, flag: number): void {
  const slot = slotOf(state, id);
  state.orders.setFlags(slot, state.orders.flags(slot) | flag);
}

/**
 * Linked orders: 1 of alice buys, 2 waits to sell; 3 of bob sells, 4 waits to; the others buy for nothing, and
 * so lock nothing: 5 and 6 of alice, 7 and 8, 9 and 10 of bob.
 */
function linkedMarket(): Engine {
  const engine = stage();
  const until = { timeInForce: 'gtd', expiresAt: 9_000 };
  const above = { side: 'sell', priceTicks: 9, stopPriceTicks: 12 };
  limit(engine, 'alice', 'buy', 3, 5, { ...until, oco: above });
  limit(engine, 'bob', 'sell', 4, 20, { oco: { priceTicks: 2, stopPriceTicks: 3 } });
  for (const account of ['alice', 'bob', 'bob']) {
    limit(engine, account, 'buy', 4, -1, { oco: { priceTicks: -2 } });
  }
  return engine;
}

function unlinked({ orders }: MarketState, id: number): void {
  const slot = orders.slotOf(id);
  orders.setFlags(slot, orders.flags(slot) & ~LINKED);
}

function relink({ orders }: MarketState, one: number, other: number): void {
  orders.link(orders.slotOf(one), orders.slotOf(other));
}

const unlike = (id: number): string => `order ${id} has a partner unlike it`;

/** What is refused of linked orders, and as what. */
const FORGED_PAIRS: Forgeries = {
  'an order that is linked with itself': [
    'has an order 1 that is linked with none',
    (state) => relink(state, 1, 1),
  ],
  'an order whose partner is linked with another': [
    'has an order 2 that is linked with none',
    (state) => relink(state, 1, 3),
  ],
  'a partner of another account': [
    unlike(6),
    (state) => {
      relink(state, 6, 7);
      for (const id of [5, 8]) unlinked(state, id);
    },
  ],
  'partners with an order in between': [
    unlike(7),
    (state) => {
      relink(state, 7, 9);
      relink(state, 8, 10);
    },
  ],
  'less open of one': [unlike(9), (state) => state.orders.setOpen(slotOf(state, 10), 3)],
  'partners of two self-trade modes': [unlike(1), (state) => addFlag(state, 2, 1 << 8)],
  'partners of two lives': [unlike(3), (state) => addFlag(state, 4, 1 << 4)],
  'partners of two expiries': [
    unlike(1),
    ({ orders, timers }) => {
      timers.clear(orders.slotOf(2), orders);
      timers.set(orders.slotOf(2), 9_001, orders);
    },
  ],
  'a partner that would trade with it': [
    unlike(1),
    (state) => state.orders.setPrice(slotOf(state, 2), 5),
  ],
  'a hidden one': [unlike(2), (state) => addFlag(state, 2, HIDDEN)],
  'a post-only one': [unlike(7), (state) => addFlag(state, 7, POST_ONLY)],
  'an all-or-none one': [unlike(7), (state) => addFlag(state, 7, ALL_OR_NONE)],
};

describe('a snapshot of linked orders is refused with', () => {
  refusesEach(FORGED_PAIRS, linkedMarket);
});

/** 1 of alice buys and is to get out at 9, or at 2; 2 of bob buys for nothing. */
function bracketMarket(): Engine {
  const engine = stage();
  const bracket = { takeProfitTicks: 9, stopPriceTicks: 2, stopLimitTicks: 1 };
  limit(engine, 'alice', 'buy', 3, 5, { bracket });
  limit(engine, 'bob', 'buy', 3, -4, { bracket });
  return engine;
}

const impossible = (id: number): string => `order ${id} has a bracket that cannot be`;

function amendBracket({ orders }: MarketState, id: number, change: Record<string, number>): void {
  Object.assign(orders.bracket(orders.slotOf(id))!, change);
}

const FORGED_BRACKETS: Forgeries = {
  'a take-profit that is no better than the stop': [
    impossible(2),
    (state) => amendBracket(state, 2, { takeProfit: 2 }),
  ],
  'a limit beyond the limit of locks': [
    impossible(2),
    (state) => amendBracket(state, 2, { stopLimit: Number.MAX_SAFE_INTEGER }),
  ],
  'a hidden order': [impossible(2), (state) => addFlag(state, 2, HIDDEN)],
  'money that is not reserved': [
    'its books do not balance',
    (state) => amendBracket(state, 2, { stopLimit: -1 }),
  ],
};

describe('a snapshot of orders on which others are to follow', () => {
  it('is good once one of them has traded', () => {
    const engine = bracketMarket();
    limit(engine, 'bob', 'sell', 1, 5);
    expect(Engine.restore(engine.snapshot()).stateHash()).toBe(engine.stateHash());
  });

  describe('is refused with', () => refusesEach(FORGED_BRACKETS, bracketMarket));
});
