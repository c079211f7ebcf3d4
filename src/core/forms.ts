import { readI64 } from './bytes.ts';
import {
  Display,
  Mechanism,
  PegTo,
  PostOnly,
  Pricing,
  Side,
  SubmitKind,
  TimeInForce,
  TrailBy,
  UNKNOWN,
} from './codes.ts';
import { MAX_AUCTIONS, MAX_INTEGER, PPM } from './limits.ts';
import { capacityFault, networkOrderFault } from './network-forms.ts';
import { type CommandName, COMMANDS, offsetsOf } from './registry.ts';
import { keyFault } from './signed.ts';

const SUBMIT = offsetsOf(COMMANDS.submit);
const SPECIAL = offsetsOf(COMMANDS.submitSpecial);
const AMEND = offsetsOf(COMMANDS.amend);
const ALL = offsetsOf(COMMANDS.cancelAll);
const TRANSFER = offsetsOf(COMMANDS.transfer);
const BAND = offsetsOf(COMMANDS.setBand);
const CIRCUIT = offsetsOf(COMMANDS.setCircuit);
const LISTING = offsetsOf(COMMANDS.listProduct);
const NETWORK = offsetsOf(COMMANDS.listNetwork);
const PARTNER = offsetsOf(COMMANDS.setPartner);
const IMBALANCE = offsetsOf(COMMANDS.setImbalancePrices);
const NO_STOP_PRICE = 'stopPrice must be 0 where there is none';

/**
 * What is wrong with the form of a command beyond its single fields, or undefined. It depends on the
 * command alone and on no state, so such a command is never applied and never journaled.
 * @param at where its record begins, of which the fixed fields are looked at
 */
export function commandFault(command: CommandName, view: DataView, at: number): string | undefined {
  switch (command) {
    case 'submit':
      return orderFault(view, at);
    case 'submitSpecial':
      return orderFault(view, at) ?? specialFault(view, at);
    case 'submitInNetwork':
      return orderFault(view, at) ?? networkOrderFault(view, at);
    case 'setCapacity':
      return capacityFault(view, at);
    case 'setPartner':
      if (!isSame(view, at + PARTNER.account, at + PARTNER.partner)) return undefined;
      return 'partner must be another account';
    case 'listNetwork':
      return hasTrailingZero(view, at + NETWORK.tickMantissa, at + NETWORK.tickDecimals)
        ? 'tick is written without trailing zeros'
        : undefined;
    case 'amend':
      return amendmentFault(view, at);
    case 'cancelAll':
      if (view.getUint8(at + ALL.hasAccount) === 1) return undefined;
      if (view.getUint8(at + ALL.hasProduct) === 1) return undefined;
      return 'cancelAll needs an account or a product';
    case 'transfer':
      if (!isSame(view, at + TRANSFER.account, at + TRANSFER.to)) return undefined;
      return 'to must be another account';
    case 'setBand':
      return bandFault(view, at + BAND.bandLow, at + BAND.bandHigh);
    case 'setCircuit':
      return circuitFault(view, at);
    case 'setAccountKey':
      return keyFault(view, at);
    case 'listProduct':
      return listingFault(view, at);
    case 'setImbalancePrices':
      return imbalanceFault(view, at);
    default:
      return undefined;
  }
}

function amendmentFault(view: DataView, at: number): string | undefined {
  const hasStop = view.getUint8(at + AMEND.hasStop) === 1;
  if (!hasStop && readI64(view, at + AMEND.stopPrice) !== 0) return NO_STOP_PRICE;
  if (hasStop || view.getUint8(at + AMEND.hasPrice) === 1) return undefined;
  if (view.getUint8(at + AMEND.hasQuantity) === 1) return undefined;
  return 'an amendment needs a price, a quantity or a stopPrice';
}

function orderFault(view: DataView, at: number): string | undefined {
  const limit = view.getUint8(at + SUBMIT.kind) === SubmitKind.limit;
  const timeInForce = view.getUint8(at + SUBMIT.timeInForce);
  const postOnly = view.getUint8(at + SUBMIT.postOnly) !== PostOnly.off;
  const least = readI64(view, at + SUBMIT.minQuantity);
  if (limit && view.getUint8(at + SUBMIT.hasPrice) === 0) return 'a limit order needs a price';
  if (postOnly && (!limit || isImmediate(view, at)))
    return 'a post-only order is a limit order, and neither ioc nor fok';
  if (least > readI64(view, at + SUBMIT.quantity)) return 'minQuantity must not exceed quantity';
  if (least > 0 && (postOnly || timeInForce === TimeInForce.fok)) {
    return 'minQuantity has no meaning for post-only and fok orders';
  }
  if (timeInForce !== TimeInForce.gtd && readI64(view, at + SUBMIT.expiresAt) !== 0) {
    return 'only a gtd order has expiresAt';
  }
  return undefined;
}

function isImmediate(view: DataView, at: number): boolean {
  const timeInForce = view.getUint8(at + SUBMIT.timeInForce);
  return timeInForce === TimeInForce.ioc || timeInForce === TimeInForce.fok;
}

function specialFault(view: DataView, at: number): string | undefined {
  const special =
    view.getUint8(at + SPECIAL.display) !== Display.all ||
    view.getUint8(at + SPECIAL.allOrNone) === 1 ||
    view.getUint8(at + SPECIAL.pegTo) !== PegTo.none ||
    view.getUint8(at + SPECIAL.hasMaxMoney) === 1 ||
    view.getUint8(at + SPECIAL.hasOco) === 1 ||
    view.getUint8(at + SPECIAL.hasBracket) === 1 ||
    isStop(view, at);
  // There is one record for an order, whoever writes it.
  if (!special) return 'nothing about it is special: it is a submit';
  const single = stopFault(view, at) ?? moneyFault(view, at) ?? showingFault(view, at);
  const alone = single ?? pegFault(view, at) ?? pairFault(view, at);
  return alone ?? bracketFault(view, at);
}

function bracketFault(view: DataView, at: number): string | undefined {
  const profit = readI64(view, at + SPECIAL.takeProfit);
  const stop = readI64(view, at + SPECIAL.exitStopPrice);
  const limit = readI64(view, at + SPECIAL.exitStopLimit);
  if (view.getUint8(at + SPECIAL.hasBracket) === 0) {
    const empty = profit === 0 && stop === 0 && limit === 0;
    return empty ? undefined : 'the fields of bracket must be 0 where there is none';
  }
  const alone =
    view.getUint8(at + SPECIAL.display) === Display.all &&
    view.getUint8(at + SPECIAL.allOrNone) === 0 &&
    view.getUint8(at + SPECIAL.pegTo) === PegTo.none &&
    view.getUint8(at + SPECIAL.hasMaxMoney) === 0 &&
    view.getUint8(at + SPECIAL.hasOco) === 0 &&
    !isStop(view, at);
  if (!alone) return 'bracket goes with no other special terms';
  // Prices of a product that nobody knows are in no ticks, and cannot be compared.
  if (view.getUint32(at + SUBMIT.product) === UNKNOWN) return undefined;
  const buys = view.getUint8(at + SUBMIT.side) === Side.buy;
  if (buys ? profit > stop : profit < stop) return undefined;
  return 'bracket.takeProfit must be better than bracket.stopPrice';
}

function pairFault(view: DataView, at: number): string | undefined {
  const [price, stopPrice] = [at + SPECIAL.ocoPrice, at + SPECIAL.ocoStopPrice];
  const side = view.getUint8(at + SPECIAL.ocoSide);
  if (view.getUint8(at + SPECIAL.ocoHasStop) === 0 && readI64(view, stopPrice) !== 0) {
    return 'oco.stopPrice must be 0 where there is none';
  }
  if (view.getUint8(at + SPECIAL.hasOco) === 0) {
    const empty = side + view.getUint8(at + SPECIAL.ocoHasStop) === 0 && readI64(view, price) === 0;
    return empty ? undefined : 'the fields of oco must be 0 where there is none';
  }
  const alone =
    view.getUint8(at + SUBMIT.kind) === SubmitKind.limit &&
    !isImmediate(view, at) &&
    view.getUint8(at + SUBMIT.postOnly) === PostOnly.off &&
    view.getUint8(at + SPECIAL.display) === Display.all &&
    view.getUint8(at + SPECIAL.allOrNone) === 0 &&
    view.getUint8(at + SPECIAL.trailBy) === TrailBy.none &&
    view.getUint8(at + SPECIAL.pegTo) === PegTo.none &&
    readI64(view, at + SUBMIT.minQuantity) === 0;
  if (!alone)
    return 'oco is for limit and stop orders that may stand, and goes with no other terms';
  // Prices of a product that nobody knows are in no ticks, and cannot be compared.
  const unknown = view.getUint32(at + SUBMIT.product) === UNKNOWN;
  if (unknown || side === view.getUint8(at + SUBMIT.side)) return undefined;
  const [own, other] = [readI64(view, at + SUBMIT.price), readI64(view, price)];
  const apart = side === Side.buy ? other < own : own < other;
  return apart ? undefined : 'oco.price must not let the two orders trade with each other';
}

function isStop(view: DataView, at: number): boolean {
  const trails = view.getUint8(at + SPECIAL.trailBy) !== TrailBy.none;
  return trails || view.getUint8(at + SPECIAL.hasStop) === 1;
}

function stopFault(view: DataView, at: number): string | undefined {
  const trailBy = view.getUint8(at + SPECIAL.trailBy);
  const distance = readI64(view, at + SPECIAL.trailDistance);
  if ((trailBy === TrailBy.none) !== (distance === 0)) {
    return 'a stop order that trails does so at a distance of more than zero';
  }
  if (trailBy === TrailBy.ppm && distance > PPM) return 'trailPpm must not exceed 1,000,000';
  const hasStop = view.getUint8(at + SPECIAL.hasStop) === 1;
  if (!hasStop && readI64(view, at + SPECIAL.stopPrice) !== 0) return NO_STOP_PRICE;
  if (!isStop(view, at)) return undefined;
  const postOnly = view.getUint8(at + SUBMIT.postOnly) !== PostOnly.off;
  if (postOnly || readI64(view, at + SUBMIT.minQuantity) > 0) {
    return 'a stop order is not post-only and has no minQuantity';
  }
  const market = view.getUint8(at + SUBMIT.kind) === SubmitKind.market;
  return market && !isImmediate(view, at) ? 'a market order that waits is ioc or fok' : undefined;
}

function moneyFault(view: DataView, at: number): string | undefined {
  if (view.getUint8(at + SPECIAL.hasMaxMoney) === 0) {
    if (readI64(view, at + SPECIAL.maxMoney) === 0) return undefined;
    return 'maxMoney must be 0 where there is none';
  }
  const buysAtOnce =
    view.getUint8(at + SUBMIT.kind) === SubmitKind.market &&
    view.getUint8(at + SUBMIT.side) === Side.buy &&
    !isStop(view, at) &&
    isImmediate(view, at);
  return buysAtOnce ? undefined : 'maxMoney is for market orders that buy at once';
}

function pegFault(view: DataView, at: number): string | undefined {
  if (view.getUint8(at + SPECIAL.pegTo) === PegTo.none) {
    if (readI64(view, at + SPECIAL.pegOffset) === 0) return undefined;
    return 'pegOffset needs a peg';
  }
  const limit = view.getUint8(at + SUBMIT.kind) === SubmitKind.limit;
  const plain =
    view.getUint8(at + SUBMIT.postOnly) === PostOnly.off &&
    readI64(view, at + SUBMIT.minQuantity) === 0 &&
    view.getUint8(at + SPECIAL.allOrNone) === 0;
  if (limit && plain && !isImmediate(view, at) && !isStop(view, at)) return undefined;
  return 'a pegged order is a limit order that may rest, and nothing else but an iceberg or hidden';
}

function showingFault(view: DataView, at: number): string | undefined {
  const display = view.getUint8(at + SPECIAL.display);
  const clip = readI64(view, at + SPECIAL.displayQuantity);
  const below = readI64(view, at + SPECIAL.refreshBelow);
  const whole = view.getUint8(at + SPECIAL.allOrNone) === 1;
  const shows = display === Display.all;
  const limit = view.getUint8(at + SUBMIT.kind) === SubmitKind.limit;
  if ((!shows || whole) && (!limit || isImmediate(view, at))) {
    return 'displayQuantity and allOrNone are for limit orders that are neither ioc nor fok';
  }
  if (display !== Display.clip) {
    if (clip !== 0 || below !== 0) return 'refreshBelow needs a displayQuantity';
  } else if (below < 1 || below > clip || clip > readI64(view, at + SUBMIT.quantity)) {
    return 'refreshBelow must not exceed displayQuantity, nor that quantity';
  }
  if (!whole) return undefined;
  if (!shows) return 'an all-or-none order has no displayQuantity';
  const least = readI64(view, at + SUBMIT.minQuantity);
  return least > 0 ? 'minQuantity has no meaning for all-or-none orders' : undefined;
}

function listingFault(view: DataView, at: number): string | undefined {
  if (isSame(view, at + LISTING.energyAsset, at + LISTING.moneyAsset)) {
    return 'energy and money must differ';
  }
  const tick = hasTrailingZero(view, at + LISTING.tickMantissa, at + LISTING.tickDecimals);
  if (tick || hasTrailingZero(view, at + LISTING.lotMantissa, at + LISTING.lotDecimals)) {
    return 'tick and lot are written without trailing zeros';
  }
  if (view.getUint8(at + LISTING.hasNetwork) === 0 && view.getUint32(at + LISTING.network) !== 0) {
    return 'network must be 0 where there is none';
  }
  const banded = bandFault(view, at + LISTING.bandLow, at + LISTING.bandHigh);
  const planned = banded ?? scheduleFault(view, at) ?? mechanismFault(view, at);
  return planned ?? settlementFault(view, at);
}

function settlementFault(view: DataView, at: number): string | undefined {
  const min = readI64(view, at + LISTING.imbalanceMin);
  const max = readI64(view, at + LISTING.imbalanceMax);
  if (view.getUint8(at + LISTING.hasSettlement) === 0) {
    const fields = [
      min,
      max,
      view.getUint32(at + LISTING.utility),
      readI64(view, at + LISTING.positionLimit),
    ];
    if (fields.every((value) => value === 0)) return undefined;
    return 'the fields of settlement must be 0 where there is none';
  }
  if (min >= max) return 'settlement.imbalanceMin must be below settlement.imbalanceMax';
  if (view.getUint8(at + LISTING.hasDelivery) === 0) return 'settlement needs a delivery';
  const { start, end, gateMs } = readSchedule(view, at);
  return start + gateMs <= end
    ? undefined
    : 'settlement needs a delivery.gateMs that is not after delivery.end';
}

/** Prices of a product that nobody knows are in no ticks, but their signs are in order too. */
function imbalanceFault(view: DataView, at: number): string | undefined {
  const [long, short] = [readI64(view, at + IMBALANCE.long), readI64(view, at + IMBALANCE.short)];
  const price = readI64(view, at + IMBALANCE.tolerancePrice);
  if (long > short) return 'long must not be above short';
  if (view.getUint32(at + IMBALANCE.tolerancePpm) === 0) {
    return price === 0 ? undefined : 'tolerance.price must be 0 where there is no tolerance';
  }
  return price >= long && price <= short
    ? undefined
    : 'tolerance.price must be between long and short';
}

function readSchedule(view: DataView, at: number) {
  return {
    start: readI64(view, at + LISTING.deliveryStart),
    end: readI64(view, at + LISTING.deliveryEnd),
    opensMs: readI64(view, at + LISTING.opensMs),
    gateMs: readI64(view, at + LISTING.gateMs),
  };
}

function scheduleFault(view: DataView, at: number): string | undefined {
  const schedule = readSchedule(view, at);
  if (view.getUint8(at + LISTING.hasDelivery) === 1) return deliveryFault(schedule);
  const { start, end, opensMs, gateMs } = schedule;
  const empty = start === 0 && end === 0 && opensMs === 0 && gateMs === 0;
  return empty ? undefined : 'the fields of delivery must be 0 where there is none';
}

/** What is wrong with when a product is to be traded and delivered, or undefined. Instants in epoch ms. */
export function deliveryFault(delivery: {
  readonly start: number;
  readonly end: number;
  readonly opensMs: number;
  readonly gateMs: number;
}): string | undefined {
  const { start, end, opensMs, gateMs } = delivery;
  if (start >= end) return 'delivery.start must be before delivery.end';
  if (opensMs >= gateMs) return 'delivery.opensMs must be before delivery.gateMs';
  if (start + opensMs < 0)
    return 'delivery.opensMs must not reach from delivery.start back before 1970';
  return start + gateMs <= MAX_INTEGER
    ? undefined
    : 'delivery.gateMs must not reach from delivery.start beyond 2^53-1';
}

function mechanismFault(view: DataView, at: number): string | undefined {
  const pricing = view.getUint8(at + LISTING.pricing);
  const hasReference = view.getUint8(at + LISTING.hasReference) === 1;
  const reference = readI64(view, at + LISTING.referencePrice);
  const everyMs = readI64(view, at + LISTING.auctionEveryMs);
  if (!hasReference && reference !== 0) return 'referencePrice must be 0 where there is none';
  if (view.getUint8(at + LISTING.mechanism) === Mechanism.continuous) {
    const none = pricing === Pricing.uniform && !hasReference && everyMs === 0;
    return none ? undefined : 'pricing, referencePrice and auctionEveryMs need mechanism call';
  }
  const hasDelivery = view.getUint8(at + LISTING.hasDelivery) === 1;
  const tradedMs = readI64(view, at + LISTING.gateMs) - readI64(view, at + LISTING.opensMs);
  return callFault({ pricing, hasReference, everyMs }, hasDelivery ? tradedMs : undefined);
}

/**
 * What is wrong with how a product is auctioned, or undefined.
 * @param tradedMs from the opening to the gate; undefined for a product without a delivery
 */
export function callFault(
  call: { readonly pricing: number; readonly hasReference: boolean; readonly everyMs: number },
  tradedMs: number | undefined,
): string | undefined {
  const { pricing, hasReference, everyMs } = call;
  if (pricing === Pricing['mid-market'] && !hasReference) {
    return 'pricing mid-market needs a referencePrice';
  }
  if (everyMs === 0) return undefined;
  if (tradedMs === undefined) return 'auctionEveryMs needs a delivery';
  if (tradedMs / everyMs <= MAX_AUCTIONS) return undefined;
  return `auctionEveryMs must leave no more than ${MAX_AUCTIONS} auctions before the gate`;
}

function circuitFault(view: DataView, at: number): string | undefined {
  const share = view.getUint32(at + CIRCUIT.haltMovePpm);
  const moves = share > 0 || readI64(view, at + CIRCUIT.haltMove) > 0;
  if (moves === view.getUint32(at + CIRCUIT.haltWindowMs) > 0) return undefined;
  return 'haltMove and haltMovePpm are both 0 where haltWindowMs is, and only there';
}

function bandFault(view: DataView, low: number, high: number): string | undefined {
  if (readI64(view, low) <= readI64(view, high)) return undefined;
  return 'band.low must not be above band.high';
}

function hasTrailingZero(view: DataView, mantissa: number, decimals: number): boolean {
  return view.getUint8(decimals) > 0 && readI64(view, mantissa) % 10 === 0;
}

/** Two unknown references may still be different ids. */
function isSame(view: DataView, a: number, b: number): boolean {
  return view.getUint32(a) === view.getUint32(b) && view.getUint32(a) !== UNKNOWN;
}
