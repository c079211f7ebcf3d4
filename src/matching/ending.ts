import { EndReason, ProductStatus, TimeInForce } from '../core/codes.ts';
import { releaseOrder } from '../contracts/delete-order.ts';
import {
  BRACKET,
  LINKED,
  NETWORKED,
  selfTradeOf,
  sideOf,
  timeInForceOf,
} from '../orderbook/flags.ts';
import { NONE } from '../orderbook/orders.ts';
import { writeEnded, writeFilled } from './events.ts';
import type { MarketState, Outbox } from './state.ts';

/**
 * Ends an order, resting or not: releases what it holds, tells so, and gives its slot back. If it is linked,
 * its partner ends with it; if others are to follow on it, they will at the end of the command.
 */
export function endOrder(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const special = state.orders.flags(slot) & (LINKED | BRACKET | NETWORKED);
  if (special === 0) endOne(state, outbox, slot, reason);
  else if (special === LINKED) endPair(state, outbox, slot, reason);
  else if (special === BRACKET) endBracket(state, outbox, slot, reason);
  else endInNetwork(state, outbox, slot, reason);
}

/** Ends orders one after the other; one that has ended with its partner meanwhile is passed over. */
export function endOrders(
  state: MarketState,
  outbox: Outbox,
  slots: readonly number[],
  reason: number,
): void {
  for (const slot of slots) {
    if (state.orders.level(slot) !== NONE) endOrder(state, outbox, slot, reason);
  }
}

function endInNetwork(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  endOne(state, outbox, slot, reason);
  state.networked.delete(slot);
}

function endPair(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { orders } = state;
  const partner = orders.partner(slot);
  // Nothing is placed in between: the record of the first is there still while the second is released.
  endOne(state, outbox, slot, reason);
  endOne(state, outbox, partner, EndReason.oco);
  orders.part(slot, partner);
}

/** Reasons behind which nothing follows. */
const LAST: readonly number[] = [
  EndReason.productClosed,
  EndReason.gateClosed,
  EndReason.killed,
  EndReason.inDebt,
];

/** What the order traded is kept for what follows, unless its product takes no orders any more. */
function endBracket(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { orders } = state;
  const bracket = orders.bracket(slot)!;
  const product = state.listings.products[orders.product(slot)]!;
  const lots = orders.total(slot) - orders.open(slot);
  const follows = product.status === ProductStatus.open && !LAST.includes(reason);
  if (lots > 0 && follows) {
    const flags = orders.flags(slot);
    bracket.kept = lots;
    state.exits.push({
      ...bracket,
      entry: orders.id(slot),
      account: orders.account(slot),
      product: product.row,
      side: sideOf(flags),
      selfTrade: selfTradeOf(flags),
      lots,
      terms: orders.terms(slot),
      moneyRow: orders.moneyRow(slot),
      energyRow: orders.energyRow(slot),
    });
  }
  endOne(state, outbox, slot, reason);
}

function endOne(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { orders } = state;
  const product = state.listings.products[orders.product(slot)]!;
  releaseOrder(state, product, slot, state.release);
  writeEnded(state, outbox, slot, reason);
  if (orders.level(slot) !== NONE) unlinkOrder(state, slot);
  orders.release(slot);
}

/**
 * Ends an order without special terms that an auction has filled: it holds nothing any more.
 * @param shown lots of it that are told of as shown still
 */
export function endFilled(state: MarketState, outbox: Outbox, slot: number, shown: number): void {
  state.release.money = 0;
  state.release.energy = 0;
  writeFilled(state, outbox, slot, shown);
  unlinkOrder(state, slot);
  state.orders.release(slot);
}

/** Takes an open order out of book, index and timers; its locks stay. */
function unlinkOrder(state: MarketState, slot: number): void {
  const { orders } = state;
  const flags = orders.flags(slot);
  if ((flags & NETWORKED) === 0) state.bookOf(slot).unlink(slot);
  else state.lanes[orders.product(slot)]!.unlink(slot, state.networked.get(slot)!);
  if (timeInForceOf(flags) === TimeInForce.gtd) {
    state.timers.clear(slot, orders);
  }
}

/** What an order that is to enter again takes with it. */
export interface Ticket {
  readonly clientOrderId: string;
  /** Epoch ms, for good-till-date orders. */
  readonly expiresAt: number;
}

/** The same of an order that is going to enter again: returns what would be lost. */
export function withdrawOrder(state: MarketState, slot: number): Ticket {
  const { orders, timers } = state;
  const clientOrderId = orders.clientOrderId(slot);
  const expires = timeInForceOf(orders.flags(slot)) === TimeInForce.gtd;
  const expiresAt = expires ? timers.expiresAt(slot) : 0;
  unlinkOrder(state, slot);
  return { clientOrderId, expiresAt };
}
