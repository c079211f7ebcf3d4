import * as codes from '../core/codes.ts';
import { shown } from '../core/decimal.ts';
import { addTo, clear, clearAt, type Clearing, type Curve, emptyCurve } from './clearing.ts';

/** A bid or an ask: at which price at worst, and how much. In whole steps of any size, ticks and lots say. */
export interface AuctionOrder {
  /** May be zero or negative; from -(2^53 - 1) to 2^53 - 1. */
  readonly price: number;
  /** From 1 to 2^53 - 1. */
  readonly quantity: number;
}

/**
 * At what those trade who do: all at one price; each pair at the limit of its buyer; or all at a reference rate
 * that is given beforehand, such as the middle between two tariffs.
 */
export type Pricing = keyof typeof codes.Pricing;

/** How a call auction finds its price, see {@link clearAuction}. */
export interface AuctionRules {
  /** Default 'uniform'. */
  readonly pricing?: Pricing;
  /** In the steps of the prices. With 'mid-market' the rate, else which of several equally good prices it is. */
  readonly reference?: number;
}

/** Part of a bid that trades with part of an ask. */
export interface AuctionFill {
  /** Places in the lists that were given. */
  readonly bid: number;
  readonly ask: number;
  readonly price: number;
  readonly quantity: number;
}

/** What a call auction comes to: its price, how much trades, and who with whom. */
export interface AuctionResult {
  /**
   * Who accepts it takes part: the price of the auction, or the rate. Undefined where nothing trades for which a
   * price has to be found; the rate is there all the same.
   */
  readonly price: number | undefined;
  /** How much trades. */
  readonly quantity: number;
  /** How much is left of those who accept the price: above zero of buyers, below zero of sellers. */
  readonly imbalance: number;
  /** In price-time priority; the earlier one in a list has priority at its price. */
  readonly fills: readonly AuctionFill[];
}

const PRICINGS: readonly unknown[] = Object.keys(codes.Pricing);

/**
 * A call auction: which of these bids and asks trade with each other, and at what price. Exact, in integers.
 *
 * The price is the one at which most trades; of several the one with the smallest imbalance; of those the one toward which what is
 * left presses, the highest where buyers are left, the lowest where sellers are; of those the one nearest the
 * reference, and without one the middle, rounded down, toward the buyer. Nobody who would gain at it is left out, so
 * that no other trades between these would be worth more to them together. At the price itself the earlier ones go first.
 *
 * With 'mid-market' the price is the reference, and bids at it or above trade with asks at it or below.
 *
 * O(n log n).
 * @throws TypeError for what is no list, order or number; RangeError for one that is no safe integer or out of range,
 * quantities of a side of more than 2^53 - 1 together, or 'mid-market' without a reference
 */
export function clearAuction(
  bids: readonly AuctionOrder[],
  asks: readonly AuctionOrder[],
  rules: AuctionRules = {},
): AuctionResult {
  if (typeof rules !== 'object' || rules === null) {
    throw new TypeError(`rules must be an object, got ${shown(rules)}`);
  }
  const { pricing = 'uniform', reference } = rules;
  if (!PRICINGS.includes(pricing)) {
    throw new RangeError(`pricing must be one of ${PRICINGS.join(', ')}, got ${shown(pricing)}`);
  }
  if (reference !== undefined) checkInteger(reference, 'reference');
  const buyers = inOrder(bids, 'bids', 1);
  const sellers = inOrder(asks, 'asks', -1);
  const clearing = clearingOf(curve(buyers), curve(sellers), pricing, reference);
  if (clearing === undefined) return { price: undefined, quantity: 0, imbalance: 0, fills: [] };
  const quantity = Number(clearing.volume);
  return {
    price: clearing.price,
    quantity,
    imbalance: Number(clearing.imbalance),
    fills: pairs(buyers, sellers, quantity, pricing === 'pay-as-bid' ? undefined : clearing.price),
  };
}

function clearingOf(
  bids: Curve,
  asks: Curve,
  pricing: Pricing,
  reference: number | undefined,
): Clearing | undefined {
  if (pricing !== 'mid-market')
    return clear(bids, asks, reference === undefined ? NaN : reference + 0);
  if (reference !== undefined) return clearAt(bids, asks, reference + 0);
  throw new RangeError('reference must be given where the pricing is mid-market');
}

interface Ranked extends AuctionOrder {
  /** Where it stood in the list. */
  readonly place: number;
}

/** Orders in price-time priority. @param best 1 where the highest price comes first, -1 where the lowest */
function inOrder(orders: readonly AuctionOrder[], argument: string, best: 1 | -1): Ranked[] {
  if (!Array.isArray(orders)) {
    throw new TypeError(`${argument} must be an array, got ${shown(orders)}`);
  }
  let left = Number.MAX_SAFE_INTEGER;
  // Not by way of `map`, which passes over holes.
  const ranked = Array.from(orders as readonly AuctionOrder[], (order, place): Ranked => {
    const name = `${argument}[${place}]`;
    if (typeof order !== 'object' || order === null) {
      throw new TypeError(`${name} must be an object, got ${shown(order)}`);
    }
    const { price, quantity } = order;
    checkInteger(price, `${name}.price`);
    checkInteger(quantity, `${name}.quantity`);
    if (quantity < 1) {
      throw new RangeError(`${name}.quantity must be 1 at least, got ${shown(quantity)}`);
    }
    if (quantity > left) throw new RangeError(`${argument} must not add up to more than 2^53 - 1`);
    left -= quantity;
    return { price: price + 0, quantity, place };
  });
  return ranked.sort((a, b) =>
    a.price === b.price ? a.place - b.place : b.price > a.price ? best : -best,
  );
}

function checkInteger(value: unknown, argument: string): asserts value is number {
  if (typeof value !== 'number') {
    throw new TypeError(`${argument} must be a number, got ${shown(value)}`);
  }
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${argument} must be a safe integer, got ${shown(value)}`);
  }
}

function curve(orders: readonly Ranked[]): Curve {
  const found = emptyCurve();
  for (const { price, quantity } of orders) addTo(found, price, BigInt(quantity));
  return found;
}

/** The best bid with the best ask until as much has traded as trades. @param price undefined: that of the bid */
function pairs(
  bids: readonly Ranked[],
  asks: readonly Ranked[],
  volume: number,
  price: number | undefined,
): AuctionFill[] {
  const fills: AuctionFill[] = [];
  let [bid, ask] = [0, 0];
  let [bidLeft, askLeft] = [bids[0]?.quantity ?? 0, asks[0]?.quantity ?? 0];
  for (let left = volume; left > 0;) {
    const [buyer, seller] = [bids[bid]!, asks[ask]!];
    const quantity = Math.min(bidLeft, askLeft);
    fills.push({ bid: buyer.place, ask: seller.place, price: price ?? buyer.price, quantity });
    left -= quantity;
    bidLeft -= quantity;
    askLeft -= quantity;
    if (bidLeft === 0) bidLeft = bids[++bid]?.quantity ?? 0;
    if (askLeft === 0) askLeft = asks[++ask]?.quantity ?? 0;
  }
  return fills;
}
