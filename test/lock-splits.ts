import { energyValue, fillCost, percentFee } from '../src/contracts/amounts.ts';
import { networkLock, withinNetworkLimit } from '../src/contracts/network-lock.ts';
import { Side } from '../src/core/codes.ts';
import type { Product } from '../src/market/products.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';

/** Fills of which each was compared with what its order had locked. */
export interface SplitTally {
  fills: number;
  /** Fills at a price below zero, with a grid fee, and beyond the limit by a premium. */
  negative: number;
  carried: number;
  raised: number;
  /** Fills that took all that the lock gave up, and it gave up something. */
  exact: number;
}

const PPM = [0, 1, 999, 25_000, 333_333, 999_999, 1_000_000];
const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)]!;

/** A whole number from 0 up, of any size up to a bound, small ones as often as large ones. */
function upTo(draw: Draw, bound: number): number {
  return Math.floor(draw(1_000_000) * (bound / 1_000_000) ** draw(3)) % (bound + 1);
}

/**
 * Random orders in a network, each filled in random parts as `settleInNetwork` settles them: at any price within its limit, any grid fee
 * up to the highest one, any premium up to the largest. @throws Error if a fill costs more than its order's lock gives up for it
 */
export function splitOrders(seed: number, least: number): SplitTally {
  const draw = mulberry32(seed);
  const tally: SplitTally = { fills: 0, negative: 0, carried: 0, raised: 0, exact: 0 };
  while (tally.fills < least) splitOne(draw, tally);
  return tally;
}

function splitOne(draw: Draw, tally: SplitTally): void {
  const far = pick(draw, [40, 40, 5_000, 1_000_000]);
  const product = { grid: { tickQuanta: 1 + draw(9), lotQuanta: 1 } } as Product;
  const side = draw(4) === 0 ? Side.sell : Side.buy;
  const price = draw(2 * far) - far;
  const buys = side === Side.buy;
  const reach = { maxFee: buys ? draw(far) : 0, maxPremium: buys ? draw(far) : 0 };
  const [makerPpm, takerPpm] = [pick(draw, PPM), pick(draw, PPM)];
  const ppm = Math.max(makerPpm, takerPpm);
  let open = 1 + upTo(draw, pick(draw, [30, 2_000, 1_000_000]));
  if (!withinNetworkLimit(product, ppm, side, price, open, reach)) return;
  let lock = networkLock(product, ppm, side, price, open, reach);
  while (open > 0) {
    const lots = draw(3) === 0 ? open : 1 + draw(open);
    const gridFee = draw(3) === 0 ? reach.maxFee : draw(reach.maxFee + 1);
    const premium = draw(3) === 0 ? reach.maxPremium : draw(reach.maxPremium + 1);
    const better = draw(2) === 0 ? 0 : draw(far);
    const at = buys ? price + premium - gridFee - better : price + better;
    const value = energyValue(product, at, lots);
    const fee = percentFee(Math.abs(value), draw(2) === 0 ? makerPpm : takerPpm);
    const cost = fillCost(side, value, fee) + (buys ? energyValue(product, gridFee, lots) : 0);
    const after = networkLock(product, ppm, side, price, open - lots, reach);
    if (lock - after < cost) {
      const fill = { side, price, ...reach, ppm, open, lots, at, gridFee, fee, lock, after, cost };
      throw new Error(`short by ${cost - (lock - after)}: ${JSON.stringify(fill)}`);
    }
    tally.fills++;
    if (at < 0) tally.negative++;
    if (gridFee > 0) tally.carried++;
    if (buys && at + gridFee > price) tally.raised++;
    if (lock > after && lock - after === cost) tally.exact++;
    [open, lock] = [open - lots, after];
  }
}
