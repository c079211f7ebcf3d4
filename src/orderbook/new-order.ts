/** An order as it comes in. */
export interface NewOrder {
  account: number;
  product: number;
  /** Side, kind and so on, packed; see `packFlags`. */
  flags: number;
  /** Limit in ticks. */
  price: number;
  /** Lots. */
  quantity: number;
  /** Row of the product terms (fees, band) that the order enters with. */
  terms: number;
  /** Ledger rows of the account in the product's two assets. */
  moneyRow: number;
  energyRow: number;
  /** Of an iceberg: lots that are shown at a time, and below how many the next ones are; else 0. */
  clip: number;
  refreshBelow: number;
}
