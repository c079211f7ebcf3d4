import { formatSteps } from '../core/decimal.ts';
import type { EventRecord } from '../core/records.ts';
import type { FollowerView } from '../engine/follower-views.ts';
import type { Grid } from '../market/products.ts';
import type { OrderUpdateBase, OrderWaitingUpdate } from './order-updates.ts';

/** What an order is to follow, and how. */
export type AskedToFollow = Omit<FollowerView, 'limitPrice' | 'limitPriceTicks'>;

/** A trade has moved the trigger of the order, a trailing stop. */
export interface OrderStopMovedUpdate extends Omit<OrderWaitingUpdate, 'update'> {
  readonly update: 'stopMoved';
  readonly stopPriceBefore: string;
  readonly stopPriceBeforeTicks: number;
}

/** The order, which is pegged, stands at another price now, at the back of the queue there. */
export interface OrderMovedUpdate extends OrderUpdateBase {
  readonly update: 'moved';
  readonly priceBefore: string;
  readonly priceBeforeTicks: number;
  readonly price: string;
  readonly priceTicks: number;
  readonly shown: string;
  readonly shownLots: number;
}

export function movedUpdate(
  event: Extract<EventRecord, { type: 'orderMoved' }>,
  { tick, lot }: Grid,
): OrderMovedUpdate {
  const { sequence, time, order: orderId, account, product, side, shown: shownLots } = event;
  const { priceBefore: priceBeforeTicks, price: priceTicks } = event;
  const whose = { sequence, time, orderId, account, product, side };
  const priceBefore = formatSteps(priceBeforeTicks, tick);
  const price = formatSteps(priceTicks, tick);
  const shown = formatSteps(shownLots, lot);
  const places = { priceBefore, priceBeforeTicks, price, priceTicks };
  return { ...whose, update: 'moved', ...places, shown, shownLots };
}
