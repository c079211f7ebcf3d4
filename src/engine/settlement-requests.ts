import type { ReadingQuality } from '../core/codes.ts';
import type { ProductRequest } from './requests.ts';

/**
 * How a product is settled whose energy is sold before it is there: trades stand, and what the meters counted differently is settled
 * with the utility. No energy is locked in it, but what the contracted energy may come to cost at worst.
 */
export interface SettlementFields {
  readonly mode: 'firm';
  /** Account on the other side of every imbalance. It locks nothing for its positions and has no meter. */
  readonly utility: string;
  /** Lowest and highest price that trades and imbalance may have, as decimal text. */
  readonly imbalanceMin: string;
  readonly imbalanceMax: string;
  /** The most energy that an account may have bought less sold, or sold less bought, were all of its open orders of a side filled, and those that follow on brackets. */
  readonly positionLimit?: string;
  readonly positionLimitLots?: number;
}

/** What makes a product one whose energy is sold before it is there. */
export interface ForwardFields {
  /** Left out, the product is prepaid: who sells has the energy. Needs a delivery whose gate closes by its end. */
  readonly settlement?: SettlementFields;
}

/** What the meter of an account counted in the delivery of a product; for meters and operators. */
export interface RecordReadingRequest extends ProductRequest {
  readonly account: string;
  /** From 1 to 4,294,967,295, and higher than that of any reading before; the last one is for operators, who may replace it. */
  readonly version: number;
  readonly quality: keyof typeof ReadingQuality;
  /** Energy that the account drew from the grid, as decimal text or in quanta, below 2^52. */
  readonly imported?: string;
  readonly importedQuanta?: number;
  /** Energy that it gave to the grid. */
  readonly exported?: string;
  readonly exportedQuanta?: number;
}

/** What imbalance costs in a product, as decimal text. */
export interface SetImbalancePricesRequest extends ProductRequest {
  /** What is paid for energy that nobody had bought. */
  readonly long: string;
  /** What energy costs that nobody had sold; no less than `long`, and the same for a single price. */
  readonly short: string;
  /** Imbalance of up to `ppm` parts per million of what an account has contracted is settled at `price`, which lies between the two. */
  readonly tolerance?: { readonly ppm: number; readonly price: string };
}

/** A product to settle. */
export interface SettleProductRequest extends ProductRequest {
  /** Whether what is locked for it comes free. It takes a reading of everyone who has bought or sold more. Default false. */
  readonly final?: boolean;
}

/** Which request belongs to which of these commands. */
export interface SettlementRequests {
  recordReading: RecordReadingRequest;
  setImbalancePrices: SetImbalancePricesRequest;
  settleProduct: SettleProductRequest;
}
