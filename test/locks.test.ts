import { describe, expect, test } from 'vitest';
import { fillCost, moneyLock, percentFee } from '../src/contracts/amounts.ts';
import { Side } from '../src/core/codes.ts';
import { MAX_INTEGER, PPM } from '../src/core/limits.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';

const SEED = 20_240_917;
const FILLS = 2_200_000;
const PRODUCT_LIMIT = 2 ** 52;

function exactFee(value: number, ppm: number): number {
  return Number((BigInt(value) * BigInt(ppm)) / BigInt(PPM));
}

describe('percent fee', () => {
  const rates = [0, 1, 2, 3, 999, 1000, 333_333, 499_999, 500_000, 500_001, 999_998, 999_999, PPM];

  test('agrees with BigInt around multiples of a million and at the end of the numbers', () => {
    const values: number[] = [0];
    for (const millions of [1, 2, 999_999, 1_000_000, 4_503_599_627, 9_007_199_254]) {
      for (let off = -3; off <= 3; off++) values.push(millions * PPM + off);
    }
    for (let power = 0; power <= 52; power++)
      values.push(2 ** power - 1, 2 ** power, 2 ** power + 1);
    for (let off = 0; off < 50; off++) values.push(MAX_INTEGER - off);
    for (const value of values) {
      for (const ppm of rates) {
        if (percentFee(value, ppm) !== exactFee(value, ppm)) {
          expect({ value, ppm, fee: percentFee(value, ppm) }).toEqual({
            value,
            ppm,
            fee: exactFee(value, ppm),
          });
        }
      }
    }
  });

  test('agrees with BigInt on values of every size', () => {
    const draw = mulberry32(SEED);
    let wrong = 0;
    for (let i = 0; i < 200_000; i++) {
      const value = Math.min(MAX_INTEGER, draw(2 ** draw(54)) + draw(1000));
      const ppm = draw(4) === 0 ? rates[draw(rates.length)]! : draw(PPM + 1);
      if (percentFee(value, ppm) !== exactFee(value, ppm)) wrong++;
    }
    expect(wrong).toBe(0);
  });
});

/** What a brute force over one order after the other found. */
interface Found {
  fills: number;
  shortages: number;
  worst: number;
  /** Fills after which the rest of the lock was exactly what was left of it. */
  tight: number;
}

/** A magnitude between 0 and `limit`: as often small as large. */
function magnitude(draw: Draw, limit: number): number {
  return draw(Math.min(limit, 2 ** draw(Math.ceil(Math.log2(limit + 1)) + 1)) + 1);
}

/** A price within an order's limit: at it, near it, or anywhere as far as numbers stay exact. */
function priceWithin(draw: Draw, side: number, limit: number, room: number): number {
  const better = draw(4) === 0 ? 0 : draw(3) === 0 ? draw(4) : magnitude(draw, room);
  const price = side === Side.buy ? limit - better : limit + better;
  return Math.max(-room, Math.min(room, price));
}

/** Fills one random order in random parts, until nothing is open. */
function fillOneOrder(draw: Draw, found: Found): void {
  const side = draw(2);
  const tickQuanta = draw(3) === 0 ? 1 + draw(5000) : 1;
  const quantity = 1 + magnitude(draw, draw(20) === 0 ? 2 ** 34 : 4000);
  // Every value that appears fits, fee included: what a product guard and a ledger ensure.
  const room = Math.floor(PRODUCT_LIMIT / quantity / tickQuanta);
  const limit = magnitude(draw, draw(3) === 0 ? room : Math.min(room, 500)) * (1 - 2 * draw(2));
  const rates = [draw(PPM + 1), draw(3) === 0 ? 0 : draw(PPM + 1), PPM, 1, 999_999, 1000];
  const makerPpm = rates[draw(rates.length)]!;
  const takerPpm = rates[draw(rates.length)]!;
  const lockPpm = Math.max(makerPpm, takerPpm);
  let open = quantity;
  let lock = moneyLock(side, limit * open * tickQuanta, lockPpm);
  while (open > 0) {
    const part =
      draw(3) === 0 ? open : draw(2) === 0 ? 1 + draw(Math.min(open, 3)) : 1 + draw(open);
    const lots = Math.min(open, part);
    const value = priceWithin(draw, side, limit, room) * lots * tickQuanta;
    const fee = percentFee(Math.abs(value), draw(2) === 0 ? makerPpm : takerPpm);
    const rest = moneyLock(side, limit * (open - lots) * tickQuanta, lockPpm);
    const left = lock - fillCost(side, value, fee) - rest;
    found.fills++;
    if (left < 0) found.shortages++;
    if (left === 0) found.tight++;
    if (left < found.worst) found.worst = left;
    lock = rest;
    open -= lots;
  }
  if (lock !== 0) found.shortages++;
}

test(`a lock covers every fill and the lock of the rest, ${FILLS} random fills`, () => {
  const draw = mulberry32(SEED);
  const found: Found = { fills: 0, shortages: 0, worst: 0, tight: 0 };
  while (found.fills < FILLS) fillOneOrder(draw, found);
  expect(found.shortages).toBe(0);
  expect(found.worst).toBe(0);
  // A lock that was merely too large would pass as well: many must be used to the last quantum.
  expect(found.tight).toBeGreaterThan(FILLS / 20);
}, 20_000);

test('the lock of an order by hand', () => {
  // Buying 10 at 7 with 0.1%: 70 and no fee yet; 10,000 at 7: 70,000 and a fee of 70.
  expect(moneyLock(Side.buy, 70, 1000)).toBe(70);
  expect(moneyLock(Side.buy, 70_000, 1000)).toBe(70_070);
  // A buyer at a negative price receives more than the fee takes.
  expect(moneyLock(Side.buy, -70_000, 1000)).toBe(0);
  expect(moneyLock(Side.buy, -70_000, PPM)).toBe(0);
  // A seller pays at a negative price, and only the fee can never exceed what it receives.
  expect(moneyLock(Side.sell, -70_000, 1000)).toBe(70_070);
  expect(moneyLock(Side.sell, 70_000, PPM)).toBe(0);
  expect(moneyLock(Side.sell, 0, PPM)).toBe(0);
});
