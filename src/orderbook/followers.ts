/** How a stop order that waits follows the last price. */
export interface Trail {
  /** What `distance` counts, as a number of `TrailBy`. */
  readonly by: number;
  readonly distance: number;
}

/** What a pegged order follows. */
export interface Peg {
  /** Whose price, as a number of `PegTo`. */
  readonly to: number;
  /** Ticks above that price; below zero, below it. */
  readonly offset: number;
  /** The worst price that it may stand at, in ticks: it locks at that. */
  readonly limit: number;
}

/** What there is to know of an order by its slot. */
interface Places {
  id(slot: number): number;
  product(slot: number): number;
}

const NOBODY: readonly number[] = [];

/** Orders of a kind that follows a price, with what each of them is to keep to. */
export class Followers<T> {
  readonly #places: Places;
  readonly #terms = new Map<number, T>();
  /** Slots in order of order id, by product row. */
  readonly #slots = new Map<number, number[]>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** Of all products. */
  get size(): number {
    return this.#terms.size;
  }

  /** What a follower keeps to. */
  of(slot: number): T {
    return this.#terms.get(slot)!;
  }

  /** The followers of a product, in order of order id. */
  in(product: number): readonly number[] {
    return this.#slots.get(product) ?? NOBODY;
  }

  /** Takes in an order that has its id and product. O(1) for the latest one, else O(followers of the product). */
  add(slot: number, terms: T): void {
    this.#terms.set(slot, terms);
    const product = this.#places.product(slot);
    const slots = this.#slots.get(product) ?? [];
    this.#slots.set(product, slots);
    const id = this.#places.id(slot);
    let at = slots.length;
    while (at > 0 && this.#places.id(slots[at - 1]!) > id) at--;
    slots.splice(at, 0, slot);
  }

  /** Has a follower keep to something else. */
  change(slot: number, terms: T): void {
    this.#terms.set(slot, terms);
  }

  /** Forgets an order, if it is one of them. O(followers of the product). */
  delete(slot: number): void {
    if (!this.#terms.delete(slot)) return;
    const product = this.#places.product(slot);
    const slots = this.#slots.get(product)!;
    slots.splice(slots.indexOf(slot), 1);
    if (slots.length === 0) this.#slots.delete(product);
  }
}
