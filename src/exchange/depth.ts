import { Side } from '../core/codes.ts';
import { type DepthLevelView, levelView } from '../engine/views.ts';
import type { Product } from '../market/products.ts';
import type { Book, DepthLevel } from '../orderbook/book.ts';
import { Ladder } from '../orderbook/ladder.ts';
import { COUNT, LEVEL_HALVES, Levels } from '../orderbook/levels.ts';
import { NONE } from '../orderbook/orders.ts';
import { displayedChanges } from './displayed.ts';
import type { CommandEvents } from './feed.ts';

/** Most lots that are added to a level in one go. */
const MOST = 2n ** 52n;

/** The levels of a product that a command changed, as they are after it. */
export interface DepthUpdate {
  readonly product: string;
  readonly sequence: number;
  readonly time: number;
  /** Whether these are all levels that there are, and not changed ones only. */
  readonly snapshot: boolean;
  /** Best price first. A level with no orders is gone. */
  readonly bids: readonly DepthLevelView[];
  readonly asks: readonly DepthLevelView[];
}

/** A product's price levels as the events make them: what anyone can know who has only those. */
export class DepthReplica {
  readonly #product: Product;
  readonly #levels = new Levels();
  /** By side. */
  readonly #ladders: readonly [Ladder, Ladder];

  constructor(product: Product, book: Book) {
    this.#product = product;
    this.#ladders = [new Ladder(this.#levels, Side.buy), new Ladder(this.#levels, Side.sell)];
    for (const side of [Side.buy, Side.sell]) {
      for (const { price, open, orders } of book.depth(side, Infinity)) {
        let rest = open;
        for (; rest > MOST; rest -= MOST) this.#add(side, price, Number(MOST), 0);
        this.#add(side, price, Number(rest), orders);
      }
    }
  }

  /** The best level of a side, undefined if it is empty. O(1). */
  best(side: number): DepthLevel | undefined {
    const level = this.#ladder(side).best();
    return level === NONE ? undefined : this.#at(side, this.#levels.price(level));
  }

  /** All levels. O(levels). */
  all(sequence: number, time: number): DepthUpdate {
    const levels = (side: number): DepthLevel[] => {
      const found: DepthLevel[] = [];
      this.#ladder(side).walk((level) => {
        found.push(this.#at(side, this.#levels.price(level)));
        return true;
      });
      return found;
    };
    return this.#update(levels(Side.buy), levels(Side.sell), sequence, time, true);
  }

  /** Goes through a command's events. @returns what they changed, undefined if nothing */
  apply(command: CommandEvents): DepthUpdate | undefined {
    const before = [new Map<number, DepthLevel>(), new Map<number, DepthLevel>()] as const;
    for (const { side, price, lots, orders } of displayedChanges(command, this.#product.row)) {
      const touched = before[side as 0 | 1];
      if (!touched.has(price)) touched.set(price, this.#at(side, price));
      this.#add(side, price, lots, orders);
    }
    // An iceberg that shows as much as before, and orders that came and went, are no change.
    const changed = (side: 0 | 1, best: 1 | -1): DepthLevel[] =>
      [...before[side].values()]
        .filter((level) => !sameLevel(level, this.#at(side, level.price)))
        .sort((a, b) => best * (a.price - b.price))
        .map(({ price }) => this.#at(side, price));
    const [bids, asks] = [changed(Side.buy, -1), changed(Side.sell, 1)];
    if (bids.length + asks.length === 0) return undefined;
    return this.#update(bids, asks, command.sequence, command.time, false);
  }

  /** Takes a command's events back: the levels are what they were before it. */
  undo(command: CommandEvents): void {
    for (const { side, price, lots, orders } of displayedChanges(command, this.#product.row)) {
      this.#add(side, price, 0 - lots, 0 - orders);
    }
  }

  #ladder(side: number): Ladder {
    return this.#ladders[side as 0 | 1];
  }

  /** What stands at a price, if only nothing. */
  #at(side: number, price: number): DepthLevel {
    const levels = this.#levels;
    const level = this.#ladder(side).find(price);
    if (level === NONE) return { price, open: 0n, orders: 0 };
    return { price, open: levels.open(level), orders: levels.count(level) };
  }

  #add(side: number, price: number, lots: number, orders: number): void {
    const levels = this.#levels;
    const ladder = this.#ladder(side);
    let level = ladder.find(price);
    if (level === NONE) {
      level = levels.allocate(price);
      ladder.insert(level);
    }
    if (lots < 0) levels.reduceOpen(level, 0 - lots);
    else levels.addOpen(level, lots);
    const orderCount = levels.count(level) + orders;
    levels.i32[level * LEVEL_HALVES + COUNT] = orderCount;
    // Taken back in the order in which they came, a level may be empty in between.
    if (orderCount !== 0 || levels.open(level) !== 0n) return;
    ladder.remove(level);
    levels.release(level);
  }

  #update(
    bids: readonly DepthLevel[],
    asks: readonly DepthLevel[],
    sequence: number,
    time: number,
    snapshot: boolean,
  ): DepthUpdate {
    const { id, grid } = this.#product;
    const views = (levels: readonly DepthLevel[]): DepthLevelView[] =>
      levels.map((level) => levelView(grid, level));
    return { product: id, sequence, time, snapshot, bids: views(bids), asks: views(asks) };
  }
}

/** Whether two levels look the same, or neither is there. */
export function sameLevel(a: DepthLevel | undefined, b: DepthLevel | undefined): boolean {
  return a?.price === b?.price && a?.open === b?.open && a?.orders === b?.orders;
}
