import { percentFee } from '../contracts/amounts.ts';
import { Side, TimeInForce, TrailBy } from '../core/codes.ts';
import { MAX_FOLLOWERS, MAX_INTEGER } from '../core/limits.ts';
import { sideOf, timeInForceOf } from '../orderbook/flags.ts';
import type { Trail } from '../orderbook/followers.ts';
import { withdrawOrder } from './ending.ts';
import { orderFields, writeEvent } from './events.ts';
import type { MarketState, Outbox } from './state.ts';

/** Where a price takes the trigger of an order that trails it: above it if the order buys. NaN where there is no price. */
export function triggerBehind(side: number, { by, distance }: Trail, price: number): number {
  const part = (): number => Math.max(1, percentFee(Math.abs(price), distance));
  const away = by === TrailBy.ticks ? distance : part();
  const trigger = side === Side.buy ? price + away : price - away;
  return Math.max(-MAX_INTEGER, Math.min(MAX_INTEGER, trigger));
}

/** Whether a product has as many orders that follow a price as it may have. */
export function isCrowded({ orders }: MarketState, product: number): boolean {
  return orders.trails.in(product).length + orders.pegs.in(product).length >= MAX_FOLLOWERS;
}

/**
 * Moves the triggers of a product's trailing stop orders after a trade at a price, in order of order id: a buyer's
 * only falls, a seller's only rises. O(trailing orders).
 * @param reached ids of orders that are about to be triggered: they stay
 */
export function moveTriggers(
  state: MarketState,
  product: number,
  price: number,
  reached: ReadonlySet<number>,
  outbox: Outbox,
): void {
  const { orders } = state;
  for (const slot of orders.trails.in(product)) {
    if (reached.has(orders.id(slot))) continue;
    const side = sideOf(orders.flags(slot));
    const before = state.stopPrice(slot);
    const trigger = triggerBehind(side, orders.trails.of(slot), price);
    if (side === Side.buy ? trigger < before : trigger > before) {
      moveTrigger(state, slot, trigger, outbox);
    }
  }
}

function moveTrigger(state: MarketState, slot: number, stopPrice: number, outbox: Outbox): void {
  const { orders } = state;
  const before = state.stopPrice(slot);
  const { clientOrderId, expiresAt } = withdrawOrder(state, slot);
  orders.setPriority(slot, ++state.lastPriority);
  state.stopsOf(orders.product(slot)).rest(slot, clientOrderId, stopPrice);
  if (timeInForceOf(orders.flags(slot)) === TimeInForce.gtd) {
    state.timers.set(slot, expiresAt, orders);
  }
  const terms = [orders.price(slot), before, stopPrice, orders.open(slot), orders.priority(slot)];
  writeEvent(state, outbox, 'stopMoved', [...orderFields(state, slot), ...terms]);
}
