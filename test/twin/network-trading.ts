import {
  EndReason,
  OrderKind,
  PostOnly,
  RejectCode,
  Side,
  TimeInForce,
} from '../../src/core/codes.ts';
import { energyOf, insideBand, lock, lockOf, termsOf, unlock, withinLockLimit } from './amounts.ts';
import type { CommandOf } from './commands.ts';
import { standingRefusal } from './limits.ts';
import {
  accountRefusal,
  leaveBook,
  type Market,
  mayActFor,
  oppositeOf,
  type Order,
  productRefusal,
  queueOf,
  rowOf,
  shownOf,
} from './market.ts';
import {
  capacityNow,
  dryWalk,
  fillCost,
  match,
  type Offer,
  offerOf,
  offers,
  sides,
  suit,
  tellNet,
  trade,
} from './network-match.ts';
import { feeVersionOf, zonesOf } from './networks.ts';
import { crosses, endOrder, finish } from './orders.ts';
import { PLAIN, takerOf } from './plain-order.ts';
import { fundsRefusal, tellAccepted, tellAmended } from './trading.ts';

/** The network of a zone, if that is one that the product may be traded in. */
function networkOf(market: Market, product: number | undefined, zone: number): number | undefined {
  const { network } = market.zones[zone]!;
  const member = product === undefined ? undefined : market.products[product]!.network;
  return member === undefined || member.row === network ? network : undefined;
}

export function submitInNetwork(market: Market, command: CommandOf<'submitInNetwork'>): number {
  const account = rowOf(market.accounts, command.account);
  const product = rowOf(market.products, command.product);
  const zone = rowOf(market.zones, command.zone);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (product === undefined) return RejectCode.UNKNOWN_PRODUCT;
  const network = zone === undefined ? undefined : networkOf(market, product, zone);
  if (zone === undefined || network === undefined) return RejectCode.UNKNOWN_ZONE;
  const zones = zonesOf(market, network).length;
  if (command.strangeZones === 1 || command.onlyZones >= 2 ** zones) return RejectCode.UNKNOWN_ZONE;
  if (!mayActFor(market, command.actor, account)) return RejectCode.FORBIDDEN;
  const refused = accountRefusal(market, account);
  if (refused !== 0) return refused;
  if (market.products[product]!.network === undefined) return RejectCode.NOT_IN_NETWORK;
  const closed = productRefusal(market.products[product]!);
  if (closed !== 0) return closed;
  if (market.clientIds.has(`${account} ${command.clientOrderId}`)) {
    return RejectCode.DUPLICATE_CLIENT_ORDER_ID;
  }
  const dated = command.timeInForce === TimeInForce.gtd;
  if (dated && command.expiresAt <= market.time) return RejectCode.ALREADY_EXPIRED;
  const order = orderOf(market, command, account, product, zone);
  const code =
    completePrice(market, command, order) ||
    admit(market, order, 0) ||
    fillRefusal(market, command, order);
  if (code !== 0) return code;
  order.id = ++market.lastOrder;
  market.receipt.order = order.id;
  lock(market, order);
  tellAccepted(market, order, order.expiresAt);
  tellNet(market, order);
  if (match(market, order)) finish(market, order);
  return 0;
}

function orderOf(
  market: Market,
  command: CommandOf<'submitInNetwork'>,
  account: number,
  product: number,
  zone: number,
): Order {
  const { side, kind, timeInForce, postOnly, selfTrade, clientOrderId, price } = command;
  const { attributes, only, onlyZones, quantity } = command;
  const { solarPremium, windPremium, batteryPremium, gridPremium, localPremium } = command;
  const premiums = [solarPremium, windPremium, batteryPremium, gridPremium, localPremium];
  const version = feeVersionOf(market, market.zones[zone]!.network);
  const feeVersion = side === Side.buy ? version : 0;
  return {
    ...PLAIN,
    account,
    product,
    side,
    kind,
    timeInForce,
    postOnly,
    selfTrade,
    clientOrderId,
    price,
    open: quantity,
    total: quantity,
    expiresAt: timeInForce === TimeInForce.gtd ? command.expiresAt : 0,
    terms: market.products[product]!.terms,
    net: { zone, attributes, only, onlyZones, premiums, feeVersion, held: 0n },
  };
}

function completePrice(
  market: Market,
  command: CommandOf<'submitInNetwork'>,
  order: Order,
): number {
  const immediate = order.timeInForce === TimeInForce.ioc || order.timeInForce === TimeInForce.fok;
  const buys = order.side === Side.buy;
  if (order.kind === OrderKind.market && !immediate) {
    const touch = firstOffer(market, order);
    if (touch === undefined) return RejectCode.EMPTY_SIDE;
    const bound = command.hasPrice === 1 ? order.price : touch.effective;
    order.price = (buys ? Math.min : Math.max)(bound, touch.effective);
    Object.assign(order, { kind: OrderKind.limit });
  } else if (command.hasPrice === 0) {
    const { band } = termsOf(market, order);
    if (band === undefined) return RejectCode.NO_PROTECTION;
    order.price = buys ? band.high : band.low;
  }
  return 0;
}

function firstOffer(market: Market, order: Order): Offer | undefined {
  return offers(market, order, oppositeOf(market, order), capacityNow(market, order))[0];
}

function laneOf({ net }: Order): string {
  return JSON.stringify({ ...net, held: '' });
}

/** The rules about lanes, price and size. @param leaving lanes that are gone once it enters */
function admit(market: Market, order: Order, leaving: number): number {
  const names = new Set(queueOf(market, order).map(laneOf));
  const immediate = order.timeInForce === TimeInForce.ioc || order.timeInForce === TimeInForce.fok;
  const rests = order.kind === OrderKind.limit && !immediate;
  if (rests && !names.has(laneOf(order)) && names.size - leaving >= 1000)
    return RejectCode.LANE_LIMIT;
  const terms = termsOf(market, order);
  if (!insideBand(terms, order.price)) return RejectCode.PRICE_OUTSIDE_BAND;
  if (!withinLockLimit(market, order)) return RejectCode.LOCK_LIMIT;
  const touch = firstOffer(market, order);
  if (order.postOnly === PostOnly.off || touch === undefined) return 0;
  if (!crosses(order, touch.effective)) return 0;
  const own = touch.maker.account === order.account;
  if (own || order.postOnly === PostOnly.reject) return RejectCode.POST_ONLY_CROSSES;
  order.price = touch.effective + (order.side === Side.buy ? -1 : 1);
  const possible = insideBand(terms, order.price) && withinLockLimit(market, order);
  return possible ? 0 : RejectCode.POST_ONLY_CROSSES;
}

function fillRefusal(market: Market, command: CommandOf<'submitInNetwork'>, order: Order): number {
  const walked = dryWalk(market, order);
  const whole = order.timeInForce === TimeInForce.fok;
  if (whole && (walked.filled < order.open || walked.meetsOwn)) return RejectCode.FOK_UNFILLABLE;
  if (walked.filled < command.minQuantity) return RejectCode.MIN_QUANTITY;
  const immediate = whole || order.timeInForce === TimeInForce.ioc;
  const limit = order.kind === OrderKind.limit;
  const full = limit && !immediate ? standingRefusal(market, order.account) : 0;
  if (full !== 0) return full;
  if (limit) {
    const { money, energy } = lockOf(market, order);
    return fundsRefusal(market, order, money, energy);
  }
  order.net!.held = walked.peak;
  const energy = order.side === Side.sell ? energyOf(market, order.product, walked.filled) : 0n;
  return fundsRefusal(market, order, walked.peak, energy);
}

/** An amended order that enters anew. */
export function amendInNetwork(
  market: Market,
  order: Order,
  price: number,
  open: number,
  total: number,
): number {
  const { terms, network } = market.products[order.product]!;
  const version = order.side === Side.buy ? feeVersionOf(market, network!.row) : 0;
  const told = order.net!.feeVersion;
  const net = { ...order.net!, feeVersion: version };
  const anew: Order = { ...order, price, open, total, terms, net };
  const alike = queueOf(market, order).filter((each) => laneOf(each) === laneOf(order)).length;
  const before = { price: order.price, open: order.open, shown: shownOf(order) };
  const old = lockOf(market, order);
  const code = admit(market, anew, alike === 1 ? 1 : 0);
  if (code !== 0) return code;
  const { money, energy } = lockOf(market, anew);
  const short = fundsRefusal(market, order, money - old.money, energy - old.energy);
  if (short !== 0) return short;
  leaveBook(market, order);
  unlock(market, order);
  Object.assign(order, { price: anew.price, open, total, terms, net, version: order.version + 1 });
  lock(market, order);
  tellAmended(market, order, before, false);
  if (version !== told) tellNet(market, order);
  if (match(market, order)) finish(market, order);
  return 0;
}

export function takeInNetwork(market: Market, command: CommandOf<'takeInNetwork'>): number {
  const account = rowOf(market.accounts, command.account);
  const maker = market.orders.get(command.order);
  const zone = rowOf(market.zones, command.zone);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (zone === undefined || networkOf(market, maker?.product, zone) === undefined) {
    return RejectCode.UNKNOWN_ZONE;
  }
  if (maker === undefined) return RejectCode.UNKNOWN_ORDER;
  if (!mayActFor(market, command.actor, account)) return RejectCode.FORBIDDEN;
  const refused = accountRefusal(market, account);
  if (refused !== 0) return refused;
  const product = market.products[maker.product]!;
  if (product.network === undefined) return RejectCode.NOT_IN_NETWORK;
  const closed = productRefusal(product);
  if (closed !== 0) return closed;
  const buys = maker.side === Side.sell;
  const taker: Order = {
    ...takerOf(product, account, maker, command),
    net: {
      zone,
      attributes: buys ? 0 : command.attributes,
      only: 0,
      onlyZones: 0,
      premiums: [0, 0, 0, 0, 0],
      feeVersion: buys ? feeVersionOf(market, product.network.row) : 0,
      held: 0n,
    },
  };
  const offer = offerOf(market, taker, maker);
  if (!withinLockLimit(market, { ...taker, price: offer.effective })) return RejectCode.LOCK_LIMIT;
  if (maker.account === account) return RejectCode.OWN_ORDER;
  if (!suit(market, ...sides(taker, maker))) return RejectCode.KEPT_APART;
  if (!crosses(taker, offer.effective)) return RejectCode.PRICE_CHANGED;
  const left = capacityNow(market, taker)(offer.from, offer.to);
  if (command.quantity > Math.min(maker.open, left)) return RejectCode.QUANTITY_GONE;
  const cost = fillCost(market, taker, offer.price, offer.gridFee, taker.open);
  const energy = buys ? 0n : energyOf(market, taker.product, taker.open);
  const short = fundsRefusal(market, taker, cost > 0n ? cost : 0n, energy);
  if (short !== 0) return short;
  taker.id = ++market.lastOrder;
  taker.price = offer.effective;
  market.receipt.order = taker.id;
  tellAccepted(market, taker, 0);
  tellNet(market, taker);
  trade(market, taker, offer, taker.open);
  endOrder(market, taker, EndReason.filled);
  return 0;
}
