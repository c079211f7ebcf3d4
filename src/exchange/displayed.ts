import { EventType, Side, Standing } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { recordLength, recordType } from '../core/records.ts';
import { EVENTS, offsetsOf, ORDER_AT } from '../core/registry.ts';
import type { CommandEvents } from './feed.ts';

const RESTED = offsetsOf(EVENTS.orderRested);
const TRADE = offsetsOf(EVENTS.trade);
const REDUCED = offsetsOf(EVENTS.orderReduced);
const AMENDED = offsetsOf(EVENTS.orderAmended);
const ENDED = offsetsOf(EVENTS.orderEnded);
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

/** What the events of a command change, one after the other, in what everyone sees of a product's book. */
export function* displayedChanges(
  { view, start, end }: CommandEvents,
  product: number,
): Generator<DisplayedChange> {
  for (let at = start; at < end; at += recordLength(view, at)) {
    if (productRow(view, at) !== product) continue;
    const change = changeOf(view, at);
    if (change !== undefined) yield change;
  }
}

/** The product whose book an event can change. */
function productRow(view: DataView, at: number): number | undefined {
  const type = recordType(view, at);
  if (type === EventType.trade) return view.getUint32(at + TRADE.product);
  const isOrder =
    (type >= EventType.orderRested && type <= EventType.orderEnded) ||
    type === EventType.orderRefreshed;
  return isOrder ? view.getUint32(at + ORDER_AT.product) : undefined;
}

function changeOf(view: DataView, at: number): DisplayedChange | undefined {
  const type = recordType(view, at);
  const number = (offset: number): number => readI64(view, at + offset);
  const isDisplayed = (offset: number): boolean =>
    view.getUint8(at + offset) === Standing.displayed;
  const keeps = { orders: 0, priority: undefined };
  const goes = { orders: -1, priority: undefined };
  if (type === EventType.trade) {
    if (!isDisplayed(TRADE.standing)) return undefined;
    const side = view.getUint8(at + TRADE.takerSide) === Side.buy ? Side.sell : Side.buy;
    const maker = { order: number(TRADE.makerOrder), side, price: number(TRADE.price) };
    return { ...maker, lots: 0 - number(TRADE.quantity), ...keeps };
  }
  const whose = { order: number(ORDER_AT.order), side: view.getUint8(at + ORDER_AT.side) };
  switch (type) {
    case EventType.orderRested: {
      const lots = number(RESTED.shown);
      if (lots === 0) return undefined;
      const priority = number(RESTED.priority);
      return { ...whose, price: number(RESTED.price), lots, orders: 1, priority };
    }
    case EventType.orderRefreshed: {
      const lots = number(REFRESHED.shown) - number(REFRESHED.shownBefore);
      const priority = number(REFRESHED.priority);
      return { ...whose, price: number(REFRESHED.price), lots, orders: 0, priority };
    }
    case EventType.orderReduced:
      if (!isDisplayed(REDUCED.standing)) return undefined;
      return { ...whose, price: number(REDUCED.price), lots: 0 - number(REDUCED.by), ...keeps };
    case EventType.orderAmended: {
      const before = number(AMENDED.shownBefore);
      if (before === 0) return undefined;
      const stays = view.getUint8(at + AMENDED.keepsPlace) === 1;
      const lots = number(AMENDED.shown) - before;
      return { ...whose, price: number(AMENDED.priceBefore), lots, ...(stays ? keeps : goes) };
    }
    case EventType.orderEnded:
      if (!isDisplayed(ENDED.standing)) return undefined;
      return { ...whose, price: number(ENDED.price), lots: 0 - number(ENDED.shown), ...goes };
    default:
      return undefined;
  }
}
