import {
  type Display,
  type EndReason,
  type OrderKind,
  PegTo,
  type Side,
  type TimeInForce,
  TrailBy,
} from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import type { EventRecord } from '../core/records.ts';
import { pegView, trailView } from '../engine/follower-views.ts';
import {
  type AskedToFollow,
  movedUpdate,
  type OrderMovedUpdate,
  type OrderStopMovedUpdate,
} from './follower-updates.ts';
import { amountText } from '../engine/views.ts';
import {
  carriedUpdate,
  networkUpdate,
  type OrderCarriedUpdate,
  type OrderNetworkUpdate,
} from './network-updates.ts';
import type { MarketState } from '../matching/state.ts';

export interface OrderUpdateBase {
  readonly sequence: number;
  readonly time: number;
  readonly orderId: number;
  readonly account: string;
  readonly product: string;
  readonly side: keyof typeof Side;
}

/** The order was accepted: it has an id and its locks. */
export interface OrderAcceptedUpdate extends OrderUpdateBase {
  readonly update: 'accepted';
  readonly kind: keyof typeof OrderKind;
  readonly timeInForce: keyof typeof TimeInForce;
  readonly price: string;
  readonly priceTicks: number;
  readonly quantity: string;
  readonly quantityLots: number;
  readonly expiresAt: number | undefined;
  readonly clientOrderId: string | undefined;
}

/** The special terms that the accepted order has. */
export interface OrderTermsUpdate extends OrderUpdateBase, AskedToFollow {
  readonly update: 'terms';
  readonly display: keyof typeof Display;
  /** Of an iceberg, else undefined. */
  readonly displayQuantity: string | undefined;
  readonly displayQuantityLots: number | undefined;
  readonly refreshBelow: string | undefined;
  readonly refreshBelowLots: number | undefined;
  readonly allOrNone: boolean;
  /** Of a stop order, else undefined. */
  readonly stopPrice: string | undefined;
  readonly stopPriceTicks: number | undefined;
  /** The most that it may cost; undefined where nothing was said. */
  readonly maxMoney: string | undefined;
  readonly maxMoneyQuanta: number | undefined;
}

/** The order, or what is left of it, stands in the book. */
export interface OrderRestedUpdate extends OrderUpdateBase {
  readonly update: 'rested';
  readonly price: string;
  readonly priceTicks: number;
  readonly open: string;
  readonly openLots: number;
}

/** The order, an iceberg, shows its next part, at the back of its queue. */
export interface OrderRefreshedUpdate extends OrderUpdateBase {
  readonly update: 'refreshed';
  readonly price: string;
  readonly priceTicks: number;
  readonly shown: string;
  readonly shownLots: number;
}

/** The order, a stop, waits until a trade reaches `stopPrice`. */
export interface OrderWaitingUpdate extends OrderUpdateBase {
  readonly update: 'waiting';
  readonly price: string;
  readonly priceTicks: number;
  readonly stopPrice: string;
  readonly stopPriceTicks: number;
  readonly open: string;
  readonly openLots: number;
}

/** A trade has reached the order's `stopPrice`: it enters the market. */
export interface OrderTriggeredUpdate extends Omit<OrderWaitingUpdate, 'update'> {
  readonly update: 'triggered';
}

/** A part of the order traded: the trade as this order sees it. */
export interface OrderFilledUpdate extends OrderUpdateBase {
  readonly update: 'filled';
  readonly trade: number;
  readonly role: 'maker' | 'taker';
  readonly price: string;
  readonly priceTicks: number;
  readonly quantity: string;
  readonly quantityLots: number;
  readonly fee: string;
  readonly feeQuanta: number;
}

/** Self-trade prevention took a part off the order, or the order that it is linked with lost or traded one. */
export interface OrderReducedUpdate extends OrderUpdateBase {
  readonly update: 'reduced';
  readonly by: string;
  readonly byLots: number;
  readonly open: string;
  readonly openLots: number;
}

/** The order was linked with another one: what one of them trades, the other loses, and if one ends, so does the other. */
export interface OrderLinkedUpdate extends OrderUpdateBase {
  readonly update: 'linked';
  readonly linkedOrderId: number;
}

/** What an order had locked still, and has no more. */
interface ReleasedLock {
  readonly releasedMoney: string;
  readonly releasedMoneyQuanta: number;
  readonly releasedEnergy: string;
  readonly releasedEnergyQuanta: number;
}

/** Nothing follows on the order, whose product was halted meanwhile; what was kept for that was released. */
export interface OrderDroppedUpdate extends OrderUpdateBase, ReleasedLock {
  readonly update: 'dropped';
}

/** The order has ended, and two orders follow on it that are to get rid of what it traded. */
export interface OrderFollowedUpdate extends OrderUpdateBase {
  readonly update: 'followed';
  readonly takeProfitOrderId: number;
  readonly stopOrderId: number;
}

/** The order was amended. */
export interface OrderAmendedUpdate extends OrderUpdateBase {
  readonly update: 'amended';
  readonly version: number;
  readonly price: string;
  readonly priceTicks: number;
  readonly quantity: string;
  readonly quantityLots: number;
  readonly open: string;
  readonly openLots: number;
  readonly keepsPlace: boolean;
}

/** The order is gone; what it had locked still was released. */
export interface OrderEndedUpdate extends OrderUpdateBase, ReleasedLock {
  readonly update: 'ended';
  readonly reason: keyof typeof EndReason;
  readonly open: string;
  readonly openLots: number;
}

/** What happened to an order; `update` tells which. Text is exact, in whole units; the integer beside it counts the steps. */
export type OrderUpdate =
  | OrderAcceptedUpdate
  | OrderTermsUpdate
  | OrderLinkedUpdate
  | OrderDroppedUpdate
  | OrderFollowedUpdate
  | OrderRestedUpdate
  | OrderRefreshedUpdate
  | OrderWaitingUpdate
  | OrderTriggeredUpdate
  | OrderStopMovedUpdate
  | OrderMovedUpdate
  | OrderFilledUpdate
  | OrderReducedUpdate
  | OrderAmendedUpdate
  | OrderEndedUpdate
  | OrderNetworkUpdate
  | OrderCarriedUpdate;

/** What an event means for the orders that it is about: two of them if it is a trade. */
export function orderUpdates(state: MarketState, event: EventRecord): readonly OrderUpdate[] {
  switch (event.type) {
    case 'trade':
      return filled(state, event);
    case 'orderMoved':
      return [movedUpdate(event, state.productThen(event.product, event.sequence).grid)];
    case 'orderTerms':
      return [termsUpdate(state, event)];
    case 'ordersLinked':
      return linkedUpdates(event);
    case 'bracketPlaced':
      return [followedUpdate(event)];
    case 'bracketDropped':
      return [droppedUpdate(state, event)];
    case 'networkTerms':
      return [networkUpdate(state, event)];
    case 'gridFeePaid':
      return [carriedUpdate(state, event)];
    case 'orderAccepted':
    case 'orderRested':
    case 'orderRefreshed':
    case 'stopPlaced':
    case 'stopTriggered':
    case 'stopMoved':
    case 'orderReduced':
    case 'orderAmended':
    case 'orderEnded':
      return [orderUpdate(state, event)];
    default:
      return [];
  }
}

type OrderEvent = Exclude<
  Extract<EventRecord, { readonly order: number; readonly side: string; readonly price: number }>,
  { readonly type: 'orderMoved' | 'orderRemains' }
>;

function followedUpdate(
  event: Extract<EventRecord, { type: 'bracketPlaced' }>,
): OrderFollowedUpdate {
  const { sequence, time, order: orderId, account, product, side, first, second } = event;
  const whose = { sequence, time, orderId, account, product, side };
  return { ...whose, update: 'followed', takeProfitOrderId: first, stopOrderId: second };
}

function droppedUpdate(
  state: MarketState,
  event: Extract<EventRecord, { type: 'bracketDropped' }>,
): OrderDroppedUpdate {
  const { sequence, time, order: orderId, account, product, side } = event;
  const whose = { sequence, time, orderId, account, product, side };
  return { ...whose, update: 'dropped', ...releasedLock(state, event) };
}

/** What an event says was released, also in whole units. */
function releasedLock(
  state: MarketState,
  event: Extract<EventRecord, { type: 'bracketDropped' | 'orderEnded' }>,
): ReleasedLock {
  const { product, sequence, releasedMoney, releasedEnergy } = event;
  const { moneyAsset, energyAsset } = state.productThen(product, sequence);
  return {
    releasedMoney: amountText(state, moneyAsset, releasedMoney),
    releasedMoneyQuanta: releasedMoney,
    releasedEnergy: amountText(state, energyAsset, releasedEnergy),
    releasedEnergyQuanta: releasedEnergy,
  };
}

function linkedUpdates(
  event: Extract<EventRecord, { type: 'ordersLinked' }>,
): readonly OrderLinkedUpdate[] {
  const { sequence, time, order, account, product, side, other, otherSide } = event;
  const whose = { sequence, time, account, product, update: 'linked' } as const;
  return [
    { ...whose, orderId: order, side, linkedOrderId: other },
    { ...whose, orderId: other, side: otherSide, linkedOrderId: order },
  ];
}

function termsUpdate(
  state: MarketState,
  event: Extract<EventRecord, { type: 'orderTerms' }>,
): OrderTermsUpdate {
  const { sequence, time, order: orderId, account, product, side, display, allOrNone } = event;
  const { moneyAsset, grid } = state.productThen(product, sequence);
  const { tick, lot } = grid;
  const iceberg = display === 'clip';
  return {
    sequence,
    time,
    orderId,
    account,
    product,
    side,
    update: 'terms',
    display,
    displayQuantity: iceberg ? formatSteps(event.displayQuantity, lot) : undefined,
    displayQuantityLots: iceberg ? event.displayQuantity : undefined,
    refreshBelow: iceberg ? formatSteps(event.refreshBelow, lot) : undefined,
    refreshBelowLots: iceberg ? event.refreshBelow : undefined,
    allOrNone,
    stopPrice: event.hasStop ? formatSteps(event.stopPrice, tick) : undefined,
    stopPriceTicks: event.hasStop ? event.stopPrice : undefined,
    maxMoney: event.hasMaxMoney ? amountText(state, moneyAsset, event.maxMoney) : undefined,
    maxMoneyQuanta: event.hasMaxMoney ? event.maxMoney : undefined,
    ...pegView(
      event.pegTo === 'none' ? undefined : { to: PegTo[event.pegTo], offset: event.pegOffset },
      tick,
    ),
    ...trailView({ by: TrailBy[event.trailBy], distance: event.trailDistance }, tick),
  };
}

function orderUpdate(state: MarketState, event: OrderEvent): OrderUpdate {
  const { sequence, time, order: orderId, account, product, side } = event;
  const { grid } = state.productThen(product, sequence);
  const whose = { sequence, time, orderId, account, product, side };
  const priceTicks = event.price;
  const price = formatSteps(priceTicks, grid.tick);
  const lots = (count: number): string => formatSteps(count, grid.lot);
  if (event.type === 'orderAccepted') {
    const { kind, timeInForce, quantity: quantityLots } = event;
    const expiresAt = timeInForce === 'gtd' ? event.expiresAt : undefined;
    const clientOrderId = event.clientOrderId || undefined;
    const quantity = { quantity: lots(quantityLots), quantityLots };
    const terms = { kind, timeInForce, price, priceTicks, expiresAt, clientOrderId };
    return { ...whose, update: 'accepted', ...terms, ...quantity };
  }
  if (event.type === 'orderRefreshed') {
    const shown = { shown: lots(event.shown), shownLots: event.shown };
    return { ...whose, update: 'refreshed', price, priceTicks, ...shown };
  }
  const openLots = event.open;
  const left = { open: lots(openLots), openLots };
  switch (event.type) {
    case 'stopPlaced':
    case 'stopTriggered': {
      const update = event.type === 'stopPlaced' ? 'waiting' : 'triggered';
      const stopPrice = formatSteps(event.stopPrice, grid.tick);
      const stop = { stopPrice, stopPriceTicks: event.stopPrice };
      return { ...whose, update, price, priceTicks, ...stop, ...left };
    }
    case 'stopMoved': {
      const { stopPrice: stopPriceTicks, stopPriceBefore: stopPriceBeforeTicks } = event;
      const [stopPrice, stopPriceBefore] = [stopPriceTicks, stopPriceBeforeTicks].map((ticks) =>
        formatSteps(ticks, grid.tick),
      ) as [string, string];
      const stop = { stopPrice, stopPriceTicks, stopPriceBefore, stopPriceBeforeTicks };
      return { ...whose, update: 'stopMoved', price, priceTicks, ...stop, ...left };
    }
    case 'orderRested':
      return { ...whose, update: 'rested', price, priceTicks, ...left };
    case 'orderReduced':
      return { ...whose, update: 'reduced', by: lots(event.by), byLots: event.by, ...left };
    case 'orderAmended': {
      const { orderVersion: version, quantity: quantityLots, keepsPlace } = event;
      const total = { quantity: lots(quantityLots), quantityLots };
      return {
        ...whose,
        update: 'amended',
        version,
        price,
        priceTicks,
        ...total,
        ...left,
        keepsPlace,
      };
    }
    case 'orderEnded': {
      const { reason } = event;
      return { ...whose, update: 'ended', reason, ...left, ...releasedLock(state, event) };
    }
  }
}

function filled(
  state: MarketState,
  event: Extract<EventRecord, { type: 'trade' }>,
): readonly OrderFilledUpdate[] {
  const { sequence, time, trade, product, takerSide } = event;
  const { moneyAsset, grid } = state.productThen(product, sequence);
  const fill = (side: 'buy' | 'sell', account: string, feeQuanta: number): OrderFilledUpdate => {
    const role = side === takerSide ? 'taker' : 'maker';
    return {
      sequence,
      time,
      orderId: role === 'taker' ? event.takerOrder : event.makerOrder,
      account,
      product,
      side,
      update: 'filled',
      trade,
      role,
      price: formatSteps(event.price, grid.tick),
      priceTicks: event.price,
      quantity: formatSteps(event.quantity, grid.lot),
      quantityLots: event.quantity,
      fee: amountText(state, moneyAsset, feeQuanta),
      feeQuanta,
    };
  };
  return [fill('buy', event.buyer, event.buyerFee), fill('sell', event.seller, event.sellerFee)];
}
