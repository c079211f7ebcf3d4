/** A price, and since when it was the last one, epoch ms. */
interface Change {
  readonly time: number;
  price: number;
}

/** A distance from a price: the larger of so many ticks and such a part of that price. */
export interface Distance {
  readonly ticks: number;
  /** Parts per million. */
  readonly ppm: number;
}

/** Whether a distance was set. One that was may still come to 0 ticks. */
export function isSet({ ticks, ppm }: Distance): boolean {
  return ticks + ppm > 0;
}

/** Entries that were left behind before room is made. */
const LEFT_BEHIND = 1024;

/**
 * How far a product's price may move. Of the past it knows what it needs: the last prices within its
 * window, one for each instant that changed them, and the price before.
 */
export class Circuit {
  /** How far beyond the last price an order's limit may lie; not set for any distance. */
  readonly collar: Distance;
  /** How far from the price `windowMs` ago a trade may be before the product halts; not set for any distance. */
  readonly move: Distance;
  readonly windowMs: number;
  /** The price `windowMs` ago, or the oldest that is known; NaN before the first trade. */
  #base: number;
  #changes: Change[] = [];
  /** Place of the first change within the window. */
  #first = 0;

  /** @param lastPrice price from which moves count; NaN if there is none yet */
  constructor(collar: Distance, move: Distance, windowMs: number, lastPrice: number) {
    this.collar = collar;
    this.move = move;
    this.windowMs = windowMs;
    this.#base = isSet(move) ? lastPrice : NaN;
  }

  /** Forgets how the price came to be what it is: moves count from there. */
  restart(lastPrice: number): void {
    this.#base = isSet(this.move) ? lastPrice : NaN;
    this.#changes = [];
    this.#first = 0;
  }

  /** The price that a trade is compared with; NaN if there is none. O(1) amortised. */
  reference(now: number): number {
    const changes = this.#changes;
    while (this.#first < changes.length && changes[this.#first]!.time <= now - this.windowMs) {
      this.#base = changes[this.#first++]!.price;
    }
    if (this.#first > LEFT_BEHIND && this.#first * 2 > changes.length) {
      this.#changes = changes.slice(this.#first);
      this.#first = 0;
    }
    return this.#base;
  }

  /** Takes in the price of a trade. */
  add(now: number, price: number): void {
    if (!isSet(this.move)) return;
    if (Number.isNaN(this.reference(now))) this.#base = price;
    const changes = this.#changes;
    if (changes.length > this.#first && changes.at(-1)!.time === now) changes.pop();
    const before = changes.length > this.#first ? changes.at(-1)!.price : this.#base;
    if (price !== before) changes.push({ time: now, price });
  }

  /** The changes of price within the window, oldest first. */
  changes(now: number): readonly Readonly<Change>[] {
    this.reference(now);
    return this.#changes.slice(this.#first);
  }
}
