import type { Product } from '../market/products.ts';
import { type Holdings, lockedEnergy, lockedMoney, locksExactCost } from './new-order.ts';

/** What was released, in quanta; filled in by `releaseOrder`, so that nothing is allocated. */
export interface Release {
  money: number;
  energy: number;
}

/**
 * The delete-order contract: releases exactly what an order still holds, to the last quantum. An
 * order that locked its exact cost holds nothing once its fills are through.
 */
export function releaseOrder(
  holdings: Holdings,
  product: Product,
  slot: number,
  release: Release,
): void {
  const { ledger, orders } = holdings;
  release.money = 0;
  release.energy = 0;
  if (locksExactCost(orders.flags(slot))) return;
  release.money = lockedMoney(holdings, product, slot);
  if (release.money > 0) ledger.release(orders.moneyRow(slot), release.money);
  release.energy = lockedEnergy(holdings, product, slot);
  if (release.energy > 0) ledger.release(orders.energyRow(slot), release.energy);
}
