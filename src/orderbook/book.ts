import { Side } from '../core/codes.ts';
import { Ladder } from './ladder.ts';
import type { Levels } from './levels.ts';
import { NONE, type Orders, sideOf } from './orders.ts';

/** One price with resting orders, as everyone may see it (L2). */
export interface DepthLevel {
  readonly price: number;
  readonly open: bigint;
  readonly orders: number;
}

/** The resting orders of one product in price-time priority. It never sees money. */
export class Book {
  readonly bids = new Ladder();
  readonly asks = new Ladder();
  readonly #orders: Orders;
  readonly #levels: Levels;

  constructor(orders: Orders, levels: Levels) {
    this.#orders = orders;
    this.#levels = levels;
  }

  ladder(side: number): Ladder {
    return side === Side.buy ? this.bids : this.asks;
  }

  /** The order that trades next on a side, or NONE. O(1). */
  best(side: number): number {
    const level = this.ladder(side).best();
    return level === NONE ? NONE : this.#levels.head[level]!;
  }

  /** Puts an order at the back of the queue at its price. O(1) where the price level exists. */
  rest(slot: number): void {
    const orders = this.#orders;
    const levels = this.#levels;
    const price = orders.price[slot]!;
    const buy = sideOf(orders.flags[slot]!) === Side.buy;
    const ladder = buy ? this.bids : this.asks;
    const key = buy ? price : 0 - price;
    let level = ladder.find(key);
    if (level === NONE) {
      level = levels.allocate(price);
      ladder.insert(key, level);
    }
    const tail = levels.tail[level]!;
    if (tail === NONE) levels.head[level] = slot;
    else orders.next[tail] = slot;
    levels.tail[level] = slot;
    orders.previous[slot] = tail;
    orders.next[slot] = NONE;
    orders.level[slot] = level;
    levels.addOpen(level, orders.open[slot]!);
    levels.count[level]! += 1;
  }

  /** Takes an order out of its queue, wherever it stands in it. O(1) unless its level goes too. */
  unlink(slot: number): void {
    const orders = this.#orders;
    const levels = this.#levels;
    const level = orders.level[slot]!;
    const previous = orders.previous[slot]!;
    const next = orders.next[slot]!;
    if (previous === NONE) levels.head[level] = next;
    else orders.next[previous] = next;
    if (next === NONE) levels.tail[level] = previous;
    else orders.previous[next] = previous;
    orders.level[slot] = NONE;
    levels.reduceOpen(level, orders.open[slot]!);
    const buy = sideOf(orders.flags[slot]!) === Side.buy;
    const ladder = buy ? this.bids : this.asks;
    if (--levels.count[level]! > 0) return;
    const price = levels.price[level]!;
    ladder.remove(buy ? price : 0 - price);
    levels.release(level);
  }

  /** Takes lots off a resting order, which keeps its place. */
  reduce(slot: number, lots: number): void {
    this.#orders.open[slot]! -= lots;
    this.#levels.reduceOpen(this.#orders.level[slot]!, lots);
  }

  /** Calls `visit` with each order of a side in the order in which they would trade, until it returns false. */
  walk(side: number, visit: (slot: number) => boolean): void {
    const orders = this.#orders;
    this.ladder(side).walk((level) => {
      let slot = this.#levels.head[level]!;
      while (slot !== NONE) {
        if (!visit(slot)) return false;
        slot = orders.next[slot]!;
      }
      return true;
    });
  }

  /** The best `limit` levels of a side. */
  depth(side: number, limit: number): DepthLevel[] {
    const levels = this.#levels;
    const found: DepthLevel[] = [];
    this.ladder(side).walk((level) => {
      if (found.length >= limit) return false;
      const price = levels.price[level]!;
      found.push({ price, open: levels.open(level), orders: levels.count[level]! });
      return true;
    });
    return found;
  }
}
