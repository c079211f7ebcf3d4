import { grownFloats, grownInts } from '../core/columns.ts';
import { NONE } from '../orderbook/orders.ts';

/** Tells order ids by slot. */
export interface Ids {
  id(slot: number): number;
}

/**
 * Expiries of good-till-date orders: a binary heap of slots ordered by (instant, order id), in
 * which every slot knows its place, so that a cancelled order leaves no timer behind.
 */
export class Timers {
  /** Instant by slot, epoch ms. */
  #expiresAt = new Float64Array(0);
  /** Place in the heap by slot. */
  #place = new Int32Array(0);
  #heap = new Int32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When the order in a slot expires. Only for slots that were set. */
  expiresAt(slot: number): number {
    return this.#expiresAt[slot]!;
  }

  /** The slot of the next order due at `time`, or NONE. O(1). */
  due(time: number): number {
    if (this.#size === 0) return NONE;
    const slot = this.#heap[0]!;
    return this.#expiresAt[slot]! <= time ? slot : NONE;
  }

  /** Sets the timer of a slot. O(log timers). */
  set(slot: number, expiresAt: number, ids: Ids): void {
    if (slot >= this.#place.length) this.#growSlots(slot + (slot >> 1) + 64);
    if (this.#size === this.#heap.length) this.#heap = grownInts(this.#heap, this.#size * 2);
    this.#expiresAt[slot] = expiresAt;
    this.#put(slot, this.#size++);
    this.#rise(slot, ids);
  }

  /** Takes the timer of a slot out. O(log timers). */
  clear(slot: number, ids: Ids): void {
    const place = this.#place[slot]!;
    const last = this.#heap[--this.#size]!;
    if (last === slot) return;
    this.#put(last, place);
    this.#rise(last, ids);
    this.#sink(last, ids);
  }

  #put(slot: number, place: number): void {
    this.#heap[place] = slot;
    this.#place[slot] = place;
  }

  #before(a: number, b: number, ids: Ids): boolean {
    const difference = this.#expiresAt[a]! - this.#expiresAt[b]!;
    return difference === 0 ? ids.id(a) < ids.id(b) : difference < 0;
  }

  #rise(slot: number, ids: Ids): void {
    let place = this.#place[slot]!;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above]!;
      if (!this.#before(slot, other, ids)) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(slot, place);
  }

  #sink(slot: number, ids: Ids): void {
    let place = this.#place[slot]!;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#size) break;
      const right = below + 1;
      if (right < this.#size && this.#before(this.#heap[right]!, this.#heap[below]!, ids)) {
        below = right;
      }
      const other = this.#heap[below]!;
      if (!this.#before(other, slot, ids)) break;
      this.#put(other, place);
      place = below;
    }
    this.#put(slot, place);
  }

  #growSlots(capacity: number): void {
    this.#expiresAt = grownFloats(this.#expiresAt, capacity);
    this.#place = grownInts(this.#place, capacity);
  }
}
