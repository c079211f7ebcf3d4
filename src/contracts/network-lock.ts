import { Side } from '../core/codes.ts';
import { MAX_INTEGER, MAX_NETWORK_PRICE } from '../core/limits.ts';
import type { Product } from '../market/products.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';
import { energyAmount, energyValue, moneyLock, percentFee } from './amounts.ts';

/** How far what a buyer pays may be from its limit, in ticks. */
type Reach = Pick<NetworkTerms, 'maxFee' | 'maxPremium'>;

/**
 * Money quanta that a limit order in a network locks for `lots`: exactly what they can ever cost. A seller's limit is what it
 * gets, as anywhere. A buyer may pay its limit and the largest premium, grid fee included; the percent fee is one of
 * the energy alone, whose price is furthest from zero where that fee is nothing, or as high as it may be.
 */
export function networkLock(
  product: Product,
  ppm: number,
  side: number,
  price: number,
  lots: number,
  { maxFee, maxPremium }: Reach,
): number {
  if (side === Side.sell) return moneyLock(side, energyValue(product, price, lots), ppm);
  const most = price + maxPremium;
  const farthest = Math.max(Math.abs(most), Math.abs(most - maxFee));
  const fee = percentFee(energyValue(product, farthest, lots), ppm);
  return Math.max(0, energyValue(product, most, lots) + fee);
}

/** The product guard of an order in a network: whether all that `lots` of it could move stays exact. */
export function withinNetworkLimit(
  product: Product,
  ppm: number,
  side: number,
  price: number,
  lots: number,
  { maxFee, maxPremium }: Reach,
): boolean {
  const farthest = Math.abs(price) + (side === Side.buy ? maxFee + maxPremium : 0);
  if (farthest > MAX_NETWORK_PRICE) return false;
  const value = energyValue(product, farthest, lots);
  if (value > MAX_INTEGER || energyAmount(product, lots) > MAX_INTEGER) return false;
  return value + percentFee(value, ppm) <= MAX_INTEGER;
}
