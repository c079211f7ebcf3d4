import { percentFee } from './amounts.ts';

/** The prices at which imbalance is settled, in money quanta per quantum of energy. */
export interface ImbalanceTerms {
  /** What the utility pays for energy that nobody had bought, and what it asks for energy that nobody had sold. */
  readonly long: number;
  readonly short: number;
  readonly tolerancePpm: number;
  readonly tolerancePrice: number;
}

/** The lowest and the highest price of the trades that count; infinite where there is none. */
export interface Extremes {
  readonly lowest: number;
  readonly highest: number;
}

/** Imbalance that has one price. */
export interface ImbalancePart {
  /** Whether it was contracted: bought and not used, or sold and not delivered. */
  readonly ofContract: boolean;
  readonly tolerated: boolean;
  /** In quanta of energy: above zero short, below zero long. */
  readonly quantity: number;
  /** Money quanta per quantum of energy. */
  readonly price: number;
}

/**
 * What an imbalance is charged at. The part of it that comes of having traded is bounded by the prices of
 * trades; what is left was really drawn from the utility or given to it. The tolerance is a share of the contracted quantity,
 * not of the imbalance and not per party: who has traded nothing has none, and there is none to be had by being many.
 * @param contracted bought less sold
 */
export function imbalanceParts(
  imbalance: number,
  contracted: number,
  { lowest, highest }: Extremes,
  { long, short, tolerancePpm, tolerancePrice }: ImbalanceTerms,
): readonly ImbalancePart[] {
  if (imbalance === 0) return [];
  const sign = Math.sign(imbalance);
  const size = Math.abs(imbalance);
  const isShort = imbalance > 0;
  const contract = Math.min(size, Math.max(0, isShort ? -contracted : contracted));
  const bounded = isShort ? Math.max(short, highest) : Math.min(long, lowest);
  const usual = isShort ? Math.max(tolerancePrice, highest) : Math.min(tolerancePrice, lowest);
  let tolerance = percentFee(Math.abs(contracted), tolerancePpm);
  const parts: ImbalancePart[] = [];
  const add = (ofContract: boolean, tolerated: boolean, quantity: number, price: number): void => {
    if (quantity > 0) parts.push({ ofContract, tolerated, quantity: sign * quantity, price });
  };
  for (const [ofContract, quantity, price] of [
    [true, contract, bounded],
    [false, size - contract, isShort ? short : long],
  ] as const) {
    const within = Math.min(quantity, tolerance);
    tolerance -= within;
    // Tolerated is never dearer than not.
    add(ofContract, true, within, isShort ? Math.min(price, usual) : Math.max(price, usual));
    add(ofContract, false, quantity - within, price);
  }
  return parts;
}

/** Quantity times price. Big integers take their time, and few products need them. */
export function times(quantity: number, price: number): bigint {
  const product = quantity * price;
  return Number.isSafeInteger(product) ? BigInt(product) : BigInt(quantity) * BigInt(price);
}
