import { Side } from '../core/codes.ts';
import { Book, type DepthLevel } from './book.ts';
import { sideOf } from './flags.ts';
import type { Levels } from './levels.ts';
import { NONE, type Orders } from './orders.ts';

/** What an order in a network asks for beyond any other. Zones go by their numbers within the network. */
export interface NetworkTerms {
  /** Where its energy comes from, or goes to. */
  readonly zone: number;
  /** What the energy of a seller is, a bit each; 0 for a buyer. */
  readonly attributes: number;
  /** What a buyer accepts: energy that is one of these at least; 0 for any. */
  readonly only: number;
  /** Zones of the other side that are accepted; 0 for all. */
  readonly onlyZones: number;
  /** Ticks that a buyer pays more for energy that is this, by attribute. */
  readonly premiums: readonly number[];
  /** Version of the grid fees that a buyer entered with; 0 for a seller. */
  readonly feeVersion: number;
  /** The highest fee into its zone at that version, in ticks. */
  readonly maxFee: number;
  /** The largest of the premiums. */
  readonly maxPremium: number;
  /** Name of the lane that an order with these terms rests in. */
  readonly lane: string;
}

/** Resting orders that look alike to all that they could trade with, in price-time priority. */
export interface Lane {
  readonly terms: NetworkTerms;
  readonly book: Book;
}

/** The resting orders of a product that is traded in a network: lanes by side, each with a name that its terms make. */
export class Lanes {
  readonly #orders: Orders;
  readonly #levels: Levels;
  readonly #sides: readonly [Map<string, Lane>, Map<string, Lane>] = [new Map(), new Map()];

  constructor(orders: Orders, levels: Levels) {
    this.#orders = orders;
    this.#levels = levels;
  }

  /** The lanes of a side, in no order that means anything. None of them is empty. */
  side(side: number): ReadonlyMap<string, Lane> {
    return this.#sides[side as 0 | 1];
  }

  /** The book of a lane that is there. */
  bookOf(side: number, terms: NetworkTerms): Book {
    return this.side(side).get(terms.lane)!.book;
  }

  /** Puts an order at the back of the queue at its price, in a lane that is opened if need be. */
  rest(slot: number, terms: NetworkTerms, clientOrderId: string): void {
    const lanes = this.#sides[sideOf(this.#orders.flags(slot)) as 0 | 1];
    let lane = lanes.get(terms.lane);
    if (lane === undefined) {
      lane = { terms, book: new Book(this.#orders, this.#levels) };
      lanes.set(terms.lane, lane);
    }
    lane.book.rest(slot, clientOrderId, this.#orders.price(slot));
  }

  /** Takes an order out of its queue, and its lane away if that is empty then. */
  unlink(slot: number, terms: NetworkTerms): void {
    const side = sideOf(this.#orders.flags(slot));
    const book = this.bookOf(side, terms);
    book.unlink(slot);
    if (book.best(side) === NONE) this.#sides[side as 0 | 1].delete(terms.lane);
  }

  /** Slots of the orders of a side by limit and then by priority, whatever lane they stand in. O(orders log orders). */
  slots(side: number): number[] {
    const slots: number[] = [];
    for (const { book } of this.side(side).values()) {
      book.walk(side, (slot) => slots.push(slot) > 0);
    }
    const orders = this.#orders;
    const better = side === Side.buy ? -1 : 1;
    return slots.sort(
      (a, b) =>
        better * (orders.price(a) - orders.price(b)) || orders.priority(a) - orders.priority(b),
    );
  }

  /** The best `limit` prices of a side, lanes merged. O(levels log levels). */
  depth(side: number, limit: number): DepthLevel[] {
    const levels = new Map<number, DepthLevel>();
    for (const { book } of this.side(side).values()) {
      for (const { price, open, orders } of book.depth(side, limit)) {
        const level = levels.get(price);
        levels.set(price, {
          price,
          open: open + (level?.open ?? 0n),
          orders: orders + (level?.orders ?? 0),
        });
      }
    }
    const better = side === Side.buy ? -1 : 1;
    return [...levels.values()].sort((a, b) => better * (a.price - b.price)).slice(0, limit);
  }
}

/** The terms of an order, with what follows from them. */
export function networkTerms(terms: Omit<NetworkTerms, 'maxPremium' | 'lane'>): NetworkTerms {
  const { zone, attributes, only, onlyZones, premiums, feeVersion } = terms;
  // What looks alike has the same name, and nothing else has: every field is a number.
  const lane = [zone, attributes, only, onlyZones, ...premiums, feeVersion].join();
  return { ...terms, maxPremium: Math.max(...premiums), lane };
}
