import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { LINKED, sideOf } from '../orderbook/flags.ts';
import { energyAmount } from './amounts.ts';
import { type Holdings, orderLock } from './new-order.ts';
import { shareOfPair } from './pair-lock.ts';

/**
 * Money quanta that a limit order has locked: what its open lots can ever cost, or its part of what its pair
 * has locked. It follows from the order, so that it is stored nowhere.
 */
export function lockedMoney(holdings: Holdings, product: Product, slot: number): number {
  const { orders } = holdings;
  if ((orders.flags(slot) & LINKED) !== 0) return shareOfPair(holdings, product, slot).money;
  return orderLock(holdings, product, slot, orders.open(slot));
}

/** Energy quanta that a limit order has locked. */
export function lockedEnergy(holdings: Holdings, product: Product, slot: number): number {
  const { orders } = holdings;
  const flags = orders.flags(slot);
  if ((flags & LINKED) !== 0) return shareOfPair(holdings, product, slot).energy;
  return sideOf(flags) === Side.sell ? energyAmount(product, orders.open(slot)) : 0;
}
