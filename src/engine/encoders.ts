import {
  PostOnly,
  Role,
  SelfTrade,
  Side,
  SubmitKind,
  TimeInForce,
  UNKNOWN,
} from '../core/codes.ts';
import { putI64 } from '../core/bytes.ts';
import type { Decimal } from '../core/decimal.ts';
import { MAX_DECIMALS, MAX_HALT_WINDOW_MS, MAX_INTEGER, PPM } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import {
  choiceArgument,
  flagArgument,
  idArgument,
  integerArgument,
  nameArgument,
  objectArgument,
  requiredSteps,
  stepsArgument,
  textSteps,
} from './arguments.ts';
import { type Encoding, type Form, optionalId } from './encoding.ts';
import { encodeAccountKey } from './account-keys.ts';
import { DELIVERY_FIELDS, fieldsOf, HALT_FIELDS } from './fields.ts';
import {
  encodeNetworkOrder,
  encodeNetworkRecall,
  encodeNetworkTake,
  isNetworked,
  NETWORK_ENCODERS,
  stepArgument,
} from './network-orders.ts';
import { encodeSettlement, SETTLEMENT_ENCODERS } from './settlement-encoders.ts';
import { encodeSpecial, isSpecial, stopPriceArgument } from './special-orders.ts';
import { encodeCall } from './call-fields.ts';
import type { DeliveryFields, RequestName, Requests } from './requests.ts';

const SUBMIT = offsetsOf(COMMANDS.submit);
const SIDES = Object.keys(Side);
const KINDS = Object.keys(SubmitKind);
const TIMES_IN_FORCE = Object.keys(TimeInForce);
const POST_ONLY = Object.keys(PostOnly);
const SELF_TRADE = Object.keys(SelfTrade);

const ENCODERS: { [C in RequestName]: Form<C>['encode'] } = {
  openAccount(to, request) {
    to.operator(request);
    to.u8(nameArgument(Role, otherwise(request.role, 'trader'), 'role'));
    to.salt();
    to.id(idArgument(request.id, 'id'));
  },
  freezeAccount(to, request) {
    to.operator(request);
    to.account(request.account, 'account');
    to.u8(flagArgument(otherwise(request.frozen, true), 'frozen') ? 1 : 0);
  },
  closeAccount(to, request) {
    to.party(request);
  },
  deposit(to, request) {
    to.operator(request);
    to.account(request.account, 'account');
    to.funds(request);
  },
  withdraw(to, request) {
    to.party(request);
    to.funds(request);
  },
  transfer(to, request) {
    to.party(request);
    to.account(request.to, 'to');
    to.funds(request);
  },
  listAsset(to, request) {
    to.operator(request);
    to.u8(integerArgument(request.decimals, 'decimals', 0, MAX_DECIMALS));
    to.id(idArgument(request.id, 'id'));
  },
  listProduct(to, request) {
    to.operator(request);
    to.asset(request.energy, 'energy');
    to.asset(request.money, 'money');
    const tick = stepArgument(request.tick, 'tick');
    const lot = stepArgument(request.lot, 'lot');
    for (const { mantissa, decimals } of [tick, lot]) {
      to.i64(mantissa);
      to.u8(decimals);
    }
    const { makerPpm = 0, takerPpm = 0 } = request;
    to.fees({ makerPpm, takerPpm });
    to.band(request.band === undefined ? null : request.band, tick);
    encodeDelivery(to, request.delivery);
    encodeCall(to, request, tick);
    to.u8(request.network === undefined ? 0 : 1);
    if (request.network === undefined) to.u32(0);
    else to.network(request.network);
    encodeSettlement(to, request.settlement, tick, lot);
    to.id(idArgument(request.id, 'id'));
  },
  setFees(to, request) {
    to.operator(request);
    to.product(request.product);
    to.fees(request);
  },
  setBand(to, request) {
    to.operator(request);
    const product = to.product(request.product);
    if (request.band === undefined) throw new TypeError('band is missing; null takes it away');
    to.band(request.band, product?.grid.tick);
  },
  haltProduct: encodeProductCommand,
  resumeProduct: encodeProductCommand,
  closeProduct: encodeProductCommand,
  endSession: encodeProductCommand,
  archiveProduct: encodeProductCommand,
  runAuction: encodeProductCommand,
  submit: encodeSubmit,
  amend(to, request) {
    to.origin(request.actor, 'actor', request.commandId);
    const grid = to.order(request.orderId)?.grid;
    to.u32(integerArgument(otherwise(request.expectedVersion, 0), 'expectedVersion', 0, UNKNOWN));
    const price = priceArgument(request, grid?.tick);
    const { quantity: text, quantityLots } = request;
    const quantity = stepsArgument(text, quantityLots, 'quantity', 'quantityLots', 0, grid?.lot);
    const stopPrice = stopPriceArgument(request, grid?.tick);
    if (price === undefined && quantity === undefined && stopPrice === undefined) {
      throw new TypeError('an amendment needs a price, a quantity or a stopPrice');
    }
    to.optional(price);
    to.optional(quantity);
    to.optional(stopPrice);
  },
  cancel(to, request) {
    to.origin(request.actor, 'actor', request.commandId);
    to.i64(integerArgument(request.orderId, 'orderId', 1, MAX_INTEGER));
  },
  cancelAll(to, request) {
    const { actor, account, product, commandId } = request;
    if (actor === undefined && account !== undefined) to.origin(account, 'account', commandId);
    else to.operator(request);
    if (account === undefined && product === undefined) {
      throw new TypeError('cancelAll needs an account or a product');
    }
    to.u8(account === undefined ? 0 : 1);
    if (account === undefined) to.u32(0);
    else to.account(account, 'account');
    to.u8(product === undefined ? 0 : 1);
    if (product === undefined) to.u32(0);
    else to.product(product);
  },
  take(to, request) {
    to.party(request);
    const grid = to.order(request.orderId)?.grid;
    to.i64(quantityArgument(request, grid?.lot));
    const { limitPrice: text, limitPriceTicks: count } = request;
    const names = ['limitPrice', 'limitPriceTicks'] as const;
    to.i64(requiredSteps(text, count, ...names, -MAX_INTEGER, grid?.tick));
    encodeNetworkTake(to, request);
  },
  sealBlock(to, request) {
    to.operator(request);
  },
  advanceTime(to, request) {
    to.operator(request);
  },
  setAccountKey: encodeAccountKey,
  setCircuit(to, request) {
    to.operator(request);
    const tick = to.product(request.product)?.grid.tick;
    const { collar, collarPpm, halt } = request;
    const noCollar = collar === undefined && collarPpm === undefined;
    if (noCollar || halt === undefined) {
      throw new TypeError(`${noCollar ? 'collar' : 'halt'} is missing; null takes it away`);
    }
    to.i64(collar === undefined || collar === null ? 0 : distanceArgument(collar, 'collar', tick));
    to.u32(shareArgument(collarPpm, 'collarPpm'));
    if (halt !== null) objectArgument(halt, 'halt', HALT_FIELDS);
    const { move, movePpm } = halt ?? {};
    const noMove = halt === null || (move === undefined && movePpm !== undefined);
    to.i64(noMove ? 0 : distanceArgument(move, 'halt.move', tick));
    to.u32(shareArgument(movePpm, 'halt.movePpm'));
    to.u32(
      halt === null ? 0 : integerArgument(halt.windowMs, 'halt.windowMs', 1, MAX_HALT_WINDOW_MS),
    );
  },
  setAccountLimits(to, request) {
    to.operator(request);
    to.account(request.account, 'account');
    const { maxOpenOrders, maxExposure } = request;
    if (maxOpenOrders === undefined || maxExposure === undefined) {
      const missing = maxOpenOrders === undefined ? 'maxOpenOrders' : 'maxExposure';
      throw new TypeError(`${missing} is missing; null takes it away`);
    }
    to.u8(maxOpenOrders === null ? 0 : 1);
    to.u32(
      maxOpenOrders === null ? 0 : integerArgument(maxOpenOrders, 'maxOpenOrders', 0, UNKNOWN),
    );
    to.u8(maxExposure === null ? 0 : 1);
    if (maxExposure !== null) to.limit(maxExposure);
    else {
      to.u32(0);
      to.i64(0);
    }
  },
  kill(to, request) {
    to.party(request);
  },
  ...SETTLEMENT_ENCODERS,
  recallTrade(to, request) {
    to.operator(request);
    to.i64(integerArgument(request.trade, 'trade', 1, MAX_INTEGER));
    const grid = to.product(request.product)?.grid;
    to.account(request.buyer, 'buyer');
    to.account(request.seller, 'seller');
    const { price, priceTicks, buyerFeeQuanta, sellerFeeQuanta } = request;
    to.i64(requiredSteps(price, priceTicks, 'price', 'priceTicks', -MAX_INTEGER, grid?.tick));
    to.i64(quantityArgument(request, grid?.lot));
    to.i64(integerArgument(buyerFeeQuanta, 'buyerFeeQuanta', 0, MAX_INTEGER));
    to.i64(integerArgument(sellerFeeQuanta, 'sellerFeeQuanta', 0, MAX_INTEGER));
    encodeNetworkRecall(to, request);
  },
  ...NETWORK_ENCODERS,
};

/** The forms of all requests. */
export const FORMS = Object.fromEntries(
  Object.entries(ENCODERS).map(([name, encode]) => {
    const command = name as RequestName;
    return [name, { command, type: COMMANDS[command].type, fields: fieldsOf(command), encode }];
  }),
) as { readonly [C in RequestName]: Form<C> };

function encodeDelivery(to: Encoding, delivery: DeliveryFields | undefined): void {
  if (delivery !== undefined) objectArgument(delivery, 'delivery', DELIVERY_FIELDS);
  to.u8(delivery === undefined ? 0 : 1);
  const { start, end, opensMs, gateMs } = delivery ?? NO_DELIVERY;
  to.i64(integerArgument(start, 'delivery.start', 0, MAX_INTEGER));
  to.i64(integerArgument(end, 'delivery.end', 0, MAX_INTEGER));
  to.i64(integerArgument(opensMs, 'delivery.opensMs', -MAX_INTEGER, MAX_INTEGER));
  to.i64(integerArgument(gateMs, 'delivery.gateMs', -MAX_INTEGER, MAX_INTEGER));
}

const NO_DELIVERY: DeliveryFields = { start: 0, end: 0, opensMs: 0, gateMs: 0 };

function encodeProductCommand(to: Encoding, request: Requests['haltProduct']): void {
  to.operator(request);
  to.product(request.product);
}

/** Written at fixed places: in turn, as the others are, it took 45 ns more. */
function encodeSubmit(to: Encoding, request: Requests['submit']): void {
  to.party(request);
  const product = to.product(request.product);
  const grid = product?.grid;
  const { side, kind = 'limit' } = request;
  const { timeInForce = kind === 'market' ? 'ioc' : 'gtc' } = request;
  const { postOnly = 'off', selfTrade = 'cancelTaker' } = request;
  const { view } = to;
  view.setUint8(SUBMIT.side, choiceArgument(SIDES, side, 'side'));
  view.setUint8(SUBMIT.kind, choiceArgument(KINDS, kind, 'kind'));
  view.setUint8(SUBMIT.timeInForce, choiceArgument(TIMES_IN_FORCE, timeInForce, 'timeInForce'));
  view.setUint8(SUBMIT.postOnly, choiceArgument(POST_ONLY, postOnly, 'postOnly'));
  view.setUint8(SUBMIT.selfTrade, choiceArgument(SELF_TRADE, selfTrade, 'selfTrade'));
  const price = priceArgument(request, grid?.tick);
  if (price === undefined && kind === 'limit') throw new TypeError('a limit order needs a price');
  view.setUint8(SUBMIT.hasPrice, price === undefined ? 0 : 1);
  putI64(view, SUBMIT.price, price === undefined ? 0 : price);
  putI64(view, SUBMIT.quantity, quantityArgument(request, grid?.lot));
  putI64(view, SUBMIT.minQuantity, leastArgument(request, grid?.lot));
  putI64(view, SUBMIT.expiresAt, expiryArgument(request.expiresAt, timeInForce));
  to.length = SUBMIT.strings;
  if (isSpecial(request)) encodeSpecial(to, request, product);
  if (isNetworked(request)) encodeNetworkOrder(to, request, product);
  to.id(optionalId(request.clientOrderId, 'clientOrderId'));
}

function priceArgument(
  { price, priceTicks }: Requests['submit' | 'amend'],
  tick: Decimal | undefined,
): number | undefined {
  return stepsArgument(price, priceTicks, 'price', 'priceTicks', -MAX_INTEGER, tick);
}

function quantityArgument(
  { quantity, quantityLots }: Requests['submit' | 'take' | 'recallTrade'],
  lot: Decimal | undefined,
): number {
  return requiredSteps(quantity, quantityLots, 'quantity', 'quantityLots', 1, lot);
}

function leastArgument(
  { minQuantity, minQuantityLots }: Requests['submit'],
  lot: Decimal | undefined,
): number {
  return stepsArgument(minQuantity, minQuantityLots, 'minQuantity', 'minQuantityLots', 1, lot) ?? 0;
}

function expiryArgument(expiresAt: number | undefined, timeInForce: string): number {
  if (timeInForce === 'gtd') {
    if (expiresAt === undefined) throw new TypeError('a gtd order needs expiresAt');
    return integerArgument(expiresAt, 'expiresAt', 0, MAX_INTEGER);
  }
  if (expiresAt !== undefined) throw new TypeError('only a gtd order has expiresAt');
  return 0;
}

function distanceArgument(text: unknown, argument: string, tick: Decimal | undefined): number {
  const ticks = textSteps(text, argument, tick);
  if (ticks <= 0) throw new RangeError(`${argument} must be more than zero`);
  return ticks;
}

/** Parts per million; 0 where nothing was said. */
function shareArgument(ppm: unknown, argument: string): number {
  return ppm === undefined ? 0 : integerArgument(ppm, argument, 1, PPM);
}

/** What a field holds if it was given; null is given, and wrong. */
function otherwise<T>(value: T | undefined, instead: T): T {
  return value === undefined ? instead : value;
}
