import { formatSteps } from '../core/decimal.ts';
import { type Distance, isSet } from '../market/circuit.ts';
import type { Product } from '../market/products.ts';

/** How far a product's price may move; all of it undefined where it may move as it likes. */
export interface CircuitView {
  /** How far beyond the last price an order's limit may lie: by this, or by `collarPpm` of that price if it is more. */
  readonly collar: string | undefined;
  /** Parts per million. */
  readonly collarPpm: number | undefined;
  /**
   * How far from the price of `windowMs` ago a trade may be before the product halts: by `move`, or by
   * `movePpm` of that price if it is more.
   */
  readonly halt:
    | {
        readonly move: string | undefined;
        readonly movePpm: number | undefined;
        readonly windowMs: number;
      }
    | undefined;
}

export function circuitView({ circuit, grid: { tick } }: Product): CircuitView {
  if (circuit === undefined) return { collar: undefined, collarPpm: undefined, halt: undefined };
  const { collar, move, windowMs } = circuit;
  const priceOf = ({ ticks }: Distance): string | undefined =>
    ticks === 0 ? undefined : formatSteps(ticks, tick);
  const shareOf = ({ ppm }: Distance): number | undefined => (ppm === 0 ? undefined : ppm);
  const halt = { move: priceOf(move), movePpm: shareOf(move), windowMs };
  return {
    collar: priceOf(collar),
    collarPpm: shareOf(collar),
    halt: isSet(move) ? halt : undefined,
  };
}
