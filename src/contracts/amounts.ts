import { Side } from '../core/codes.ts';
import { PPM } from '../core/limits.ts';
import type { Product } from '../market/products.ts';

const TWO_52 = 2 ** 52;

/** What lots are worth at a price, in money quanta. Exact as long as the product guard holds. */
export function energyValue(product: Product, price: number, lots: number): number {
  return price * lots * product.grid.tickQuanta;
}

/** What a position is worth at the product's last price, above or below zero alike; 0 before there is one. */
export function positionValue({ grid, lastPrice }: Product, lots: number): bigint {
  if (Number.isNaN(lastPrice)) return 0n;
  return BigInt(Math.abs(lots)) * BigInt(Math.abs(lastPrice)) * BigInt(grid.tickQuanta);
}

/** The energy in lots, in energy quanta, that is locked and changes hands: nothing of what is sold forward. */
export function energyAmount(product: Product, lots: number): number {
  return lots * product.movedQuanta;
}

/**
 * A percent fee on a value of zero or more, in quanta: floor(value * ppm / 1,000,000), without the
 * error that a plain product has once it passes 2^53. Floor is superadditive: the fees of any split
 * never exceed the fee of the whole, which is why an order's lock always suffices.
 */
export function percentFee(value: number, ppm: number): number {
  const parts = value * ppm;
  // Exact, and so is the division: below 2^52 a quotient lies further from the next whole number than it is rounded.
  if (parts < TWO_52) return Math.floor(parts / PPM);
  const millions = Math.floor(value / PPM);
  return millions * ppm + Math.floor(((value - millions * PPM) * ppm) / PPM);
}

/**
 * Money quanta that an order can ever cost: `value` is its limit times its open quantity, negative
 * at negative prices; `ppm` the larger of its maker and taker fee. A buyer pays the value and the
 * fee, a seller where the price is negative. Who is paid locks nothing: no fee exceeds the value.
 */
export function moneyLock(side: number, value: number, ppm: number): number {
  const price = side === Side.buy ? value : 0 - value;
  return price <= 0 ? 0 : price + percentFee(price, ppm);
}

/**
 * What a fill costs one side in money quanta: what a buyer pays, or what a seller pays if that is
 * more than nothing; proceeds are a negative cost.
 */
export function fillCost(side: number, value: number, fee: number): number {
  return side === Side.buy ? value + fee : fee - value;
}
