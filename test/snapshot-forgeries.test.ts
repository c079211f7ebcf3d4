import { describe, expect, it } from 'vitest';
import { stateOf } from '../src/engine/queries.ts';
import { packFlags } from '../src/orderbook/orders.ts';
import { snapshot } from '../src/matching/snapshot.ts';
import type { MarketState } from '../src/matching/state.ts';
import { Engine, WattbookError } from '../src/index.ts';
import { limit, must, stage } from './stage.ts';

/** A market with orders, a closed product, a closed account and remembered commands. */
function market(): Engine {
  const engine = stage();
  must(engine.listProduct({ id: 'old', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' }));
  must(engine.closeProduct({ product: 'old' }));
  must(engine.openAccount({ id: 'gone', commandId: 'o' }));
  must(engine.closeAccount({ account: 'gone' }));
  must(engine.setFees({ product: 'noon', makerPpm: 10, takerPpm: 20, commandId: 'f' }));
  limit(engine, 'alice', 'buy', 3, 5, { clientOrderId: 'a' });
  limit(engine, 'alice', 'buy', 3, 5);
  limit(engine, 'bob', 'sell', 3, 9, { timeInForce: 'gtd', expiresAt: 50 });
  return engine;
}

type Forgery = (state: MarketState) => void;

/** Writable where the library says readonly. */
type Loose = Record<string, unknown>;

const slotOf = (state: MarketState, id: number): number => state.orders.slotOf(id);
const rowOf = (state: MarketState, id: string, asset: number): number =>
  state.ledger.find(state.accounts.find(id) as number, asset);

const FORGERIES: Readonly<Record<string, Forgery>> = {
  'money from nowhere': (state) => state.ledger.credit(rowOf(state, 'alice', 1), 1),
  'an overdrawn account': (state) => {
    const [alice, bob] = [rowOf(state, 'alice', 0), rowOf(state, 'bob', 0)];
    state.ledger.credit(bob, state.ledger.available(alice) + 1);
    state.ledger.credit(alice, -1 - state.ledger.available(alice));
  },
  'a closed account with funds': (state) => {
    const alice = rowOf(state, 'alice', 0);
    state.ledger.credit(alice, -5);
    state.ledger.credit(state.ledger.row(state.accounts.find('gone') as number, 0), 5);
  },
  'a counter behind the orders': (state) => void (state.lastOrder = 1),
  'a priority that was never given': (state) => void (state.lastPriority = 1),
  'one priority twice': (state) => {
    state.orders.setPriority(slotOf(state, 2), state.orders.priority(slotOf(state, 1)));
  },
  'a queue out of order': (state) => {
    const { orders } = state;
    const [one, two] = [slotOf(state, 1), slotOf(state, 2)];
    const [first, second] = [orders.priority(one), orders.priority(two)];
    orders.setPriority(one, second);
    orders.setPriority(two, first);
  },
  'a crossed book': (state) => {
    const bob = slotOf(state, 3);
    state.books[0]!.unlink(bob);
    state.orders.setPrice(bob, 5);
    state.books[0]!.rest(bob, '');
  },
  'an order without a version': (state) => state.orders.setVersion(slotOf(state, 1), 0),
  'an order of more than all': (state) => state.orders.setTotal(slotOf(state, 1), 1),
  'an order with the terms of another product': (state) =>
    state.orders.setTerms(slotOf(state, 1), 1),
  'an order with terms that are not there': (state) => state.orders.setTerms(slotOf(state, 1), 77),
  'a market order at rest': (state) =>
    state.orders.setFlags(slotOf(state, 2), packFlags(0, 1, 0, 0, 1)),
  'an immediate order at rest': (state) =>
    state.orders.setFlags(slotOf(state, 2), packFlags(0, 0, 2, 0, 1)),
  'a mode that there is not': (state) =>
    state.orders.setFlags(slotOf(state, 2), packFlags(0, 0, 0, 3, 1)),
  'an order past its expiry': (state) => void (state.time = 50),
  'a time before all time': (state) => void (state.time = -1),
  'a product closed with orders in it': (state) => void (state.listings.products[0]!.status = 2),
  'an account closed with orders of its own': (state) =>
    void (state.accounts.list[state.accounts.find('bob') as number]!.status = 2),
  'old terms in force': (state) => void (state.listings.products[0]!.terms = 0),
  'a fee of more than the value': (state) =>
    void ((state.listings.terms[2] as unknown as Loose)['takerPpm'] = 1_000_001),
  'one id for two assets': (state) =>
    void ((state.listings.assets[1] as unknown as Loose)['id'] = 'kWh'),
  'one id for two accounts': (state) =>
    void ((state.accounts.list[4] as unknown as Loose)['id'] = 'alice'),
  'one id for two products': (state) =>
    void ((state.listings.products[1] as unknown as Loose)['id'] = 'noon'),
  'an asset of too many decimals': (state) =>
    void ((state.listings.assets[0] as unknown as Loose)['decimals'] = 16),
  'a command from the future': (state) => void (state.sequence = 9),
  'a code in no table': (state) => {
    const remembered = state.window.find('f') as unknown as Loose;
    remembered['code'] = 999;
  },
  'an account of no id': (state) =>
    void ((state.accounts.list[4] as unknown as Loose)['id'] = 'no id'),
  'a role in no table': (state) => void ((state.accounts.list[4] as unknown as Loose)['role'] = 9),
};

describe('a snapshot with a right checksum and a state that cannot be', () => {
  it('is one of a good market otherwise', () => {
    const engine = market();
    expect(Engine.restore(engine.snapshot()).stateHash()).toBe(engine.stateHash());
  });

  it.each(Object.keys(FORGERIES))('%s', (name) => {
    const engine = market();
    const state = stateOf(engine);
    FORGERIES[name]!(state);
    let fault: unknown;
    try {
      Engine.restore(snapshot(state));
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(WattbookError);
    expect((fault as WattbookError).code).toBe('BAD_SNAPSHOT');
  });
});
