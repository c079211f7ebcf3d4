import type fastCheck from 'fast-check';
import { fromSteps } from '../core/units.ts';
import type { Band, ListAssetRequest, ListProductRequest } from '../engine/requests.ts';
import { frozen } from './frozen.ts';

/**
 * fast-check itself, as you import it: `import fc from 'fast-check'`. It is given and not imported, so
 * that it is your version with your settings, and so that the rest of this module does without it.
 */
export type FastCheck = typeof fastCheck;

/**
 * What random markets consist of. What is left out is as in `SMALL_MARKET`. The ids guest, nobody, extra,
 * too-fine, nowhere, gold, silver and shared are those of strangers in a stream, and are refused for your own.
 */
export interface MarketOptions {
  /** Ids of traders, 2 to 1,000, none of them that of a system account. */
  readonly accounts?: readonly string[];
  /** Assets, those of the products among them; 1 to 1,000. */
  readonly assets?: readonly Pick<ListAssetRequest, 'id' | 'decimals'>[];
  /** Products, 1 to 1,000, such that a market lists them. */
  readonly products?: readonly ProductOption[];
  /** Prices lie in between, save for rare ones out of all proportion; -10^9 to 10^9. */
  readonly minPriceTicks?: number;
  /** Not below `minPriceTicks`. */
  readonly maxPriceTicks?: number;
  /** The most that an order is for, with the same exception; 1 to 10^9. */
  readonly maxQuantityLots?: number;
  /** The most that is deposited, withdrawn or transferred at once, with the same exception; 1 to 10^12. */
  readonly maxAmountQuanta?: number;
}

/** A product of a random market; its fees and its band are drawn. */
export type ProductOption = Pick<ListProductRequest, 'id' | 'energy' | 'money' | 'tick' | 'lot'>;

/**
 * Four homes and two products. A lot is 100 Wh, a tick 0.1 ct/kWh, and one lot at one tick costs 100
 * quanta of money; so an order costs 24,000 quanta at most, fees aside.
 */
export const SMALL_MARKET: Required<MarketOptions> = frozen({
  accounts: ['anna', 'ben', 'carla', 'dora'],
  assets: [
    { id: 'kWh', decimals: 3 },
    { id: 'EUR', decimals: 6 },
  ],
  products: [
    { id: 'noon', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' },
    { id: 'evening', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' },
  ],
  minPriceTicks: -4,
  maxPriceTicks: 20,
  maxQuantityLots: 12,
  maxAmountQuanta: 1_000_000,
});

/** A product that every random market has beside those that it was asked for: it is traded in a network. */
export const SHARED = 'shared';

/** The band between two prices; the lower one wins where they are the wrong way round. */
export function bandOf(lowTicks: number, highTicks: number, { tick }: ProductOption): Band {
  const high = Math.max(lowTicks, highTicks);
  return { low: fromSteps(lowTicks, tick), high: fromSteps(high, tick) };
}
