import { EndReason, RejectCode } from '../core/codes.ts';
import { moveReserve, reserve } from '../contracts/bracket-lock.ts';
import { amendShortage, lockAs, orderLock, relockOrder } from '../contracts/new-order.ts';
import { relockPair } from '../contracts/pair-lock.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import {
  ALL_OR_NONE,
  isWhole,
  LINKED,
  NETWORKED,
  PEGGED,
  TRAILING,
  WAITING,
} from '../orderbook/flags.ts';
import { NONE } from '../orderbook/orders.ts';
import { exposureLimit } from './account-limits.ts';
import { admitPrice, firstOf, pegPrice } from './admission.ts';
import { admitExits } from './brackets.ts';
import { endOrder, withdrawOrder } from './ending.ts';
import { writeAmended } from './events.ts';
import { finish, match, takeOff } from './match.ts';
import { enterAnewInNetwork } from './network-orders.ts';
import { enterLinkedAnew } from './pairs.ts';
import { hasReference } from './pegs.ts';
import { accountRefusal, ownsOrOperates, productRefusal } from './permission.ts';
import { positionRefusal } from './positions.ts';
import type { MarketState, Outbox } from './state.ts';
import { orderAnew, placeStop, stopTrailing, triggerStops } from './stops.ts';
import { trades } from './walk.ts';

const AT = offsetsOf(COMMANDS.amend);

/**
 * The amend command. The quantity is the new total, what has traded included. Less of it at the
 * same price keeps the place in the queue (unless the order is all-or-none, which may be small enough
 * to trade now); anything else enters anew, at the back, under the terms
 * of now and with the same id: a stop order that waits waits on, for another price if one was given. A refused amendment leaves the order as it was.
 */
export function amend(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const { orders, receipt } = state;
  const slot = orders.slotOf(readI64(view, at + AT.order));
  if (slot === NONE) return RejectCode.UNKNOWN_ORDER;
  const account = orders.account(slot);
  if (!ownsOrOperates(state, view.getUint32(at + AT.actor), account)) return RejectCode.FORBIDDEN;
  const refused = accountRefusal(state, account) || productRefusal(state, orders.product(slot));
  if (refused !== 0) return refused;
  const expected = view.getUint32(at + AT.expectedVersion);
  if (expected !== 0 && expected !== orders.version(slot)) return RejectCode.STALE_VERSION;
  const waits = (orders.flags(slot) & WAITING) !== 0;
  const newStop = view.getUint8(at + AT.hasStop) === 1;
  if (newStop && !waits) return RejectCode.NOT_WAITING;

  const price =
    view.getUint8(at + AT.hasPrice) === 1 ? readI64(view, at + AT.price) : orders.lockPrice(slot);
  const newTotal = view.getUint8(at + AT.hasQuantity) === 1;
  const total = newTotal ? readI64(view, at + AT.quantity) : orders.total(slot);
  const open = total - (orders.total(slot) - orders.open(slot));
  const id = orders.id(slot);
  if (open <= 0) {
    endOrder(state, outbox, slot, EndReason.amended);
  } else if (
    open < orders.open(slot) &&
    price === orders.lockPrice(slot) &&
    !newStop &&
    (orders.flags(slot) & ALL_OR_NONE) === 0
  ) {
    reduceInPlace(state, slot, open, outbox);
  } else {
    const kind = orders.flags(slot) & (LINKED | NETWORKED);
    const oldStop = waits ? state.stopPrice(slot) : 0;
    const stopPrice = newStop ? readI64(view, at + AT.stopPrice) : oldStop;
    const others = kind === LINKED ? enterLinkedAnew : enterAnewInNetwork;
    const anew = kind === 0 ? enterAnew : others;
    const code = anew(state, slot, price, open, stopPrice, outbox);
    if (code !== 0) return code;
  }
  receipt.order = id;
  return 0;
}

function reduceInPlace(state: MarketState, slot: number, open: number, outbox: Outbox): void {
  const { orders } = state;
  const product = state.listings.products[orders.product(slot)]!;
  const openBefore = orders.open(slot);
  const shownBefore = orders.shown(slot);
  const by = openBefore - open;
  const partner = orders.partner(slot);
  if (partner !== NONE) relockPair(state, product, slot, openBefore, open);
  else {
    const oldLock = orderLock(state, product, slot, openBefore);
    relockOrder(state, product, slot, oldLock, openBefore, open);
    moveReserve(state, product, slot, orders.total(slot) - by);
  }
  state.bookOf(slot).withdraw(slot, by);
  orders.setTotal(slot, orders.total(slot) - by);
  orders.setVersion(slot, orders.version(slot) + 1);
  const before = { price: orders.price(slot), open: openBefore, shown: shownBefore };
  writeAmended(state, outbox, slot, before, true);
  if (partner !== NONE) takeOff(state, partner, by, outbox);
}

/** @param stopPrice of a stop order that waits: what it waits for now, unless that has come */
function enterAnew(
  state: MarketState,
  slot: number,
  price: number,
  open: number,
  stopPrice: number,
  outbox: Outbox,
): number {
  const { orders } = state;
  const product = state.listings.products[orders.product(slot)]!;
  const before = { price: orders.price(slot), open: orders.open(slot), shown: orders.shown(slot) };
  const total = orders.total(slot) + (open - before.open);
  // What is reserved moves with the lock, so that one can pay for the other.
  const oldLock =
    orderLock(state, product, slot, before.open) +
    reserve(state, product, slot, orders.total(slot)) -
    reserve(state, product, slot, total, product.terms);
  const amended = orderAnew(state, slot, price, open, stopPrice);
  const peg =
    (amended.flags & PEGGED) === 0 ? undefined : { ...orders.pegs.of(slot), limit: price };
  if (peg !== undefined && !hasReference(state, product.row, peg)) return RejectCode.NO_REFERENCE;
  const exits = orders.bracket(slot);
  const ofExits =
    exits === undefined ? 0 : admitExits(state, product, { ...amended, quantity: total }, exits);
  const code =
    firstOf(admitPrice(state, product, amended, peg), ofExits) ||
    exposureLimit(state, product, amended.account, lockAs(state, product, amended) - oldLock) ||
    positionRefusal(state, product, amended, open, [slot]) ||
    amendShortage(state, product, amended, oldLock, before.open);
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const waits = (amended.flags & WAITING) !== 0;
  const standsAt = peg === undefined ? amended.price : pegPrice(state, product, amended, peg);
  const meets =
    !waits &&
    peg === undefined &&
    product.call === undefined &&
    (!isWhole(amended.flags) || trades(state, product, amended));
  const { clientOrderId, expiresAt } = withdrawOrder(state, slot);
  orders.setFlags(slot, amended.flags);
  if (!waits && (amended.flags & TRAILING) !== 0) stopTrailing(orders, slot);
  orders.setPrice(slot, standsAt);
  if (peg !== undefined) orders.pegs.change(slot, peg);
  orders.setTerms(slot, product.terms);
  orders.setOpen(slot, open);
  orders.setTotal(slot, total);
  orders.setVersion(slot, orders.version(slot) + 1);
  relockOrder(state, product, slot, oldLock, before.open, open);
  writeAmended(state, outbox, slot, before, false);
  if (waits) {
    placeStop(state, slot, stopPrice, expiresAt, clientOrderId, outbox);
    return 0;
  }
  if (!meets || match(state, product, slot, outbox)) {
    finish(state, slot, expiresAt, clientOrderId, outbox);
  }
  triggerStops(state, product, outbox);
  return 0;
}
