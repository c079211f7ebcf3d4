import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { BRACKET, LINKED, sideOf } from '../orderbook/flags.ts';
import { energyAmount } from './amounts.ts';
import { reserve, reservedEnergy } from './bracket-lock.ts';
import { type Holdings, orderLock } from './new-order.ts';
import { shareOfPair } from './pair-lock.ts';

/**
 * Money quanta that a limit order has locked: what its open lots can ever cost and what is reserved for what
 * follows on it, or its part of what its pair has locked. It follows from the order, so that it is stored nowhere.
 */
export function lockedMoney(holdings: Holdings, product: Product, slot: number): number {
  const { orders } = holdings;
  if ((orders.flags(slot) & LINKED) !== 0) return shareOfPair(holdings, product, slot).money;
  const lock = orderLock(holdings, product, slot, orders.open(slot));
  if ((orders.flags(slot) & BRACKET) === 0) return lock;
  return lock + reserve(holdings, product, slot, orders.total(slot));
}

/** Energy quanta that a limit order has locked. */
export function lockedEnergy(holdings: Holdings, product: Product, slot: number): number {
  const { orders } = holdings;
  const flags = orders.flags(slot);
  if ((flags & LINKED) !== 0) return shareOfPair(holdings, product, slot).energy;
  if (sideOf(flags) === Side.sell) return energyAmount(product, orders.open(slot));
  return (flags & BRACKET) === 0 ? 0 : reservedEnergy(holdings, product, slot);
}
