import { gateAt, type Delivery, opensAt } from './life-cycle.ts';

/** How a product is auctioned that is not traded continuously. */
export interface Call {
  /** At what those trade who do: a number of `Pricing`. */
  readonly pricing: number;
  /** In ticks: the rate, or which of several equally good prices it is; NaN for the last price. */
  readonly reference: number;
  /** Ms from one auction to the next, the first one after the opening; 0 for none before the gate. */
  readonly everyMs: number;
}

/** The instant of the first auction after `time` that is planned before the gate, or NaN. Epoch ms. */
export function nextAuctionAt({ everyMs }: Call, delivery: Delivery, time: number): number {
  if (everyMs === 0) return NaN;
  const opens = opensAt(delivery);
  const at = opens + Math.max(1, Math.floor((time - opens) / everyMs) + 1) * everyMs;
  return at < gateAt(delivery) ? at : NaN;
}
