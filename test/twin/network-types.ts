import type { Decimal } from './market.ts';

/** Lots that may still go between two zones, by row. */
export interface Capacity {
  readonly from: number;
  readonly to: number;
  left: number;
}

export interface Network {
  readonly id: string;
  readonly tick: Decimal;
  /** The first version that an open order may have. */
  oldest: number;
  /** Each of them makes a version of the fees. */
  changes: {
    readonly version: number;
    readonly from: number;
    readonly to: number;
    readonly ticks: number;
  }[];
}

/** What an order asks for in a network. */
export interface Net {
  /** Row of its zone. */
  readonly zone: number;
  readonly attributes: number;
  readonly only: number;
  readonly onlyZones: number;
  readonly premiums: readonly number[];
  readonly feeVersion: number;
  /** What a market order has locked and not spent. */
  held: bigint;
}
