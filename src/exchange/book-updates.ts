import { nameOf, Side } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import { type BookOrderView, bookOrderView, bookView } from '../engine/views.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { type DisplayedChange, eachDisplayedChange } from './displayed.ts';
import type { CommandEvents } from './feed.ts';

/** The order stands at the back of the queue at its price now. */
export interface BookAdded extends BookOrderView {
  readonly change: 'added';
  readonly side: keyof typeof Side;
}

/** The order shows fewer lots and keeps its place. */
export interface BookChanged extends Omit<BookOrderView, 'priority'> {
  readonly change: 'changed';
  readonly side: keyof typeof Side;
}

/** The order has left its place: for good, or to be added anew. */
export interface BookRemoved extends Omit<BookChanged, 'change' | 'shown' | 'shownLots'> {
  readonly change: 'removed';
}

/** What has changed in the book that everyone sees; `change` tells what. */
export type BookChange = BookAdded | BookChanged | BookRemoved;

/**
 * What a command has changed in the book of a product, as it is after it: what left or shows less, then what
 * was added, in order of priority. An iceberg that shows its next part is removed and added.
 */
export interface BookUpdate {
  readonly product: string;
  readonly sequence: number;
  readonly time: number;
  /** Whether these are all orders that there are, as they would trade, bids first: each of them 'added'. */
  readonly snapshot: boolean;
  readonly changes: readonly BookChange[];
}

/** An order that a command touches: what it showed before, and where it has been put, if anywhere. */
interface Touched {
  readonly first: DisplayedChange;
  readonly shownBefore: bigint;
  placed: { readonly price: number; readonly priority: number } | undefined;
}

/** All displayed orders of a product. O(open orders of the product). */
export function wholeBook(state: MarketState, product: Product): BookUpdate {
  const { sequence, time } = state;
  const { bids, asks } = bookView(state, product);
  const added = (side: 'buy' | 'sell') => (order: BookOrderView) =>
    ({ change: 'added', side, ...order }) as const;
  const changes = [...bids.map(added('buy')), ...asks.map(added('sell'))];
  return { product: product.id, sequence, time, snapshot: true, changes };
}

/** What the orders of a product show, as the events make it. */
export class BookReplica {
  readonly #product: Product;
  /** Lots by order id; an order that shows none is not in it. */
  readonly #shown = new Map<number, bigint>();

  constructor(state: MarketState, product: Product) {
    const { orders } = state;
    this.#product = product;
    for (const side of [Side.buy, Side.sell]) {
      state.walkSide(product.row, side, (slot) => {
        const lots = orders.shown(slot);
        if (lots > 0) this.#shown.set(orders.id(slot), BigInt(lots));
        return true;
      });
    }
  }

  /** Goes through a command's events. @returns what they changed, undefined if nothing */
  apply(command: CommandEvents): BookUpdate | undefined {
    const touched = new Map<number, Touched>();
    eachDisplayedChange(command, this.#product.row, (change) => {
      const { order, price, priority, lots } = change;
      let one = touched.get(order);
      if (one === undefined) {
        one = { first: change, shownBefore: this.#shown.get(order) ?? 0n, placed: undefined };
        touched.set(order, one);
      }
      if (priority !== undefined) one.placed = { price, priority };
      this.#add(order, lots);
    });
    const all = [...touched.values()];
    const changes = [
      ...all.flatMap((one) => this.#left(one)),
      ...all.flatMap((one) => this.#added(one)).sort((a, b) => a.priority - b.priority),
    ];
    if (changes.length === 0) return undefined;
    const { sequence, time } = command;
    return { product: this.#product.id, sequence, time, snapshot: false, changes };
  }

  /** Takes a command's events back. */
  undo(command: CommandEvents): void {
    eachDisplayedChange(command, this.#product.row, ({ order, lots }) =>
      this.#add(order, 0 - lots),
    );
  }

  #add(order: number, lots: number): void {
    const shown = (this.#shown.get(order) ?? 0n) + BigInt(lots);
    if (shown === 0n) this.#shown.delete(order);
    else this.#shown.set(order, shown);
  }

  #left({ first, shownBefore, placed }: Touched): readonly (BookChanged | BookRemoved)[] {
    if (shownBefore === 0n) return [];
    const { tick, lot } = this.#product.grid;
    const { order: orderId, price: priceTicks } = first;
    const side = nameOf(Side, first.side);
    const order = { orderId, side, price: formatSteps(priceTicks, tick), priceTicks };
    const shown = this.#shown.get(orderId);
    if (shown === undefined || placed !== undefined) return [{ change: 'removed', ...order }];
    if (shown === shownBefore) return [];
    const lots = { shown: formatSteps(shown, lot), shownLots: Number(shown) };
    return [{ change: 'changed', ...order, ...lots }];
  }

  #added({ first, placed }: Touched): readonly BookAdded[] {
    const shown = this.#shown.get(first.order);
    if (shown === undefined || placed === undefined) return [];
    const { price, priority } = placed;
    const { grid } = this.#product;
    const order = bookOrderView(grid, first.order, price, Number(shown), priority);
    return [{ change: 'added', side: nameOf(Side, first.side), ...order }];
  }
}
