import { gateAt, opensAt, type Phase, phaseOf } from '../market/life-cycle.ts';
import type { Product } from '../market/products.ts';

/** When a product is traded and delivered. */
export interface DeliveryView {
  /**
   * How far the product is on its way at the market's time: `closed` once nothing is traded any more, then, of one
   * with a `delivery`, `delivering` and `delivered` as time goes by.
   */
  readonly phase: Phase;
  /** Instants as epoch ms UTC; undefined for a product without a plan. */
  readonly delivery:
    | {
        readonly start: number;
        readonly end: number;
        readonly opensMs: number;
        readonly gateMs: number;
        /** `start` with `opensMs`. */
        readonly opensAt: number;
        /** `start` with `gateMs`. */
        readonly gateAt: number;
      }
    | undefined;
}

export function deliveryView({ status, delivery }: Product, time: number): DeliveryView {
  const phase = phaseOf(status, delivery, time);
  if (delivery === undefined) return { phase, delivery };
  return {
    phase,
    delivery: { ...delivery, opensAt: opensAt(delivery), gateAt: gateAt(delivery) },
  };
}
