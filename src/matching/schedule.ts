/** What is planned for a product. At one instant the smaller comes first. */
export const Planned = { opening: 0, gate: 1, auction: 2 } as const;

/** The next planned instant of a product. */
export interface Plan {
  readonly product: number;
  /** Epoch ms. */
  readonly time: number;
  /** One of `Planned`. */
  readonly kind: number;
}

interface Entry extends Plan {
  place: number;
}

/**
 * The next planned instant of each product that has one: a binary heap in the order of (instant, kind,
 * product row), in which every entry knows its place.
 */
export class Schedule {
  readonly #heap: Entry[] = [];
  readonly #byProduct = new Map<number, Entry>();

  /** The earliest one, if there is one. O(1). */
  get first(): Plan | undefined {
    return this.#heap[0];
  }

  /** Plans something for a product for which nothing is planned. O(log plans). */
  add(plan: Plan): void {
    const entry = { ...plan, place: this.#heap.length };
    this.#heap.push(entry);
    this.#byProduct.set(entry.product, entry);
    this.#rise(entry);
  }

  /** Forgets what is planned for a product, if anything is. O(log plans). */
  drop(product: number): void {
    const entry = this.#byProduct.get(product);
    if (entry === undefined) return;
    this.#byProduct.delete(product);
    const last = this.#heap.pop()!;
    if (last === entry) return;
    this.#put(last, entry.place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const above = this.#heap[(entry.place - 1) >> 1]!;
      if (!isBefore(entry, above)) return;
      this.#swap(entry, above);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const [left, right] = [this.#heap[entry.place * 2 + 1], this.#heap[entry.place * 2 + 2]];
      if (left === undefined) return;
      const below = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(below, entry)) return;
      this.#swap(entry, below);
    }
  }

  #swap(one: Entry, other: Entry): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }
}

function isBefore(a: Plan, b: Plan): boolean {
  return (a.time - b.time || a.kind - b.kind || a.product - b.product) < 0;
}
