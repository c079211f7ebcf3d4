import { grownFloats, grownInts } from '../core/columns.ts';
import { KeyIndex } from '../core/key-index.ts';

/** "No slot", "no level": the end of every list. */
export const NONE = -1;

/**
 * All orders of a market, one slot each across typed columns. An incoming order gets a slot as soon
 * as it is looked at; it gets an id when it is accepted, and enters the id index when it rests.
 * Slots are used again, ids never.
 */
export class Orders {
  /** Engine order id, from 1 upward; 0 until accepted. */
  id = new Float64Array(64);
  /** Limit in ticks. */
  price = new Float64Array(64);
  /** Lots still to trade. */
  open = new Float64Array(64);
  /** Lots in all, traded ones included. */
  total = new Float64Array(64);
  /** Rank in time: smaller came earlier to its place in the queue. */
  priority = new Float64Array(64);
  /** Money quanta locked. The energy locked follows from `open`. */
  lockedMoney = new Float64Array(64);
  account = new Int32Array(64);
  product = new Int32Array(64);
  /** Ledger rows of the account in the product's two assets. */
  moneyRow = new Int32Array(64);
  energyRow = new Int32Array(64);
  /** Row of the product terms (fees, band) that the order entered with. */
  terms = new Int32Array(64);
  /** Counts amendments, from 1. */
  version = new Int32Array(64);
  /** Side, kind and so on, packed; see the accessors below. */
  flags = new Int32Array(64);
  /** Price level while resting, else NONE. */
  level = new Int32Array(64);
  /** Neighbours in the level's queue. A free slot's `next` is the next free slot. */
  next = new Int32Array(64);
  previous = new Int32Array(64);

  /** Resting orders. */
  resting = 0;

  readonly #index = new KeyIndex();
  #free = NONE;
  #used = 0;
  /** Client order ids of resting orders: slot -> id, and account -> id -> slot. */
  readonly #clientIds = new Map<number, string>();
  readonly #byClientId = new Map<number, Map<string, number>>();

  /** A slot to fill in. Every column must be set by the caller, except the links. O(1) amortised. */
  allocate(): number {
    let slot = this.#free;
    if (slot === NONE) {
      if (this.#used === this.id.length) this.#grow();
      slot = this.#used++;
    } else {
      this.#free = this.next[slot]!;
    }
    this.level[slot] = NONE;
    return slot;
  }

  /** Gives a slot back. The order must neither rest nor be in the index. */
  release(slot: number): void {
    this.id[slot] = 0;
    this.next[slot] = this.#free;
    this.#free = slot;
  }

  /** The slot of a resting order, or NONE. O(1). */
  slotOf(id: number): number {
    return this.#index.find(this.id, id);
  }

  /** The slot of an account's resting order with this client order id, or NONE. O(1). */
  slotOfClientId(account: number, clientOrderId: string): number {
    return this.#byClientId.get(account)?.get(clientOrderId) ?? NONE;
  }

  /** The client order id of a resting order, '' if it has none. */
  clientOrderId(slot: number): string {
    return (this.flags[slot]! & CLIENT_ID) === 0 ? '' : (this.#clientIds.get(slot) ?? '');
  }

  /** Makes an accepted order findable. */
  enlist(slot: number, clientOrderId: string): void {
    this.#index.insert(this.id, slot);
    this.resting++;
    if (clientOrderId === '') return;
    this.flags[slot]! |= CLIENT_ID;
    this.#clientIds.set(slot, clientOrderId);
    const account = this.account[slot]!;
    const ids = this.#byClientId.get(account);
    if (ids === undefined) this.#byClientId.set(account, new Map([[clientOrderId, slot]]));
    else ids.set(clientOrderId, slot);
  }

  /** Undoes `enlist`: the order ends, and its client order id is free again. */
  delist(slot: number): void {
    this.#index.remove(this.id, slot);
    this.resting--;
    if ((this.flags[slot]! & CLIENT_ID) === 0) return;
    const account = this.account[slot]!;
    const ids = this.#byClientId.get(account);
    ids?.delete(this.#clientIds.get(slot) ?? '');
    if (ids?.size === 0) this.#byClientId.delete(account);
    this.#clientIds.delete(slot);
  }

  /** Slots of all resting orders that pass, in order of order id. O(slots). */
  select(passes: (slot: number) => boolean): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.level[slot] !== NONE && passes(slot)) slots.push(slot);
    }
    return slots.sort((a, b) => this.id[a]! - this.id[b]!);
  }

  #grow(): void {
    const used = this.#used;
    // 1.5 keeps the unused part of the columns below a third; doubling would leave up to half idle.
    const capacity = used + (used >> 1);
    this.id = grownFloats(this.id, capacity);
    this.price = grownFloats(this.price, capacity);
    this.open = grownFloats(this.open, capacity);
    this.total = grownFloats(this.total, capacity);
    this.priority = grownFloats(this.priority, capacity);
    this.lockedMoney = grownFloats(this.lockedMoney, capacity);
    this.account = grownInts(this.account, capacity);
    this.product = grownInts(this.product, capacity);
    this.moneyRow = grownInts(this.moneyRow, capacity);
    this.energyRow = grownInts(this.energyRow, capacity);
    this.terms = grownInts(this.terms, capacity);
    this.version = grownInts(this.version, capacity);
    this.flags = grownInts(this.flags, capacity);
    this.level = grownInts(this.level, capacity);
    this.next = grownInts(this.next, capacity);
    this.previous = grownInts(this.previous, capacity);
  }
}

// Layout of `flags`, low bits first: side 1, kind 2, time in force 2, post-only 2, self-trade 3.
export const ORDER_FLAGS = 0x3ff;
/** Above them: whether the order has a client order id. */
const CLIENT_ID = 1 << 10;

export function packFlags(
  side: number,
  kind: number,
  timeInForce: number,
  postOnly: number,
  selfTrade: number,
): number {
  return side | (kind << 1) | (timeInForce << 3) | (postOnly << 5) | (selfTrade << 7);
}

export function sideOf(flags: number): number {
  return flags & 1;
}
export function kindOf(flags: number): number {
  return (flags >> 1) & 3;
}
export function timeInForceOf(flags: number): number {
  return (flags >> 3) & 3;
}
export function postOnlyOf(flags: number): number {
  return (flags >> 5) & 3;
}
export function selfTradeOf(flags: number): number {
  return (flags >> 7) & 7;
}
