import { EventType, Side, Standing } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { recordLength, recordType } from '../core/records.ts';
import { EVENTS, offsetsOf, ORDER_AT } from '../core/registry.ts';
import { type DepthLevelView, levelView } from '../engine/views.ts';
import type { Product } from '../market/products.ts';
import type { DepthLevel } from '../orderbook/book.ts';
import type { CommandEvents } from './feed.ts';

const RESTED = offsetsOf(EVENTS.orderRested);
const TRADE = offsetsOf(EVENTS.trade);
const REDUCED = offsetsOf(EVENTS.orderReduced);
const AMENDED = offsetsOf(EVENTS.orderAmended);
const ENDED = offsetsOf(EVENTS.orderEnded);
const REFRESHED = offsetsOf(EVENTS.orderRefreshed);

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

interface Level {
  open: bigint;
  orders: number;
}

/** A product's price levels as the events make them: what anyone can know who has only those. */
export class DepthReplica {
  readonly #product: Product;
  /** By side, then by price in ticks. */
  readonly #levels: readonly [Map<number, Level>, Map<number, Level>];

  constructor(product: Product, bids: readonly DepthLevel[], asks: readonly DepthLevel[]) {
    this.#product = product;
    const sides = [bids, asks].map(
      (side) => new Map(side.map(({ price, open, orders }) => [price, { open, orders }])),
    );
    this.#levels = sides as [Map<number, Level>, Map<number, Level>];
  }

  /** All levels. O(levels log levels). */
  all(sequence: number, time: number): DepthUpdate {
    const [bids, asks] = this.#levels;
    return this.#update([new Set(bids.keys()), new Set(asks.keys())], sequence, time, true);
  }

  /** Goes through a command's events. @returns what they changed, undefined if nothing */
  apply(command: CommandEvents): DepthUpdate | undefined {
    const touched = this.#go(command, 1);
    const { sequence, time } = command;
    if (touched[0].size + touched[1].size === 0) return undefined;
    return this.#update(touched, sequence, time, false);
  }

  /** Takes a command's events back: the levels are what they were before it. */
  undo(command: CommandEvents): void {
    this.#go(command, -1);
  }

  #go({ view, start, end }: CommandEvents, sign: 1 | -1): [Set<number>, Set<number>] {
    const touched: [Set<number>, Set<number>] = [new Set(), new Set()];
    const change = (side: number, price: number, lots: number, orders: number): void => {
      const levels = this.#levels[side as 0 | 1];
      const level = levels.get(price) ?? { open: 0n, orders: 0 };
      level.open += BigInt(sign * lots);
      level.orders += sign * orders;
      // Taken back in the order in which they came, a level may be empty in between.
      if (level.orders === 0 && level.open === 0n) levels.delete(price);
      else levels.set(price, level);
      touched[side as 0 | 1].add(price);
    };
    for (let at = start; at < end; at += recordLength(view, at)) {
      if (productRow(view, at) === this.#product.row) changeLevels(view, at, change);
    }
    return touched;
  }

  #update(
    touched: readonly [Set<number>, Set<number>],
    sequence: number,
    time: number,
    snapshot: boolean,
  ): DepthUpdate {
    const { id, grid } = this.#product;
    const views = (side: 0 | 1): DepthLevelView[] => {
      const best = side === Side.buy ? -1 : 1;
      const prices = [...touched[side]].sort((a, b) => best * (a - b));
      return prices.map((price) => {
        const { open, orders } = this.#levels[side].get(price) ?? { open: 0n, orders: 0 };
        return levelView(grid, { price, open, orders });
      });
    };
    return { product: id, sequence, time, snapshot, bids: views(0), asks: views(1) };
  }
}

/** The product whose levels an event can change. */
function productRow(view: DataView, at: number): number | undefined {
  const type = recordType(view, at);
  if (type === EventType.trade) return view.getUint32(at + TRADE.product);
  const isOrder =
    (type >= EventType.orderRested && type <= EventType.orderEnded) ||
    type === EventType.orderRefreshed;
  return isOrder ? view.getUint32(at + ORDER_AT.product) : undefined;
}

/** What an event changes in the levels of its product's book. */
function changeLevels(
  view: DataView,
  at: number,
  change: (side: number, price: number, lots: number, orders: number) => void,
): void {
  const type = recordType(view, at);
  if (type === EventType.trade) {
    if (view.getUint8(at + TRADE.standing) !== Standing.displayed) return;
    const maker = view.getUint8(at + TRADE.takerSide) === Side.buy ? Side.sell : Side.buy;
    change(maker, readI64(view, at + TRADE.price), -readI64(view, at + TRADE.quantity), 0);
    return;
  }
  const side = view.getUint8(at + ORDER_AT.side);
  switch (type) {
    case EventType.orderRested: {
      const shown = readI64(view, at + RESTED.shown);
      if (shown > 0) change(side, readI64(view, at + RESTED.price), shown, 1);
      return;
    }
    case EventType.orderRefreshed: {
      const more = readI64(view, at + REFRESHED.shown) - readI64(view, at + REFRESHED.shownBefore);
      change(side, readI64(view, at + REFRESHED.price), more, 0);
      return;
    }
    case EventType.orderReduced:
      if (view.getUint8(at + REDUCED.standing) !== Standing.displayed) return;
      change(side, readI64(view, at + REDUCED.price), -readI64(view, at + REDUCED.by), 0);
      return;
    case EventType.orderAmended: {
      const before = readI64(view, at + AMENDED.shownBefore);
      if (before === 0) return;
      const keeps = view.getUint8(at + AMENDED.keepsPlace) === 1;
      const more = readI64(view, at + AMENDED.shown) - before;
      change(side, readI64(view, at + AMENDED.priceBefore), more, keeps ? 0 : -1);
      return;
    }
    case EventType.orderEnded:
      if (view.getUint8(at + ENDED.standing) !== Standing.displayed) return;
      change(side, readI64(view, at + ENDED.price), -readI64(view, at + ENDED.shown), -1);
  }
}
