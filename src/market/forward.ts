import { MAX_INTEGER, MAX_POSITION } from '../core/limits.ts';
import type { Grid } from './products.ts';

/** What imbalance costs, in ticks, and how much of it is settled at another price. */
export interface ImbalancePrices {
  /** What is paid for energy that nobody had bought. */
  readonly long: number;
  /** What energy costs that nobody had sold. */
  readonly short: number;
  readonly tolerancePpm: number;
  readonly tolerancePrice: number;
}

/** What the meter of an account counted; energy in quanta. */
export interface Reading {
  readonly version: number;
  /** One of `ReadingQuality`. */
  readonly quality: number;
  readonly imported: number;
  readonly exported: number;
}

/** What an account has to do with a product that is sold forward. */
export interface Party {
  /** Bought less sold. */
  lots: number;
  reading: Reading | undefined;
  /** What was booked of imbalance so far, in money quanta: for what it had contracted, and for what went beyond that. */
  contractCost: number;
  utilityCost: number;
}

/** What was said of a forward product at its listing. Prices in ticks. */
export interface ForwardTerms {
  /** Row of the account on the other side of every imbalance. */
  readonly utility: number;
  /** Between which prices trades and imbalance stay. */
  readonly min: number;
  readonly max: number;
  /** Lots that an account may have bought less sold, or sold less bought; 0 for as many as there may be. */
  readonly positionLimit: number;
}

/**
 * A product whose energy is sold before it is there: no energy is locked and none moves, trades leave positions, and those are
 * settled against the meters.
 */
export class Forward {
  readonly terms: ForwardTerms;
  /** Money quanta that a lot bought or sold may come to cost at worst. */
  readonly longQuanta: number;
  readonly shortQuanta: number;
  /** Money quanta that one quantum of energy costs at one tick. */
  readonly unitQuanta: number;
  /** Lots that an account may have bought less sold, or sold less bought; the utility has no other limit. */
  readonly mostLots: number;
  prices: ImbalancePrices | undefined;
  /** Whether it was settled for good: what was locked for it is available again. */
  isFinal = false;
  /** By account row; those for whom there is nothing to say are left out. */
  readonly parties = new Map<number, Party>();
  /** How many trades between two accounts there were at a price. */
  readonly tradesAt = new Map<number, number>();

  constructor(terms: ForwardTerms, { tickQuanta, lotQuanta }: Grid) {
    this.terms = terms;
    this.longQuanta = Math.max(0, 0 - terms.min) * tickQuanta;
    this.shortQuanta = Math.max(0, terms.max) * tickQuanta;
    this.unitQuanta = tickQuanta / lotQuanta;
    this.mostLots = Math.floor(MAX_POSITION / lotQuanta);
  }

  /** What there is to say of an account, to be changed; see `forget`. */
  party(account: number): Party {
    let party = this.parties.get(account);
    if (party === undefined) {
      party = { lots: 0, reading: undefined, contractCost: 0, utilityCost: 0 };
      this.parties.set(account, party);
    }
    return party;
  }

  /** Leaves an account out for whom there is nothing left to say. */
  forget(account: number): void {
    const { lots, reading, contractCost, utilityCost } = this.party(account);
    if (lots !== 0 || reading !== undefined || contractCost !== 0 || utilityCost !== 0) return;
    this.parties.delete(account);
  }

  /** Counts so many trades at a price more, or less. */
  countTrades(price: number, change: number): void {
    const count = (this.tradesAt.get(price) ?? 0) + change;
    if (count === 0) this.tradesAt.delete(price);
    else this.tradesAt.set(price, count);
  }
}

/**
 * Whether a product can be sold forward on a grid: meters count in quanta of energy, so that one at one tick must be a whole number
 * of money quanta, and all that a lot can cost must be exact.
 */
export function canBeForward({ min, max }: ForwardTerms, { tickQuanta, lotQuanta }: Grid): boolean {
  const farthest = Math.max(Math.abs(min), Math.abs(max));
  return (
    tickQuanta % lotQuanta === 0 &&
    lotQuanta <= MAX_POSITION &&
    farthest <= MAX_INTEGER / tickQuanta
  );
}
