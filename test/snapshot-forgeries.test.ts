import { describe, expect, it, vi } from 'vitest';
import { putI64, readI64 } from '../src/core/bytes.ts';
import { COMMAND_WINDOW } from '../src/core/limits.ts';
import { sha256 } from '../src/core/sha256.ts';
import { stateOf } from '../src/engine/queries.ts';
import { BALANCE_AT, ORDER_AT } from '../src/matching/encode.ts';
import { ALL_OR_NONE, CLIENT_ID, HIDDEN, packFlags, SESSION } from '../src/orderbook/flags.ts';
import { Orders } from '../src/orderbook/orders.ts';
import { snapshot } from '../src/matching/snapshot.ts';
import type { MarketState } from '../src/matching/state.ts';
import { Engine, WattbookError } from '../src/index.ts';
import { limit, must, stage, thrownBy } from './stage.ts';

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
  'a priority before all priorities': (state) => state.orders.setPriority(slotOf(state, 1), 0),
  'a queue out of order': (state) => swapPriorities(state, 1, 2),
  'a crossed book': (state) => {
    const bob = slotOf(state, 3);
    state.books[0]!.unlink(bob);
    state.orders.setPrice(bob, 5);
    state.books[0]!.rest(bob, '', 5);
  },
  'an order without a version': (state) => state.orders.setVersion(slotOf(state, 1), 0),
  'an order of more than all': (state) => state.orders.setTotal(slotOf(state, 1), 1),
  'an order with nothing open': (state) => {
    const order = slotOf(state, 2);
    // Three lots at five ticks, 100 quanta each; nothing else is wrong with the books.
    state.ledger.lock(rowOf(state, 'alice', 1), -1_500);
    state.orders.setOpen(order, 0);
  },
  'an order with the terms of another product': (state) =>
    state.orders.setTerms(slotOf(state, 1), 1),
  'an order with terms that are not there': (state) => state.orders.setTerms(slotOf(state, 1), 77),
  'a market order at rest': (state) =>
    state.orders.setFlags(slotOf(state, 2), packFlags(0, 1, 0, 0, 1)),
  'an immediate order at rest': (state) =>
    state.orders.setFlags(slotOf(state, 2), packFlags(0, 0, 2, 0, 1)),
  'a mode that there is not': (state) =>
    state.orders.setFlags(slotOf(state, 2), packFlags(0, 0, 0, 3, 1)),
  'a self-trade mode that there is not': (state) =>
    state.orders.setFlags(slotOf(state, 2), packFlags(0, 0, 0, 0, 5)),
  'an order past its expiry': (state) => void (state.time = 50),
  'a time before all time': (state) => void (state.time = -1),
  'a product closed with orders in it': (state) => void (state.listings.products[0]!.status = 2),
  'an account closed with orders of its own': (state) =>
    void (state.accounts.list[state.accounts.find('bob') as number]!.status = 2),
  'terms of a version that was left out': (state) =>
    void ((state.listings.terms[2] as unknown as Loose)['version'] = 3),
  'a band upside down': (state) =>
    void ((state.listings.terms[0] as unknown as Loose)['band'] = { low: 1, high: 0 }),
  'a step that is not written in its fewest digits': (state) =>
    void ((state.listings.products[1]!.grid as unknown as Loose)['tick'] = {
      mantissa: 10,
      decimals: 4,
    }),
  'old terms in force': (state) => void (state.listings.products[0]!.terms = 0),
  // Of terms that no order came with: others would show in the locks as well.
  'a fee of more than the value, of takers': (state) =>
    void ((state.listings.terms[0] as unknown as Loose)['takerPpm'] = 1_000_001),
  'a fee of more than the value, of makers': (state) =>
    void ((state.listings.terms[0] as unknown as Loose)['makerPpm'] = 1_000_001),
  'one id for two assets': (state) =>
    void ((state.listings.assets[1] as unknown as Loose)['id'] = 'kWh'),
  'one id for two accounts': (state) =>
    void ((state.accounts.list[4] as unknown as Loose)['id'] = 'alice'),
  'one id for two products': (state) =>
    void ((state.listings.products[1] as unknown as Loose)['id'] = 'noon'),
  'an asset of too many decimals': (state) =>
    void ((state.listings.assets[0] as unknown as Loose)['decimals'] = 16),
  'a command from the future': (state) => void (state.sequence = 9),
  'a command that was forgotten by then': (state) => {
    state.sequence = state.window.entries()[0]!.sequence + COMMAND_WINDOW;
  },
  'a command about an order that is yet to come': (state) =>
    void ((state.window.find('f') as unknown as Loose)['order'] = state.lastOrder + 1),
  'a command that filled less than nothing': (state) =>
    void ((state.window.find('f') as unknown as Loose)['filled'] = -1),
  'two commands of one sequence': (state) => {
    const [earlier, later] = state.window.entries();
    (later as unknown as Loose)['sequence'] = earlier!.sequence;
  },
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
    expect(refusal(snapshot(state)).code).toBe('BAD_SNAPSHOT');
  });

  it('an account closed with an order that locks nothing', () => {
    const engine = market();
    must(engine.openAccount({ id: 'poor' }));
    limit(engine, 'poor', 'buy', 1, 0);
    const state = stateOf(engine);
    state.accounts.list[state.accounts.find('poor') as number]!.status = 2;
    expect(refusal(snapshot(state)).message).toBe('snapshot: order 4 is of a closed account');
  });
});

/** A market with icebergs, an all-or-none order and stop orders that wait: buyers for 10, sellers for 2. */
function patientMarket(): Engine {
  const engine = stage();
  limit(engine, 'alice', 'buy', 10, 5, { displayQuantityLots: 4, refreshBelowLots: 3 });
  limit(engine, 'alice', 'buy', 4, 5, { displayQuantityLots: 4, refreshBelowLots: 4 });
  const whole = limit(engine, 'alice', 'buy', 4, 5, {
    displayQuantityLots: 4,
    refreshBelowLots: 1,
  });
  must(engine.amend({ actor: 'alice', orderId: whole, quantityLots: 3 }));
  limit(engine, 'bob', 'sell', 5, 9, { allOrNone: true });
  for (const account of ['alice', 'bob']) {
    limit(engine, account, 'buy', 3, 12, { stopPriceTicks: 10 });
    limit(engine, account, 'sell', 3, 1, { stopPriceTicks: 2 });
  }
  limit(engine, 'bob', 'buy', 3, 12, { stopPriceTicks: 11, timeInForce: 'fok' });
  limit(engine, 'bob', 'sell', 6, 9, { stopPriceTicks: 1, displayQuantityLots: 2 });
  limit(engine, 'bob', 'sell', 2, 9, { timeInForce: 'session' });
  limit(engine, 'bob', 'sell', 2, 9, { timeInForce: 'gtd', expiresAt: 50 });
  limit(engine, 'alice', 'sell', 2, 1, { stopPriceTicks: 1, timeInForce: 'session' });
  return engine;
}

const clipOf = (state: MarketState, id: number): Record<string, number> =>
  state.orders.clip(slotOf(state, id)) as unknown as Record<string, number>;

function addFlag(state: MarketState, id: number, flag: number): void {
  const slot = slotOf(state, id);
  state.orders.setFlags(slot, state.orders.flags(slot) | flag);
}

function swapPriorities({ orders }: MarketState, one: number, other: number): void {
  const [a, b] = [orders.slotOf(one), orders.slotOf(other)];
  const [first, second] = [orders.priority(a), orders.priority(b)];
  orders.setPriority(a, second);
  orders.setPriority(b, first);
}

const CLIP = 'has a clip that cannot be';
const impossible = (id: number): string => `has an order ${id} that cannot be`;
const REACHED = 'it has a stop order that was reached';
const OUT_OF_ORDER = 'it has stop orders out of order';
const POST_ONLY = 1 << 5;

/** What is refused of icebergs, all-or-none orders and stop orders, and as what. */
const FORGED_ORDERS: Readonly<Record<string, readonly [message: string, forge: Forgery]>> = {
  'a part that comes below nothing': [CLIP, (state) => void (clipOf(state, 1)['refreshBelow'] = 0)],
  'a part that comes before the one before has begun': [
    CLIP,
    (state) => void (clipOf(state, 2)['refreshBelow'] = 5),
  ],
  'less in sight than that at which more comes': [
    CLIP,
    (state) => void (clipOf(state, 1)['shown'] = 2),
  ],
  'more in sight than a part': [CLIP, (state) => void (clipOf(state, 1)['shown'] = 5)],
  'more in sight than is open': [CLIP, (state) => void (clipOf(state, 3)['shown'] = 4)],
  'an iceberg in sight as it waits': [CLIP, (state) => void (clipOf(state, 10)['shown'] = 2)],
  'a hidden iceberg': [impossible(1), (state) => addFlag(state, 1, HIDDEN)],
  'a hidden all-or-none order': [impossible(4), (state) => addFlag(state, 4, HIDDEN)],
  'an all-or-none order of which a part has traded': [
    impossible(4),
    (state) => state.orders.setTotal(slotOf(state, 4), 6),
  ],
  'an immediate order that is hidden as it waits': [
    impossible(9),
    (state) => addFlag(state, 9, HIDDEN),
  ],
  'an immediate order that is all-or-none as it waits': [
    impossible(9),
    (state) => addFlag(state, 9, ALL_OR_NONE),
  ],
  'more parts than an iceberg may have': [
    CLIP,
    (state) => {
      state.orders.setOpen(slotOf(state, 10), 2001);
      state.orders.setTotal(slotOf(state, 10), 2001);
    },
  ],
  'an order that waits and of which a part has traded': [
    impossible(5),
    (state) => state.orders.setTotal(slotOf(state, 5), 4),
  ],
  'a good-till-date order that is good for a session': [
    impossible(12),
    (state) => addFlag(state, 12, SESSION),
  ],
  'an immediate order that is good for a session as it waits': [
    impossible(9),
    (state) => addFlag(state, 9, SESSION),
  ],
  'a post-only order that waits': [impossible(5), (state) => addFlag(state, 5, POST_ONLY)],
  "a buyer's stop order that was reached": [
    REACHED,
    (state) => void (state.listings.products[0]!.lastPrice = 10),
  ],
  "a seller's stop order that was reached": [
    REACHED,
    (state) => void (state.listings.products[0]!.lastPrice = 2),
  ],
  "buyers' stop orders out of order": [OUT_OF_ORDER, (state) => swapPriorities(state, 5, 7)],
  "sellers' stop orders out of order": [OUT_OF_ORDER, (state) => swapPriorities(state, 6, 8)],
};

describe('a snapshot of orders that are not seen whole, or wait', () => {
  it.each([NaN, 3, 9])('is one of a good market, last price %d', (lastPrice) => {
    const engine = patientMarket();
    stateOf(engine).listings.products[0]!.lastPrice = lastPrice;
    expect(Engine.restore(engine.snapshot()).stateHash()).toBe(engine.stateHash());
  });

  it.each(Object.keys(FORGED_ORDERS))('is refused with %s', (name) => {
    const state = stateOf(patientMarket());
    const [message, forge] = FORGED_ORDERS[name]!;
    forge(state);
    expect(refusal(snapshot(state)).message).toBe(`snapshot: ${message}`);
  });
});

/** Why these bytes are no snapshot. */
function refusal(bytes: Uint8Array): WattbookError {
  const fault = thrownBy(() => Engine.restore(bytes));
  expect(fault).toBeInstanceOf(WattbookError);
  return fault as WattbookError;
}

// The market ends with three orders: a buy order with a client order id of one character, a buy order
// and a sell order without.
const ORDER = ORDER_AT.clientOrderId + 1;
const ordersAt = (view: DataView): number => 60 + readI64(view, 12) - 3 * ORDER - 1;
const secondAt = (view: DataView): number => ordersAt(view) + ORDER + 1;

type ByteForgery = (view: DataView, bytes: Uint8Array) => void;

const WRITTEN_OTHERWISE: Readonly<Record<string, ByteForgery>> = {
  'a flag in no table': (view) => {
    const at = secondAt(view) + ORDER_AT.flags;
    view.setUint32(at, view.getUint32(at) | CLIENT_ID);
  },
  'a flag at the very top': (view) => {
    const at = secondAt(view) + ORDER_AT.flags;
    view.setUint32(at, view.getUint32(at) + 2 ** 31);
  },
  'an expiry of an order that does not expire': (view) => {
    putI64(view, secondAt(view) + ORDER_AT.expiresAt, 60);
  },
  'sell orders before buy orders': (view, bytes) => {
    const at = secondAt(view);
    const second = bytes.slice(at, at + ORDER);
    bytes.copyWithin(at, at + ORDER, at + 2 * ORDER);
    bytes.set(second, at + ORDER);
  },
  'balances out of order': (view, bytes) => {
    // The number of debts stands in between.
    const end = ordersAt(view) - 8;
    const last = bytes.slice(end - BALANCE_AT.end, end);
    bytes.copyWithin(end - BALANCE_AT.end, end - 2 * BALANCE_AT.end, end - BALANCE_AT.end);
    bytes.set(last, end - 2 * BALANCE_AT.end);
  },
};

/** A snapshot with other bytes in it and the right checksum. */
function forged(forge: ByteForgery): Uint8Array {
  const bytes = market().snapshot();
  forge(new DataView(bytes.buffer), bytes);
  bytes.set(sha256(bytes.subarray(60)), 28);
  return bytes;
}

describe('a snapshot of a good market that is not written as one', () => {
  it('is where these tests think that it is', () => {
    const bytes = forged(() => {});
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(ordersAt(view) - 4)).toBe(3);
    expect(readI64(view, secondAt(view))).toBe(2);
    expect(Engine.restore(bytes).openOrders()).toHaveLength(3);
  });

  it.each(Object.keys(WRITTEN_OTHERWISE))('%s', (name) => {
    expect(refusal(forged(WRITTEN_OTHERWISE[name]!)).message).toBe(
      'snapshot: is not written as a state is written',
    );
  });

  it('has nothing between its last order and what follows', () => {
    const good = market().snapshot();
    const end = 60 + readI64(new DataView(good.buffer), 12);
    const bytes = Uint8Array.from([...good.subarray(0, end), 0, ...good.subarray(end)]);
    putI64(new DataView(bytes.buffer), 12, end - 60 + 1);
    bytes.set(sha256(bytes.subarray(60)), 28);
    expect(refusal(bytes).message).toBe('snapshot: has 1 bytes too many');
  });

  it('may say that it has four billion orders, and gets no room for them', () => {
    const bytes = forged((view) => view.setUint32(ordersAt(view) - 4, 2 ** 32 - 1));
    const reserve = vi.spyOn(Orders.prototype, 'reserve');
    expect(refusal(bytes).message).toBe('snapshot: ends too early');
    expect(reserve.mock.calls).toEqual([[3]]);
    reserve.mockRestore();
  });
});

describe('sums of balances', () => {
  it('are exact up to the largest supply, whoever holds it', () => {
    const engine = market();
    const { ledger } = stateOf(engine);
    const most = Number.MAX_SAFE_INTEGER;
    const rows = ['outside', 'alice', 'bob'].map((id) => rowOf(stateOf(engine), id, 0));
    const [outside, alice, bob] = rows as [number, number, number];
    const locked = ledger.locked(bob);
    ledger.set(outside, -most, 0);
    ledger.set(alice, most - locked - 3, 0);
    ledger.set(bob, 3, locked);
    expect(engine.isConserved()).toBe(true);
    const copy = Engine.restore(engine.snapshot());
    expect(copy.snapshot()).toEqual(engine.snapshot());
    for (const owned of [2, 4, 5]) {
      ledger.set(bob, owned, locked);
      expect(engine.isConserved(), `${owned}`).toBe(false);
    }
  });

  it('are not taken for zero where adding them rounds', () => {
    const engine = market();
    const state = stateOf(engine);
    const most = Number.MAX_SAFE_INTEGER;
    const bob = rowOf(state, 'bob', 0);
    const locked = state.ledger.locked(bob);
    const gone = state.ledger.row(state.accounts.find('gone') as number, 0);
    state.ledger.set(rowOf(state, 'outside', 0), most, 0);
    state.ledger.set(rowOf(state, 'alice', 0), 2, 0);
    state.ledger.set(bob, -most, locked);
    state.ledger.set(gone, -1 - locked, 0);
    expect(most + 2 - most - 1).toBe(0);
    expect(engine.isConserved()).toBe(false);
  });
});
