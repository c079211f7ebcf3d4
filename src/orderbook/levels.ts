import { grownFloats, grownInts } from '../core/columns.ts';
import { NONE } from './orders.ts';

/** Price levels of all books of a market: one row per price with resting orders. */
export class Levels {
  /** In ticks. */
  price = new Float64Array(64);
  /** Sum of the open lots in the queue. */
  open = new Float64Array(64);
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
    this.open[level] = 0;
    this.count[level] = 0;
    this.head[level] = NONE;
    this.tail[level] = NONE;
    return level;
  }

  /** Gives an empty level back. */
  release(level: number): void {
    this.head[level] = this.#free;
    this.#free = level;
  }

  #grow(): void {
    const capacity = this.#used * 2;
    this.price = grownFloats(this.price, capacity);
    this.open = grownFloats(this.open, capacity);
    this.count = grownInts(this.count, capacity);
    this.head = grownInts(this.head, capacity);
    this.tail = grownInts(this.tail, capacity);
  }
}
