import { grownFloats, grownInts, growth } from '../core/columns.ts';
import {
  BRACKET,
  CLIENT_ID,
  COUNTED,
  FORWARD,
  ICEBERG,
  LINKED,
  PARTLY_SEEN,
  PEGGED,
  UNDISPLAYED,
  WITH_MORE,
} from './flags.ts';
import { ClientIds } from './client-ids.ts';
import { Followers, type Peg, type Trail } from './followers.ts';
import type { NewOrder } from './new-order.ts';
import { OwnOrders } from './own-orders.ts';
import type { Bracket, Clip } from './side-tables.ts';
export type { NewOrder };

/** "No slot", "no level": the end of every list. */
export const NONE = -1;

/** Orders that there is room for at first. */
const FIRST = 64;
const GOLDEN = 0x9e37_79b1;

// What matching touches of an order is one record of 64 bytes, a cache line: with a column for each field a
// cancelled order somewhere in a queue cost a trip to memory per field (docs/decisions/0009). Three numbers,
// then ten small integers.
export const WORDS = 8;
export const ID = 0;
export const PRICE = 1;
export const OPEN = 2;
export const HALVES = 16;
export const ACCOUNT = 6;
export const PRODUCT = 7;
export const FLAGS = 8;
export const TERMS = 9;
export const MONEY_ROW = 10;
export const ENERGY_ROW = 11;
export const LEVEL = 12;
export const NEXT = 13;
export const PREVIOUS = 14;
/** Next order of the same place in the id index. */
const CHAIN = 15;

/**
 * All orders of a market, one slot each. An incoming order gets a slot and an id when it is accepted,
 * and enters the id index when it rests. Slots are used again, ids never.
 */
export class Orders {
  /** The records as numbers and as integers: the same memory. */
  f64 = new Float64Array(FIRST * WORDS);
  i32 = new Int32Array(this.f64.buffer);

  /** Resting orders. */
  resting = 0;

  // What is read on entry and amendment alone.
  #total = new Float64Array(FIRST);
  #priority = new Float64Array(FIRST);
  #version = new Int32Array(FIRST);

  #free = NONE;
  #used = 0;
  #capacity = FIRST;

  /** The id index: the first resting order of each place; the others hang on it by CHAIN. */
  #heads = new Int32Array(FIRST).fill(NONE);
  #shift = 32 - Math.log2(FIRST);

  /** What icebergs show, by slot. */
  readonly #clips = new Map<number, Clip>();
  /** What follows on orders, by slot. */
  readonly #brackets = new Map<number, Bracket>();
  /** Of linked orders the other one, slot by slot. */
  readonly #partners = new Map<number, number>();
  /** Trailing stop orders that wait, and pegged orders. */
  readonly trails: Followers<Trail> = new Followers(this);
  readonly pegs: Followers<Peg> = new Followers(this);

  readonly #clientIds = new ClientIds();
  /** Resting orders of the accounts that are counted. */
  readonly #counts = new Map<number, number>();
  /** Resting orders in forward products. */
  readonly own: OwnOrders = new OwnOrders();

  /** Engine order id, from 1 upward. */
  id(slot: number): number {
    return this.f64[slot * WORDS + ID]!;
  }
  /** Limit in ticks; of a pegged order where it stands. */
  price(slot: number): number {
    return this.f64[slot * WORDS + PRICE]!;
  }
  /** The price that a limit order locks at: its limit, which a pegged one does not stand at. */
  lockPrice(slot: number): number {
    return (this.flags(slot) & PEGGED) === 0 ? this.price(slot) : this.pegs.of(slot).limit;
  }
  /** Lots still to trade. */
  open(slot: number): number {
    return this.f64[slot * WORDS + OPEN]!;
  }
  account(slot: number): number {
    return this.i32[slot * HALVES + ACCOUNT]!;
  }
  product(slot: number): number {
    return this.i32[slot * HALVES + PRODUCT]!;
  }
  /** Side, kind and so on, packed; see `packFlags`. */
  flags(slot: number): number {
    return this.i32[slot * HALVES + FLAGS]!;
  }
  /** Row of the product terms (fees, band) that the order entered with. */
  terms(slot: number): number {
    return this.i32[slot * HALVES + TERMS]!;
  }
  /** Ledger rows of the account in the product's two assets. */
  moneyRow(slot: number): number {
    return this.i32[slot * HALVES + MONEY_ROW]!;
  }
  energyRow(slot: number): number {
    return this.i32[slot * HALVES + ENERGY_ROW]!;
  }
  /** Price level while resting, else NONE. */
  level(slot: number): number {
    return this.i32[slot * HALVES + LEVEL]!;
  }
  /** The order behind it in the queue. A free slot's is the next free slot. */
  next(slot: number): number {
    return this.i32[slot * HALVES + NEXT]!;
  }
  /** Lots in all, traded ones included. */
  total(slot: number): number {
    return this.#total[slot]!;
  }
  /** What an iceberg shows; undefined for any other order. */
  clip(slot: number): Clip | undefined {
    return (this.flags(slot) & ICEBERG) === 0 ? undefined : this.#clips.get(slot);
  }
  /** The order that another one is linked with, or NONE. */
  partner(slot: number): number {
    return (this.flags(slot) & LINKED) === 0 ? NONE : (this.#partners.get(slot) ?? NONE);
  }
  /** What follows on an order, if anything does. */
  bracket(slot: number): Bracket | undefined {
    return (this.flags(slot) & BRACKET) === 0 ? undefined : this.#brackets.get(slot);
  }
  /** Lots of a resting order that everyone sees. */
  shown(slot: number): number {
    const flags = this.flags(slot);
    if ((flags & PARTLY_SEEN) === 0) return this.open(slot);
    return (flags & UNDISPLAYED) === 0 ? this.#clips.get(slot)!.shown : 0;
  }
  /** Lots of a resting order that the next incoming order can trade with. */
  tradable(slot: number): number {
    return (this.flags(slot) & ICEBERG) === 0 ? this.open(slot) : this.#clips.get(slot)!.shown;
  }
  /** Rank in time: smaller came earlier to its place in the queue. */
  priority(slot: number): number {
    return this.#priority[slot]!;
  }
  /** Counts amendments, from 1. */
  version(slot: number): number {
    return this.#version[slot]!;
  }

  setPrice(slot: number, ticks: number): void {
    this.f64[slot * WORDS + PRICE] = ticks;
  }
  setOpen(slot: number, lots: number): void {
    this.f64[slot * WORDS + OPEN] = lots;
  }
  setFlags(slot: number, flags: number): void {
    this.i32[slot * HALVES + FLAGS] = flags;
  }
  setTerms(slot: number, row: number): void {
    this.i32[slot * HALVES + TERMS] = row;
  }
  setTotal(slot: number, lots: number): void {
    this.#total[slot] = lots;
  }
  setPriority(slot: number, rank: number): void {
    this.#priority[slot] = rank;
  }
  setVersion(slot: number, version: number): void {
    this.#version[slot] = version;
  }

  /** A slot with an accepted order in it that rests nowhere yet. O(1) amortised. */
  place(order: NewOrder, id: number): number {
    let slot = this.#free;
    if (slot === NONE) {
      if (this.#used === this.#capacity) this.#grow(this.#capacity + growth(this.#capacity, FIRST));
      slot = this.#used++;
    } else {
      this.#free = this.i32[slot * HALVES + NEXT]!;
    }
    const { f64, i32 } = this;
    const word = slot * WORDS;
    const half = slot * HALVES;
    f64[word + ID] = id;
    f64[word + PRICE] = order.price;
    f64[word + OPEN] = order.quantity;
    i32[half + ACCOUNT] = order.account;
    i32[half + PRODUCT] = order.product;
    i32[half + FLAGS] = order.flags;
    i32[half + TERMS] = order.terms;
    i32[half + MONEY_ROW] = order.moneyRow;
    i32[half + ENERGY_ROW] = order.energyRow;
    i32[half + LEVEL] = NONE;
    this.#total[slot] = order.quantity;
    this.#version[slot] = 1;
    if (this.#counts.size > 0 || (order.flags & ICEBERG) !== 0) this.#placeMore(slot, order);
    return slot;
  }

  /** What few orders need. */
  #placeMore(slot: number, { flags, clip, refreshBelow }: NewOrder): void {
    this.#flagCounted(slot);
    if ((flags & ICEBERG) !== 0) this.#clips.set(slot, { size: clip, refreshBelow, shown: 0 });
  }

  /** Lets something follow on an order. */
  setBracket(slot: number, takeProfit: number, stopPrice: number, stopLimit: number): void {
    this.setFlags(slot, this.flags(slot) | BRACKET);
    this.#brackets.set(slot, { takeProfit, stopPrice, stopLimit, kept: 0 });
  }

  /** Makes two orders one pair. */
  link(one: number, other: number): void {
    this.setFlags(one, this.flags(one) | LINKED);
    this.setFlags(other, this.flags(other) | LINKED);
    this.#partners.set(one, other);
    this.#partners.set(other, one);
  }

  /** Undoes `link`: both are about to be released. */
  part(one: number, other: number): void {
    this.#partners.delete(one);
    this.#partners.delete(other);
  }

  /** Gives a slot back. The order must neither rest nor be in the index. */
  release(slot: number): void {
    if ((this.i32[slot * HALVES + FLAGS]! & WITH_MORE) !== 0) this.#forgetMore(slot);
    this.i32[slot * HALVES + NEXT] = this.#free;
    this.#free = slot;
  }

  /** The slot of a resting order, or NONE. O(1) expected. */
  slotOf(id: number): number {
    const { f64, i32 } = this;
    let slot = this.#heads[spread(id, this.#shift)]!;
    while (slot !== NONE && f64[slot * WORDS + ID] !== id) slot = i32[slot * HALVES + CHAIN]!;
    return slot;
  }

  /** The slot of an account's resting order with this client order id, or NONE. O(1). */
  slotOfClientId(account: number, clientOrderId: string): number {
    return this.#clientIds.slotOf(account, clientOrderId) ?? NONE;
  }

  /** The client order id of a resting order, '' if it has none. */
  clientOrderId(slot: number): string {
    return (this.flags(slot) & CLIENT_ID) === 0 ? '' : this.#clientIds.of(slot);
  }

  /** Makes an accepted order findable. */
  enlist(slot: number, clientOrderId: string): void {
    if (this.resting === this.#heads.length) this.#growIndex();
    const heads = this.#heads;
    const at = spread(this.f64[slot * WORDS + ID]!, this.#shift);
    this.i32[slot * HALVES + CHAIN] = heads[at]!;
    heads[at] = slot;
    this.resting++;
    if (clientOrderId !== '') this.#nameOrder(slot, clientOrderId);
    if ((this.i32[slot * HALVES + FLAGS]! & (COUNTED | FORWARD)) !== 0) this.#note(slot);
  }

  /** Undoes `enlist`: the order ends, and its client order id is free again. */
  delist(slot: number): void {
    const { i32 } = this;
    const heads = this.#heads;
    const at = spread(this.f64[slot * WORDS + ID]!, this.#shift);
    const behind = i32[slot * HALVES + CHAIN]!;
    let before = heads[at]!;
    if (before === slot) {
      heads[at] = behind;
    } else {
      while (i32[before * HALVES + CHAIN] !== slot) before = i32[before * HALVES + CHAIN]!;
      i32[before * HALVES + CHAIN] = behind;
    }
    this.resting--;
    if ((i32[slot * HALVES + FLAGS]! & (CLIENT_ID | COUNTED | FORWARD)) !== 0) this.#forget(slot);
  }

  /** Calls `visit` with the slots of all resting orders. O(slots). */
  each(visit: (slot: number) => void): void {
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.level(slot) !== NONE) visit(slot);
    }
  }

  /** Slots of all resting orders that pass, in order of order id. O(slots). */
  select(passes: (slot: number) => boolean): number[] {
    const slots: number[] = [];
    this.each((slot) => {
      if (passes(slot)) slots.push(slot);
    });
    return slots.sort((a, b) => this.id(a) - this.id(b));
  }

  /** Counts the orders of these accounts from now on, and of no others. O(slots). */
  countFor(accounts: ReadonlyMap<number, unknown>): void {
    this.#counts.clear();
    for (const account of accounts.keys()) this.#counts.set(account, 0);
    this.each((slot) => {
      this.setFlags(slot, this.flags(slot) & ~COUNTED);
      this.#flagCounted(slot);
      if ((this.flags(slot) & COUNTED) !== 0) this.#count(slot, 1);
    });
  }

  /** How many orders of a counted account rest, or can come to: two where two are to follow on one. */
  restingOf(account: number): number {
    return this.#counts.get(account) ?? 0;
  }

  /** Makes room in one go for so many orders, and for the first ones after them. */
  reserve(orders: number): void {
    if (orders > this.#capacity) this.#grow(orders + growth(orders, FIRST));
    while (orders > this.#heads.length) this.#growIndex();
  }

  #flagCounted(slot: number): void {
    if (this.#counts.has(this.account(slot))) this.setFlags(slot, this.flags(slot) | COUNTED);
  }

  #count(slot: number, change: number): void {
    const account = this.account(slot);
    const orders = (this.flags(slot) & BRACKET) === 0 ? 1 : 2;
    this.#counts.set(account, this.#counts.get(account)! + change * orders);
  }

  #nameOrder(slot: number, clientOrderId: string): void {
    this.setFlags(slot, this.flags(slot) | CLIENT_ID);
    this.#clientIds.add(slot, this.account(slot), clientOrderId);
  }

  #note(slot: number): void {
    const flags = this.flags(slot);
    if ((flags & COUNTED) !== 0) this.#count(slot, 1);
    if ((flags & FORWARD) !== 0) this.own.add(this.product(slot), this.account(slot), slot);
  }

  #forget(slot: number): void {
    const flags = this.flags(slot);
    if ((flags & COUNTED) !== 0) this.#count(slot, -1);
    if ((flags & FORWARD) !== 0) this.own.drop(this.product(slot), this.account(slot), slot);
    if ((flags & CLIENT_ID) !== 0) this.#clientIds.drop(slot, this.account(slot));
  }

  #forgetMore(slot: number): void {
    for (const table of [this.#clips, this.#brackets, this.trails, this.pegs]) table.delete(slot);
  }

  #grow(capacity: number): void {
    this.f64 = grownFloats(this.f64, capacity * WORDS);
    this.i32 = new Int32Array(this.f64.buffer);
    this.#total = grownFloats(this.#total, capacity);
    this.#priority = grownFloats(this.#priority, capacity);
    this.#version = grownInts(this.#version, capacity);
    this.#capacity = capacity;
  }

  /** Twice as many places; every order goes where it belongs now. */
  #growIndex(): void {
    const heads = new Int32Array(this.#heads.length * 2).fill(NONE);
    const shift = --this.#shift;
    const { f64, i32 } = this;
    for (const head of this.#heads) {
      for (let slot = head; slot !== NONE;) {
        const behind = i32[slot * HALVES + CHAIN]!;
        const at = spread(f64[slot * WORDS + ID]!, shift);
        i32[slot * HALVES + CHAIN] = heads[at]!;
        heads[at] = slot;
        slot = behind;
      }
    }
    this.#heads = heads;
  }
}

/** Ids in a row are spread evenly; the low 32 bits tell apart what can rest at the same time. */
function spread(id: number, shift: number): number {
  return Math.imul(id | 0, GOLDEN) >>> shift;
}
