import { lockPair, pairCost, pairLock, pairShortage } from '../contracts/pair-lock.ts';
import { RejectCode } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { FORWARD, sideOf, WAITING } from '../orderbook/flags.ts';
import type { NewOrder } from '../orderbook/orders.ts';
import { exposureLimit, openOrderLimit } from './account-limits.ts';
import {
  admitParties,
  admitPrice,
  admitStop,
  type Entry,
  firstOf,
  isReached,
} from './admission.ts';
import { type Ticket, withdrawOrder } from './ending.ts';
import { orderFields, writeAmended, writeEvent } from './events.ts';
import { finish, match, takeOff } from './match.ts';
import { crowdRefusal, positionRefusal } from './positions.ts';
import type { MarketState, Outbox } from './state.ts';
import { cascade, orderAnew, orderIn, placeStop, Reached } from './stops.ts';
import { crosses } from './walk.ts';

/** A linked order about to enter. */
interface Leg extends Ticket {
  readonly slot: number;
  /** Of a stop order, the price that triggers it. */
  readonly stopPrice: number | undefined;
}

/**
 * Decides on two orders that are to be linked, as `admit` does on one. Both are checked rule by rule.
 * @returns 0 with the rest of both entries filled in, or a reject code
 */
export function admitPair(state: MarketState, first: Entry, second: Entry): number {
  const refused = admitParties(state, first);
  if (refused !== 0) return refused;
  const product = state.listings.products[first.product]!;
  for (const entry of [first, second]) {
    entry.terms = product.terms;
    if (product.forward !== undefined) entry.flags |= FORWARD;
    if (entry.isStop) admitStop(state, product, entry);
  }
  const code = firstOf(admitPrice(state, product, first), admitPrice(state, product, second));
  if (code !== 0) return code;
  const cost = pairCost(state, product, first, second);
  return (
    crowdRefusal(state, product, first.account) ||
    openOrderLimit(state, first.account, 2) ||
    exposureLimit(state, product, first.account, cost.money) ||
    positionRefusal(state, product, first, first.quantity) ||
    positionRefusal(state, product, second, second.quantity) ||
    pairShortage(state, product, first.account, NOTHING, cost)
  );
}

const NOTHING = { money: 0, energy: 0 } as const;

/** Locks two orders that were admitted together, and makes them one pair. They enter nowhere yet. */
export function placePair(
  state: MarketState,
  product: Product,
  first: Entry,
  second: Entry,
): readonly [number, number] {
  const { ledger, orders } = state;
  const moneyRow = ledger.row(first.account, product.moneyAsset);
  const energyRow = ledger.row(first.account, product.energyAsset);
  const rows = { moneyRow, energyRow };
  lockPair(state, rows, NOTHING, pairCost(state, product, first, second));
  const one = orders.place(Object.assign(first, rows), ++state.lastOrder);
  const other = orders.place(Object.assign(second, rows), ++state.lastOrder);
  orders.link(one, other);
  return [one, other];
}

/** Tells that two orders are linked. */
export function writeLinked(state: MarketState, outbox: Outbox, one: number, other: number): void {
  const { orders } = state;
  const values = [orders.id(other), sideOf(orders.flags(other))];
  writeEvent(state, outbox, 'ordersLinked', [...orderFields(state, one), ...values]);
}

/**
 * Lets linked orders enter one after the other, as far as they are still there when it is their turn, and then
 * triggers the stop orders that this has reached.
 */
export function enterLegs(
  state: MarketState,
  product: Product,
  legs: readonly Leg[],
  outbox: Outbox,
): void {
  const { orders, receipt } = state;
  const reached = new Reached(state, state.stopsOf(product.row));
  const pairs = legs.map(({ slot }) => orders.partner(slot));
  let filled = 0;
  legs.forEach((leg, i) => {
    if (orders.partner(leg.slot) !== pairs[i]) return;
    receipt.filled = 0;
    enterLeg(state, product, leg, outbox);
    if (i === 0) filled = receipt.filled;
    if (receipt.filled > 0) reached.follow(product, outbox);
  });
  receipt.filled = filled;
  cascade(state, product, reached, outbox);
}

function enterLeg(
  state: MarketState,
  product: Product,
  { slot, stopPrice, expiresAt, clientOrderId }: Leg,
  outbox: Outbox,
): void {
  const { orders } = state;
  const flags = orders.flags(slot) & ~WAITING;
  const waits = stopPrice !== undefined && !isReached(sideOf(flags), stopPrice, product.lastPrice);
  orders.setFlags(slot, waits ? flags | WAITING : flags);
  if (waits) placeStop(state, slot, stopPrice, expiresAt, clientOrderId, outbox);
  else if (match(state, product, slot, outbox)) {
    finish(state, slot, expiresAt, clientOrderId, outbox);
  }
}

/**
 * Lets a linked order enter anew at a price and with so many open lots, which its partner has from then on
 * too: less of it stays where it is, more enters anew behind the order.
 * @param stopPrice of a stop order that waits: what it waits for now, unless that has come
 * @returns 0 or a reject code
 */
export function enterLinkedAnew(
  state: MarketState,
  slot: number,
  price: number,
  open: number,
  stopPrice: number,
  outbox: Outbox,
): number {
  const { orders } = state;
  const product = state.listings.products[orders.product(slot)]!;
  const partner = orders.partner(slot);
  const openBefore = orders.open(slot);
  const more = open > openBefore;
  const amended = orderAnew(state, slot, price, open, stopPrice);
  const other = { ...orderIn(state, partner), quantity: open };
  if (more) other.terms = product.terms;
  const before = pairLock(state, product, slot, openBefore);
  const after = pairCost(state, product, amended, other);
  const code =
    firstOf(admitPrice(state, product, amended), more ? admitPrice(state, product, other) : 0) ||
    (cross(amended, other) ? RejectCode.LEGS_CROSS : 0) ||
    exposureLimit(state, product, amended.account, after.money - before.money) ||
    positionRefusal(state, product, amended, open, [slot, partner]) ||
    positionRefusal(state, product, other, open, [slot, partner]) ||
    pairShortage(state, product, amended.account, before, after);
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const legs = [reshape(state, slot, amended, stopPrice, outbox)];
  if (more) legs.push(reshape(state, partner, other, stopOf(state, partner), outbox));
  else if (open < openBefore) takeOff(state, partner, openBefore - open, outbox);
  lockPair(state, amended, before, pairLock(state, product, slot, open));
  enterLegs(state, product, legs, outbox);
  return 0;
}

/** What an order waits for, 0 if it does not. */
function stopOf(state: MarketState, slot: number): number {
  return (state.orders.flags(slot) & WAITING) === 0 ? 0 : state.stopPrice(slot);
}

/** Takes an order out of where it stands, and gives it another price, quantity and terms, and something to wait for if it waits. */
function reshape(
  state: MarketState,
  slot: number,
  amended: NewOrder,
  stopPrice: number,
  outbox: Outbox,
): Leg {
  const { orders } = state;
  const before = { price: orders.price(slot), open: orders.open(slot), shown: orders.shown(slot) };
  const waits = (orders.flags(slot) & WAITING) !== 0;
  const ticket = withdrawOrder(state, slot);
  orders.setPrice(slot, amended.price);
  orders.setTerms(slot, amended.terms);
  orders.setOpen(slot, amended.quantity);
  orders.setTotal(slot, orders.total(slot) + (amended.quantity - before.open));
  orders.setVersion(slot, orders.version(slot) + 1);
  writeAmended(state, outbox, slot, before, false);
  return { slot, stopPrice: waits ? stopPrice : undefined, ...ticket };
}

/** Whether two orders of one account would trade with each other at their limits. */
function cross(one: NewOrder, other: NewOrder): boolean {
  if (sideOf(one.flags) === sideOf(other.flags)) return false;
  return crosses(sideOf(one.flags), one.price, other.price);
}
