import { EndReason, TimeInForce } from '../core/codes.ts';
import { releaseOrder } from '../contracts/delete-order.ts';
import { LINKED, timeInForceOf } from '../orderbook/flags.ts';
import { NONE } from '../orderbook/orders.ts';
import { writeEnded } from './events.ts';
import type { MarketState, Outbox } from './state.ts';

/**
 * Ends an order, resting or not: releases what it holds, tells so, and gives its slot back. If it is linked,
 * its partner ends with it.
 */
export function endOrder(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  if ((state.orders.flags(slot) & LINKED) === 0) endOne(state, outbox, slot, reason);
  else endPair(state, outbox, slot, reason);
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

function endPair(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { orders } = state;
  const partner = orders.partner(slot);
  // Nothing is placed in between: the record of the first is there still while the second is released.
  endOne(state, outbox, slot, reason);
  endOne(state, outbox, partner, EndReason.oco);
  orders.part(slot, partner);
}

function endOne(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { orders } = state;
  const product = state.listings.products[orders.product(slot)]!;
  releaseOrder(state, product, slot, state.release);
  writeEnded(state, outbox, slot, reason);
  if (orders.level(slot) !== NONE) unlinkOrder(state, slot);
  orders.release(slot);
}

/** Takes an open order out of book, index and timers; its locks stay. */
function unlinkOrder(state: MarketState, slot: number): void {
  const { orders } = state;
  state.bookOf(slot).unlink(slot);
  if (timeInForceOf(orders.flags(slot)) === TimeInForce.gtd) {
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
