import { Side } from '../core/codes.ts';
import { putI64, putId } from '../core/bytes.ts';
import { type EventName, EVENTS, offsetsOf } from '../core/registry.ts';
import { beginRecord, writeRecord } from '../core/records.ts';
import { kindOf, NONE, sideOf, timeInForceOf } from '../orderbook/orders.ts';
import type { MarketState, Outbox } from './state.ts';

// The events of the hot path are written field by field; their offsets come from the registry.
const ACCEPTED = offsetsOf(EVENTS.orderAccepted);
const RESTED = offsetsOf(EVENTS.orderRested);
const TRADE = offsetsOf(EVENTS.trade);
const ENDED = offsetsOf(EVENTS.orderEnded);

/** The fields with which every event about an order begins. */
function putOrder({ orders }: MarketState, view: DataView, at: number, slot: number): void {
  putI64(view, at + ACCEPTED.order, orders.id(slot));
  view.setUint32(at + ACCEPTED.account, orders.account(slot));
  view.setUint32(at + ACCEPTED.product, orders.product(slot));
  view.setUint8(at + ACCEPTED.side, sideOf(orders.flags(slot)));
}

/** The same for events that are not on the hot path. */
export function orderFields({ orders }: MarketState, slot: number): readonly number[] {
  const side = sideOf(orders.flags(slot));
  return [orders.id(slot), orders.account(slot), orders.product(slot), side];
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

export function writeAccepted(
  state: MarketState,
  outbox: Outbox,
  slot: number,
  expiresAt: number,
  clientOrderId: string,
): void {
  const { orders } = state;
  const flags = orders.flags(slot);
  const size = ACCEPTED.strings + 1 + clientOrderId.length;
  const at = beginRecord(outbox, EVENTS.orderAccepted.type, size, state.sequence, state.time);
  const view = outbox.view;
  putOrder(state, view, at, slot);
  view.setUint8(at + ACCEPTED.kind, kindOf(flags));
  view.setUint8(at + ACCEPTED.timeInForce, timeInForceOf(flags));
  putI64(view, at + ACCEPTED.price, orders.price(slot));
  putI64(view, at + ACCEPTED.quantity, orders.total(slot));
  putI64(view, at + ACCEPTED.expiresAt, expiresAt);
  putId(outbox.bytes, at + ACCEPTED.strings, clientOrderId);
}

export function writeRested(state: MarketState, outbox: Outbox, slot: number): void {
  const { orders } = state;
  const { type } = EVENTS.orderRested;
  const at = beginRecord(outbox, type, RESTED.strings, state.sequence, state.time);
  const view = outbox.view;
  putOrder(state, view, at, slot);
  putI64(view, at + RESTED.price, orders.price(slot));
  putI64(view, at + RESTED.open, orders.open(slot));
  putI64(view, at + RESTED.priority, orders.priority(slot));
}

/** Writes the trade whose settlement stands in `state.fill`. */
export function writeTrade(
  state: MarketState,
  outbox: Outbox,
  taker: number,
  maker: number,
  lots: number,
): void {
  const { orders, fill } = state;
  const takerSide = sideOf(orders.flags(taker));
  const buyer = takerSide === Side.buy ? taker : maker;
  const seller = takerSide === Side.buy ? maker : taker;
  const at = beginRecord(outbox, EVENTS.trade.type, TRADE.strings, state.sequence, state.time);
  const view = outbox.view;
  putI64(view, at + TRADE.trade, ++state.lastTrade);
  view.setUint32(at + TRADE.product, orders.product(taker));
  putI64(view, at + TRADE.price, fill.price);
  putI64(view, at + TRADE.quantity, lots);
  view.setUint32(at + TRADE.buyer, orders.account(buyer));
  view.setUint32(at + TRADE.seller, orders.account(seller));
  putI64(view, at + TRADE.buyerFee, fill.buyerFee);
  putI64(view, at + TRADE.sellerFee, fill.sellerFee);
  putI64(view, at + TRADE.makerOrder, orders.id(maker));
  putI64(view, at + TRADE.takerOrder, orders.id(taker));
  view.setUint8(at + TRADE.takerSide, takerSide);
}

/** Writes the end of an order that is still where it stood; what was released stands in `state.release`. */
export function writeEnded(state: MarketState, outbox: Outbox, slot: number, reason: number): void {
  const { orders, release } = state;
  const at = beginRecord(outbox, EVENTS.orderEnded.type, ENDED.strings, state.sequence, state.time);
  const view = outbox.view;
  putOrder(state, view, at, slot);
  putI64(view, at + ENDED.price, orders.price(slot));
  view.setUint8(at + ENDED.reason, reason);
  putI64(view, at + ENDED.open, orders.open(slot));
  view.setUint8(at + ENDED.resting, orders.level(slot) === NONE ? 0 : 1);
  putI64(view, at + ENDED.releasedMoney, release.money);
  putI64(view, at + ENDED.releasedEnergy, release.energy);
}
