import { Side } from '../core/codes.ts';
import { Ladder } from './ladder.ts';
import { HEAD, type Levels, TAIL } from './levels.ts';
import { NEXT, NONE, type Orders, PREVIOUS, LEVEL, sideOf } from './orders.ts';

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
    return level === NONE ? NONE : this.#levels.head(level);
  }

  /** Puts an order at the back of the queue at its price. O(1) where the price level exists. */
  rest(slot: number): void {
    const orders = this.#orders;
    const levels = this.#levels;
    const price = orders.price(slot);
    const buy = sideOf(orders.flags(slot)) === Side.buy;
    const ladder = buy ? this.bids : this.asks;
    const key = buy ? price : 0 - price;
    let level = ladder.find(key);
    if (level === NONE) {
      level = levels.allocate(price);
      ladder.insert(key, level);
    }
    const { i32 } = orders;
    const ends = levels.i32;
    const tail = ends[level * 8 + TAIL]!;
    if (tail === NONE) ends[level * 8 + HEAD] = slot;
    else i32[tail * 16 + NEXT] = slot;
    ends[level * 8 + TAIL] = slot;
    i32[slot * 16 + PREVIOUS] = tail;
    i32[slot * 16 + NEXT] = NONE;
    i32[slot * 16 + LEVEL] = level;
    levels.addOpen(level, orders.open(slot));
    levels.changeCount(level, 1);
  }

  /** Takes an order out of its queue, wherever it stands in it. O(1) unless its level goes too. */
  unlink(slot: number): void {
    const orders = this.#orders;
    const levels = this.#levels;
    const { i32 } = orders;
    const ends = levels.i32;
    const level = i32[slot * 16 + LEVEL]!;
    const previous = i32[slot * 16 + PREVIOUS]!;
    const next = i32[slot * 16 + NEXT]!;
    if (previous === NONE) ends[level * 8 + HEAD] = next;
    else i32[previous * 16 + NEXT] = next;
    if (next === NONE) ends[level * 8 + TAIL] = previous;
    else i32[next * 16 + PREVIOUS] = previous;
    i32[slot * 16 + LEVEL] = NONE;
    levels.reduceOpen(level, orders.open(slot));
    if (levels.changeCount(level, -1) > 0) return;
    const buy = sideOf(orders.flags(slot)) === Side.buy;
    const ladder = buy ? this.bids : this.asks;
    const price = levels.price(level);
    ladder.remove(buy ? price : 0 - price);
    levels.release(level);
  }

  /** Takes lots off a resting order, which keeps its place. */
  reduce(slot: number, lots: number): void {
    const orders = this.#orders;
    orders.setOpen(slot, orders.open(slot) - lots);
    this.#levels.reduceOpen(orders.level(slot), lots);
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
