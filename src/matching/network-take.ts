import {
  EndReason,
  OrderKind,
  PostOnly,
  RejectCode,
  SelfTrade,
  Side,
  TimeInForce,
} from '../core/codes.ts';
import { energyValue, fillCost, percentFee } from '../contracts/amounts.ts';
import { lockOrder, type PricedOrder, shortage } from '../contracts/new-order.ts';
import { withinNetworkLimit } from '../contracts/network-lock.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { pairOf } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import { NETWORKED, packFlags, sideOf } from '../orderbook/flags.ts';
import { networkTerms } from '../orderbook/lanes.ts';
import { NONE } from '../orderbook/orders.ts';
import { exposureLimit } from './account-limits.ts';
import { feeBetween, mayDeal, premiumOf, suitEachOther } from './approach.ts';
import { endOrder } from './ending.ts';
import { writeAccepted } from './events.ts';
import { tradeInNetwork } from './network-match.ts';
import { writeNetworkTerms } from './network-orders.ts';
import { accountRefusal, knownAccount, ownsOrOperates, productRefusal } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';
import { crosses } from './walk.ts';

const AT = offsetsOf(COMMANDS.takeInNetwork);
const NO_PREMIUMS: readonly number[] = [0, 0, 0, 0, 0];

/**
 * The take command in a network: an account picks one resting order and trades part of it, from its zone or into it. A
 * buyer's limit is all-in. What its energy is counts for one that sells.
 */
export function takeInNetwork(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const { orders, networks } = state;
  const account = view.getUint32(at + AT.account);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  const maker = orders.slotOf(readI64(view, at + AT.order));
  const zone = networks.zones[view.getUint32(at + AT.zone)];
  const product = maker === NONE ? undefined : state.listings.products[orders.product(maker)]!;
  const member = product?.network;
  if (zone === undefined || (member !== undefined && member.network !== zone.network)) {
    return RejectCode.UNKNOWN_ZONE;
  }
  if (product === undefined) return RejectCode.UNKNOWN_ORDER;
  if (!ownsOrOperates(state, view.getUint32(at + AT.actor), account)) return RejectCode.FORBIDDEN;
  const outside = accountRefusal(state, account);
  if (outside !== 0 || member === undefined) return outside || RejectCode.NOT_IN_NETWORK;
  const refused = productRefusal(state, product.row);
  if (refused !== 0) return refused;
  const buys = sideOf(orders.flags(maker)) === Side.sell;
  const side = buys ? Side.buy : Side.sell;
  const feeVersion = buys ? zone.network.feeVersion : 0;
  const terms = networkTerms({
    zone: zone.index,
    attributes: buys ? 0 : view.getUint8(at + AT.attributes),
    only: 0,
    onlyZones: 0,
    premiums: NO_PREMIUMS,
    feeVersion,
    maxFee: buys ? zone.network.highestFee(zone.index, feeVersion) : 0,
  });
  const theirs = state.networked.get(maker)!;
  const [buyer, seller] = buys ? [terms, theirs] : [theirs, terms];
  const gridFee = feeBetween(zone.network, buyer, seller);
  const resting = orders.price(maker);
  const price = buys ? resting : resting + premiumOf(buyer, seller) - gridFee;
  const effective = buys ? resting + gridFee : price;
  const lots = readI64(view, at + AT.quantity);
  const { lockPpm } = state.listings.terms[product.terms]!;
  const within = withinNetworkLimit(product, lockPpm, side, effective, lots, terms);
  const apart = !suitEachOther(buyer, seller) || !mayDeal(state, account, orders.account(maker));
  const pair = pairOf(seller.zone, buyer.zone);
  const left = member.capacity.get(pair) ?? Infinity;
  if (!within) return RejectCode.LOCK_LIMIT;
  if (orders.account(maker) === account) return RejectCode.OWN_ORDER;
  if (apart) return RejectCode.KEPT_APART;
  if (!crosses(side, readI64(view, at + AT.limitPrice), effective)) return RejectCode.PRICE_CHANGED;
  if (lots > Math.min(orders.open(maker), left)) return RejectCode.QUANTITY_GONE;
  const order = orderOf(state, product, { account, side, effective, price, gridFee, lots });
  const short =
    exposureLimit(state, product, account, order.cost) || shortage(state, product, order);
  if (short !== 0) return short;
  // From here on nothing can be refused.
  state.receipt.order = ++state.lastOrder;
  lockOrder(state, product, order);
  const taker = orders.place(order, state.lastOrder);
  state.networked.set(taker, terms);
  writeAccepted(state, outbox, taker, 0, '');
  writeNetworkTerms(state, product, taker, outbox);
  if (left !== Infinity) member.capacity.set(pair, left - lots);
  tradeInNetwork(state, product, taker, maker, lots, { price, gridFee }, outbox);
  endOrder(state, outbox, taker, EndReason.filled);
  return 0;
}

/** What a take comes to. */
interface Taken {
  readonly account: number;
  readonly side: number;
  /** Its limit, if it just is one. */
  readonly effective: number;
  readonly price: number;
  readonly gridFee: number;
  readonly lots: number;
}

function orderOf(state: MarketState, product: Product, taken: Taken): PricedOrder {
  const { account, side, effective, price, gridFee, lots } = taken;
  const { row, terms } = product;
  const value = energyValue(product, price, lots);
  const carried = side === Side.buy ? energyValue(product, gridFee, lots) : 0;
  const { takerPpm } = state.listings.terms[terms]!;
  const cost = fillCost(side, value, percentFee(Math.abs(value), takerPpm)) + carried;
  const kind = packFlags(side, OrderKind.take, TimeInForce.fok, PostOnly.off, SelfTrade.allow);
  return {
    account,
    product: row,
    flags: kind | NETWORKED,
    price: effective,
    quantity: lots,
    terms,
    moneyRow: NONE,
    energyRow: NONE,
    clip: 0,
    refreshBelow: 0,
    // Locked is no less than nothing, for one that receives.
    cost: Math.max(0, cost),
    lots,
  };
}
