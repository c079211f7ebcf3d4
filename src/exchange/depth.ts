import { Side } from '../core/codes.ts';
import { type DepthLevelView, levelView } from '../engine/views.ts';
import type { Product } from '../market/products.ts';
import type { Book, DepthLevel } from '../orderbook/book.ts';
import { Ladder } from '../orderbook/ladder.ts';
import { COUNT, LEVEL_HALVES, Levels } from '../orderbook/levels.ts';
import { NONE } from '../orderbook/orders.ts';
import { eachDisplayedChange } from './displayed.ts';
import type { CommandEvents } from './feed.ts';

/** Most lots that are added to a level in one go; it may hold more. */
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

  constructor(product: Product, book: Pick<Book, 'depth'>) {
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
    eachDisplayedChange(command, this.#product.row, ({ side, price, lots, orders }) => {
      const touched = before[side as 0 | 1];
      if (!touched.has(price)) touched.set(price, this.#at(side, price));
      this.#add(side, price, lots, orders);
    });
    const bids = this.#changed(Side.buy, before[Side.buy]);
    const asks = this.#changed(Side.sell, before[Side.sell]);
    if (bids.length + asks.length === 0) return undefined;
    return this.#update(bids, asks, command.sequence, command.time, false);
  }

  /** Goes through a command's events and tells nothing. @param direction -1 takes them back */
  move(command: CommandEvents, direction: 1 | -1): void {
    eachDisplayedChange(command, this.#product.row, ({ side, price, lots, orders }) =>
      this.#add(side, price, direction * lots, direction * orders),
    );
  }

  /** Takes a command's events back: the levels are what they were before it. */
  undo(command: CommandEvents): void {
    this.move(command, -1);
  }

  /** What has become of the levels of a side that look otherwise than before, best price first. */
  #changed(side: number, before: ReadonlyMap<number, DepthLevel>): readonly DepthLevel[] {
    const found: DepthLevel[] = [];
    for (const level of before.values()) {
      const now = this.#at(side, level.price);
      if (!sameLevel(level, now)) found.push(now);
    }
    const best = side === Side.buy ? -1 : 1;
    return found.sort((a, b) => best * (a.price - b.price));
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
