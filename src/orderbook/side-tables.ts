/** What an iceberg shows of itself. */
export interface Clip {
  /** Lots that are shown at a time. */
  readonly size: number;
  /** The next lots are shown once fewer than so many are left. */
  readonly refreshBelow: number;
  /** Lots that are shown now; 0 before it rests. */
  shown: number;
}

/** At what an order is to get rid of what it traded, in ticks. */
export interface Bracket {
  /** Limit of the one order. */
  readonly takeProfit: number;
  /** What the other one waits for, and its limit then. */
  readonly stopPrice: number;
  readonly stopLimit: number;
  /** Lots that these orders are for; 0 until the order has ended. */
  kept: number;
}
