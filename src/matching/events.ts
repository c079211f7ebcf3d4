import { EndReason, Side, Standing } from '../core/codes.ts';
import { putI64, putId } from '../core/bytes.ts';
import { type EventName, EVENTS, offsetsOf } from '../core/registry.ts';
import { writeRecord } from '../core/records.ts';
import {
  durationOf,
  kindOf,
  PARTLY_SEEN,
  sideOf,
  UNDISPLAYED,
  WAITING,
} from '../orderbook/flags.ts';
import {
  ACCOUNT,
  FLAGS,
  HALVES,
  ID,
  LEVEL,
  NONE,
  OPEN,
  type Orders,
  PRICE,
  PRODUCT,
  WORDS,
} from '../orderbook/orders.ts';
import type { MarketState, Outbox } from './state.ts';

// The events of the hot path are written field by field; their offsets come from the registry.
const ACCEPTED = offsetsOf(EVENTS.orderAccepted);
const RESTED = offsetsOf(EVENTS.orderRested);
const TRADE = offsetsOf(EVENTS.trade);
const ENDED = offsetsOf(EVENTS.orderEnded);
const AMENDED = offsetsOf(EVENTS.orderAmended);
const TWO_32 = 4_294_967_296;
const REJECTED = offsetsOf(EVENTS.rejected);

/** Puts down what the events of the command under way are stamped with. */
export function stampEvents({ stamp, sequence, time }: MarketState): void {
  const sequenceLow = sequence >>> 0;
  const timeLow = time >>> 0;
  stamp[0] = (sequence - sequenceLow) / TWO_32;
  stamp[1] = sequenceLow;
  stamp[2] = (time - timeLow) / TWO_32;
  stamp[3] = timeLow;
}

/** Starts an event of the command under way; returns where it begins. */
function begin(state: MarketState, outbox: Outbox, type: number, size: number): number {
  const at = outbox.extend(size);
  const { view } = outbox;
  const { stamp } = state;
  // The header, see `HEADER_SIZE`: length, type with version 0, sequence, time.
  view.setInt32(at, size);
  view.setInt32(at + 4, type << 16);
  view.setInt32(at + 8, stamp[0]!);
  view.setInt32(at + 12, stamp[1]!);
  view.setInt32(at + 16, stamp[2]!);
  view.setInt32(at + 20, stamp[3]!);
  return at;
}

/** The fields with which every event about an order begins. */
function putOrder({ orders }: MarketState, view: DataView, at: number, slot: number): void {
  const { f64, i32 } = orders;
  const half = slot * HALVES;
  putI64(view, at + ACCEPTED.order, f64[slot * WORDS + ID]!);
  view.setUint32(at + ACCEPTED.account, i32[half + ACCOUNT]!);
  view.setUint32(at + ACCEPTED.product, i32[half + PRODUCT]!);
  view.setUint8(at + ACCEPTED.side, sideOf(i32[half + FLAGS]!));
}

/** The same for events that are not on the hot path. */
export function orderFields({ orders }: MarketState, slot: number): readonly number[] {
  const side = sideOf(orders.flags(slot));
  return [orders.id(slot), orders.account(slot), orders.product(slot), side];
}

/** Where an order stands, as a number of `Standing`. */
export function standingOf({ i32 }: Orders, slot: number): number {
  if (i32[slot * HALVES + LEVEL] === NONE) return Standing.outside;
  const flags = i32[slot * HALVES + FLAGS]!;
  if ((flags & UNDISPLAYED) === 0) return Standing.displayed;
  return (flags & WAITING) === 0 ? Standing.undisplayed : Standing.waiting;
}

/** Writes an event that is not on the hot path: values in the order of its layout. */
export function writeEvent(
  state: MarketState,
  outbox: Outbox,
  name: EventName,
  values: readonly number[],
  strings: readonly string[] = [],
): void {
  writeRecord(outbox, EVENTS[name], state.sequence, state.time, values, strings);
}

/** Writes that the command under way was refused. */
export function writeRejected(
  state: MarketState,
  outbox: Outbox,
  actor: number,
  command: number,
  code: number,
): void {
  const at = begin(state, outbox, EVENTS.rejected.type, REJECTED.strings);
  const { view } = outbox;
  view.setUint32(at + REJECTED.actor, actor);
  view.setUint16(at + REJECTED.command, command);
  view.setUint16(at + REJECTED.code, code);
}

export function writeAccepted(
  state: MarketState,
  outbox: Outbox,
  slot: number,
  expiresAt: number,
  clientOrderId: string,
): void {
  const { f64, i32 } = state.orders;
  const flags = i32[slot * HALVES + FLAGS]!;
  const size = ACCEPTED.strings + 1 + clientOrderId.length;
  const at = begin(state, outbox, EVENTS.orderAccepted.type, size);
  const { view } = outbox;
  putOrder(state, view, at, slot);
  view.setUint8(at + ACCEPTED.kind, kindOf(flags));
  view.setUint8(at + ACCEPTED.timeInForce, durationOf(flags));
  putI64(view, at + ACCEPTED.price, f64[slot * WORDS + PRICE]!);
  putI64(view, at + ACCEPTED.quantity, f64[slot * WORDS + OPEN]!);
  putI64(view, at + ACCEPTED.expiresAt, expiresAt);
  if (clientOrderId === '') view.setUint8(at + ACCEPTED.strings, 0);
  else putId(outbox.bytes, at + ACCEPTED.strings, clientOrderId);
}

export function writeRested(state: MarketState, outbox: Outbox, slot: number): void {
  const { f64, i32 } = state.orders;
  const open = f64[slot * WORDS + OPEN]!;
  const seen = (i32[slot * HALVES + FLAGS]! & PARTLY_SEEN) === 0;
  const at = begin(state, outbox, EVENTS.orderRested.type, RESTED.strings);
  const { view } = outbox;
  putOrder(state, view, at, slot);
  putI64(view, at + RESTED.price, f64[slot * WORDS + PRICE]!);
  putI64(view, at + RESTED.open, open);
  putI64(view, at + RESTED.shown, seen ? open : state.orders.shown(slot));
  putI64(view, at + RESTED.priority, state.orders.priority(slot));
}

/**
 * Writes the trade whose settlement stands in `state.fill`.
 * @param standing of the maker, if the trade takes its lots off what is seen of it
 */
export function writeTrade(
  state: MarketState,
  outbox: Outbox,
  taker: number,
  maker: number,
  lots: number,
  standing: number,
): void {
  const { fill } = state;
  const { f64, i32 } = state.orders;
  const takerSide = sideOf(i32[taker * HALVES + FLAGS]!);
  const buyer = takerSide === Side.buy ? taker : maker;
  const seller = takerSide === Side.buy ? maker : taker;
  const at = begin(state, outbox, EVENTS.trade.type, TRADE.strings);
  const { view } = outbox;
  putI64(view, at + TRADE.trade, ++state.lastTrade);
  view.setUint32(at + TRADE.product, i32[taker * HALVES + PRODUCT]!);
  putI64(view, at + TRADE.price, fill.price);
  putI64(view, at + TRADE.quantity, lots);
  view.setUint32(at + TRADE.buyer, i32[buyer * HALVES + ACCOUNT]!);
  view.setUint32(at + TRADE.seller, i32[seller * HALVES + ACCOUNT]!);
  putI64(view, at + TRADE.buyerFee, fill.buyerFee);
  putI64(view, at + TRADE.sellerFee, fill.sellerFee);
  putI64(view, at + TRADE.makerOrder, f64[maker * WORDS + ID]!);
  putI64(view, at + TRADE.takerOrder, f64[taker * WORDS + ID]!);
  view.setUint8(at + TRADE.takerSide, takerSide);
  view.setUint8(at + TRADE.standing, standing);
}

/** Writes the end of an order that is still where it stood; what was released stands in `state.release`. */
export function writeEnded(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { release } = state;
  const { f64, i32 } = state.orders;
  const at = begin(state, outbox, EVENTS.orderEnded.type, ENDED.strings);
  const { view } = outbox;
  putOrder(state, view, at, slot);
  putI64(view, at + ENDED.price, f64[slot * WORDS + PRICE]!);
  view.setUint8(at + ENDED.reason, reason);
  const open = f64[slot * WORDS + OPEN]!;
  putI64(view, at + ENDED.open, open);
  const seen = (i32[slot * HALVES + FLAGS]! & PARTLY_SEEN) === 0;
  // Not by `standingOf` and `shown`: with them `cancel` was no longer compiled in one piece.
  if (seen && i32[slot * HALVES + LEVEL] !== NONE) {
    view.setUint8(at + ENDED.standing, Standing.displayed);
    putI64(view, at + ENDED.shown, open);
  } else putStanding(state.orders, view, at, slot);
  putI64(view, at + ENDED.releasedMoney, release.money);
  putI64(view, at + ENDED.releasedEnergy, release.energy);
}

/** The same of an order that an auction has filled. @param shown lots that are told of as shown still */
export function writeFilled(state: MarketState, outbox: Outbox, slot: number, shown: number): void {
  const at = outbox.length;
  writeEnded(state, outbox, slot, EndReason.filled);
  putI64(outbox.view, at + ENDED.shown, shown);
}

/** Where an order stood that ends, and what of it was seen there. */
function putStanding(orders: Orders, view: DataView, at: number, slot: number): void {
  const standing = standingOf(orders, slot);
  view.setUint8(at + ENDED.standing, standing);
  putI64(view, at + ENDED.shown, standing === Standing.displayed ? orders.shown(slot) : 0);
}

/** Writes that an order was amended; `before` tells what it was. */
export function writeAmended(
  state: MarketState,
  outbox: Outbox,
  slot: number,
  before: { readonly price: number; readonly open: number; readonly shown: number },
  keepsPlace: boolean,
): void {
  const { orders } = state;
  const at = begin(state, outbox, EVENTS.orderAmended.type, AMENDED.strings);
  const { view } = outbox;
  putOrder(state, view, at, slot);
  putI64(view, at + AMENDED.priceBefore, before.price);
  putI64(view, at + AMENDED.openBefore, before.open);
  view.setUint32(at + AMENDED.orderVersion, orders.version(slot));
  // A pegged order stays where it stands, or enters anew with another limit.
  putI64(view, at + AMENDED.price, keepsPlace ? orders.price(slot) : orders.lockPrice(slot));
  putI64(view, at + AMENDED.quantity, orders.total(slot));
  putI64(view, at + AMENDED.open, orders.open(slot));
  view.setUint8(at + AMENDED.keepsPlace, keepsPlace ? 1 : 0);
  putI64(view, at + AMENDED.shownBefore, before.shown);
  putI64(view, at + AMENDED.shown, keepsPlace ? orders.shown(slot) : 0);
}
