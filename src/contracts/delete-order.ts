import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { BRACKET, KIND, LINKED, LOCKS_OTHERWISE, NETWORKED, sideOf } from '../orderbook/flags.ts';
import {
  ENERGY_ROW,
  FLAGS,
  HALVES,
  MONEY_ROW,
  OPEN,
  PRICE,
  TERMS,
  WORDS,
} from '../orderbook/orders.ts';
import { energyAmount } from './amounts.ts';
import { releaseBracket } from './bracket-lock.ts';
import { type Holdings, limitLock, orderLock } from './new-order.ts';
import { shareOfPair } from './pair-lock.ts';

/** What was released, in quanta; filled in by `releaseOrder`, so that nothing is allocated. */
export interface Release {
  money: number;
  energy: number;
}

/**
 * The delete-order contract: releases exactly what an order still holds, to the last quantum. An
 * order that locked its exact cost holds nothing once its fills are through. The partner of a linked
 * order ends in the same step.
 */
export function releaseOrder(
  holdings: Holdings,
  product: Product,
  slot: number,
  release: Release,
): void {
  const { f64, i32 } = holdings.orders;
  const half = slot * HALVES;
  const flags = i32[half + FLAGS]!;
  release.money = 0;
  release.energy = 0;
  if ((flags & LOCKS_OTHERWISE) !== 0) {
    releaseOtherwise(holdings, product, slot, release);
    return;
  }
  const side = sideOf(flags);
  const open = f64[slot * WORDS + OPEN]!;
  const terms = holdings.listings.terms[i32[half + TERMS]!]!;
  release.money = limitLock(product, terms, side, f64[slot * WORDS + PRICE]!, open);
  if (release.money > 0) holdings.ledger.release(i32[half + MONEY_ROW]!, release.money);
  release.energy = side === Side.sell ? energyAmount(product, open) : 0;
  if (release.energy > 0) holdings.ledger.release(i32[half + ENERGY_ROW]!, release.energy);
}

/** The same of an order that does not lock what a limit order does at its price. */
function releaseOtherwise(
  holdings: Holdings,
  product: Product,
  slot: number,
  release: Release,
): void {
  const { ledger, orders } = holdings;
  const flags = orders.flags(slot);
  if ((flags & BRACKET) !== 0) {
    releaseBracket(holdings, product, slot, release);
    return;
  }
  if ((flags & NETWORKED) !== 0 && (flags & KIND) !== 0) {
    // Of the highest sum that its fills came to on the way, and not the last one.
    release.money = holdings.exactLock;
    ledger.release(orders.moneyRow(slot), release.money);
    return;
  }
  if ((flags & KIND) !== 0) return;
  const open = orders.open(slot);
  const { money, energy } =
    (flags & LINKED) !== 0
      ? shareOfPair(holdings, product, slot)
      : {
          money: orderLock(holdings, product, slot, open),
          energy: sideOf(flags) === Side.sell ? energyAmount(product, open) : 0,
        };
  release.money = money;
  release.energy = energy;
  ledger.release(orders.moneyRow(slot), money);
  ledger.release(orders.energyRow(slot), energy);
}
