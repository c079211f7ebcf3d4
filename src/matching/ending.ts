import { TimeInForce } from '../core/codes.ts';
import { releaseOrder } from '../contracts/delete-order.ts';
import { NONE, timeInForceOf } from '../orderbook/orders.ts';
import { writeEnded } from './events.ts';
import type { MarketState, Outbox } from './state.ts';

/** Ends an order, resting or not: releases what it holds, tells so, and gives its slot back. */
export function endOrder(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { orders } = state;
  const product = state.listings.products[orders.product(slot)]!;
  releaseOrder(state, product, slot, state.release);
  writeEnded(state, outbox, slot, reason);
  if (orders.level(slot) !== NONE) unlinkOrder(state, slot);
  orders.release(slot);
}

/** Takes a resting order out of book, index and timers; its locks stay. */
export function unlinkOrder(state: MarketState, slot: number): void {
  const { orders } = state;
  state.books[orders.product(slot)]!.unlink(slot);
  if (timeInForceOf(orders.flags(slot)) === TimeInForce.gtd) {
    state.timers.clear(slot, orders);
  }
}
