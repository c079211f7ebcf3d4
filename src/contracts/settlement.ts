import { shown } from '../core/decimal.ts';
import { deliveredQuantities } from './delivered.ts';
import { type Extremes, type ImbalancePart, imbalanceParts, times } from './imbalance.ts';
import type { Posting } from './postings.ts';
import {
  type CheckedTerms,
  checkedTerms,
  checkedTrades,
  latestReadings,
  type MeterReading,
  type ReadingQuality,
  type SettlementTerms,
  type SlotTrade,
} from './settlement-input.ts';

/** A trade, and how much of it counts. */
export interface CountedTrade extends SlotTrade {
  /** In quanta of energy; all of it in `firm` mode. */
  readonly counted: number;
}

/** Imbalance that has one price. */
export interface ImbalanceCharge {
  /**
   * `contract`: energy that was sold and not delivered, or bought and not used; it costs no less than the highest price
   * of a trade, and brings no more than the lowest. `utility`: energy drawn or given beyond what was traded.
   * `tolerated`: either of them, within the tolerance.
   */
  readonly kind: 'contract' | 'utility' | 'tolerated';
  /** In quanta of energy: above zero short, the party pays; below zero long, it is paid. */
  readonly quantity: number;
  /** Money quanta per quantum of energy. */
  readonly price: number;
}

/** How a party comes out of a delivery period: energy in quanta, money in quanta, above zero what it pays. */
export interface Statement {
  readonly party: string;
  /** What counts of its purchases and sales; without trades with itself. */
  readonly bought: number;
  readonly sold: number;
  /** What its meter counted; both 0 where there is no reading. */
  readonly imported: number;
  readonly exported: number;
  /** Undefined where there is no reading. */
  readonly quality: ReadingQuality | undefined;
  /** Imported less exported less bought plus sold: above zero short, below zero long. */
  readonly imbalance: number;
  readonly charges: readonly ImbalanceCharge[];
  /** Of what it drew in all, what it had bought from others than the utility; see `toNeighbours`. */
  readonly fromNeighbours: number;
  /** Of what it gave in all, what it had sold to others than the utility. */
  readonly toNeighbours: number;
  /** What it paid for its trades, less what it was paid. */
  readonly tradeCost: bigint;
  readonly feeCost: bigint;
  readonly imbalanceCost: bigint;
  /** All of it. */
  readonly total: bigint;
  /** What it would have paid had it drawn and given the same energy without any trade, at retail and feed-in prices. */
  readonly costAlone: bigint;
}

/** What a delivery period comes to. */
export interface Settlement {
  /** Oldest first. */
  readonly trades: readonly CountedTrade[];
  /** All that is paid for trades, fees and imbalance, as if nothing had been paid before. */
  readonly postings: readonly Posting[];
  /** Of every party that traded or has a reading, in order of their ids; not of the utility. */
  readonly statements: readonly Statement[];
  /** Who traded and has no reading. It is settled as if nothing had been drawn or given; not final, then. */
  readonly missing: readonly string[];
}

/** What a party has traded; changed while trades are counted. */
interface Position {
  bought: number;
  sold: number;
  /** Bought less sold, from and to others than the utility. */
  neighbours: number;
  tradeCost: bigint;
  feeCost: bigint;
}

/**
 * Settles a delivery period: a function of its trades, meter readings and prices, and of nothing else, so that it can be
 * asked again whenever a reading comes late or is corrected; {@link settlementDifference} tells what is to be booked
 * then. All numbers are whole, and all sums exact: energy in quanta (such as Wh), money in quanta (such as nano-EUR),
 * prices in money quanta per quantum of energy (300,000 are 0.30 EUR/kWh).
 *
 * With N = bought - sold and M = imported - exported a party is short by D = M - N if that is above zero, and long if it is
 * below. That is netted per party before anything is priced, and settled with the utility: whoever is short pays the
 * short price, whoever is long gets the long one. For what was sold and not delivered the short price is at least that of
 * the highest trade, for what was bought and not used the long price at most that of the lowest one: nobody gains by trading
 * energy that it does not have or does not need. What a party without trades draws or gives costs
 * what the utility asks and pays, whatever others traded at.
 *
 * The order of trades and readings makes no difference. O(trades log trades + readings).
 * @param trades all trades of the period
 * @param readings of its parties; older versions may be among them
 * @throws TypeError or RangeError that names what is wrong in form; RangeError also for two trades of one number, for two different
 * readings of one version, and for energy that adds up to more than 2^53-1
 */
export function settleSlot(
  trades: readonly SlotTrade[],
  readings: readonly MeterReading[],
  terms: SettlementTerms,
): Settlement {
  const checked = checkedTerms(terms);
  const ordered = checkedTrades(trades, checked.fees);
  const latest = latestReadings(readings, checked);
  const all = ordered.map((trade) => ({ ...trade, counted: trade.quantity }));
  const counted = checked.delivered ? cutToDelivery(all, latest, checked) : all;
  const positions = new Map<string, Position>();
  const postings: Posting[] = [];
  for (const trade of counted) countTrade(positions, postings, trade, checked);
  const extremes = extremesOf(counted);
  const parties = [...new Set([...positions.keys(), ...latest.keys()])]
    .filter((party) => party !== checked.utility)
    .sort((a, b) => (a < b ? -1 : 1));
  const statements = parties.map((party) =>
    statementOf(party, positions.get(party), latest.get(party), extremes, checked),
  );
  for (const { party, imbalanceCost } of statements) {
    post(postings, party, checked.utility, imbalanceCost, 'imbalance', undefined);
  }
  const missing = parties.filter((party) => !latest.has(party));
  return { trades: counted, postings, statements, missing };
}

function cutToDelivery(
  trades: readonly CountedTrade[],
  readings: ReadonlyMap<string, MeterReading>,
  { utility, proRata }: CheckedTerms,
): readonly CountedTrade[] {
  const positions = new Map<string, Position>();
  for (const trade of trades) countEnergy(positions, trade, utility);
  positions.delete(utility);
  const imbalances = new Map<string, number>();
  for (const [party, position] of positions) {
    imbalances.set(party, imbalanceOf(party, position, readings.get(party)));
  }
  const quantities = deliveredQuantities(trades, imbalances, proRata);
  return trades.map((trade, i) => ({ ...trade, counted: quantities[i]! }));
}

/** Adds a trade to the positions of its parties, and what is paid for it to the postings. */
function countTrade(
  positions: Map<string, Position>,
  postings: Posting[],
  trade: CountedTrade,
  { utility, fees }: CheckedTerms,
): void {
  const { buyer, seller, counted } = trade;
  countEnergy(positions, trade, utility);
  const value = times(counted, trade.price);
  const buyerFee = feeOf(trade, trade.buyerFee);
  const sellerFee = feeOf(trade, trade.sellerFee);
  const bought = positionOf(positions, buyer);
  bought.tradeCost += value;
  bought.feeCost += buyerFee;
  const sold = positionOf(positions, seller);
  sold.tradeCost -= value;
  sold.feeCost += sellerFee;
  post(postings, buyer, seller, value, 'energy', trade.trade);
  post(postings, buyer, fees, buyerFee, 'fee', trade.trade);
  post(postings, seller, fees, sellerFee, 'fee', trade.trade);
}

function countEnergy(
  positions: Map<string, Position>,
  { buyer, seller, counted }: CountedTrade,
  utility: string,
): void {
  const bought = positionOf(positions, buyer);
  const sold = positionOf(positions, seller);
  if (buyer === seller) return;
  bought.bought = sum(buyer, bought.bought, counted);
  sold.sold = sum(seller, sold.sold, counted);
  if (buyer === utility || seller === utility) return;
  bought.neighbours += counted;
  sold.neighbours -= counted;
}

function positionOf(positions: Map<string, Position>, party: string): Position {
  let position = positions.get(party);
  if (position === undefined) {
    position = { bought: 0, sold: 0, neighbours: 0, tradeCost: 0n, feeCost: 0n };
    positions.set(party, position);
  }
  return position;
}

/** The part of a fee that is for what counts, rounded down: the fee on energy that was not delivered is paid back. */
function feeOf({ counted, quantity }: CountedTrade, fee = 0): bigint {
  if (counted === quantity) return BigInt(fee);
  return (BigInt(fee) * BigInt(counted)) / BigInt(quantity);
}

/** Trades with oneself and those of which nothing counts set no price. */
function extremesOf(trades: readonly CountedTrade[]): Extremes {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const { buyer, seller, counted, price } of trades) {
    if (counted === 0 || buyer === seller) continue;
    lowest = Math.min(lowest, price);
    highest = Math.max(highest, price);
  }
  return { lowest, highest };
}

const NO_POSITION: Position = { bought: 0, sold: 0, neighbours: 0, tradeCost: 0n, feeCost: 0n };

function statementOf(
  party: string,
  position: Position = NO_POSITION,
  reading: MeterReading | undefined,
  extremes: Extremes,
  terms: CheckedTerms,
): Statement {
  const { bought, sold, neighbours, tradeCost, feeCost } = position;
  const { imported = 0, exported = 0, quality } = reading ?? {};
  const imbalance = imbalanceOf(party, position, reading);
  const charges = chargesOf(imbalanceParts(imbalance, bought - sold, extremes, terms));
  let imbalanceCost = 0n;
  for (const { quantity, price } of charges) imbalanceCost += times(quantity, price);
  const drawn = imported - exported;
  return {
    party,
    bought,
    sold,
    imported,
    exported,
    quality,
    imbalance,
    charges,
    fromNeighbours: Math.max(0, Math.min(drawn, neighbours)),
    toNeighbours: Math.max(0, Math.min(-drawn, -neighbours)),
    tradeCost,
    feeCost,
    imbalanceCost,
    total: tradeCost + feeCost + imbalanceCost,
    costAlone: times(drawn, drawn > 0 ? terms.retail : terms.feedIn),
  };
}

function imbalanceOf(
  party: string,
  { bought, sold }: Position,
  reading: MeterReading | undefined,
): number {
  const { imported = 0, exported = 0 } = reading ?? {};
  return sum(party, imported - exported, sold - bought);
}

/** The parts of an imbalance as a statement tells them. */
function chargesOf(parts: readonly ImbalancePart[]): readonly ImbalanceCharge[] {
  return parts.map(({ ofContract, tolerated, quantity, price }) => {
    const kind = tolerated ? 'tolerated' : ofContract ? 'contract' : 'utility';
    return { kind, quantity, price };
  });
}

/** A double entry; the other way round where the amount is below zero. */
function post(
  postings: Posting[],
  from: string,
  to: string,
  amount: bigint,
  reason: Posting['reason'],
  trade: number | undefined,
): void {
  if (amount === 0n || from === to) return;
  const about = trade === undefined ? { reason } : { reason, trade };
  if (amount > 0n) postings.push({ from, to, amount, ...about });
  else postings.push({ from: to, to: from, amount: -amount, ...about });
}

/** @throws RangeError beyond 2^53-1 */
function sum(party: string, a: number, b: number): number {
  if (Number.isSafeInteger(a + b)) return a + b;
  throw new RangeError(`the energy of ${shown(party)} adds up to more than 2^53-1`);
}
