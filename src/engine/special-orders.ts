import { Display, PegTo, Side, TrailBy } from '../core/codes.ts';
import { putI64 } from '../core/bytes.ts';
import type { Decimal } from '../core/decimal.ts';
import { MAX_INTEGER, PPM } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import type { Grid, Product } from '../market/products.ts';
import type { Peg, Trail } from '../orderbook/followers.ts';
import {
  choiceArgument,
  flagArgument,
  integerArgument,
  objectArgument,
  requiredSteps,
  stepsArgument,
} from './arguments.ts';
import type { Encoding } from './encoding.ts';
import type { OrderRequest } from './requests.ts';

const AT = offsetsOf(COMMANDS.submitSpecial);
const SIDES = Object.keys(Side);
/** What an order can be pegged to: the names of `PegTo` from 1. */
const PEGS = Object.keys(PegTo).slice(1);

/** Whether an order has terms that few orders have: then it is a command of its own. */
export function isSpecial(request: OrderRequest): boolean {
  return (
    request.displayQuantity !== undefined ||
    request.displayQuantityLots !== undefined ||
    request.refreshBelow !== undefined ||
    request.refreshBelowLots !== undefined ||
    request.allOrNone !== undefined ||
    request.stopPrice !== undefined ||
    request.stopPriceTicks !== undefined ||
    request.maxMoney !== undefined ||
    request.maxMoneyQuanta !== undefined ||
    request.oco !== undefined ||
    request.bracket !== undefined ||
    request.trail !== undefined ||
    request.trailTicks !== undefined ||
    request.trailPpm !== undefined ||
    request.peg !== undefined ||
    request.pegOffset !== undefined ||
    request.pegOffsetTicks !== undefined
  );
}

/** The fields of what is to follow on an order. */
export const BRACKET_FIELDS: readonly string[] = [
  'stopLimit',
  'stopLimitTicks',
  'stopPrice',
  'stopPriceTicks',
  'takeProfit',
  'takeProfitTicks',
];

/** The fields that the second of two linked orders may have. */
export const OCO_FIELDS: readonly string[] = [
  'price',
  'priceTicks',
  'side',
  'stopPrice',
  'stopPriceTicks',
];

/** Writes the special terms of an order behind what any order asks for. */
export function encodeSpecial(
  to: Encoding,
  request: OrderRequest,
  product: Product | undefined,
): void {
  const { view } = to;
  const grid = product?.grid;
  const { displayQuantity, displayQuantityLots, refreshBelow, refreshBelowLots } = request;
  const { allOrNone = false } = request;
  const shows =
    displayQuantity === undefined &&
    displayQuantityLots === undefined &&
    refreshBelow === undefined &&
    refreshBelowLots === undefined;
  const stopPrice = stopPriceArgument(request, grid?.tick);
  const maxMoney = maxMoneyArgument(to, request, product);
  const { oco, bracket } = request;
  const trail = trailArgument(request, grid?.tick);
  const peg = pegArgument(request, grid?.tick);
  const single = oco === undefined && bracket === undefined;
  const follows = stopPrice !== undefined || trail !== undefined || peg.to !== PegTo.none;
  const plain = shows && !follows && maxMoney === undefined && single;
  if (plain && !flagArgument(allOrNone, 'allOrNone')) return;
  to.become('submitSpecial');
  to.length = AT.strings;
  to.bytes.fill(0, AT.display, AT.strings);
  if (!shows) encodeDisplay(view, request, grid);
  view.setUint8(AT.allOrNone, flagArgument(allOrNone, 'allOrNone') ? 1 : 0);
  if (stopPrice !== undefined) {
    view.setUint8(AT.hasStop, 1);
    putI64(view, AT.stopPrice, stopPrice);
  }
  if (maxMoney !== undefined) {
    view.setUint8(AT.hasMaxMoney, 1);
    putI64(view, AT.maxMoney, maxMoney);
  }
  if (oco !== undefined) encodeOco(view, request.side, oco, grid);
  if (bracket !== undefined) encodeBracket(view, bracket, grid);
  view.setUint8(AT.pegTo, peg.to);
  putI64(view, AT.pegOffset, peg.offset);
  if (trail === undefined) return;
  view.setUint8(AT.trailBy, trail.by);
  putI64(view, AT.trailDistance, trail.distance);
}

function pegArgument(
  { peg, pegOffset, pegOffsetTicks }: OrderRequest,
  tick: Decimal | undefined,
): Pick<Peg, 'to' | 'offset'> {
  const names = ['pegOffset', 'pegOffsetTicks'] as const;
  const offset = stepsArgument(pegOffset, pegOffsetTicks, ...names, -MAX_INTEGER, tick);
  if (peg === undefined) {
    if (offset !== undefined) throw new TypeError('pegOffset needs a peg');
    return { to: PegTo.none, offset: 0 };
  }
  return { to: choiceArgument(PEGS, peg, 'peg') + 1, offset: offset ?? 0 };
}

function trailArgument(
  { trail, trailTicks, trailPpm }: OrderRequest,
  tick: Decimal | undefined,
): Trail | undefined {
  const ticks = stepsArgument(trail, trailTicks, 'trail', 'trailTicks', 1, tick);
  if (trailPpm === undefined) {
    return ticks === undefined ? undefined : { by: TrailBy.ticks, distance: ticks };
  }
  if (ticks !== undefined) throw new TypeError('give either trail or trailPpm, not both');
  return { by: TrailBy.ppm, distance: integerArgument(trailPpm, 'trailPpm', 1, PPM) };
}

/** The price that triggers an order, in ticks, if one was given. @throws TypeError, RangeError */
export function stopPriceArgument(
  { stopPrice, stopPriceTicks }: Pick<OrderRequest, 'stopPrice' | 'stopPriceTicks'>,
  tick: Decimal | undefined,
): number | undefined {
  return stepsArgument(
    stopPrice,
    stopPriceTicks,
    'stopPrice',
    'stopPriceTicks',
    -MAX_INTEGER,
    tick,
  );
}

/** The most that an order may cost, in quanta, if that was said. @throws TypeError, RangeError */
function maxMoneyArgument(
  to: Encoding,
  { maxMoney, maxMoneyQuanta }: OrderRequest,
  product: Product | undefined,
): number | undefined {
  const step = product === undefined ? undefined : to.quantumOf(product.moneyAsset);
  return stepsArgument(maxMoney, maxMoneyQuanta, 'maxMoney', 'maxMoneyQuanta', 0, step);
}

function encodeOco(
  view: DataView,
  firstSide: OrderRequest['side'],
  oco: NonNullable<OrderRequest['oco']>,
  grid: Grid | undefined,
): void {
  objectArgument(oco, 'oco', OCO_FIELDS);
  const { side = firstSide, price, priceTicks, stopPrice, stopPriceTicks } = oco;
  const limit = ['oco.price', 'oco.priceTicks', -MAX_INTEGER, grid?.tick] as const;
  const stop = ['oco.stopPrice', 'oco.stopPriceTicks', -MAX_INTEGER, grid?.tick] as const;
  const stopTicks = stepsArgument(stopPrice, stopPriceTicks, ...stop);
  view.setUint8(AT.hasOco, 1);
  view.setUint8(AT.ocoSide, choiceArgument(SIDES, side, 'oco.side'));
  putI64(view, AT.ocoPrice, requiredSteps(price, priceTicks, ...limit));
  view.setUint8(AT.ocoHasStop, stopTicks === undefined ? 0 : 1);
  putI64(view, AT.ocoStopPrice, stopTicks ?? 0);
}

function encodeBracket(
  view: DataView,
  bracket: NonNullable<OrderRequest['bracket']>,
  grid: Grid | undefined,
): void {
  objectArgument(bracket, 'bracket', BRACKET_FIELDS);
  const ticks = (name: 'takeProfit' | 'stopPrice' | 'stopLimit'): number => {
    const [text, count] = [bracket[name], bracket[`${name}Ticks`]];
    const names = [`bracket.${name}`, `bracket.${name}Ticks`] as const;
    return requiredSteps(text, count, ...names, -MAX_INTEGER, grid?.tick);
  };
  view.setUint8(AT.hasBracket, 1);
  putI64(view, AT.takeProfit, ticks('takeProfit'));
  putI64(view, AT.exitStopPrice, ticks('stopPrice'));
  putI64(view, AT.exitStopLimit, ticks('stopLimit'));
}

function encodeDisplay(view: DataView, request: OrderRequest, grid: Grid | undefined): void {
  const { displayQuantity, displayQuantityLots, refreshBelow, refreshBelowLots } = request;
  const names = ['displayQuantity', 'displayQuantityLots'] as const;
  const shown = requiredSteps(displayQuantity, displayQuantityLots, ...names, 0, grid?.lot);
  const below = ['refreshBelow', 'refreshBelowLots'] as const;
  const least = stepsArgument(refreshBelow, refreshBelowLots, ...below, 1, grid?.lot);
  view.setUint8(AT.display, shown === 0 ? Display.hidden : Display.clip);
  putI64(view, AT.displayQuantity, shown);
  putI64(view, AT.refreshBelow, least ?? Math.min(shown, 1));
}
