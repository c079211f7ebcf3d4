import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type AuctionOrder,
  type AuctionResult,
  type AuctionRules,
  clearAuction,
  type Pricing,
} from '../src/index.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';

const MAX = Number.MAX_SAFE_INTEGER;

/** Orders from pairs of a quantity and a price. */
const orders = (
  ...pairs: readonly (readonly [quantity: number, price: number])[]
): AuctionOrder[] => pairs.map(([quantity, price]) => ({ quantity, price }));

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

// Everything below is counted by definition: each price is tried, and each lot is a buyer or seller of its own.

const demandAt = (bids: readonly AuctionOrder[], price: number): number =>
  sum(bids.filter((bid) => bid.price >= price).map(({ quantity }) => quantity));
const supplyAt = (asks: readonly AuctionOrder[], price: number): number =>
  sum(asks.filter((ask) => ask.price <= price).map(({ quantity }) => quantity));

/** Those prices for which a figure is smallest. */
function least(prices: readonly number[], figure: (price: number) => number): number[] {
  const smallest = Math.min(...prices.map(figure));
  return prices.filter((price) => figure(price) === smallest);
}

/** The prices that are left after each rule, from a bit below the lowest limit to a bit above the highest. */
function pricesByRule(bids: readonly AuctionOrder[], asks: readonly AuctionOrder[]): number[] {
  const limits = [...bids, ...asks].map(({ price }) => price);
  const [from, to] = [Math.min(...limits) - 2, Math.max(...limits) + 2];
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const imbalance = (price: number) => demandAt(bids, price) - supplyAt(asks, price);
  const most = least(all, (price) => -Math.min(demandAt(bids, price), supplyAt(asks, price)));
  const balanced = least(most, (price) => Math.abs(imbalance(price)));
  // Toward which the rest presses: who would gain at a price, and is left out there, wants another one.
  const leftOut = (price: number) =>
    Math.max(0, demandAt(bids, price + 1) - supplyAt(asks, price)) +
    Math.max(0, supplyAt(asks, price - 1) - demandAt(bids, price));
  return least(balanced, leftOut);
}

function bestVolume(bids: readonly AuctionOrder[], asks: readonly AuctionOrder[]): number {
  const limits = [...bids, ...asks].map(({ price }) => price);
  return Math.max(0, ...limits.map((p) => Math.min(demandAt(bids, p), supplyAt(asks, p))));
}

/** The most that any lots of buyers and as many of sellers are worth to them together. */
function bestWelfare(bids: readonly AuctionOrder[], asks: readonly AuctionOrder[]): number {
  const lots = (list: readonly AuctionOrder[]) =>
    list.flatMap(({ price, quantity }) => Array<number>(quantity).fill(price));
  const buyers = lots(bids).sort((a, b) => b - a);
  const sellers = lots(asks).sort((a, b) => a - b);
  let [welfare, best] = [0, 0];
  for (let i = 0; i < Math.min(buyers.length, sellers.length); i++) {
    welfare += buyers[i]! - sellers[i]!;
    best = Math.max(best, welfare);
  }
  return best;
}

function welfareOf(
  { fills }: AuctionResult,
  bids: readonly AuctionOrder[],
  asks: readonly AuctionOrder[],
): number {
  return sum(
    fills.map(({ bid, ask, quantity }) => (bids[bid]!.price - asks[ask]!.price) * quantity),
  );
}

/** What each order of a side traded. */
function traded(result: AuctionResult, side: 'bid' | 'ask', count: number): number[] {
  const lots = Array<number>(count).fill(0);
  for (const fill of result.fills) lots[fill[side]]! += fill.quantity;
  return lots;
}

/** An order that trades less than it wants, before one that comes behind it and trades all the same. */
function outOfTurn(
  list: readonly AuctionOrder[],
  lots: readonly number[],
  better: 1 | -1,
): boolean {
  const before = (a: number, b: number) =>
    list[a]!.price === list[b]!.price ? a < b : (list[a]!.price - list[b]!.price) * better > 0;
  return list.some((order, a) => {
    const short = lots[a]! < order.quantity;
    return short && list.some((_, b) => lots[b]! > 0 && before(a, b));
  });
}

function randomBook(draw: Draw): { bids: AuctionOrder[]; asks: AuctionOrder[] } {
  const prices = 1 + draw(12);
  const middle = draw(21) - 10;
  const quantities = 1 + draw(9);
  const side = () =>
    Array.from({ length: draw(8) }, () => ({
      price: middle + draw(prices) - Math.floor(prices / 2),
      quantity: 1 + draw(quantities),
    }));
  return { bids: side(), asks: side() };
}

/** The price that the rules come to, or undefined if nothing trades. */
function expectedPrice(
  bids: readonly AuctionOrder[],
  asks: readonly AuctionOrder[],
  reference: number | undefined,
): number | undefined {
  if (bestVolume(bids, asks) === 0) return undefined;
  const left = pricesByRule(bids, asks);
  if (reference === undefined) return Math.floor((left[0]! + left.at(-1)!) / 2);
  const [nearest] = least(left, (price) => Math.abs(price - reference));
  return nearest;
}

const PRICINGS: readonly Pricing[] = ['uniform', 'pay-as-bid', 'mid-market'];

function checkBook(draw: Draw, seen: Record<string, number>): void {
  const { bids, asks } = randomBook(draw);
  const reference = draw(2) === 0 ? undefined : draw(31) - 15;
  const pricing = PRICINGS[draw(reference === undefined ? 2 : 3)]!;
  const rules: AuctionRules = reference === undefined ? { pricing } : { pricing, reference };
  const result = clearAuction(bids, asks, rules);
  const isRate = pricing === 'mid-market';
  const price = isRate ? reference : expectedPrice(bids, asks, reference);
  expect(result.price).toBe(price);
  const bought = traded(result, 'bid', bids.length);
  const sold = traded(result, 'ask', asks.length);
  expect([sum(bought), sum(sold)]).toEqual([result.quantity, result.quantity]);
  if (price === undefined) {
    expect(result).toEqual({ price: undefined, quantity: 0, imbalance: 0, fills: [] });
    return;
  }
  const [demand, supply] = [demandAt(bids, price), supplyAt(asks, price)];
  expect(result.quantity).toBe(Math.min(demand, supply));
  expect(result.imbalance).toBe(demand - supply);
  expect(bought.every((lots, i) => lots <= bids[i]!.quantity)).toBe(true);
  expect(sold.every((lots, i) => lots <= asks[i]!.quantity)).toBe(true);
  expect(outOfTurn(bids, bought, 1) || outOfTurn(asks, sold, -1)).toBe(false);
  for (const fill of result.fills) {
    const limit = bids[fill.bid]!.price;
    expect(fill.price).toBe(pricing === 'pay-as-bid' ? limit : price);
    expect(fill.quantity).toBeGreaterThan(0);
    expect(limit).toBeGreaterThanOrEqual(price);
    expect(asks[fill.ask]!.price).toBeLessThanOrEqual(price);
  }
  seen['trades']! += result.quantity > 0 ? 1 : 0;
  seen['negative']! += result.quantity > 0 && price < 0 ? 1 : 0;
  if (isRate) return;
  expect(result.quantity).toBe(bestVolume(bids, asks));
  expect(welfareOf(result, bids, asks)).toBe(bestWelfare(bids, asks));
  seen['choices']! += pricesByRule(bids, asks).length > 1 ? 1 : 0;
  seen['bidsLeft']! += result.imbalance > 0 ? 1 : 0;
  seen['asksLeft']! += result.imbalance < 0 ? 1 : 0;
}

describe('random books', () => {
  it('come to the price, volume and welfare that trying everything comes to, 10,000 times', () => {
    const seen = { trades: 0, negative: 0, choices: 0, bidsLeft: 0, asksLeft: 0 };
    for (let seed = 1; seed <= 10_000; seed++) {
      try {
        checkBook(mulberry32(seed), seen);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
    // Each of these happens often, or the books would not be worth much.
    for (const [what, times] of Object.entries(seen)) {
      expect([what, times > 500]).toEqual([what, true]);
    }
  });
});

describe('an auction', () => {
  const price = (bids: AuctionOrder[], asks: AuctionOrder[], rules?: AuctionRules) =>
    clearAuction(bids, asks, rules).price;

  it('trades most, whatever it would be worth to trade less', () => {
    const bids = orders([10, 30], [10, 20]);
    expect(clearAuction(bids, orders([12, 10]))).toEqual({
      price: 20,
      quantity: 12,
      imbalance: 8,
      fills: [
        { bid: 0, ask: 0, price: 20, quantity: 10 },
        { bid: 1, ask: 0, price: 20, quantity: 2 },
      ],
    });
  });

  it('leaves the smallest imbalance', () => {
    expect(clearAuction(orders([5, 30], [5, 20]), orders([5, 20], [3, 30]))).toMatchObject({
      price: 25,
      imbalance: 0,
    });
  });

  it('rises to where buyers that are left would pay no more, and falls to where sellers ask no less', () => {
    expect(price(orders([5, 40], [5, 40]), orders([5, 10]))).toBe(40);
    expect(price(orders([5, 40]), orders([5, 10], [5, 10]))).toBe(10);
    // What is left changes sides between two prices, without getting smaller.
    const changes = [orders([5, 30], [4, 20]), orders([5, 10], [4, 21])] as const;
    expect(price(...changes)).toBe(20);
    expect(price(...changes, { reference: 99 })).toBe(21);
    expect(clearAuction(...changes, { reference: 20 }).imbalance).toBe(4);
    expect(clearAuction(...changes, { reference: 21 }).imbalance).toBe(-4);
  });

  it('comes as near to the reference as that allows', () => {
    const book = [orders([5, 30]), orders([5, 10])] as const;
    expect(price(...book)).toBe(20);
    for (const [reference, nearest] of [
      [9, 10],
      [12, 12],
      [31, 30],
    ] as const) {
      expect(price(...book, { reference })).toBe(nearest);
    }
  });

  it('rounds the middle down, toward the buyer, below zero too', () => {
    expect(price(orders([1, 11]), orders([1, 10]))).toBe(10);
    expect(price(orders([1, -10]), orders([1, -11]))).toBe(-11);
    expect(price(orders([1, 1]), orders([1, -1]))).toBe(0);
    expect(price(orders([1, 2]), orders([1, -1]))).toBe(0);
    expect(price(orders([1, 1]), orders([1, -2]))).toBe(-1);
  });

  it('serves the earlier one first at its price', () => {
    const { fills } = clearAuction(orders([3, 20], [4, 20]), orders([2, 10], [2, 20], [2, 20]));
    expect(fills).toEqual([
      { bid: 0, ask: 0, price: 20, quantity: 2 },
      { bid: 0, ask: 1, price: 20, quantity: 1 },
      { bid: 1, ask: 1, price: 20, quantity: 1 },
      { bid: 1, ask: 2, price: 20, quantity: 2 },
    ]);
  });

  it('lets each pair trade at what its buyer bids, if it is asked to', () => {
    const { fills, price: who } = clearAuction(orders([4, 20], [6, 30]), orders([8, 10], [9, 25]), {
      pricing: 'pay-as-bid',
    });
    expect(who).toBe(20);
    expect(fills).toEqual([
      { bid: 1, ask: 0, price: 30, quantity: 6 },
      { bid: 0, ask: 0, price: 20, quantity: 2 },
    ]);
  });

  it('trades at the rate that is given, if it is asked to, and nothing beyond it', () => {
    const rules = { pricing: 'mid-market', reference: 19 } as const;
    const bids = orders([4, 18], [2, 19], [3, 30]);
    expect(clearAuction(bids, orders([9, 19], [1, 20]), rules)).toEqual({
      price: 19,
      quantity: 5,
      imbalance: -4,
      fills: [
        { bid: 2, ask: 0, price: 19, quantity: 3 },
        { bid: 1, ask: 0, price: 19, quantity: 2 },
      ],
    });
    // 18 would trade more.
    expect(clearAuction(bids, orders([9, 18]), rules).quantity).toBe(5);
    expect(clearAuction([], [], rules)).toEqual({
      price: 19,
      quantity: 0,
      imbalance: 0,
      fills: [],
    });
  });

  it('is exact as far as numbers are', () => {
    expect(price(orders([MAX, MAX]), orders([MAX, MAX - 1]))).toBe(MAX - 1);
    expect(price(orders([1, -MAX + 1]), orders([1, -MAX]))).toBe(-MAX);
    expect(price(orders([1, MAX]), orders([1, -MAX]))).toBe(0);
    expect(clearAuction(orders([MAX - 1, MAX], [1, -MAX]), orders([MAX, -MAX]))).toMatchObject({
      price: -MAX,
      quantity: MAX,
      imbalance: 0,
    });
    const least = clearAuction(orders([1, -0]), orders([1, -0]), { reference: -0 });
    expect([least.price, least.fills[0]!.price]).toEqual([0, 0]);
  });

  it('leaves the lists as they were', () => {
    const book = [orders([3, 20], [4, 30]), orders([2, 15], [2, 10])].map((side) =>
      Object.freeze(side.map((order) => Object.freeze(order))),
    ) as unknown as [AuctionOrder[], AuctionOrder[]];
    expect(clearAuction(...book).quantity).toBe(4);
  });
});

describe('misuse', () => {
  const one = orders([1, 1]);
  const misuses = [
    [[undefined, one], 'TypeError: bids must be an array, got undefined'],
    [[one, {}], 'TypeError: asks must be an array, got an object'],
    [[one, [null]], 'TypeError: asks[0] must be an object, got null'],
    [[Array(1), one], 'TypeError: bids[0] must be an object, got undefined'],
    [[one, [{ quantity: 1, price: '1' }]], 'TypeError: asks[0].price must be a number, got "1"'],
    [[one, orders([1, 0.5])], 'RangeError: asks[0].price must be a safe integer, got 0.5'],
    [
      [orders([1, 1], [NaN, 1]), one],
      'RangeError: bids[1].quantity must be a safe integer, got NaN',
    ],
    [[orders([0, 1]), one], 'RangeError: bids[0].quantity must be 1 at least, got 0'],
    [[orders([MAX, 1], [1, 1]), one], 'RangeError: bids must not add up to more than 2^53 - 1'],
    [[one, one, null], 'TypeError: rules must be an object, got null'],
    [
      [one, one, { pricing: 'vickrey' }],
      'RangeError: pricing must be one of uniform, pay-as-bid, mid-market, got "vickrey"',
    ],
    [[one, one, { reference: 1n }], 'TypeError: reference must be a number, got 1n'],
    [[one, one, { reference: 0.1 }], 'RangeError: reference must be a safe integer, got 0.1'],
    [
      [one, one, { pricing: 'mid-market' }],
      'RangeError: reference must be given where the pricing is mid-market',
    ],
  ] as const;
  it.each(misuses.map(([given, message]) => ({ given, message })))(
    '$message',
    ({ given, message }) => {
      let thrown: unknown;
      try {
        clearAuction(...(given as unknown as Parameters<typeof clearAuction>));
      } catch (error) {
        thrown = error;
      }
      expect(String(thrown)).toBe(message);
    },
  );
});

const VECTORS = new URL('../../shared/data/reference/call_auction_cases.json', import.meta.url);

interface Vector {
  readonly name: string;
  readonly bids: readonly (readonly [quantity: number, price: number])[];
  readonly asks: readonly (readonly [quantity: number, price: number])[];
  readonly volume: number;
  readonly welfare: number;
  readonly price_low: number | null;
  readonly price_high: number | null;
}

describe('reference vectors', () => {
  const found = existsSync(VECTORS);
  const vectors = found ? (JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[]) : [];
  it.skipIf(!found)(`are met${found ? '' : `: skipped, there is no ${VECTORS.pathname}`}`, () => {
    expect(vectors.length).toBeGreaterThan(0);
    for (const { name, bids, asks, volume, welfare, price_low: low, price_high: high } of vectors) {
      const book = [orders(...bids), orders(...asks)] as const;
      for (const pricing of ['uniform', 'pay-as-bid'] as const) {
        const result = clearAuction(...book, { pricing });
        const { price, quantity } = result;
        expect([name, quantity, welfareOf(result, ...book)]).toEqual([name, volume, welfare]);
        const within =
          low === null || high === null
            ? price === undefined
            : price !== undefined && price >= low && price <= high;
        expect([name, price, within]).toEqual([name, price, true]);
      }
    }
  });
});
