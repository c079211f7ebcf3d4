import {
  AccountStatus,
  Display,
  PostOnly,
  ProductStatus,
  RejectCode,
  Side,
  SYSTEM_ACCOUNTS,
  TimeInForce,
} from '../core/codes.ts';
import { COMMAND_WINDOW, MAX_FOLLOWERS, PPM } from '../core/limits.ts';
import { withinLockLimit } from '../contracts/new-order.ts';
import { isOver, isTrading, plannedStatus } from '../market/life-cycle.ts';
import type { Account } from '../ledger/accounts.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import type { Book } from '../orderbook/book.ts';
import {
  ALL_OR_NONE,
  BRACKET,
  displayOf,
  durationOf,
  FOR_AUCTION,
  LINKED,
  PARTLY_SEEN,
  PEGGED,
  postOnlyOf,
  selfTradeOf,
  sideOf,
  timeInForceOf,
  TRAILING,
} from '../orderbook/flags.ts';
import { NONE, type Orders } from '../orderbook/orders.ts';
import { isReached } from './admission.ts';
import { isConserved } from './audit.ts';
import { keysFault } from './keys.ts';
import { listedAfterFault } from './listed-after.ts';
import { networkFault } from './network-decode.ts';
import { debtFault, forwardFault } from './forward-soundness.ts';
import { hasRoom, pegPrices } from './pegs.ts';
import type { MarketState } from './state.ts';
import { crosses } from './walk.ts';

/**
 * What makes a state one that no command log could lead to, or undefined. For states from outside;
 * `apply` keeps all of this by itself. O(state).
 */
export function unsoundness(state: MarketState): string | undefined {
  const debts = debtFault(state);
  if (debts !== undefined) return debts;
  if (!isConserved(state)) return 'its books do not balance';
  return (
    balanceFault(state) ??
    termsFault(state) ??
    planFault(state) ??
    forwardFault(state) ??
    orderFault(state) ??
    bookFault(state) ??
    stopFault(state) ??
    pairFault(state) ??
    followerFault(state) ??
    bracketFault(state) ??
    recallFault(state) ??
    listedAfterFault(state) ??
    limitFault(state) ??
    networkFault(state) ??
    windowFault(state) ??
    sealFault(state) ??
    keysFault(state)
  );
}

function sealFault({
  height,
  sealedSequence,
  sequence,
  accounts,
}: MarketState): string | undefined {
  const sound = height >= 0 && height <= sealedSequence && sealedSequence <= sequence;
  if (!sound || (height === 0) !== (sealedSequence === 0)) {
    return `it has sealed ${height} blocks up to command ${sealedSequence}`;
  }
  const salted = accounts.list
    .slice(0, SYSTEM_ACCOUNTS.length)
    .find(({ salt }) => salt.some(Boolean));
  return salted && `${salted.id} has a salt`;
}

function balanceFault({ ledger, accounts }: MarketState): string | undefined {
  for (let row = 0; row < ledger.rows; row++) {
    const account = ledger.account(row);
    const [available, locked] = [ledger.available(row), ledger.locked(row)];
    const { id, status } = accounts.list[account]!;
    const inside = account !== OUTSIDE;
    if (locked < 0 || (inside ? available < 0 : available > 0)) return `${id} is overdrawn`;
    if (status === AccountStatus.closed && available + locked > 0)
      return `${id} is closed and not empty`;
  }
  return undefined;
}

/** Versions count up from 1 for each product, and the latest ones are in force. */
function termsFault({ listings }: MarketState): string | undefined {
  const versions = new Map<number, Set<number>>();
  for (const terms of listings.terms) {
    if (terms === undefined) continue;
    const { product, version, makerPpm, takerPpm, band } = terms;
    if (makerPpm > PPM || takerPpm > PPM) return 'it has a fee of more than the value';
    if (band !== undefined && band.low > band.high) return 'it has a band upside down';
    const known = versions.get(product) ?? new Set();
    if (known.has(version)) return 'its terms are out of order';
    versions.set(product, known.add(version));
  }
  for (const { row, terms } of listings.living()) {
    const known = versions.get(row)!;
    for (let version = 1; version <= known.size; version++) {
      if (!known.has(version)) return 'its terms are out of order';
    }
    if (listings.terms[terms]!.version !== known.size) return 'it has old terms in force';
  }
  return undefined;
}

/** Statuses are what the plans of the products make of them. */
function planFault({ listings, time }: MarketState): string | undefined {
  for (const { id, status, delivery, lastPrice, call, circuit } of listings.living()) {
    const planned = plannedStatus(delivery, time);
    const asPlanned = isTrading(status) ? planned === ProductStatus.open : status === planned;
    if (!asPlanned && status !== ProductStatus.closed) return `${id} is not where its plan has it`;
    if (call !== undefined && circuit !== undefined) return `${id} has auctions and a circuit`;
    const traded = !Number.isNaN(lastPrice);
    if (traded && planned === ProductStatus.scheduled) return `${id} traded before it was open`;
  }
  return undefined;
}

function orderFault(state: MarketState): string | undefined {
  const { orders, listings, accounts, timers, lastOrder, lastPriority } = state;
  // Not by way of each order's account: a million of those trips to memory took a fifth of a second.
  const closed = Uint8Array.from(accounts.list, isClosed);
  const faultOf = (slot: number): string | undefined => {
    const product = listings.products[orders.product(slot)]!;
    const priority = orders.priority(slot);
    if (orders.id(slot) > lastOrder || priority > lastPriority || priority < 1) {
      return 'is not counted';
    }
    if (orders.version(slot) < 1) return 'has no version';
    if (listings.terms[orders.terms(slot)]!.product !== product.row) {
      return 'has the terms of another product';
    }
    if (!isTrading(product.status)) return 'is in a product that takes none';
    if (product.call !== undefined && (orders.flags(slot) & ~FOR_AUCTION) !== 0) {
      return 'is in a product that trades in auctions';
    }
    return closed[orders.account(slot)] === 1 ? 'is of a closed account' : undefined;
  };
  const [faulty] = orders.select((slot) => faultOf(slot) !== undefined);
  if (faulty !== undefined) return `order ${orders.id(faulty)} ${faultOf(faulty)}`;
  const twice = sharedPriority(orders);
  if (twice !== NONE) return `order ${orders.id(twice)} shares its priority`;
  return timers.due(state.time) === NONE ? undefined : 'it has orders past their expiry';
}

function isClosed({ status }: Account): 0 | 1 {
  return status === AccountStatus.closed ? 1 : 0;
}

/** The later one of two orders with the same priority, or NONE. */
function sharedPriority(orders: Orders): number {
  const priorities = new Float64Array(orders.resting);
  let count = 0;
  orders.each((slot) => {
    priorities[count++] = orders.priority(slot);
  });
  // A million of them are sorted in a quarter of the time that a Set of them takes.
  priorities.sort();
  for (let i = 1; i < count; i++) {
    const priority = priorities[i]!;
    if (priority !== priorities[i - 1]) continue;
    return orders.select((slot) => orders.priority(slot) === priority)[1]!;
  }
  return NONE;
}

function bookFault(state: MarketState): string | undefined {
  const { books, orders } = state;
  for (const [row, book] of books.entries()) {
    if (book === undefined) continue;
    const [bid, ask] = [
      bestDivisible(book, Side.buy, orders),
      bestDivisible(book, Side.sell, orders),
    ];
    const crossed = bid !== NONE && ask !== NONE && orders.price(bid) >= orders.price(ask);
    const call = state.listings.products[row]!.call !== undefined;
    if (crossed && !call) return 'it has a crossed book';
    if (!inTime(book, Side.buy, state) || !inTime(book, Side.sell, state)) {
      return 'it has a queue out of order';
    }
  }
  return undefined;
}

/** Of the stops of a side the one that is reached first comes first. */
function stopFault(state: MarketState): string | undefined {
  for (const { row, lastPrice, status } of state.listings.living()) {
    // A volatility halt leaves stop orders that were reached: `resumeProduct` triggers them.
    for (const side of status === ProductStatus.halted ? [] : [Side.buy, Side.sell]) {
      const first = state.stops[row]?.best(side) ?? NONE;
      if (first !== NONE && isReached(side, state.stopPrice(first), lastPrice)) {
        return 'it has a stop order that was reached';
      }
    }
    const stops = state.stops[row];
    if (stops === undefined) continue;
    if (!inTime(stops, Side.buy, state) || !inTime(stops, Side.sell, state)) {
      return 'it has stop orders out of order';
    }
  }
  return undefined;
}

/** Linked orders are alike in all but side, price and what they wait for, and never trade with each other. */
function pairFault(state: MarketState): string | undefined {
  const { orders } = state;
  const isSound = (slot: number): boolean => {
    const partner = orders.partner(slot);
    const [flags, other] = [orders.flags(slot), orders.flags(partner)];
    const expires = timeInForceOf(flags) === TimeInForce.gtd;
    const plain =
      timeInForceOf(flags) <= TimeInForce.gtd &&
      displayOf(flags) === Display.all &&
      (flags & (ALL_OR_NONE | TRAILING | PEGGED)) === 0 &&
      postOnlyOf(flags) === PostOnly.off;
    const alike =
      Math.abs(orders.id(slot) - orders.id(partner)) === 1 &&
      orders.account(slot) === orders.account(partner) &&
      orders.product(slot) === orders.product(partner) &&
      orders.open(slot) === orders.open(partner) &&
      durationOf(flags) === durationOf(other) &&
      selfTradeOf(flags) === selfTradeOf(other) &&
      (!expires || state.timers.expiresAt(slot) === state.timers.expiresAt(partner));
    const side = sideOf(flags);
    const meet = side !== sideOf(other) && crosses(side, orders.price(slot), orders.price(partner));
    return plain && alike && !meet;
  };
  const [faulty] = orders.select((slot) => (orders.flags(slot) & LINKED) !== 0 && !isSound(slot));
  return faulty === undefined ? undefined : `order ${orders.id(faulty)} has a partner unlike it`;
}

/** Something follows on plain orders alone, at prices that go together and within the limit of locks. */
function bracketFault(state: MarketState): string | undefined {
  const { orders, listings } = state;
  const isSound = (slot: number): boolean => {
    const flags = orders.flags(slot);
    const { takeProfit, stopPrice, stopLimit } = orders.bracket(slot)!;
    const product = listings.products[orders.product(slot)]!;
    const { lockPpm } = listings.terms[orders.terms(slot)]!;
    const plain = (flags & (PARTLY_SEEN | LINKED | PEGGED)) === 0;
    const better = sideOf(flags) === Side.buy ? takeProfit > stopPrice : takeProfit < stopPrice;
    const within = [takeProfit, stopLimit].every((price) =>
      withinLockLimit(product, price, orders.total(slot), lockPpm),
    );
    return plain && better && within;
  };
  const [faulty] = orders.select((slot) => (orders.flags(slot) & BRACKET) !== 0 && !isSound(slot));
  return faulty === undefined
    ? undefined
    : `order ${orders.id(faulty)} has a bracket that cannot be`;
}

/** Of each product no more orders follow a price than may, and its pegs stand where they belong. */
function followerFault(state: MarketState): string | undefined {
  const { orders, listings } = state;
  for (const product of listings.living()) {
    const pegs = orders.pegs.in(product.row);
    if (orders.trails.in(product.row).length + pegs.length > MAX_FOLLOWERS) {
      return 'it has more orders that follow a price than there may be';
    }
    const prices = pegPrices(state, product);
    const astray = pegs.find((slot, i) => {
      return orders.price(slot) !== prices[i] || !hasRoom(state, slot);
    });
    if (astray !== undefined) return `order ${orders.id(astray)} is not where it belongs`;
  }
  return undefined;
}

/** The best order of a side that trades in parts, or NONE: all-or-none orders may stand beyond each other. */
function bestDivisible(book: Book, side: number, orders: Orders): number {
  let best = book.best(side);
  while (best !== NONE && (orders.flags(best) & ALL_OR_NONE) !== 0) best = book.after(best);
  return best;
}

/** Whether each queue is in order of priority. */
function inTime(book: Book, side: number, { orders }: MarketState): boolean {
  let sound = true;
  let last = NONE;
  book.walk(side, (slot) => {
    const same = last !== NONE && orders.level(last) === orders.level(slot);
    if (same && orders.priority(last) > orders.priority(slot)) sound = false;
    last = slot;
    return sound;
  });
  return sound;
}

function recallFault({ recalled, lastTrade }: MarketState): string | undefined {
  for (const trade of recalled) {
    if (trade < 1 || trade > lastTrade)
      return `it has a recall of trade ${trade}, which there is not`;
  }
  return undefined;
}

function limitFault({ accounts, limits, lastTrade, listings }: MarketState): string | undefined {
  for (const [row, { maxOpenOrders, maxExposure, since, positions }] of limits) {
    const { id, status } = accounts.list[row]!;
    const limited = maxOpenOrders !== undefined || maxExposure !== undefined;
    if (!limited || row < SYSTEM_ACCOUNTS.length || status === AccountStatus.closed) {
      return `it has limits for ${id}, who has none`;
    }
    if ((maxExposure?.amount ?? 0) < 0) return `it allows ${id} less than nothing`;
    if (since < 0 || since > lastTrade) return `it counts for ${id} from trade ${since} on`;
    for (const [product, lots] of positions) {
      const over = isOver(listings.products[product]!.status);
      if (lots === 0 || over) return `it has a position of ${id} that cannot be`;
    }
  }
  return undefined;
}

function windowFault(state: MarketState): string | undefined {
  const codes: readonly number[] = [0, ...Object.values(RejectCode)];
  let last = Math.max(0, state.sequence - COMMAND_WINDOW);
  for (const { commandId, sequence, code, order, filled } of state.window.entries()) {
    const placed = sequence > last && sequence <= state.sequence;
    const known = codes.includes(code) && order >= 0 && order <= state.lastOrder && filled >= 0;
    if (!placed || !known) return `it remembers a command ${commandId} that cannot have been`;
    last = sequence;
  }
  const counters = [
    state.sequence,
    state.time,
    state.lastOrder,
    state.lastTrade,
    state.lastPriority,
  ];
  return counters.every((counter) => counter >= 0) ? undefined : 'it has a counter below zero';
}
