import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { KIND, sideOf } from '../orderbook/flags.ts';
import type { Bracket } from '../orderbook/side-tables.ts';
import { energyAmount } from './amounts.ts';
import { fillCollateral } from './collateral.ts';
import type { Release } from './delete-order.ts';
import { type Holdings, lockFor, orderLock } from './new-order.ts';

/** The limits of the two orders that follow on an order. */
export type ExitLimits = Pick<Bracket, 'takeProfit' | 'stopLimit'>;

/**
 * Money quanta that are reserved for what follows on an order of so many lots in all: what the dearer of the
 * two orders would lock for all of them. They come in on the other side, with the fees that the order came with.
 */
export function exitLock(
  { listings }: Holdings,
  product: Product,
  entrySide: number,
  account: number,
  { takeProfit, stopLimit }: ExitLimits,
  lots: number,
  terms: number,
): number {
  const side = entrySide === Side.buy ? Side.sell : Side.buy;
  const lock = (price: number): number =>
    lockFor(product, listings.terms[terms]!, side, account, price, lots);
  return Math.max(lock(takeProfit), lock(stopLimit));
}

/** The same of an order that was accepted, if it were for `lots` in all under other terms; 0 if nothing follows on it. */
export function reserve(
  holdings: Holdings,
  product: Product,
  slot: number,
  lots: number,
  terms: number = holdings.orders.terms(slot),
): number {
  const { orders } = holdings;
  const bracket = orders.bracket(slot);
  if (bracket === undefined) return 0;
  const side = sideOf(orders.flags(slot));
  return exitLock(holdings, product, side, orders.account(slot), bracket, lots, terms);
}

/** Energy quanta that are reserved for what follows on an order: of a buyer what it has bought. */
export function reservedEnergy({ orders }: Holdings, product: Product, slot: number): number {
  const buys = sideOf(orders.flags(slot)) === Side.buy;
  return buys ? energyAmount(product, orders.total(slot) - orders.open(slot)) : 0;
}

/** Brings the money that is reserved for what follows on an order to what it takes for `lots` in all. */
export function moveReserve(
  holdings: Holdings,
  product: Product,
  slot: number,
  lots: number,
  terms: number = holdings.orders.terms(slot),
): void {
  const { orders, ledger } = holdings;
  const before = reserve(holdings, product, slot, orders.total(slot));
  ledger.lock(orders.moneyRow(slot), reserve(holdings, product, slot, lots, terms) - before);
}

/**
 * Takes the cost of a fill out of the lock of an order on which something follows. What it bought is locked
 * at once for that.
 */
export function payOfBracket(
  holdings: Holdings,
  product: Product,
  slot: number,
  lots: number,
  cost: number,
): void {
  const { ledger, orders } = holdings;
  const flags = orders.flags(slot);
  const limit = (flags & KIND) === 0;
  const open = orders.open(slot);
  const before = limit ? orderLock(holdings, product, slot, open) : holdings.exactLock;
  const spent = cost + fillCollateral(product, orders.account(slot), sideOf(flags), lots);
  const after = limit ? orderLock(holdings, product, slot, open - lots) : before - spent;
  if (!limit) holdings.exactLock = after;
  ledger.settle(orders.moneyRow(slot), Math.max(0, before), Math.max(0, after), cost);
  if (sideOf(flags) === Side.buy) ledger.lock(orders.energyRow(slot), energyAmount(product, lots));
}

/** Releases what an order holds beyond what is kept for what follows on it. */
export function releaseBracket(
  holdings: Holdings,
  product: Product,
  slot: number,
  release: Release,
): void {
  const { ledger, orders } = holdings;
  const flags = orders.flags(slot);
  const { kept } = orders.bracket(slot)!;
  const sells = sideOf(flags) === Side.sell;
  const own = (flags & KIND) === 0;
  const open = orders.open(slot);
  const reserved =
    reserve(holdings, product, slot, orders.total(slot)) - reserve(holdings, product, slot, kept);
  release.money = (own ? orderLock(holdings, product, slot, open) : 0) + reserved;
  release.energy = sells
    ? energyAmount(product, own ? open : 0)
    : reservedEnergy(holdings, product, slot) - energyAmount(product, kept);
  ledger.release(orders.moneyRow(slot), release.money);
  ledger.release(orders.energyRow(slot), release.energy);
}
