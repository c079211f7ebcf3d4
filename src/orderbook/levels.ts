import { grownFloats } from '../core/columns.ts';
import { NONE } from './orders.ts';

const TWO_52 = 2 ** 52;
const FIRST = 64;

// A level is a record of 32 bytes: two numbers, then four integers.
export const LEVEL_WORDS = 4;
const PRICE = 0;
const LOW = 1;
export const LEVEL_HALVES = 8;
const HIGH = 4;
export const COUNT = 5;
export const HEAD = 6;
export const TAIL = 7;

/** Price levels of all books of a market: one row per price with resting orders. */
export class Levels {
  /** The records as numbers and as integers: the same memory. */
  f64 = new Float64Array(FIRST * LEVEL_WORDS);
  i32 = new Int32Array(this.f64.buffer);
  #free = NONE;
  #used = 0;

  /** In ticks. */
  price(level: number): number {
    return this.f64[level * LEVEL_WORDS + PRICE]!;
  }
  /** Orders in the queue. */
  count(level: number): number {
    return this.i32[level * LEVEL_HALVES + COUNT]!;
  }
  /** Slot of the first order in the queue. */
  head(level: number): number {
    return this.i32[level * LEVEL_HALVES + HEAD]!;
  }

  /** An empty level. O(1) amortised. */
  allocate(price: number): number {
    let level = this.#free;
    if (level === NONE) {
      if (this.#used * LEVEL_WORDS === this.f64.length) this.#grow();
      level = this.#used++;
    } else {
      this.#free = this.i32[level * LEVEL_HALVES + HEAD]!;
    }
    this.f64[level * LEVEL_WORDS + PRICE] = price;
    this.f64[level * LEVEL_WORDS + LOW] = 0;
    const half = level * LEVEL_HALVES;
    this.i32[half + HIGH] = 0;
    this.i32[half + COUNT] = 0;
    this.i32[half + HEAD] = NONE;
    this.i32[half + TAIL] = NONE;
    return level;
  }

  /** Gives an empty level back. */
  release(level: number): void {
    this.i32[level * LEVEL_HALVES + HEAD] = this.#free;
    this.#free = level;
  }

  /**
   * Adds lots to a level's sum, which is kept modulo 2^52 beside how often 2^52 went into it: a bid at a
   * price of zero or below locks nothing, so that no guard bounds the sum.
   */
  addOpen(level: number, lots: number): void {
    const sum = this.f64[level * LEVEL_WORDS + LOW]! + lots;
    if (sum < TWO_52) this.f64[level * LEVEL_WORDS + LOW] = sum;
    else this.#carry(level, lots);
  }

  /** Takes lots off a level's sum. */
  reduceOpen(level: number, lots: number): void {
    const sum = this.f64[level * LEVEL_WORDS + LOW]! - lots;
    if (sum >= 0) this.f64[level * LEVEL_WORDS + LOW] = sum;
    else this.#carry(level, 0 - lots);
  }

  /** Sum of the open lots in the queue. */
  open(level: number): bigint {
    const high = this.i32[level * LEVEL_HALVES + HIGH]!;
    return BigInt(high) * BigInt(TWO_52) + BigInt(this.f64[level * LEVEL_WORDS + LOW]!);
  }

  /** Adds lots, or takes them off, where 2^52 is passed on the way. A sum is below 2^52, lots below 2^53. */
  #carry(level: number, lots: number): void {
    const sum = BigInt(this.f64[level * LEVEL_WORDS + LOW]!) + BigInt(lots);
    this.i32[level * LEVEL_HALVES + HIGH]! += Number(sum >> 52n);
    this.f64[level * LEVEL_WORDS + LOW] = Number(BigInt.asUintN(52, sum));
  }

  #grow(): void {
    this.f64 = grownFloats(this.f64, this.f64.length * 2);
    this.i32 = new Int32Array(this.f64.buffer);
  }
}
