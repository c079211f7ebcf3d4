import { EndReason, ProductStatus } from '../core/codes.ts';
import { gateAt, isTrading, opensAt } from '../market/life-cycle.ts';
import type { Product } from '../market/products.ts';
import { NONE } from '../orderbook/orders.ts';
import { nextAuctionAt } from '../market/call.ts';
import { forgetPositions } from './account-limits.ts';
import { holdAuction } from './auction.ts';
import { enterExits } from './brackets.ts';
import { endOrder, endOrders } from './ending.ts';
import { writeEvent } from './events.ts';
import { Planned } from './schedule.ts';
import type { MarketState, Outbox } from './state.ts';

/**
 * Notes down what is planned next for a product, in place of what was.
 * @param after the instant after which its next auction is, if it has any: that of the one before, or now
 */
export function planNext(state: MarketState, product: Product, after: number = state.time): void {
  const { schedule } = state;
  const { row, delivery, status, call } = product;
  schedule.drop(row);
  if (delivery !== undefined && status === ProductStatus.scheduled) {
    schedule.add({ product: row, time: opensAt(delivery), kind: Planned.opening });
  } else if (delivery !== undefined && isTrading(status)) {
    const auction = call === undefined ? NaN : nextAuctionAt(call, delivery, after);
    const last = Number.isNaN(auction);
    const time = last ? gateAt(delivery) : auction;
    schedule.add({ product: row, time, kind: last ? Planned.gate : Planned.auction });
  }
  state.nextPlanned = schedule.first?.time ?? Infinity;
}

/**
 * Carries out what the time has made due over all products: by instant, then orders that expire by order id, then
 * openings, then gate closures, then auctions, by product row. Nothing trades but in auctions.
 */
export function runTimers(state: MarketState, outbox: Outbox): void {
  const { timers, schedule, time } = state;
  for (;;) {
    const slot = timers.due(time);
    const plan = schedule.first;
    const planned = plan !== undefined && plan.time <= time;
    if (slot !== NONE && !(planned && plan.time < timers.expiresAt(slot))) {
      endOrder(state, outbox, slot, EndReason.expired);
    } else if (planned) {
      const product = state.listings.products[plan.product]!;
      if (plan.kind === Planned.opening) openProduct(state, product, outbox);
      else if (plan.kind === Planned.gate) closeGate(state, product, outbox);
      else holdPlanned(state, product, plan.time, outbox);
    } else break;
  }
  if (state.exits.length > 0) enterExits(state, outbox);
}

function openProduct(state: MarketState, product: Product, outbox: Outbox): void {
  product.status = ProductStatus.open;
  planNext(state, product, opensAt(product.delivery!));
  writeEvent(state, outbox, 'productOpened', [product.row]);
}

/** A product that is halted misses its auction. */
function holdPlanned(state: MarketState, product: Product, time: number, outbox: Outbox): void {
  const { call, status } = product;
  if (call !== undefined && status === ProductStatus.open)
    holdAuction(state, product, call, outbox);
  planNext(state, product, time);
}

/** Its last auction, if it has any; then every open order ends, in order of order id, in a halted product too. */
function closeGate(state: MarketState, product: Product, outbox: Outbox): void {
  const { call, status } = product;
  if (call !== undefined && status === ProductStatus.open)
    holdAuction(state, product, call, outbox);
  const slots = state.openOrders(product.row);
  endOrders(state, outbox, slots, EndReason.gateClosed);
  endTrading(state, product, ProductStatus.gateClosed);
  writeEvent(state, outbox, 'gateClosed', [product.row, slots.length]);
}

/** Puts a product, whose orders have ended, into a status in which it takes no more. */
export function endTrading(state: MarketState, product: Product, status: number): void {
  product.status = status;
  product.circuit = undefined;
  product.network?.capacity.clear();
  forgetPositions(state, product);
  planNext(state, product);
}
