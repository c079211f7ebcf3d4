import { EndReason } from '../core/codes.ts';
import { SESSION } from '../orderbook/flags.ts';
import { endOrders } from './ending.ts';
import { writeEvent } from './events.ts';
import { tradable } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

/**
 * The end-session command: the orders of a product that are good for its session end, those that wait too, in
 * order of order id. It goes on trading, or stays halted; orders of the next session may follow at once.
 * O(orders log orders) of the product.
 */
export function endSession(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const product = tradable(state, view, at);
  if (typeof product === 'number') return product;
  const { orders } = state;
  const slots = state
    .openOrders(product.row)
    .filter((slot) => (orders.flags(slot) & SESSION) !== 0);
  endOrders(state, outbox, slots, EndReason.sessionEnded);
  writeEvent(state, outbox, 'sessionEnded', [product.row, slots.length]);
  return 0;
}
