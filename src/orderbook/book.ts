import { Side } from '../core/codes.ts';
import { Ladder } from './ladder.ts';
import { COUNT, HEAD, LEVEL_HALVES, type Levels, TAIL } from './levels.ts';
import {
  FLAGS,
  HALVES,
  LEVEL,
  NEXT,
  NONE,
  OPEN,
  type Orders,
  PREVIOUS,
  PRICE,
  sideOf,
  WORDS,
} from './orders.ts';

/** One price with resting orders, as everyone may see it (L2). */
export interface DepthLevel {
  readonly price: number;
  readonly open: bigint;
  readonly orders: number;
}

/** The resting orders of one product in price-time priority. It never sees money. */
export class Book {
  readonly bids: Ladder;
  readonly asks: Ladder;
  readonly #orders: Orders;
  readonly #levels: Levels;

  constructor(orders: Orders, levels: Levels) {
    this.#orders = orders;
    this.#levels = levels;
    this.bids = new Ladder(levels, Side.buy);
    this.asks = new Ladder(levels, Side.sell);
  }

  ladder(side: number): Ladder {
    return side === Side.buy ? this.bids : this.asks;
  }

  /** The order that trades next on a side, or NONE. O(1). */
  best(side: number): number {
    const level = this.ladder(side).best();
    return level === NONE ? NONE : this.#levels.head(level);
  }

  /**
   * Puts an order at the back of the queue at its price, where it can be found by its id and by its
   * client order id, if that is not ''. O(1) where the price level exists.
   */
  rest(slot: number, clientOrderId: string): void {
    const levels = this.#levels;
    const { f64, i32 } = this.#orders;
    const half = slot * HALVES;
    const price = f64[slot * WORDS + PRICE]!;
    const ladder = this.ladder(sideOf(i32[half + FLAGS]!));
    let level = ladder.find(price);
    if (level === NONE) {
      level = levels.allocate(price);
      ladder.insert(level);
    }
    const queues = levels.i32;
    const queue = level * LEVEL_HALVES;
    const tail = queues[queue + TAIL]!;
    if (tail === NONE) queues[queue + HEAD] = slot;
    else i32[tail * HALVES + NEXT] = slot;
    queues[queue + TAIL] = slot;
    queues[queue + COUNT]! += 1;
    i32[half + PREVIOUS] = tail;
    i32[half + NEXT] = NONE;
    i32[half + LEVEL] = level;
    levels.addOpen(level, f64[slot * WORDS + OPEN]!);
    this.#orders.enlist(slot, clientOrderId);
  }

  /** Takes an order out of its queue, wherever it stands in it, and out of the index. O(1) unless its level goes too. */
  unlink(slot: number): void {
    const levels = this.#levels;
    const { f64, i32 } = this.#orders;
    const half = slot * HALVES;
    const level = i32[half + LEVEL]!;
    const previous = i32[half + PREVIOUS]!;
    const next = i32[half + NEXT]!;
    const queues = levels.i32;
    const queue = level * LEVEL_HALVES;
    if (previous === NONE) queues[queue + HEAD] = next;
    else i32[previous * HALVES + NEXT] = next;
    if (next === NONE) queues[queue + TAIL] = previous;
    else i32[next * HALVES + PREVIOUS] = previous;
    i32[half + LEVEL] = NONE;
    levels.reduceOpen(level, f64[slot * WORDS + OPEN]!);
    this.#orders.delist(slot);
    const count = queues[queue + COUNT]! - 1;
    queues[queue + COUNT] = count;
    if (count === 0) this.#drop(level, sideOf(i32[half + FLAGS]!));
  }

  /** Takes lots off a resting order, which keeps its place. */
  reduce(slot: number, lots: number): void {
    const { f64, i32 } = this.#orders;
    f64[slot * WORDS + OPEN]! -= lots;
    this.#levels.reduceOpen(i32[slot * HALVES + LEVEL]!, lots);
  }

  #drop(level: number, side: number): void {
    this.ladder(side).remove(level);
    this.#levels.release(level);
  }

  /** Calls `visit` with each order of a side in the order in which they would trade, until it returns false. */
  walk(side: number, visit: (slot: number) => boolean): void {
    const orders = this.#orders;
    this.ladder(side).walk((level) => {
      let slot = this.#levels.head(level);
      while (slot !== NONE) {
        if (!visit(slot)) return false;
        slot = orders.next(slot);
      }
      return true;
    });
  }

  /** Slots of all its orders, in order of order id. O(orders log orders). */
  slots(): number[] {
    const orders = this.#orders;
    const slots: number[] = [];
    for (const side of [Side.buy, Side.sell]) {
      this.walk(side, (slot) => slots.push(slot) > 0);
    }
    return slots.sort((a, b) => orders.id(a) - orders.id(b));
  }

  /** The best `limit` levels of a side. */
  depth(side: number, limit: number): DepthLevel[] {
    const levels = this.#levels;
    const found: DepthLevel[] = [];
    this.ladder(side).walk((level) => {
      if (found.length >= limit) return false;
      found.push({
        price: levels.price(level),
        open: levels.open(level),
        orders: levels.count(level),
      });
      return true;
    });
    return found;
  }
}
