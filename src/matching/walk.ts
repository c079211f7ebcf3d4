import { SelfTrade, Side } from '../core/codes.ts';
import { energyValue, fillCost, percentFee } from '../contracts/amounts.ts';
import type { Product } from '../market/products.ts';
import { type NewOrder, selfTradeOf, sideOf } from '../orderbook/orders.ts';
import type { MarketState } from './state.ts';

/** Whether a resting price suits an incoming limit. */
export function crosses(takerSide: number, limit: number, price: number): boolean {
  return takerSide === Side.buy ? price <= limit : price >= limit;
}

/**
 * The dry walk: what an incoming order would trade if it entered now, without touching anything. It meets the very orders that `match` would meet, own ones and self-trade prevention
 * included. The answer stands in `state.walk`. O(orders met).
 */
export function walk(state: MarketState, product: Product, order: NewOrder): void {
  const { orders } = state;
  const answer = state.walk;
  answer.filled = 0;
  answer.cost = 0;
  answer.fees = 0;
  answer.meetsOwn = false;
  const { account, price: limit } = order;
  const side = sideOf(order.flags);
  const mode = selfTradeOf(order.flags);
  const { takerPpm } = state.listings.terms[order.terms]!;
  let left = order.quantity;
  state.books[product.row]!.walk(side === Side.buy ? Side.sell : Side.buy, (maker) => {
    const price = orders.price(maker);
    if (left === 0 || !crosses(side, limit, price)) return false;
    const lots = Math.min(left, orders.open(maker));
    if (mode !== SelfTrade.allow && orders.account(maker) === account) {
      answer.meetsOwn = true;
      if (mode === SelfTrade.decrement) left -= lots;
      else if (mode !== SelfTrade.cancelMaker) left = 0;
      return left > 0;
    }
    const value = energyValue(product, price, lots);
    const fee = percentFee(Math.abs(value), takerPpm);
    answer.filled += lots;
    answer.fees += fee;
    answer.cost += fillCost(side, value, fee);
    left -= lots;
    return true;
  });
  answer.left = left;
}
