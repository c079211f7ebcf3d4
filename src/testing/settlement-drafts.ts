import type { Arbitrary } from 'fast-check';
import type { Draw } from './drafts.ts';
import { bandOf } from './small-market.ts';

/** Readings in a product: of those that are sold forward, they are as small as its orders. */
export function readings({ fc, account, product, lots }: Draw): Arbitrary<object> {
  const quanta = lots.map((many) => Math.min(many, 2 ** 40));
  return fc.record({
    product: product.map(({ id }) => id),
    account,
    version: fc.integer({ min: 1, max: 4 }),
    quality: fc.constantFrom('measured', 'substituted', 'estimated'),
    importedQuanta: quanta,
    exportedQuanta: quanta,
  });
}

/** What imbalance costs: nothing. */
export function imbalancePrices({ fc, product }: Draw): Arbitrary<object> {
  return fc.record({
    product: product.map(({ id }) => id),
    long: fc.constant('0'),
    short: fc.constant('0'),
  });
}

/** A product to settle. */
export function settlements({ fc, product }: Draw): Arbitrary<object> {
  return fc.record({ product: product.map(({ id }) => id), final: fc.boolean() });
}

/** What makes the first product one that is sold forward. */
export function soldForward({ fc, account, market }: Draw): Arbitrary<object> {
  const { minPriceTicks, maxPriceTicks, products, maxQuantityLots } = market;
  const { low, high } = bandOf(minPriceTicks - 1, maxPriceTicks + 1, products[0]!);
  const positionLimitLots = fc.integer({ min: 1, max: 4 * maxQuantityLots });
  return fc.tuple(account, positionLimitLots).map(([utility, most]) => {
    const bounds = { imbalanceMin: low, imbalanceMax: high };
    return { settlement: { mode: 'firm', utility, ...bounds, positionLimitLots: most } };
  });
}
