import { RejectCode, Side } from '../core/codes.ts';
import { MAX_FORWARD_ORDERS } from '../core/limits.ts';
import type { Product } from '../market/products.ts';
import { sideOf } from '../orderbook/flags.ts';
import { NONE, type Orders } from '../orderbook/orders.ts';
import type { MarketState } from './state.ts';

/** Whether an account has as many open orders in a product that is sold forward as it may: 0 or OPEN_ORDER_LIMIT. */
export function crowdRefusal(
  { orders }: MarketState,
  { row, forward }: Product,
  account: number,
): number {
  if (forward === undefined || orders.own.count(row, account) < MAX_FORWARD_ORDERS) return 0;
  return RejectCode.OPEN_ORDER_LIMIT;
}

/**
 * Whether an account may enter an order for so many lots in a product that is sold forward: 0, or POSITION_LIMIT if its position
 * could come to more than it may, were all of its open orders on that side filled, and those that follow on the others. What leads back to zero is never kept off. O(open
 * orders of the account in the product).
 * @param instead slots of orders that it takes the place of
 */
export function positionRefusal(
  { orders }: MarketState,
  { row, forward }: Product,
  { account, flags }: { readonly account: number; readonly flags: number },
  lots: number,
  instead: readonly number[] = [],
): number {
  if (forward === undefined) return 0;
  const { utility, positionLimit } = forward.terms;
  const limited = positionLimit > 0 && account !== utility;
  const most = limited ? Math.min(positionLimit, forward.mostLots) : forward.mostLots;
  const side = sideOf(flags);
  const position = forward.parties.get(account)?.lots ?? 0;
  let reached = (side === Side.buy ? position : 0 - position) + lots;
  for (const slot of orders.own.of(row, account)) {
    if (sideOf(orders.flags(slot)) !== side) reached += toFollow(orders, slot);
    else if (!instead.includes(slot) && !isSecond(orders, slot, side)) reached += orders.open(slot);
  }
  return reached > most ? RejectCode.POSITION_LIMIT : 0;
}

/** Lots of the orders that are to follow on one as soon as it ends: what it has traded by then. */
function toFollow(orders: Orders, slot: number): number {
  return orders.bracket(slot) === undefined ? 0 : orders.total(slot) - orders.open(slot);
}

/** Whether an order is the later one of two on one side, of which one cancels the other: they are filled once. */
function isSecond(orders: Orders, slot: number, side: number): boolean {
  const partner = orders.partner(slot);
  if (partner === NONE || sideOf(orders.flags(partner)) !== side) return false;
  return orders.id(partner) < orders.id(slot);
}
