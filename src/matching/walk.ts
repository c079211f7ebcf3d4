import { SelfTrade, Side } from '../core/codes.ts';
import { energyValue, fillCost, percentFee } from '../contracts/amounts.ts';
import { fillCollateral } from '../contracts/collateral.ts';
import type { Product } from '../market/products.ts';
import { ALL_OR_NONE, KIND, LINKED, selfTradeOf, sideOf } from '../orderbook/flags.ts';
import { type NewOrder, type Orders } from '../orderbook/orders.ts';
import { isTooFar } from './circuit.ts';
import type { MarketState } from './state.ts';

/** Whether a resting price suits an incoming limit. */
export function crosses(takerSide: number, limit: number, price: number): boolean {
  return takerSide === Side.buy ? price <= limit : price >= limit;
}

/** Whether a resting order trades whole or not at all, and an incoming one of so many lots is too small. */
export function isPassedOver(orders: Orders, maker: number, lots: number): boolean {
  return (orders.flags(maker) & ALL_OR_NONE) !== 0 && lots < orders.open(maker);
}

/**
 * Whether an incoming order in a slot passes over an all-or-none order: it is too small for it, or cannot pay
 * it whole. Only one that is bounded by money can come to that: any other market order has locked what
 * its dry walk has met.
 */
export function passesOver(
  state: MarketState,
  product: Product,
  taker: number,
  maker: number,
): boolean {
  const { orders } = state;
  if (orders.open(taker) < orders.open(maker)) return true;
  const flags = orders.flags(taker);
  // A limit order has locked all that it can ever cost.
  if ((flags & KIND) === 0) return false;
  const own = orders.account(maker) === orders.account(taker);
  if (own && selfTradeOf(flags) !== SelfTrade.allow) return false;
  const terms = state.listings.terms[orders.terms(taker)]!;
  const cost = takerCost(
    product,
    sideOf(flags),
    orders.price(maker),
    orders.open(maker),
    terms.takerPpm,
    orders.account(taker),
  );
  return cost > 0 && cost > state.exactLock;
}

/**
 * Whether an order that trades whole or not at all does so on entry: only if it can be filled at once, without an
 * order of its own account in the way.
 */
export function trades(
  state: MarketState,
  product: Product,
  order: NewOrder,
  money = Infinity,
): boolean {
  walk(state, product, order, money);
  return state.walk.filled === order.quantity && !state.walk.meetsOwn;
}

/**
 * The dry walk: what an incoming order would trade if it entered now, without touching anything. It meets
 * what `match` would meet: own orders and self-trade prevention, icebergs part by part, all-or-none
 * orders where they fit, one of two linked orders, and a price that halts the product. The answer stands in
 * `state.walk`. O(parts met).
 * @param money quanta that it may cost at most: it ends at the lot that would pass them
 */
export function walk(
  state: MarketState,
  product: Product,
  order: NewOrder,
  money = Infinity,
): void {
  const { orders } = state;
  const answer = state.walk;
  answer.filled = 0;
  answer.cost = 0;
  answer.collateral = 0;
  answer.fees = 0;
  answer.meetsOwn = false;
  answer.tooDear = false;
  answer.beyond = 0;
  const { account, price: limit } = order;
  const side = sideOf(order.flags);
  const mode = selfTradeOf(order.flags);
  const { takerPpm } = state.listings.terms[order.terms]!;
  /** Linked orders that were met: their partners are not there any more then. */
  let linked: Set<number> | undefined;
  let left = order.quantity;
  const { circuit } = product;
  let reference = circuit === undefined ? NaN : circuit.reference(state.time);
  const opposite = side === Side.buy ? Side.sell : Side.buy;
  state.books[product.row]!.sweep(opposite, (maker, tradable) => {
    const price = orders.price(maker);
    if (left === 0 || !crosses(side, limit, price)) return false;
    if (isPassedOver(orders, maker, left)) return true;
    if ((orders.flags(maker) & LINKED) !== 0) {
      linked ??= new Set();
      if (linked.has(orders.partner(maker))) return true;
      linked.add(maker);
    }
    let lots = Math.min(left, tradable);
    if (mode !== SelfTrade.allow && orders.account(maker) === account) {
      answer.meetsOwn = true;
      if (mode === SelfTrade.decrement) left -= lots;
      else if (mode !== SelfTrade.cancelMaker) left = 0;
      return left > 0;
    }
    const spent = answer.cost + answer.collateral;
    if (spent + takerCost(product, side, price, lots, takerPpm, account) > money) {
      answer.tooDear = true;
      if ((orders.flags(maker) & ALL_OR_NONE) !== 0) return true;
      lots = payableLots(product, price, lots, takerPpm, account, spent, money);
      answer.beyond = left - lots;
      left = lots;
    }
    const value = energyValue(product, price, lots);
    const fee = percentFee(Math.abs(value), takerPpm);
    answer.filled += lots;
    answer.fees += fee;
    answer.cost += fillCost(side, value, fee);
    answer.collateral += fillCollateral(product, account, side, lots);
    left -= lots;
    if (circuit !== undefined) {
      if (Number.isNaN(reference)) reference = price;
      // The product halts, and what is left ends.
      if (isTooFar(circuit, price, reference)) left = 0;
    }
    return true;
  });
  answer.left = left;
}

/** Money quanta that a fill of so many lots costs the incoming side, fee and collateral included. */
function takerCost(
  product: Product,
  side: number,
  price: number,
  lots: number,
  ppm: number,
  account: number,
): number {
  const value = energyValue(product, price, lots);
  const fee = percentFee(Math.abs(value), ppm);
  return fillCost(side, value, fee) + fillCollateral(product, account, side, lots);
}

/** Of so many lots at a price above zero as many as a buyer can pay who has spent so much. O(log lots). */
function payableLots(
  product: Product,
  price: number,
  lots: number,
  ppm: number,
  account: number,
  spent: number,
  money: number,
): number {
  let [payable, dear] = [0, lots];
  while (dear - payable > 1) {
    const middle = payable + Math.floor((dear - payable) / 2);
    if (spent + takerCost(product, Side.buy, price, middle, ppm, account) > money) dear = middle;
    else payable = middle;
  }
  return payable;
}
