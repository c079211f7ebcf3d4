import { Display, OrderKind, PostOnly, SelfTrade, Side, TimeInForce } from '../src/core/codes.ts';
import { emptyEntry, isReached } from '../src/matching/admission.ts';
import { Timers } from '../src/matching/timers.ts';
import { crosses, isPassedOver } from '../src/matching/walk.ts';
import { Book } from '../src/orderbook/book.ts';
import {
  ALL_OR_NONE,
  ICEBERG,
  packFlags,
  showingFlags,
  sideOf,
  timeInForceOf,
  WAITING,
} from '../src/orderbook/flags.ts';
import { Levels } from '../src/orderbook/levels.ts';
import { NONE, Orders } from '../src/orderbook/orders.ts';
import { OperationKind, type Workload } from '../src/testing/index.ts';
import { lifetimeMs, shownLots, triggerTicks } from '../src/testing/workload.ts';
import type { Fills } from './fills.ts';
import type { RestingMarket, RestingPath } from './market.ts';

/**
 * The order book alone, as `bookPath` has it, with what the other kinds of orders need beside: clips, stop
 * orders, the dry walk of all-or-none orders, timers. For flows of one product.
 */
export function specialBookPath(load: Workload): RestingPath {
  return { block: Infinity, open: (fills) => new SpecialBook(load, fills) };
}

class SpecialBook implements RestingMarket {
  readonly #load: Workload;
  readonly #fills: Fills;
  readonly #orders = new Orders();
  readonly #levels = new Levels();
  readonly #book = new Book(this.#orders, this.#levels);
  readonly #stops = new Book(this.#orders, this.#levels, true);
  readonly #timers = new Timers();
  readonly #incoming = emptyEntry();
  #lastOrder = 0;
  #lastPriority = 0;
  #lastPrice = NaN;
  /** Of the order that came in last; NaN if it has not traded. */
  #firstPrice = NaN;

  constructor(load: Workload, fills: Fills) {
    this.#load = load;
    this.#fills = fills;
  }

  run(from: number, to: number): void {
    const { kind, order } = this.#load;
    const orders = this.#orders;
    const timers = this.#timers;
    for (let row = from; row < to; row++) {
      for (let due = timers.due(row); due !== NONE; due = timers.due(row)) this.#end(due);
      const what = kind[row]!;
      if (what !== OperationKind.cancel) {
        this.#enter(row, what);
        continue;
      }
      const slot = orders.slotOf(order[row]!);
      if (slot !== NONE) this.#end(slot);
    }
  }

  proof(): string {
    return this.#fills.checksum();
  }

  resting(): number {
    return this.#orders.resting;
  }

  #enter(row: number, what: number): void {
    const taker = this.#place(row, what);
    if (what === OperationKind.stop) {
      const side = this.#load.side[row]!;
      const stopPrice = triggerTicks(side, this.#orders.price(taker));
      if (!isReached(side, stopPrice, this.#lastPrice)) {
        this.#orders.setFlags(taker, this.#orders.flags(taker) | WAITING);
        this.#orders.setPriority(taker, ++this.#lastPriority);
        this.#stops.rest(taker, '', stopPrice);
        return;
      }
    }
    const expires = what === OperationKind.goodTillDate;
    const until = expires ? row + lifetimeMs(this.#load.quantityLots[row]!) : 0;
    this.#meet(taker, what !== OperationKind.immediate, until);
    if (this.#reaches(Side.buy) || this.#reaches(Side.sell)) this.#cascade();
  }

  /** Trades an order, then lets it rest or go. @param until when it expires, 0 if never */
  #meet(taker: number, mayRest: boolean, until: number): void {
    const orders = this.#orders;
    const flags = orders.flags(taker);
    this.#firstPrice = NaN;
    if ((flags & ALL_OR_NONE) === 0 || this.#fits(taker)) this.#match(taker);
    if (orders.open(taker) === 0 || !mayRest) {
      orders.release(taker);
      return;
    }
    orders.setPriority(taker, ++this.#lastPriority);
    this.#book.rest(taker, '', orders.price(taker));
    if (until > 0) this.#timers.set(taker, until, orders);
  }

  #match(taker: number): void {
    const orders = this.#orders;
    const book = this.#book;
    const side = sideOf(orders.flags(taker));
    const opposite = side === Side.buy ? Side.sell : Side.buy;
    const limit = orders.price(taker);
    let passed = NONE;
    let open = orders.open(taker);
    while (open > 0) {
      const maker = passed === NONE ? book.best(opposite) : book.after(passed);
      if (maker === NONE || !crosses(side, limit, orders.price(maker))) break;
      if (isPassedOver(orders, maker, open)) {
        passed = maker;
        continue;
      }
      const price = orders.price(maker);
      const lots = Math.min(open, orders.tradable(maker));
      this.#fills.add(orders.id(maker), orders.id(taker), price, lots);
      if (Number.isNaN(this.#firstPrice)) this.#firstPrice = price;
      this.#lastPrice = price;
      open -= lots;
      book.reduce(maker, lots);
      if (orders.open(maker) === 0) this.#end(maker);
      else if ((orders.flags(maker) & ICEBERG) !== 0 && book.refresh(maker) !== NONE) {
        orders.setPriority(maker, ++this.#lastPriority);
      }
    }
    orders.setOpen(taker, open);
  }

  /** Whether an all-or-none order can be filled at once. */
  #fits(taker: number): boolean {
    const orders = this.#orders;
    const side = sideOf(orders.flags(taker));
    const limit = orders.price(taker);
    let left = orders.open(taker);
    this.#book.sweep(side === Side.buy ? Side.sell : Side.buy, (maker, lots) => {
      if (left === 0 || !crosses(side, limit, orders.price(maker))) return false;
      if (!isPassedOver(orders, maker, left)) left -= Math.min(left, lots);
      return true;
    });
    return left === 0;
  }

  /** Whether the trades of the order that came in have reached a stop order of a side. */
  #reaches(side: number): boolean {
    const [first, last] = [this.#firstPrice, this.#lastPrice];
    const slot = this.#stops.best(side);
    if (slot === NONE || Number.isNaN(first)) return false;
    const price = side === Side.buy ? Math.max(first, last) : Math.min(first, last);
    return isReached(side, this.#levels.price(this.#orders.level(slot)), price);
  }

  /** Triggers what the trades of the order that came in have reached, and what these reach. */
  #cascade(): void {
    const orders = this.#orders;
    const reached: number[] = [];
    const add = (first: number, last: number): void => {
      const found: number[] = [];
      for (const side of [Side.buy, Side.sell]) {
        const price = side === Side.buy ? Math.max(first, last) : Math.min(first, last);
        this.#stops.walk(side, (slot) => {
          if (!isReached(side, this.#levels.price(orders.level(slot)), price)) return false;
          if (!reached.includes(slot)) found.push(slot);
          return true;
        });
      }
      reached.push(...found.sort((a, b) => orders.priority(a) - orders.priority(b)));
    };
    add(this.#firstPrice, this.#lastPrice);
    // Grows on the way.
    for (const slot of reached) {
      this.#stops.unlink(slot);
      orders.setFlags(slot, orders.flags(slot) & ~WAITING);
      this.#meet(slot, true, 0);
      if (!Number.isNaN(this.#firstPrice)) add(this.#firstPrice, this.#lastPrice);
    }
  }

  /** Writes an order into a slot, as admission does. */
  #place(row: number, what: number): number {
    const load = this.#load;
    const order = this.#incoming;
    const side = load.side[row]!;
    const iceberg = what === OperationKind.iceberg;
    const expires = what === OperationKind.goodTillDate;
    const sliding = what === OperationKind.postOnly;
    order.account = load.account[row]!;
    const timeInForce = expires ? TimeInForce.gtd : TimeInForce.gtc;
    const postOnly = sliding ? PostOnly.slide : PostOnly.off;
    const whole = what === OperationKind.allOrNone ? 1 : 0;
    order.flags =
      packFlags(side, OrderKind.limit, timeInForce, postOnly, SelfTrade.allow) |
      showingFlags(iceberg ? Display.clip : Display.all, whole);
    order.price = load.priceTicks[row]!;
    order.quantity = load.quantityLots[row]!;
    order.clip = iceberg ? shownLots(order.quantity) : 0;
    order.refreshBelow = iceberg ? 1 : 0;
    if (sliding) order.price = this.#slid(side, order.price, order.quantity);
    return this.#orders.place(order, ++this.#lastOrder);
  }

  /** A price, or the one a tick short of the first order that it would trade with. */
  #slid(side: number, price: number, lots: number): number {
    const book = this.#book;
    const orders = this.#orders;
    let touch = book.best(side === Side.buy ? Side.sell : Side.buy);
    while (touch !== NONE && isPassedOver(orders, touch, lots)) touch = book.after(touch);
    if (touch === NONE || !crosses(side, price, orders.price(touch))) return price;
    return orders.price(touch) + (side === Side.buy ? -1 : 1);
  }

  #end(slot: number): void {
    const flags = this.#orders.flags(slot);
    const from = (flags & WAITING) === 0 ? this.#book : this.#stops;
    from.unlink(slot);
    if (timeInForceOf(flags) === TimeInForce.gtd) this.#timers.clear(slot, this.#orders);
    this.#orders.release(slot);
  }
}
