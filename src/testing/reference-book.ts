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

  /** Orders of a side as they would trade: best price first, then who came first. */
  queue(side: 'buy' | 'sell'): RestingOrder[] {
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
   * @throws RangeError for a number that is no whole number, or an id that rests already
   */
  submit(order: ReferenceOrder): ReferenceFill[] {
    const { id, side, price, timeInForce = 'gtc', postOnly = false } = order;
    check(Number.isSafeInteger(price), 'price');
    check(Number.isSafeInteger(order.quantity) && order.quantity > 0, 'quantity');
    check(Number.isSafeInteger(id) && !this.#resting.some((other) => other.id === id), 'id');
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

  /** Takes an order out. @returns whether it was there */
  cancel(id: number): boolean {
    return this.#shrink(id, 0);
  }

  /**
   * Makes an order smaller; it keeps its place in the queue.
   * @param open lots that remain, at most as many as now; none takes the order out
   * @returns whether it was there
   * @throws RangeError if `open` is more than it has, or no whole number
   */
  reduce(id: number, open: number): boolean {
    const before = this.#resting.find((order) => order.id === id)?.open ?? open;
    check(Number.isSafeInteger(open) && open >= 0 && open <= before, 'open');
    return this.#shrink(id, open);
  }

  #shrink(id: number, open: number): boolean {
    const isThere = this.#resting.some((order) => order.id === id);
    this.#resting = this.#resting
      .map((order) => (order.id === id ? { ...order, open } : order))
      .filter((order) => order.open > 0);
    return isThere;
  }
}

function check(isValid: boolean, argument: string): void {
  if (!isValid) throw new RangeError(`${argument} is out of range`);
}
