import { RejectCode, Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { sideOf } from '../orderbook/flags.ts';
import type { NewOrder } from '../orderbook/orders.ts';
import { energyAmount } from './amounts.ts';
import { type Holdings, lockFor, orderLock } from './new-order.ts';

/** Quanta of money and of energy. */
export interface Locks {
  readonly money: number;
  readonly energy: number;
}

/**
 * What two linked orders lock together: of each asset as much as the one that needs more of it. What one
 * trades the other cannot trade any more, so this is always enough: alone an order locks floor(s x Q) for Q
 * lots, with an s of its own; the one with the larger s needs more at every Q, and what its lock loses
 * with a fill of l lots, floor(s x Q) - floor(s x (Q - l)) >= floor(s x l), covers what l lots of either cost.
 */
function together(one: Locks, other: Locks): Locks {
  return {
    money: Math.max(one.money, other.money),
    energy: Math.max(one.energy, other.energy),
  };
}

/** What two orders as they would come in lock together. */
export function pairCost(
  { listings }: Holdings,
  product: Product,
  one: NewOrder,
  other: NewOrder,
): Locks {
  const alone = ({ flags, account, price, quantity, terms }: NewOrder): Locks => ({
    money: lockFor(product, listings.terms[terms]!, sideOf(flags), account, price, quantity),
    energy: sideOf(flags) === Side.sell ? energyAmount(product, quantity) : 0,
  });
  return together(alone(one), alone(other));
}

/** What a linked order and its partner would lock together if `lots` of each were open. */
export function pairLock(holdings: Holdings, product: Product, slot: number, lots: number): Locks {
  const partner = holdings.orders.partner(slot);
  return together(
    lockAlone(holdings, product, slot, lots),
    lockAlone(holdings, product, partner, lots),
  );
}

function lockAlone(holdings: Holdings, product: Product, slot: number, lots: number): Locks {
  const sells = sideOf(holdings.orders.flags(slot)) === Side.sell;
  return {
    money: orderLock(holdings, product, slot, lots),
    energy: sells ? energyAmount(product, lots) : 0,
  };
}

/**
 * What a linked order holds of the locks of its pair: the one that came first what it would alone, the other
 * one what the pair locks beyond that. Nothing once one of them has traded whole.
 */
export function shareOfPair(holdings: Holdings, product: Product, slot: number): Locks {
  const { orders } = holdings;
  const partner = orders.partner(slot);
  const lots = Math.min(orders.open(slot), orders.open(partner));
  const own = lockAlone(holdings, product, slot, lots);
  if (orders.id(slot) < orders.id(partner)) return own;
  const first = lockAlone(holdings, product, partner, lots);
  return {
    money: Math.max(0, own.money - first.money),
    energy: Math.max(0, own.energy - first.energy),
  };
}

/**
 * Whether the account of an order can pay what its pair locks beyond what it has locked before.
 * @returns 0, INSUFFICIENT_ENERGY or INSUFFICIENT_MONEY
 */
export function pairShortage(
  { ledger }: Holdings,
  product: Product,
  account: number,
  before: Locks,
  after: Locks,
): number {
  const energyRow = ledger.find(account, product.energyAsset);
  if (!ledger.covers(energyRow, after.energy - before.energy)) {
    return RejectCode.INSUFFICIENT_ENERGY;
  }
  const moneyRow = ledger.find(account, product.moneyAsset);
  const covered = ledger.covers(moneyRow, after.money - before.money);
  return covered ? 0 : RejectCode.INSUFFICIENT_MONEY;
}

/** Brings what the pair of an order has locked to `after`; the caller has checked that it is there. */
export function lockPair(
  { ledger }: Holdings,
  order: { readonly moneyRow: number; readonly energyRow: number },
  before: Locks,
  after: Locks,
): void {
  ledger.lock(order.moneyRow, after.money - before.money);
  ledger.lock(order.energyRow, after.energy - before.energy);
}

/** Brings what a linked order and its partner have locked for `before` lots each to what `after` cost. */
export function relockPair(
  holdings: Holdings,
  product: Product,
  slot: number,
  before: number,
  after: number,
): void {
  const { orders } = holdings;
  const rows = { moneyRow: orders.moneyRow(slot), energyRow: orders.energyRow(slot) };
  const locks = (lots: number): Locks => pairLock(holdings, product, slot, lots);
  lockPair(holdings, rows, locks(before), locks(after));
}

/**
 * Takes the `cost` of a fill of a linked order out of the locks of its pair, and shrinks them to what the
 * rest can ever cost. What it sells itself has been settled; if it buys and its partner sells, the
 * partner need not deliver as much any more.
 */
export function payOfPair(
  holdings: Holdings,
  product: Product,
  slot: number,
  lots: number,
  cost: number,
): void {
  const { ledger, orders } = holdings;
  const open = orders.open(slot);
  const before = pairLock(holdings, product, slot, open);
  const after = pairLock(holdings, product, slot, open - lots);
  ledger.settle(orders.moneyRow(slot), before.money, after.money, cost);
  if (sideOf(orders.flags(slot)) === Side.sell) return;
  ledger.release(orders.energyRow(slot), before.energy - after.energy);
}
