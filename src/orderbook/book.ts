import { Side } from '../core/codes.ts';
import { Ladder } from './ladder.ts';
import { COUNT, HEAD, LEVEL_HALVES, type Levels, TAIL } from './levels.ts';
import { PARTLY_SEEN, PREVENTS, SESSION, sideOf, UNDISPLAYED } from './flags.ts';
import { FLAGS, HALVES, LEVEL, NEXT, NONE, OPEN, type Orders, PREVIOUS, WORDS } from './orders.ts';

/** One price with resting orders, as everyone may see it (L2). */
export interface DepthLevel {
  readonly price: number;
  readonly open: bigint;
  readonly orders: number;
}

/**
 * The resting orders of one product in price-time priority. It never sees money. Its stop orders stand in
 * a second one, by the price that triggers them: those of buyers the lowest first, as asks stand in a
 * book, those of sellers the highest first.
 */
export class Book {
  readonly bids: Ladder;
  readonly asks: Ladder;
  readonly #orders: Orders;
  readonly #levels: Levels;
  /** Orders in it that must not trade with own ones. */
  preventing = 0;
  /** Orders in it that are good for a session, or for an auction. */
  forSession = 0;
  /** Orders in it that the depth leaves out. */
  #undisplayed = 0;

  constructor(orders: Orders, levels: Levels, ofStops = false) {
    this.#orders = orders;
    this.#levels = levels;
    this.bids = new Ladder(levels, ofStops ? Side.sell : Side.buy);
    this.asks = new Ladder(levels, ofStops ? Side.buy : Side.sell);
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
   * Puts an order at the back of the queue at a price, where it can be found by its id and by its
   * client order id, if that is not ''. O(1) where the price level exists.
   * @param price its own, or in a book of stops the one that triggers it
   */
  rest(slot: number, clientOrderId: string, price: number): void {
    const levels = this.#levels;
    const { f64, i32 } = this.#orders;
    const half = slot * HALVES;
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
    const seen = (i32[half + FLAGS]! & PARTLY_SEEN) === 0;
    levels.addOpen(level, seen ? f64[slot * WORDS + OPEN]! : this.#show(slot));
    if ((i32[half + FLAGS]! & PREVENTS) !== 0) this.preventing++;
    if ((i32[half + FLAGS]! & SESSION) !== 0) this.forSession++;
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
    const seen = (i32[half + FLAGS]! & PARTLY_SEEN) === 0;
    levels.reduceOpen(level, seen ? f64[slot * WORDS + OPEN]! : this.#conceal(slot));
    if ((i32[half + FLAGS]! & PREVENTS) !== 0) this.preventing--;
    if ((i32[half + FLAGS]! & SESSION) !== 0) this.forSession--;
    this.#orders.delist(slot);
    const count = queues[queue + COUNT]! - 1;
    queues[queue + COUNT] = count;
    if (count === 0) this.#drop(level, sideOf(i32[half + FLAGS]!));
  }

  /** Takes lots off a resting order, which keeps its place: off what it shows, if it shows anything. */
  reduce(slot: number, lots: number): void {
    const { f64, i32 } = this.#orders;
    f64[slot * WORDS + OPEN]! -= lots;
    const seen = (i32[slot * HALVES + FLAGS]! & PARTLY_SEEN) === 0;
    if (seen || this.#reduceClip(slot, lots)) {
      this.#levels.reduceOpen(i32[slot * HALVES + LEVEL]!, lots);
    }
  }

  /** Takes lots off what an order shows that is not seen whole. @returns whether it shows anything */
  #reduceClip(slot: number, lots: number): boolean {
    const clip = this.#orders.clip(slot);
    if (clip !== undefined) clip.shown -= lots;
    return (this.#orders.flags(slot) & UNDISPLAYED) === 0;
  }

  /** The same, but off what an iceberg does not show first. */
  withdraw(slot: number, lots: number): void {
    const orders = this.#orders;
    const fromShown = Math.max(0, orders.tradable(slot) - (orders.open(slot) - lots));
    orders.setOpen(slot, orders.open(slot) - (lots - fromShown));
    if (fromShown > 0) this.reduce(slot, fromShown);
  }

  /**
   * Shows the next part of an iceberg once too little is left of the one before, at the back of its
   * queue. @returns lots that it showed before, or NONE if there is nothing to do
   */
  refresh(slot: number): number {
    const orders = this.#orders;
    const clip = orders.clip(slot)!;
    const { shown } = clip;
    const open = orders.open(slot);
    if (shown >= clip.refreshBelow || shown === open) return NONE;
    clip.shown = Math.min(clip.size, open);
    this.#levels.addOpen(orders.level(slot), clip.shown - shown);
    this.#toBack(slot);
    return shown;
  }

  #toBack(slot: number): void {
    const { i32 } = this.#orders;
    const queues = this.#levels.i32;
    const half = slot * HALVES;
    const queue = i32[half + LEVEL]! * LEVEL_HALVES;
    const previous = i32[half + PREVIOUS]!;
    const next = i32[half + NEXT]!;
    if (next === NONE) return;
    if (previous === NONE) queues[queue + HEAD] = next;
    else i32[previous * HALVES + NEXT] = next;
    i32[next * HALVES + PREVIOUS] = previous;
    const tail = queues[queue + TAIL]!;
    i32[tail * HALVES + NEXT] = slot;
    i32[half + PREVIOUS] = tail;
    i32[half + NEXT] = NONE;
    queues[queue + TAIL] = slot;
  }

  /** What an order that is not seen whole adds to its level as it comes to rest. */
  #show(slot: number): number {
    const orders = this.#orders;
    if ((orders.flags(slot) & UNDISPLAYED) !== 0) {
      this.#undisplayed++;
      return 0;
    }
    const clip = orders.clip(slot)!;
    // One that was restored shows what it showed.
    if (clip.shown === 0) clip.shown = Math.min(clip.size, orders.open(slot));
    return clip.shown;
  }

  /** What such an order takes with it as it leaves. */
  #conceal(slot: number): number {
    if ((this.#orders.flags(slot) & UNDISPLAYED) !== 0) {
      this.#undisplayed--;
      return 0;
    }
    const clip = this.#orders.clip(slot)!;
    const { shown } = clip;
    clip.shown = 0;
    return shown;
  }

  #drop(level: number, side: number): void {
    this.ladder(side).remove(level);
    this.#levels.release(level);
  }

  /** The order that comes behind another one in its side's order, or NONE. */
  after(slot: number): number {
    const orders = this.#orders;
    const next = orders.next(slot);
    if (next !== NONE) return next;
    const worse = this.ladder(sideOf(orders.flags(slot))).worse(orders.level(slot));
    return worse === NONE ? NONE : this.#levels.head(worse);
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

  /**
   * Calls `visit` with what an incoming order would meet on a side, part by part, until it returns
   * false: an order with the lots that can be traded, and behind the rest of its queue what an iceberg
   * shows then.
   */
  sweep(side: number, visit: (slot: number, lots: number) => boolean): void {
    const orders = this.#orders;
    this.ladder(side).walk((level) => {
      const again: { readonly slot: number; readonly size: number; left: number }[] = [];
      for (let slot = this.#levels.head(level); slot !== NONE; slot = orders.next(slot)) {
        const lots = orders.tradable(slot);
        if (!visit(slot, lots)) return false;
        const left = orders.open(slot) - lots;
        if (left > 0) again.push({ slot, size: orders.clip(slot)!.size, left });
      }
      for (const part of again) {
        const lots = Math.min(part.size, part.left);
        if (!visit(part.slot, lots)) return false;
        if (part.left > lots) again.push({ ...part, left: part.left - lots });
      }
      return true;
    });
  }

  /** Slots of all its orders, by side and in the order of their turn. */
  slots(): number[] {
    const slots: number[] = [];
    for (const side of [Side.buy, Side.sell]) {
      this.walk(side, (slot) => slots.push(slot) > 0);
    }
    return slots;
  }

  /** The best `limit` levels of a side, as far as everyone sees them. */
  depth(side: number, limit: number): DepthLevel[] {
    const levels = this.#levels;
    const found: DepthLevel[] = [];
    this.ladder(side).walk((level) => {
      if (found.length >= limit) return false;
      const open = levels.open(level);
      if (open === 0n) return true;
      const orders = levels.count(level) - this.#undisplayedAt(level);
      found.push({ price: levels.price(level), open, orders });
      return true;
    });
    return found;
  }

  /** The prices of a side that are not worse than one, best first, and the lots that stand at each. */
  within(side: number, limit: number): { prices: number[]; lots: bigint[] } {
    const levels = this.#levels;
    const found = { prices: [] as number[], lots: [] as bigint[] };
    this.ladder(side).walk((level) => {
      const price = levels.price(level);
      if (side === Side.buy ? price < limit : price > limit) return false;
      found.prices.push(price);
      found.lots.push(levels.open(level));
      return true;
    });
    return found;
  }

  #undisplayedAt(level: number): number {
    if (this.#undisplayed === 0) return 0;
    const orders = this.#orders;
    let count = 0;
    for (let slot = this.#levels.head(level); slot !== NONE; slot = orders.next(slot)) {
      if ((orders.flags(slot) & UNDISPLAYED) !== 0) count++;
    }
    return count;
  }
}
