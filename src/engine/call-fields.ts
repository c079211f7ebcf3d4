import { Mechanism, Pricing } from '../core/codes.ts';
import type { Decimal } from '../core/decimal.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { integerArgument, nameArgument, textSteps } from './arguments.ts';
import type { Encoding } from './encoding.ts';

/** How a product is traded: as orders come in, or in auctions. */
export interface CallFields {
  /** Default continuous. All else in here is for `call` alone. */
  readonly mechanism?: keyof typeof Mechanism;
  /**
   * At what those trade who do: all at the price of the auction (default), each pair at the limit of its buyer, or all at
   * `referencePrice`, whatever another price might bring together.
   */
  readonly pricing?: keyof typeof Pricing;
  /**
   * Of several prices that are equally good the auction takes the one nearest to this; left out, nearest to the last
   * price, and before the first trade the middle. With `mid-market` the rate itself.
   */
  readonly referencePrice?: string;
  /**
   * Ms from one auction to the next, the first one so long after the opening, at most 10,000 of them before the gate.
   * For products with a `delivery`, which have one at the gate besides. Left out, that one alone.
   */
  readonly auctionEveryMs?: number;
}

/** Writes how a product is traded. */
export function encodeCall(to: Encoding, fields: CallFields, tick: Decimal): void {
  const { mechanism = 'continuous', pricing = 'uniform', referencePrice, auctionEveryMs } = fields;
  to.u8(nameArgument(Mechanism, mechanism, 'mechanism'));
  to.u8(nameArgument(Pricing, pricing, 'pricing'));
  to.u8(referencePrice === undefined ? 0 : 1);
  to.i64(referencePrice === undefined ? 0 : textSteps(referencePrice, 'referencePrice', tick));
  to.i64(
    auctionEveryMs === undefined
      ? 0
      : integerArgument(auctionEveryMs, 'auctionEveryMs', 1, MAX_INTEGER),
  );
}
