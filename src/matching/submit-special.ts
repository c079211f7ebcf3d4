import { lockOrder } from '../contracts/new-order.ts';
import { readI64 } from '../core/bytes.ts';
import { Display, PegTo, TrailBy } from '../core/codes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { isWhole, PEGGED, showingFlags, SIDE, TRAILING, WAITING } from '../orderbook/flags.ts';
import { admit, emptyEntry, type Entry, pegPrice, specialRefusal } from './admission.ts';
import { admitBracket, type ExitPrices, reserveExits } from './brackets.ts';
import { orderFields, writeAccepted, writeEvent } from './events.ts';
import { finish, match } from './match.ts';
import { admitPair, enterLegs, placePair, writeLinked } from './pairs.ts';
import type { MarketState, Outbox } from './state.ts';
import { placeStop, triggerStops } from './stops.ts';
import { readEntry } from './submit.ts';
import { trades } from './walk.ts';

const AT = offsetsOf(COMMANDS.submitSpecial);

/** Overwritten by every such command. */
const current = emptyEntry();

/** The submit command of an order with special terms: an iceberg, hidden, all-or-none, a stop, pegged or bounded by money. */
export function submitSpecial(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const entry = current;
  readSpecialEntry(view, at, entry);
  const unfit = specialRefusal(state, entry);
  if (unfit !== 0) return unfit;
  if (view.getUint8(at + AT.hasOco) === 1) return submitPair(state, entry, view, at, outbox);
  const exits = readExits(view, at);
  const code = exits === undefined ? admit(state, entry) : admitBracket(state, entry, exits);
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const { expiresAt, clientOrderId } = entry;
  const product = state.listings.products[entry.product]!;
  const order = ++state.lastOrder;
  state.receipt.order = order;
  lockOrder(state, product, entry);
  const waits = (entry.flags & WAITING) !== 0;
  const { peg } = entry;
  const standsAt = peg === undefined ? NaN : pegPrice(state, product, entry, peg);
  const meets =
    !waits &&
    peg === undefined &&
    (!isWhole(entry.flags) || trades(state, product, entry, entry.maxMoney));
  const slot = state.orders.place(entry, order);
  if (exits !== undefined) reserveExits(state, product, slot, entry, exits);
  writeAccepted(state, outbox, slot, expiresAt, clientOrderId);
  writeTerms(state, slot, view, at, outbox);
  if ((entry.flags & TRAILING) !== 0) state.orders.trails.add(slot, entry.trail!);
  if (peg !== undefined) {
    state.orders.pegs.add(slot, peg);
    state.orders.setPrice(slot, standsAt);
  }
  if (waits) {
    placeStop(state, slot, entry.stopPrice, expiresAt, clientOrderId, outbox);
    return 0;
  }
  if (!meets || match(state, product, slot, outbox)) {
    finish(state, slot, expiresAt, clientOrderId, outbox);
  }
  triggerStops(state, product, outbox);
  return 0;
}

/** Two orders of which one cancels the other: the one that was read, and one beside it. */
function submitPair(
  state: MarketState,
  first: Entry,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const second = readSecond(view, at, first);
  const code = admitPair(state, first, second);
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const product = state.listings.products[first.product]!;
  const { expiresAt, clientOrderId } = first;
  const [one, other] = placePair(state, product, first, second);
  state.receipt.order = state.orders.id(one);
  writeAccepted(state, outbox, one, expiresAt, clientOrderId);
  writeTerms(state, one, view, at, outbox);
  writeAccepted(state, outbox, other, expiresAt, '');
  writeLinked(state, outbox, one, other);
  const stopOf = ({ isStop, stopPrice }: Entry) => (isStop ? stopPrice : undefined);
  const legs = [
    { slot: one, stopPrice: stopOf(first), expiresAt, clientOrderId },
    { slot: other, stopPrice: stopOf(second), expiresAt, clientOrderId: '' },
  ];
  enterLegs(state, product, legs, outbox);
  return 0;
}

/** Reads the order that stands beside one that was read. */
export function readSecond(view: DataView, at: number, first: Entry): Entry {
  const isStop = view.getUint8(at + AT.ocoHasStop) === 1;
  return {
    ...first,
    flags: (first.flags & ~SIDE) | view.getUint8(at + AT.ocoSide),
    price: readI64(view, at + AT.ocoPrice),
    isStop,
    stopPrice: readI64(view, at + AT.ocoStopPrice),
    clientOrderId: '',
  };
}

/** Reads at what an order is to get rid of what it trades, if it is to. */
export function readExits(view: DataView, at: number): ExitPrices | undefined {
  if (view.getUint8(at + AT.hasBracket) === 0) return undefined;
  return {
    takeProfit: readI64(view, at + AT.takeProfit),
    stopPrice: readI64(view, at + AT.exitStopPrice),
    stopLimit: readI64(view, at + AT.exitStopLimit),
  };
}

/** Tells the special terms of an accepted order: those that it asked for. */
function writeTerms(
  state: MarketState,
  slot: number,
  view: DataView,
  at: number,
  outbox: Outbox,
): void {
  writeEvent(state, outbox, 'orderTerms', [
    ...orderFields(state, slot),
    view.getUint8(at + AT.display),
    readI64(view, at + AT.displayQuantity),
    readI64(view, at + AT.refreshBelow),
    view.getUint8(at + AT.allOrNone),
    view.getUint8(at + AT.hasStop),
    readI64(view, at + AT.stopPrice),
    view.getUint8(at + AT.hasMaxMoney),
    readI64(view, at + AT.maxMoney),
    view.getUint8(at + AT.hasOco),
    view.getUint8(at + AT.ocoSide),
    readI64(view, at + AT.ocoPrice),
    view.getUint8(at + AT.ocoHasStop),
    readI64(view, at + AT.ocoStopPrice),
    view.getUint8(at + AT.hasBracket),
    readI64(view, at + AT.takeProfit),
    readI64(view, at + AT.exitStopPrice),
    readI64(view, at + AT.exitStopLimit),
    view.getUint8(at + AT.trailBy),
    readI64(view, at + AT.trailDistance),
    view.getUint8(at + AT.pegTo),
    readI64(view, at + AT.pegOffset),
  ]);
}

/** Reads an order with special terms into an entry. */
export function readSpecialEntry(view: DataView, at: number, entry: Entry): void {
  readEntry(view, at, AT.strings, entry);
  const display = view.getUint8(at + AT.display);
  const iceberg = display === Display.clip;
  entry.flags |= showingFlags(display, view.getUint8(at + AT.allOrNone));
  entry.clip = iceberg ? readI64(view, at + AT.displayQuantity) : 0;
  entry.refreshBelow = iceberg ? readI64(view, at + AT.refreshBelow) : 0;
  const bounded = view.getUint8(at + AT.hasMaxMoney) === 1;
  entry.maxMoney = bounded ? readI64(view, at + AT.maxMoney) : Infinity;
  const hasStop = view.getUint8(at + AT.hasStop) === 1;
  const by = view.getUint8(at + AT.trailBy);
  const distance = readI64(view, at + AT.trailDistance);
  entry.trail = by === TrailBy.none ? undefined : { by, distance };
  const to = view.getUint8(at + AT.pegTo);
  const offset = readI64(view, at + AT.pegOffset);
  entry.peg = to === PegTo.none ? undefined : { to, offset, limit: entry.price };
  if (to !== PegTo.none) entry.flags |= PEGGED;
  entry.isStop = hasStop || by !== TrailBy.none;
  entry.stopPrice = hasStop ? readI64(view, at + AT.stopPrice) : NaN;
}
