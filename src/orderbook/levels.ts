import { grownFloats, grownInts } from '../core/columns.ts';
import { NONE } from './orders.ts';

const TWO_52 = 2 ** 52;

/** Price levels of all books of a market: one row per price with resting orders. */
export class Levels {
  /** In ticks. */
  price = new Float64Array(64);
  /**
   * Sum of the open lots in the queue, modulo 2^52, and how often 2^52 went into it. A bid at a price
   * of zero or below locks nothing, so that no guard bounds the sum; it stays exact all the same.
   */
  #low = new Float64Array(64);
  #high = new Int32Array(64);
  /** Orders in the queue. */
  count = new Int32Array(64);
  /** Slots of the first and the last order in the queue. */
  head = new Int32Array(64);
  tail = new Int32Array(64);

  #free = NONE;
  #used = 0;

  /** An empty level. O(1) amortised. */
  allocate(price: number): number {
    let level = this.#free;
    if (level === NONE) {
      if (this.#used === this.price.length) this.#grow();
      level = this.#used++;
    } else {
      this.#free = this.head[level]!;
    }
    this.price[level] = price;
    this.#low[level] = 0;
    this.#high[level] = 0;
    this.count[level] = 0;
    this.head[level] = NONE;
    this.tail[level] = NONE;
    return level;
  }

  /** Adds lots to a level's sum. */
  addOpen(level: number, lots: number): void {
    let sum = this.#low[level]!;
    if (lots >= TWO_52) {
      lots -= TWO_52;
      this.#high[level]! += 1;
    }
    sum += lots;
    if (sum >= TWO_52) {
      sum -= TWO_52;
      this.#high[level]! += 1;
    }
    this.#low[level] = sum;
  }

  /** Takes lots off a level's sum. */
  reduceOpen(level: number, lots: number): void {
    let sum = this.#low[level]!;
    if (lots >= TWO_52) {
      lots -= TWO_52;
      this.#high[level]! -= 1;
    }
    sum -= lots;
    if (sum < 0) {
      sum += TWO_52;
      this.#high[level]! -= 1;
    }
    this.#low[level] = sum;
  }

  /** Sum of the open lots in the queue. */
  open(level: number): bigint {
    return BigInt(this.#high[level]!) * BigInt(TWO_52) + BigInt(this.#low[level]!);
  }

  /** Gives an empty level back. */
  release(level: number): void {
    this.head[level] = this.#free;
    this.#free = level;
  }

  #grow(): void {
    const capacity = this.#used * 2;
    this.price = grownFloats(this.price, capacity);
    this.#low = grownFloats(this.#low, capacity);
    this.#high = grownInts(this.#high, capacity);
    this.count = grownInts(this.count, capacity);
    this.head = grownInts(this.head, capacity);
    this.tail = grownInts(this.tail, capacity);
  }
}
