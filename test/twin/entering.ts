import { EndReason, ProductStatus, Side } from '../../src/core/codes.ts';
import { tell } from './events.ts';
import { enlist, leaveBook, type Market, type Order, type Product } from './market.ts';
import { endOrder, finish, identityOf, match } from './orders.ts';
import { followPrice } from './trailing.ts';

/** A linked order before it enters: it becomes a stop order once it is its turn, if it is none that is reached. */
export interface Leg {
  readonly order: Order;
  readonly stop: number | undefined;
}

/** Matches an order, and then the stop orders that this has reached, one after the other. */
export function enter(market: Market, order: Order): void {
  enterAll(market, [{ order, stop: undefined }]);
}

/** The same of orders that enter one behind the other; none of them that has ended by then does. */
export function enterAll(market: Market, legs: readonly Leg[]): void {
  cascade(market, market.products[legs[0]!.order.product]!, legs);
}

/** Triggers the stop orders that the last price has reached while the product was halted. */
export function triggerLeftStops(market: Market, product: Product): void {
  cascade(market, product, []);
}

/** Without legs it begins with what the last price has reached. It goes on until a halt. */
function cascade(market: Market, product: Product, legs: readonly Leg[]): void {
  const { receipt } = market;
  const reached: Order[] = [];
  const reach = (prices: readonly number[]): void => {
    const found: Order[] = [];
    for (const price of prices) {
      const more = product.stops.filter((stop) => {
        return !reached.includes(stop) && isReached(stop, stop.stopPrice!, price);
      });
      found.push(...more.filter((stop) => !found.includes(stop)));
    }
    reached.push(...found.sort((a, b) => a.priority - b.priority));
  };
  const matched = (each: Order): void => {
    const before = market.prices.length;
    if (match(market, each)) finish(market, each);
    const prices = market.prices.slice(before);
    if (prices.length > 0) followPrice(market, product, prices[0]!, reached);
    reach(prices);
    if (prices.length > 0) followPrice(market, product, prices.at(-1)!, reached);
  };
  market.prices.length = 0;
  if (legs.length === 0 && product.lastPrice !== undefined) reach([product.lastPrice]);
  let filled = 0;
  for (const { order, stop } of legs) {
    if (order.ended) continue;
    if (stop !== undefined && !isReached(order, stop, product.lastPrice)) {
      order.stopPrice = stop;
      placeStop(market, order);
    } else matched(order);
    if (order === legs[0]?.order) ({ filled } = receipt);
  }
  let triggered = 0;
  // Grows on the way.
  for (const stop of reached) {
    if (product.status === ProductStatus.halted) break;
    if (stop.ended) continue;
    if (++triggered > 1000) {
      endOrder(market, stop, EndReason.cascade);
      continue;
    }
    const terms = [stop.price, stop.stopPrice!, stop.open];
    tell(market, 'stopTriggered', [...identityOf(stop), ...terms]);
    leaveBook(market, stop);
    stop.stopPrice = undefined;
    stop.trailBy = 0;
    matched(stop);
  }
  receipt.filled = filled;
}

export function isReached(
  order: Pick<Order, 'side'>,
  stopPrice: number,
  price: number | undefined,
): boolean {
  if (price === undefined) return false;
  return order.side === Side.buy ? price >= stopPrice : price <= stopPrice;
}

export function placeStop(market: Market, order: Order): void {
  order.priority = ++market.lastPriority;
  market.products[order.product]!.stops.push(order);
  enlist(market, order);
  const { price, stopPrice, open, priority } = order;
  tell(market, 'stopPlaced', [...identityOf(order), price, stopPrice!, open, priority]);
}
