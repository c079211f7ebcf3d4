import { formatSteps } from '../core/decimal.ts';
import type { EventRecord } from '../core/records.ts';
import type { NetworkOrderView } from '../engine/network-views.ts';
import { attributeNames, premiumsTold, premiumTexts } from '../engine/network-views.ts';
import { amountText } from '../engine/views.ts';
import type { MarketState } from '../matching/state.ts';
import type { OrderUpdateBase } from './order-updates.ts';

/** What the accepted or amended order asks for in its network, and under which fees. */
export interface OrderNetworkUpdate extends OrderUpdateBase, NetworkOrderView {
  readonly update: 'network';
}

/** The order that buys paid a grid fee beside the price of the trade that was told before, or nothing where there is none. */
export interface OrderCarriedUpdate extends OrderUpdateBase {
  readonly update: 'carried';
  readonly trade: number;
  readonly fromZone: string;
  readonly toZone: string;
  /** For a unit of energy. */
  readonly gridFee: string;
  readonly gridFeeTicks: number;
  readonly feeVersion: number;
  /** What was paid. */
  readonly amount: string;
  readonly amountQuanta: number;
}

export function networkUpdate(
  state: MarketState,
  event: Extract<EventRecord, { type: 'networkTerms' }>,
): OrderNetworkUpdate {
  const { sequence, time, order: orderId, account, product, side, zone, feeVersion } = event;
  const { network, grid } = state.productThen(product, sequence);
  const { zones } = network!.network;
  return {
    sequence,
    time,
    orderId,
    account,
    product,
    side,
    update: 'network',
    zone,
    attributes: attributeNames(event.attributes),
    only: attributeNames(event.only),
    onlyZones: zones.filter(({ index }) => (event.onlyZones >>> index) & 1).map(({ id }) => id),
    premiums: premiumTexts(premiumsTold(event), grid.tick),
    feeVersion: side === 'buy' ? feeVersion : undefined,
  };
}

export function carriedUpdate(
  state: MarketState,
  event: Extract<EventRecord, { type: 'gridFeePaid' }>,
): OrderCarriedUpdate {
  const { sequence, time, order: orderId, account, product, side, trade, feeVersion } = event;
  const { grid, moneyAsset } = state.productThen(product, sequence);
  return {
    sequence,
    time,
    orderId,
    account,
    product,
    side,
    update: 'carried',
    trade,
    fromZone: event.from,
    toZone: event.to,
    gridFee: formatSteps(event.fee, grid.tick),
    gridFeeTicks: event.fee,
    feeVersion,
    amount: amountText(state, moneyAsset, event.amount),
    amountQuanta: event.amount,
  };
}
