import { MAX_INTEGER } from '../core/limits.ts';
import {
  flagArgument,
  integerArgument,
  nameArgument,
  objectArgument,
} from '../engine/arguments.ts';

/** A limit order as it goes into a `ReferenceBook`. Integers throughout. */
export interface ReferenceOrder {
  /** Names the order from then on. */
  readonly id: number;
  readonly side: 'buy' | 'sell';
  /** Ticks; zero and below are prices like any other. */
  readonly price: number;
  /** Lots, one at least. */
  readonly quantity: number;
  /** Default gtc: what does not trade at once rests. `ioc` drops it, `fok` trades whole or not at all. */
  readonly timeInForce?: 'gtc' | 'ioc' | 'fok';
  /** true refuses the order if it would trade at once. Default false. */
  readonly postOnly?: boolean;
}

/** An order that rests in a `ReferenceBook`. */
export interface RestingOrder {
  readonly id: number;
  readonly side: 'buy' | 'sell';
  readonly price: number;
  /** Lots still to trade. */
  readonly open: number;
}

/** One trade of an incoming order, the taker, with a resting one, the maker. */
export interface ReferenceFill {
  readonly maker: number;
  readonly taker: number;
  /** The maker's. */
  readonly price: number;
  readonly quantity: number;
}

/**
 * The naive book: the orders of one product in a list, sorted again for every question. It knows
 * price-time priority and nothing else: no accounts, no money, no time. It is there to be checked by
 * reading, and to be compared with a book that is fast; each step takes O(n log n).
 *
 * @example
 * const book = new ReferenceBook();
 * book.submit({ id: 1, side: 'sell', price: 25, quantity: 10 }); // []
 * book.submit({ id: 2, side: 'buy', price: 30, quantity: 4 });
 * // [{ maker: 1, taker: 2, price: 25, quantity: 4 }]
 * book.queue('sell'); // [{ id: 1, side: 'sell', price: 25, open: 6 }]
 */
export class ReferenceBook {
  /** In order of arrival. */
  #resting: readonly RestingOrder[] = [];

  /**
   * Orders of a side as they would trade: best price first, then who came first.
   * @throws TypeError, RangeError for another side
   */
  queue(side: 'buy' | 'sell'): RestingOrder[] {
    nameArgument(SIDES, side, 'side');
    const direction = side === 'buy' ? -1 : 1;
    // Sorting is stable, so orders of one price stay in order of arrival.
    return this.#resting
      .filter((order) => order.side === side)
      .sort((a, b) => direction * (a.price - b.price));
  }

  /**
   * Enters an order: trades it against the other side while prices cross, each time at the price of
   * the order that was there first, and keeps the rest if its time in force says so.
   * @returns its fills in order; none if it rests, or is refused (`fok`, `postOnly`)
   * @throws TypeError, RangeError for what is no order, or an id that rests already
   */
  submit(order: ReferenceOrder): ReferenceFill[] {
    checkOrder(order);
    const { id, side, price, timeInForce = 'gtc', postOnly = false } = order;
    if (this.#find(id) !== undefined) throw new RangeError(`id ${id} is used already`);
    const crossing = this.queue(side === 'buy' ? 'sell' : 'buy').filter((maker) =>
      side === 'buy' ? maker.price <= price : maker.price >= price,
    );
    const available = crossing.reduce((sum, maker) => sum + maker.open, 0);
    if (postOnly && crossing.length > 0) return [];
    if (timeInForce === 'fok' && available < order.quantity) return [];

    const fills: ReferenceFill[] = [];
    let open = order.quantity;
    for (const maker of crossing) {
      const quantity = Math.min(open, maker.open);
      if (quantity === 0) break;
      fills.push({ maker: maker.id, taker: id, price: maker.price, quantity });
      this.#shrink(maker.id, maker.open - quantity);
      open -= quantity;
    }
    const rests = open > 0 && timeInForce === 'gtc';
    if (rests) this.#resting = [...this.#resting, { id, side, price, open }];
    return fills;
  }

  /** Takes an order out. @returns whether it was there @throws TypeError, RangeError if `id` is none */
  cancel(id: number): boolean {
    wholeNumber(id, 'id');
    return this.#shrink(id, 0);
  }

  /**
   * Makes an order smaller; it keeps its place in the queue.
   * @param open lots that remain, at most as many as now; none takes the order out
   * @returns whether it was there
   * @throws TypeError, RangeError if `open` is more than it has, or a number is no whole number
   */
  reduce(id: number, open: number): boolean {
    wholeNumber(id, 'id');
    integerArgument(open, 'open', 0, this.#find(id)?.open ?? MAX_INTEGER);
    return this.#shrink(id, open);
  }

  #find(id: number): RestingOrder | undefined {
    return this.#resting.find((order) => order.id === id);
  }

  #shrink(id: number, open: number): boolean {
    const isThere = this.#find(id) !== undefined;
    this.#resting = this.#resting
      .map((order) => (order.id === id ? { ...order, open } : order))
      .filter((order) => order.open > 0);
    return isThere;
  }
}

const SIDES = { buy: 0, sell: 1 };
const TIMES_IN_FORCE = { gtc: 0, ioc: 1, fok: 2 };
const FIELDS = ['id', 'side', 'price', 'quantity', 'timeInForce', 'postOnly'];

function checkOrder(order: ReferenceOrder): void {
  objectArgument(order, 'order', FIELDS);
  const { timeInForce = 'gtc', postOnly = false } = order;
  wholeNumber(order.id, 'id');
  nameArgument(SIDES, order.side, 'side');
  wholeNumber(order.price, 'price');
  integerArgument(order.quantity, 'quantity', 1, MAX_INTEGER);
  nameArgument(TIMES_IN_FORCE, timeInForce, 'timeInForce');
  flagArgument(postOnly, 'postOnly');
}

function wholeNumber(value: number, argument: string): void {
  integerArgument(value, argument, -MAX_INTEGER, MAX_INTEGER);
}
