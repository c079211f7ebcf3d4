import { OrderKind, RejectCode, Side } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Listings, Product } from '../market/products.ts';
import { kindOf, type Orders, sideOf } from '../orderbook/orders.ts';
import { energyAmount, energyValue, moneyLock, percentFee } from './amounts.ts';

/** What the contracts act on. */
export interface Holdings {
  readonly ledger: Ledger;
  readonly orders: Orders;
  readonly listings: Listings;
  /**
   * What the incoming order still has locked in money if it locks its exact cost, negative where it is
   * going to receive. Only such an order needs it written down, and only one comes in at a time.
   */
  exactLock: number;
}

/** The larger of the two fees that an order may meet under the terms it entered with. */
export function lockPpm(holdings: Holdings, slot: number): number {
  const terms = holdings.listings.terms[holdings.orders.terms(slot)]!;
  return Math.max(terms.makerPpm, terms.takerPpm);
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
  if (value > MAX_INTEGER || energyAmount(product, lots) > MAX_INTEGER) return false;
  // No fee exceeds the value.
  if (value <= MAX_INTEGER / 2) return true;
  return value + percentFee(value, ppm) <= MAX_INTEGER;
}

/** Money quanta that a limit order of `lots` locks: exactly what it can ever cost. */
export function limitLock(
  holdings: Holdings,
  product: Product,
  slot: number,
  lots: number,
): number {
  const { orders } = holdings;
  const value = energyValue(product, orders.price(slot), lots);
  return moneyLock(sideOf(orders.flags(slot)), value, lockPpm(holdings, slot));
}

/**
 * The new-order contract, first half: whether the account of an order can pay for the locks. Finds its
 * ledger rows on the way.
 * @param money money quanta to lock
 * @param lots what a seller must have in energy; ignored for a buyer
 * @returns 0, INSUFFICIENT_ENERGY or INSUFFICIENT_MONEY
 */
export function shortage(
  holdings: Holdings,
  product: Product,
  slot: number,
  money: number,
  lots: number,
): number {
  const { ledger, orders } = holdings;
  const account = orders.account(slot);
  const moneyRow = ledger.find(account, product.moneyAsset);
  const energyRow = ledger.find(account, product.energyAsset);
  orders.setRows(slot, moneyRow, energyRow);
  const sells = sideOf(orders.flags(slot)) === Side.sell;
  if (sells && energyAmount(product, lots) > ledger.available(energyRow)) {
    return RejectCode.INSUFFICIENT_ENERGY;
  }
  return money > ledger.available(moneyRow) ? RejectCode.INSUFFICIENT_MONEY : 0;
}

/**
 * The new-order contract, second half: locks. `cost` is what the order can ever cost: for a limit
 * order its lock, for an immediate order at known prices the exact cost, which is negative when it
 * is going to receive. `lots` is what a seller may have to deliver.
 */
export function lockOrder(
  holdings: Holdings,
  product: Product,
  slot: number,
  cost: number,
  lots: number,
): void {
  const { ledger, orders } = holdings;
  if (orders.moneyRow(slot) < 0 || orders.energyRow(slot) < 0) {
    const account = orders.account(slot);
    const moneyRow = ledger.row(account, product.moneyAsset);
    orders.setRows(slot, moneyRow, ledger.row(account, product.energyAsset));
  }
  holdings.exactLock = cost;
  if (cost > 0) ledger.lock(orders.moneyRow(slot), cost);
  if (sideOf(orders.flags(slot)) === Side.sell) {
    ledger.lock(orders.energyRow(slot), energyAmount(product, lots));
  }
}

/**
 * Whether the account can pay the difference between what an order has locked (`moneyBefore`, and the
 * energy of `lotsBefore`) and what `lots` at its present price and terms would lock.
 * @returns 0, INSUFFICIENT_ENERGY or INSUFFICIENT_MONEY
 */
export function amendShortage(
  holdings: Holdings,
  product: Product,
  slot: number,
  moneyBefore: number,
  lotsBefore: number,
  lots: number,
): number {
  const { ledger, orders } = holdings;
  const sells = sideOf(orders.flags(slot)) === Side.sell;
  const energy = sells ? energyAmount(product, lots - lotsBefore) : 0;
  if (energy > ledger.available(orders.energyRow(slot))) return RejectCode.INSUFFICIENT_ENERGY;
  const money = limitLock(holdings, product, slot, lots) - moneyBefore;
  return money > ledger.available(orders.moneyRow(slot)) ? RejectCode.INSUFFICIENT_MONEY : 0;
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
  const lock = limitLock(holdings, product, slot, lots);
  ledger.lock(orders.moneyRow(slot), lock - moneyBefore);
  if (sideOf(orders.flags(slot)) === Side.sell) {
    ledger.lock(orders.energyRow(slot), energyAmount(product, lots - lotsBefore));
  }
}

/**
 * Money quanta that a limit order has locked: what its open lots can ever cost. It follows from the
 * order, so that it is stored nowhere.
 */
export function lockedMoney(holdings: Holdings, product: Product, slot: number): number {
  return limitLock(holdings, product, slot, holdings.orders.open(slot));
}

/** Energy quanta that a limit order has locked. */
export function lockedEnergy(holdings: Holdings, product: Product, slot: number): number {
  const { orders } = holdings;
  const sells = sideOf(orders.flags(slot)) === Side.sell;
  return sells ? energyAmount(product, orders.open(slot)) : 0;
}

/** Whether an order's price is known in advance, so that it locks its exact cost. */
export function locksExactCost(flags: number): boolean {
  return kindOf(flags) !== OrderKind.limit;
}
