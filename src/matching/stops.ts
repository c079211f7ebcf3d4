import { EndReason, ProductStatus, Side, TimeInForce } from '../core/codes.ts';
import { MAX_CASCADE } from '../core/limits.ts';
import type { Product } from '../market/products.ts';
import type { Book } from '../orderbook/book.ts';
import { isWhole, sideOf, timeInForceOf, TRAILING, WAITING } from '../orderbook/flags.ts';
import { type NewOrder, NONE, type Orders } from '../orderbook/orders.ts';
import { isReached } from './admission.ts';
import { endOrder, withdrawOrder } from './ending.ts';
import { orderFields, writeEvent } from './events.ts';
import { finish, match } from './match.ts';
import type { MarketState, Outbox } from './state.ts';
import { moveTriggers } from './trailing.ts';
import { trades } from './walk.ts';

/** Lets an order wait until a trade triggers it. */
export function placeStop(
  state: MarketState,
  slot: number,
  stopPrice: number,
  expiresAt: number,
  clientOrderId: string,
  outbox: Outbox,
): void {
  const { orders } = state;
  orders.setPriority(slot, ++state.lastPriority);
  state.stopsOf(orders.product(slot)).rest(slot, clientOrderId, stopPrice);
  if (timeInForceOf(orders.flags(slot)) === TimeInForce.gtd) {
    state.timers.set(slot, expiresAt, orders);
  }
  const terms = [orders.price(slot), stopPrice, orders.open(slot), orders.priority(slot)];
  writeEvent(state, outbox, 'stopPlaced', [...orderFields(state, slot), ...terms]);
}

/**
 * Triggers the stop orders that the trades of the command under way have reached, and those that are
 * reached by the trades of these, each after what is left of the one before has come to rest: first
 * those that were reached first, then those that were placed first. What is beyond MAX_CASCADE ends.
 */
export function triggerStops(state: MarketState, product: Product, outbox: Outbox): void {
  const stops = state.stops[product.row];
  if (stops === undefined || state.receipt.filled === 0) return;
  const reached = new Reached(state, stops);
  reached.follow(product, outbox);
  cascade(state, product, reached, outbox);
}

/** The same of what the last price has reached while the product was halted. */
export function triggerLeftStops(state: MarketState, product: Product, outbox: Outbox): void {
  const stops = state.stops[product.row];
  if (stops === undefined) return;
  const reached = new Reached(state, stops);
  reached.add(product.lastPrice, product.lastPrice);
  cascade(state, product, reached, outbox);
}

/** Triggers the stop orders that were reached, and those that are reached on the way. A halt leaves the rest waiting. */
export function cascade(
  state: MarketState,
  product: Product,
  reached: Reached,
  outbox: Outbox,
): void {
  const { orders, receipt } = state;
  const { filled } = receipt;
  let count = 0;
  // Grows on the way.
  for (const id of reached.ids) {
    if (product.status === ProductStatus.halted) break;
    const slot = orders.slotOf(id);
    // It may have ended with the order that it was linked with.
    if (slot === NONE) continue;
    if (++count > MAX_CASCADE) {
      endOrder(state, outbox, slot, EndReason.cascade);
      continue;
    }
    receipt.filled = 0;
    trigger(state, product, slot, outbox);
    if (receipt.filled > 0) reached.follow(product, outbox);
  }
  receipt.filled = filled;
}

/** Stop orders that have been reached, in the order in which they are triggered. */
export class Reached {
  /** Order ids. */
  readonly ids: number[] = [];
  readonly #known = new Set<number>();
  readonly #state: MarketState;
  readonly #stops: Book;

  constructor(state: MarketState, stops: Book) {
    this.#state = state;
    this.#stops = stops;
  }

  /**
   * Adds what the trades of the order that came in last have reached, and moves the triggers that follow them. An order
   * trades in one direction: what its first and its last price tell is all that there is to know.
   */
  follow({ row, lastPrice }: Product, outbox: Outbox): void {
    const state = this.#state;
    moveTriggers(state, row, state.firstPrice, this.#known, outbox);
    this.add(state.firstPrice, lastPrice);
    moveTriggers(state, row, lastPrice, this.#known, outbox);
  }

  /** Adds what trades from one price to another have reached. */
  add(first: number, last: number): void {
    const { orders } = this.#state;
    const found: number[] = [];
    for (const side of [Side.buy, Side.sell]) {
      const price = side === Side.buy ? Math.max(first, last) : Math.min(first, last);
      this.#stops.walk(side, (slot) => {
        if (!isReached(side, this.#state.stopPrice(slot), price)) return false;
        if (!this.#known.has(orders.id(slot))) found.push(slot);
        return true;
      });
    }
    found.sort((a, b) => orders.priority(a) - orders.priority(b));
    for (const slot of found) {
      this.#known.add(orders.id(slot));
      this.ids.push(orders.id(slot));
    }
  }
}

function trigger(state: MarketState, product: Product, slot: number, outbox: Outbox): void {
  const { orders } = state;
  const stopPrice = state.stopPrice(slot);
  const terms = [orders.price(slot), stopPrice, orders.open(slot)];
  writeEvent(state, outbox, 'stopTriggered', [...orderFields(state, slot), ...terms]);
  const { clientOrderId, expiresAt } = withdrawOrder(state, slot);
  orders.setFlags(slot, orders.flags(slot) & ~WAITING);
  if ((orders.flags(slot) & TRAILING) !== 0) stopTrailing(orders, slot);
  const meets = !isWhole(orders.flags(slot)) || trades(state, product, orderIn(state, slot));
  if (!meets || match(state, product, slot, outbox)) {
    finish(state, slot, expiresAt, clientOrderId, outbox);
  }
}

/** A stop order that enters trails nothing any more. */
export function stopTrailing(orders: Orders, slot: number): void {
  orders.trails.delete(slot);
  orders.setFlags(slot, orders.flags(slot) & ~TRAILING);
}

/** The order in a slot as it would come in. */
export function orderIn({ orders }: MarketState, slot: number): NewOrder {
  const clip = orders.clip(slot);
  return {
    account: orders.account(slot),
    product: orders.product(slot),
    flags: orders.flags(slot),
    price: orders.price(slot),
    quantity: orders.open(slot),
    terms: orders.terms(slot),
    moneyRow: orders.moneyRow(slot),
    energyRow: orders.energyRow(slot),
    clip: clip === undefined ? 0 : clip.size,
    refreshBelow: clip === undefined ? 0 : clip.refreshBelow,
  };
}

/**
 * The same with a price and so many open lots, under the terms of now. One that waits does so no more if what it is
 * to wait for has come.
 */
export function orderAnew(
  state: MarketState,
  slot: number,
  price: number,
  open: number,
  stopPrice: number,
): NewOrder {
  const { terms, lastPrice } = state.listings.products[state.orders.product(slot)]!;
  const order = orderIn(state, slot);
  order.price = price;
  order.quantity = open;
  order.terms = terms;
  if (isReached(sideOf(order.flags), stopPrice, lastPrice)) order.flags &= ~WAITING;
  return order;
}
