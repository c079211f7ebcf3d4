import { EventType, Side, Standing } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { recordLength, recordType } from '../core/records.ts';
import { EVENTS, offsetsOf, ORDER_AT } from '../core/registry.ts';
import type { CommandEvents } from './feed.ts';

const RESTED = offsetsOf(EVENTS.orderRested);
const TRADE = offsetsOf(EVENTS.trade);
const CARRIED = offsetsOf(EVENTS.gridFeePaid);
const REDUCED = offsetsOf(EVENTS.orderReduced);
const AMENDED = offsetsOf(EVENTS.orderAmended);
const ENDED = offsetsOf(EVENTS.orderEnded);
const MOVED = offsetsOf(EVENTS.orderMoved);
const REMAINS = offsetsOf(EVENTS.orderRemains);
const REFRESHED = offsetsOf(EVENTS.orderRefreshed);

/** What an event changes in what everyone sees of a book. */
export interface DisplayedChange {
  readonly order: number;
  readonly side: number;
  readonly price: number;
  /** By how many lots the order shows more; below zero, less. */
  readonly lots: number;
  /** 1 if the order comes, -1 if it goes, else 0. */
  readonly orders: number;
  /** Its rank in time, if it goes to the back of the queue. */
  readonly priority: number | undefined;
}

/** Calls `visit` with what each event of a command changes in what everyone sees of a product's book. */
export function eachDisplayedChange(
  { view, start, end }: CommandEvents,
  product: number,
  visit: (change: DisplayedChange) => void,
): void {
  for (let at = start; at < end; at += recordLength(view, at)) {
    if (productRow(view, at) !== product) continue;
    if (recordType(view, at) === EventType.orderMoved) {
      visitMove(view, at, visit);
      continue;
    }
    const change = changeOf(view, at, end);
    if (change !== undefined) visit(change);
  }
}

/** A pegged order goes from one price to another. */
function visitMove(view: DataView, at: number, visit: (change: DisplayedChange) => void): void {
  const lots = readI64(view, at + MOVED.shown);
  if (lots === 0) return;
  const order = readI64(view, at + ORDER_AT.order);
  const side = view.getUint8(at + ORDER_AT.side);
  const [before, price] = [readI64(view, at + MOVED.priceBefore), readI64(view, at + MOVED.price)];
  visit({ order, side, price: before, lots: 0 - lots, orders: -1, priority: undefined });
  const priority = readI64(view, at + MOVED.priority);
  visit({ order, side, price, lots, orders: 1, priority });
}

/** The product whose book an event can change. */
function productRow(view: DataView, at: number): number | undefined {
  const type = recordType(view, at);
  if (type === EventType.trade) return view.getUint32(at + TRADE.product);
  const isOrder =
    (type >= EventType.orderRested && type <= EventType.orderEnded) ||
    type === EventType.orderRefreshed ||
    type === EventType.orderRemains ||
    type === EventType.orderMoved;
  return isOrder ? view.getUint32(at + ORDER_AT.product) : undefined;
}

/** The price at which the maker of a trade stands: in a network that is not the trade's, and is told behind it. */
function makerPrice(view: DataView, at: number, end: number): number {
  const next = at + recordLength(view, at);
  const inNetwork = next < end && recordType(view, next) === EventType.gridFeePaid;
  return readI64(view, inNetwork ? next + CARRIED.makerPrice : at + TRADE.price);
}

function changeOf(view: DataView, at: number, end: number): DisplayedChange | undefined {
  const type = recordType(view, at);
  if (type === EventType.trade) {
    if (view.getUint8(at + TRADE.standing) !== Standing.displayed) return undefined;
    const side = view.getUint8(at + TRADE.takerSide) === Side.buy ? Side.sell : Side.buy;
    const [order, price] = [readI64(view, at + TRADE.makerOrder), makerPrice(view, at, end)];
    const lots = 0 - readI64(view, at + TRADE.quantity);
    return { order, side, price, lots, orders: 0, priority: undefined };
  }
  const order = readI64(view, at + ORDER_AT.order);
  const side = view.getUint8(at + ORDER_AT.side);
  switch (type) {
    case EventType.orderRested: {
      const lots = readI64(view, at + RESTED.shown);
      if (lots === 0) return undefined;
      const price = readI64(view, at + RESTED.price);
      return { order, side, price, lots, orders: 1, priority: readI64(view, at + RESTED.priority) };
    }
    case EventType.orderRefreshed: {
      const before = readI64(view, at + REFRESHED.shownBefore);
      const lots = readI64(view, at + REFRESHED.shown) - before;
      const price = readI64(view, at + REFRESHED.price);
      const priority = readI64(view, at + REFRESHED.priority);
      return { order, side, price, lots, orders: 0, priority };
    }
    case EventType.orderReduced: {
      if (view.getUint8(at + REDUCED.standing) !== Standing.displayed) return undefined;
      const price = readI64(view, at + REDUCED.price);
      const lots = 0 - readI64(view, at + REDUCED.by);
      return { order, side, price, lots, orders: 0, priority: undefined };
    }
    case EventType.orderRemains: {
      const price = readI64(view, at + REMAINS.price);
      const lots = 0 - readI64(view, at + REMAINS.traded);
      return { order, side, price, lots, orders: 0, priority: undefined };
    }
    case EventType.orderAmended: {
      const before = readI64(view, at + AMENDED.shownBefore);
      if (before === 0) return undefined;
      const price = readI64(view, at + AMENDED.priceBefore);
      const lots = readI64(view, at + AMENDED.shown) - before;
      const orders = view.getUint8(at + AMENDED.keepsPlace) - 1;
      return { order, side, price, lots, orders, priority: undefined };
    }
    case EventType.orderEnded: {
      if (view.getUint8(at + ENDED.standing) !== Standing.displayed) return undefined;
      const price = readI64(view, at + ENDED.price);
      const lots = 0 - readI64(view, at + ENDED.shown);
      return { order, side, price, lots, orders: -1, priority: undefined };
    }
    default:
      return undefined;
  }
}
