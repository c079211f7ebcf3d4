import { RejectCode, Side } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Listings, Product, Terms } from '../market/products.ts';
import { NETWORKED, sideOf } from '../orderbook/flags.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';
import { type NewOrder, type Orders } from '../orderbook/orders.ts';
import { energyAmount, energyValue, moneyLock, percentFee } from './amounts.ts';
import { networkLock } from './network-lock.ts';
import { forwardLock, withinForwardLimit } from './collateral.ts';

/** An order on its way in, and what it is going to lock. */
export interface PricedOrder extends NewOrder {
  /**
   * Money quanta: for a limit order what it can ever cost, for an immediate order at known prices the
   * exact cost, which is negative when it is going to receive.
   */
  cost: number;
  /** Lots that a seller may have to deliver. */
  lots: number;
}

/** What the contracts act on. */
export interface Holdings {
  readonly ledger: Ledger;
  readonly orders: Orders;
  readonly listings: Listings;
  /** What orders in a network ask for there, by slot. */
  readonly networked: ReadonlyMap<number, NetworkTerms>;
  /**
   * What the incoming order still has locked in money if it locks its exact cost, negative where it is
   * going to receive. Only such an order needs it written down, and only one comes in at a time.
   */
  exactLock: number;
}

/**
 * The product guard: whether the whole of what `lots` at `price` could move, fee included, stays
 * exact in money and in energy. It holds for both sides, since a maker's price is what is settled.
 */
export function withinLockLimit(
  product: Product,
  price: number,
  lots: number,
  ppm: number,
): boolean {
  const value = energyValue(product, Math.abs(price), lots);
  if (value > MAX_INTEGER || lots * product.grid.lotQuanta > MAX_INTEGER) return false;
  if (product.forward !== undefined) return withinForwardLimit(product.forward, value, lots, ppm);
  // No fee exceeds the value.
  return value <= MAX_INTEGER / 2 || value + percentFee(value, ppm) <= MAX_INTEGER;
}

/**
 * How far from zero a pegged order for `lots` may go: to where they are worth less than 2^52 quanta, so that with a
 * fee the product guard holds, or as far as its limit.
 */
export function farthestPrice(product: Product, limit: number, lots: number): number {
  const most = Math.floor(MAX_INTEGER / 2);
  return Math.max(Math.abs(limit), Math.floor(most / energyValue(product, 1, lots)));
}

/** Money quanta that a limit order at a price locks for `lots` where energy is prepaid: exactly what they can ever cost. */
export function limitLock(
  product: Product,
  terms: Terms,
  side: number,
  price: number,
  lots: number,
): number {
  return moneyLock(side, energyValue(product, price, lots), terms.lockPpm);
}

/** The same in any product. */
export function lockFor(
  product: Product,
  terms: Terms,
  side: number,
  account: number,
  price: number,
  lots: number,
): number {
  const { forward } = product;
  return forward === undefined
    ? limitLock(product, terms, side, price, lots)
    : forwardLock(product, forward, terms.lockPpm, side, account, price, lots);
}

/**
 * The new-order contract, first half: whether the account of an order can pay for its locks. Finds its
 * ledger rows on the way.
 * @returns 0, INSUFFICIENT_ENERGY or INSUFFICIENT_MONEY
 */
export function shortage({ ledger }: Holdings, product: Product, order: PricedOrder): number {
  const { account } = order;
  const moneyRow = ledger.find(account, product.moneyAsset);
  const energyRow = ledger.find(account, product.energyAsset);
  order.moneyRow = moneyRow;
  order.energyRow = energyRow;
  const sells = sideOf(order.flags) === Side.sell;
  if (sells && !ledger.covers(energyRow, energyAmount(product, order.lots))) {
    return RejectCode.INSUFFICIENT_ENERGY;
  }
  return ledger.covers(moneyRow, order.cost) ? 0 : RejectCode.INSUFFICIENT_MONEY;
}

/** The new-order contract, second half: locks what an order can ever cost, or has to deliver. */
export function lockOrder(holdings: Holdings, product: Product, order: PricedOrder): void {
  const { ledger } = holdings;
  const { account, cost } = order;
  if (order.moneyRow < 0) order.moneyRow = ledger.row(account, product.moneyAsset);
  if (order.energyRow < 0) order.energyRow = ledger.row(account, product.energyAsset);
  holdings.exactLock = cost;
  if (cost > 0) ledger.lock(order.moneyRow, cost);
  if (sideOf(order.flags) === Side.sell) {
    ledger.lock(order.energyRow, energyAmount(product, order.lots));
  }
}

/**
 * Whether the account can pay the difference between what an order has locked (`moneyBefore`, and the
 * energy of `lotsBefore`) and what it would lock as `amended`.
 * @returns 0, INSUFFICIENT_ENERGY or INSUFFICIENT_MONEY
 */
export function amendShortage(
  holdings: Holdings,
  product: Product,
  amended: NewOrder,
  moneyBefore: number,
  lotsBefore: number,
): number {
  const money = lockAs(holdings, product, amended) - moneyBefore;
  return changeShortage(holdings, product, amended, money, lotsBefore);
}

/** The same where it is known what more money it would lock. */
export function changeShortage(
  { ledger }: Holdings,
  product: Product,
  amended: NewOrder,
  money: number,
  lotsBefore: number,
): number {
  const sells = sideOf(amended.flags) === Side.sell;
  const energy = sells ? energyAmount(product, amended.quantity - lotsBefore) : 0;
  if (!ledger.covers(amended.energyRow, energy)) return RejectCode.INSUFFICIENT_ENERGY;
  return ledger.covers(amended.moneyRow, money) ? 0 : RejectCode.INSUFFICIENT_MONEY;
}

/** Money quanta that an order would lock as amended. */
export function lockAs({ listings }: Holdings, product: Product, amended: NewOrder): number {
  const { flags, account, price, quantity } = amended;
  return lockFor(product, listings.terms[amended.terms]!, sideOf(flags), account, price, quantity);
}

/**
 * Brings the locks of a limit order, `moneyBefore` and the energy of `lotsBefore`, to what `lots` at its
 * present price and terms cost, whether more or less than before. The caller has checked that more is there.
 */
export function relockOrder(
  holdings: Holdings,
  product: Product,
  slot: number,
  moneyBefore: number,
  lotsBefore: number,
  lots: number,
): void {
  const { ledger, orders } = holdings;
  const lock = orderLock(holdings, product, slot, lots);
  ledger.lock(orders.moneyRow(slot), lock - moneyBefore);
  if (sideOf(orders.flags(slot)) === Side.sell) {
    ledger.lock(orders.energyRow(slot), energyAmount(product, lots - lotsBefore));
  }
}

/** Money quanta that a limit order that stands alone locks if `lots` of it are open. */
export function orderLock(
  { orders, listings, networked }: Holdings,
  product: Product,
  slot: number,
  lots: number,
): number {
  const terms = listings.terms[orders.terms(slot)]!;
  const flags = orders.flags(slot);
  if ((flags & NETWORKED) !== 0) {
    const network = networked.get(slot)!;
    return networkLock(product, terms.lockPpm, sideOf(flags), orders.price(slot), lots, network);
  }
  const side = sideOf(flags);
  return lockFor(product, terms, side, orders.account(slot), orders.lockPrice(slot), lots);
}
