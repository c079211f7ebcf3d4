import { EndReason, OrderKind, SelfTrade, Side, Standing, TimeInForce } from '../core/codes.ts';
import { moveReserve } from '../contracts/bracket-lock.ts';
import { orderLock, relockOrder } from '../contracts/new-order.ts';
import { relockPair } from '../contracts/pair-lock.ts';
import { settleTrade } from '../contracts/transaction.ts';
import type { Product } from '../market/products.ts';
import {
  ALL_OR_NONE,
  BRACKET,
  COUNTED,
  ICEBERG,
  kindOf,
  LINKED,
  selfTradeOf,
  sideOf,
  timeInForceOf,
  UNDISPLAYED,
} from '../orderbook/flags.ts';
import { FLAGS, HALVES, NONE, OPEN, PRICE, WORDS } from '../orderbook/orders.ts';
import { countTrade } from './account-limits.ts';
import { haltIfTooFar } from './circuit.ts';
import { endOrder } from './ending.ts';
import { orderFields, standingOf, writeEvent, writeRested, writeTrade } from './events.ts';
import type { MarketState, Outbox } from './state.ts';
import { crosses, passesOver } from './walk.ts';

/**
 * Trades the incoming order in a slot against the book while the best price suits its limit. Its
 * locks are in place, so nothing in here can be refused.
 * @returns whether the order may go on: false once self-trade prevention or a halt has ended it
 */
export function match(
  state: MarketState,
  product: Product,
  taker: number,
  outbox: Outbox,
): boolean {
  const { orders } = state;
  const book = state.books[product.row]!;
  const flags = orders.flags(taker);
  const side = sideOf(flags);
  const opposite = side === Side.buy ? Side.sell : Side.buy;
  const prevention = selfTradeOf(flags);
  const account = orders.account(taker);
  const limit = orders.price(taker);
  let passed = NONE;
  for (;;) {
    const maker = passed === NONE ? book.best(opposite) : book.after(passed);
    if (maker === NONE || !crosses(side, limit, orders.price(maker))) return true;
    if ((orders.flags(maker) & ALL_OR_NONE) !== 0 && passesOver(state, product, taker, maker)) {
      passed = maker;
      continue;
    }
    if (prevention !== SelfTrade.allow && orders.account(maker) === account) {
      if (!preventSelfTrade(state, product, taker, maker, prevention, outbox)) return false;
    } else {
      trade(state, product, taker, maker, outbox);
      product.lastPrice = state.fill.price;
      if (product.circuit !== undefined && haltIfTooFar(state, product, product.circuit, outbox)) {
        return endHalted(state, taker, outbox);
      }
    }
    if (orders.open(taker) === 0) return true;
  }
}

/** What is left of a taker that has moved the price too far ends. @returns whether it may go on: with nothing left */
function endHalted(state: MarketState, taker: number, outbox: Outbox): boolean {
  if (state.orders.open(taker) === 0) return true;
  endOrder(state, outbox, taker, EndReason.halted);
  return false;
}

/** One fill of a taker against a resting maker: settle, tell, shrink both, end the maker if it is done. */
export function trade(
  state: MarketState,
  product: Product,
  taker: number,
  maker: number,
  outbox: Outbox,
): void {
  const { orders, receipt } = state;
  const { f64, i32 } = orders;
  const takerOpen = f64[taker * WORDS + OPEN]!;
  const makerOpen = f64[maker * WORDS + OPEN]!;
  const flags = i32[maker * HALVES + FLAGS]! | i32[taker * HALVES + FLAGS]!;
  const lots = Math.min(takerOpen, (flags & ICEBERG) === 0 ? makerOpen : orders.tradable(maker));
  const price = f64[maker * WORDS + PRICE]!;
  settleTrade(state, product, taker, maker, price, lots, state.feeRows[product.row]!, state.fill);
  const seen = (i32[maker * HALVES + FLAGS]! & UNDISPLAYED) === 0;
  const standing = seen ? Standing.displayed : Standing.undisplayed;
  writeTrade(state, outbox, taker, maker, lots, standing);
  if (receipt.filled === 0) state.firstPrice = state.fill.price;
  receipt.filled += lots;
  f64[taker * WORDS + OPEN] = takerOpen - lots;
  state.books[product.row]!.reduce(maker, lots);
  if ((flags & (ICEBERG | LINKED | COUNTED)) !== 0) {
    finishSpecialTrade(state, product, taker, maker, lots, outbox);
  } else if (lots === makerOpen) endOrder(state, outbox, maker, EndReason.filled);
}

/** What else a trade does where either side is an iceberg, linked, or of an account whose trades are counted. */
function finishSpecialTrade(
  state: MarketState,
  product: Product,
  taker: number,
  maker: number,
  lots: number,
  outbox: Outbox,
): void {
  const { orders } = state;
  const flags = orders.flags(maker) | orders.flags(taker);
  if ((flags & COUNTED) !== 0) countTrade(state, product, taker, maker, lots);
  const makerIsDone = orders.open(maker) === 0;
  if (makerIsDone) endOrder(state, outbox, maker, EndReason.filled);
  else if ((orders.flags(maker) & ICEBERG) !== 0) refresh(state, maker, outbox);
  if (!makerIsDone) shrinkPartner(state, maker, lots, outbox);
  if (orders.open(taker) > 0) shrinkPartner(state, taker, lots, outbox);
}

/** What a linked order has traded, or lost otherwise, its partner loses too. */
function shrinkPartner(state: MarketState, slot: number, lots: number, outbox: Outbox): void {
  const partner = state.orders.partner(slot);
  if (partner !== NONE) takeOff(state, partner, lots, outbox);
}

/** Takes lots off an order that keeps some, and tells so. Its locks have shrunk already. */
export function takeOff(state: MarketState, slot: number, lots: number, outbox: Outbox): void {
  const { orders } = state;
  const open = orders.open(slot);
  orders.setTotal(slot, orders.total(slot) - lots);
  const rests = orders.level(slot) !== NONE;
  if (rests) state.bookOf(slot).reduce(slot, lots);
  else orders.setOpen(slot, open - lots);
  const amounts = [orders.price(slot), lots, open - lots, standingOf(orders, slot)];
  writeEvent(state, outbox, 'orderReduced', [...orderFields(state, slot), ...amounts]);
  if (rests && orders.clip(slot) !== undefined) refresh(state, slot, outbox);
}

/** Lets an iceberg show its next part once too little is left of the one before. */
function refresh(state: MarketState, slot: number, outbox: Outbox): void {
  const { orders } = state;
  const before = state.books[orders.product(slot)]!.refresh(slot);
  if (before === NONE) return;
  orders.setPriority(slot, ++state.lastPriority);
  const shown = [orders.price(slot), before, orders.shown(slot), orders.priority(slot)];
  writeEvent(state, outbox, 'orderRefreshed', [...orderFields(state, slot), ...shown]);
}

/** Does to an order and the own one that it has met what its mode says. @returns whether the taker goes on */
export function preventSelfTrade(
  state: MarketState,
  product: Product,
  taker: number,
  maker: number,
  mode: number,
  outbox: Outbox,
): boolean {
  const { orders } = state;
  if (mode === SelfTrade.decrement) {
    const lots = Math.min(orders.open(taker), orders.tradable(maker));
    decrement(state, product, maker, lots, outbox);
    return decrement(state, product, taker, lots, outbox);
  }
  if (mode !== SelfTrade.cancelTaker) endOrder(state, outbox, maker, EndReason.selfTrade);
  if (mode === SelfTrade.cancelMaker) return true;
  endOrder(state, outbox, taker, EndReason.selfTrade);
  return false;
}

/**
 * Takes lots off an order without a trade, and releases their locks.
 * @returns whether anything of it is left
 */
function decrement(
  state: MarketState,
  product: Product,
  slot: number,
  lots: number,
  outbox: Outbox,
): boolean {
  const { orders } = state;
  const open = orders.open(slot);
  if (lots === open) {
    endOrder(state, outbox, slot, EndReason.selfTrade);
    return false;
  }
  const flags = orders.flags(slot);
  const total = orders.total(slot);
  if ((flags & BRACKET) !== 0) moveReserve(state, product, slot, total - lots);
  if ((flags & LINKED) !== 0) {
    relockPair(state, product, slot, open, open - lots);
  } else if (kindOf(flags) === OrderKind.limit) {
    relockOrder(state, product, slot, orderLock(state, product, slot, open), open, open - lots);
  }
  takeOff(state, slot, lots, outbox);
  shrinkPartner(state, slot, lots, outbox);
  return true;
}

/** What becomes of an incoming order after its match: it is filled, rests, or ends unfilled. */
export function finish(
  state: MarketState,
  slot: number,
  expiresAt: number,
  clientOrderId: string,
  outbox: Outbox,
): void {
  const { orders } = state;
  const flags = orders.flags(slot);
  const timeInForce = timeInForceOf(flags);
  if (orders.open(slot) === 0) {
    endOrder(state, outbox, slot, EndReason.filled);
  } else if (kindOf(flags) !== OrderKind.limit || timeInForce >= TimeInForce.ioc) {
    endOrder(state, outbox, slot, EndReason.unfilled);
  } else {
    orders.setPriority(slot, ++state.lastPriority);
    state.books[orders.product(slot)]!.rest(slot, clientOrderId, orders.price(slot));
    if (timeInForce === TimeInForce.gtd) state.timers.set(slot, expiresAt, orders);
    writeRested(state, outbox, slot);
  }
}
