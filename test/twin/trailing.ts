import { Side } from '../../src/core/codes.ts';
import { size } from './amounts.ts';
import { tell } from './events.ts';
import { type Market, MAX, type Order, type Product } from './market.ts';
import { identityOf } from './orders.ts';

/** Where a trailing stop order's trigger is to be at a price, if it was farther away. */
export function triggerBehind(side: number, by: number, distance: number, price: number): number {
  const part = (size(BigInt(price)) * BigInt(distance)) / 1_000_000n;
  const away = by === 1 ? BigInt(distance) : part > 1n ? part : 1n;
  const trigger = side === Side.buy ? BigInt(price) + away : BigInt(price) - away;
  return Number(trigger > MAX ? MAX : trigger < -MAX ? -MAX : trigger);
}

/** Moves the triggers of trailing stop orders that are about to wait on, in order of order id. */
export function followPrice(
  market: Market,
  product: Product,
  price: number,
  reached: readonly Order[],
): void {
  const trailing = product.stops.filter((stop) => stop.trailBy > 0 && !reached.includes(stop));
  for (const stop of trailing.sort((a, b) => a.id - b.id)) {
    const before = stop.stopPrice!;
    const trigger = triggerBehind(stop.side, stop.trailBy, stop.trailDistance, price);
    if (stop.side === Side.buy ? trigger >= before : trigger <= before) continue;
    stop.stopPrice = trigger;
    stop.priority = ++market.lastPriority;
    const told = [stop.price, before, trigger, stop.open, stop.priority];
    tell(market, 'stopMoved', [...identityOf(stop), ...told]);
  }
}
