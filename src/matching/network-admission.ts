import { OrderKind, PostOnly, RejectCode, Side, TimeInForce } from '../core/codes.ts';
import { MAX_LANES } from '../core/limits.ts';
import { shortage } from '../contracts/new-order.ts';
import { networkLock, withinNetworkLimit } from '../contracts/network-lock.ts';
import type { Product } from '../market/products.ts';
import { KIND, kindOf, POST_ONLY, postOnlyOf, sideOf, timeInForceOf } from '../orderbook/flags.ts';
import { type NetworkTerms, networkTerms } from '../orderbook/lanes.ts';
import { type NewOrder, NONE } from '../orderbook/orders.ts';
import { admitParties, type Entry, entryLimit, insideBand } from './admission.ts';
import { Approach } from './approach.ts';
import { walkInNetwork } from './network-match.ts';
import { knownAccount, knownProduct } from './permission.ts';
import type { MarketState } from './state.ts';

/** What an order in a network was asked for, with rows for zones. */
export interface NetworkRequest {
  /** Row of its zone. */
  readonly zone: number;
  readonly attributes: number;
  readonly only: number;
  readonly onlyZones: number;
  readonly premiums: readonly number[];
  /** Whether a zone that it accepts is none of its network. */
  readonly strangeZones: boolean;
}

/**
 * Decides on an order in a network as `admit` does on a plain one, and on what it asks for there.
 * @returns 0 with the rest of `entry` filled in, or a reject code
 */
export function admitInNetwork(state: MarketState, entry: Entry, asked: NetworkRequest): number {
  if (!knownAccount(state, entry.account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownProduct(state, entry.product)) return RejectCode.UNKNOWN_PRODUCT;
  const product = state.listings.products[entry.product]!;
  const terms = termsOf(state, product, entry, asked);
  if (terms === undefined) return RejectCode.UNKNOWN_ZONE;
  entry.network = terms;
  const refused = admitParties(state, entry);
  if (refused !== 0) return refused;
  entry.terms = product.terms;
  const code =
    completePrice(state, product, entry, terms) ||
    laneLimit(state, entry, terms, 0) ||
    admitNetworkPrice(state, product, entry, terms);
  if (code !== 0) return code;
  const { lockPpm } = state.listings.terms[entry.terms]!;
  const [side, limit] = [sideOf(entry.flags), kindOf(entry.flags) === OrderKind.limit];
  const whole = timeInForceOf(entry.flags) === TimeInForce.fok;
  if (!limit || whole || entry.minQuantity > 0) {
    const { filled, peak, meetsOwn } = walkInNetwork(state, product, entry, terms);
    if (whole && (filled < entry.quantity || meetsOwn)) return RejectCode.FOK_UNFILLABLE;
    if (filled < entry.minQuantity) return RejectCode.MIN_QUANTITY;
    entry.cost = peak;
    entry.lots = filled;
  }
  if (limit) {
    const { price, quantity } = entry;
    entry.cost = networkLock(product, lockPpm, side, price, quantity, terms);
    entry.lots = quantity;
  }
  const over = state.limits.size > 0 ? entryLimit(state, product, entry) : 0;
  return over || shortage(state, product, entry);
}

/** The terms of an order, under the fees of now; undefined if a zone is none of the product's network. */
function termsOf(
  { networks }: MarketState,
  product: Product,
  { flags }: Entry,
  { zone: row, strangeZones, ...rest }: NetworkRequest,
): NetworkTerms | undefined {
  const zone = networks.zones[row];
  if (zone === undefined || strangeZones) return undefined;
  const { network } = zone;
  if (product.network !== undefined && product.network.network !== network) return undefined;
  // Of 32 zones every set is one; a shift by 32 would be none.
  const all = network.zones.length;
  if (all < 32 && rest.onlyZones >>> all !== 0) return undefined;
  const buys = sideOf(flags) === Side.buy;
  const feeVersion = buys ? network.feeVersion : 0;
  const maxFee = buys ? network.highestFee(zone.index, feeVersion) : 0;
  return networkTerms({ ...rest, zone: zone.index, feeVersion, maxFee });
}

/** The same terms under the fees of now. */
export function renewed(product: Product, terms: NetworkTerms): NetworkTerms {
  const { network } = product.network!;
  const { feeVersion } = network;
  if (terms.feeVersion === 0 || terms.feeVersion === feeVersion) return terms;
  return networkTerms({ ...terms, feeVersion, maxFee: network.highestFee(terms.zone, feeVersion) });
}

/** The price of a market order: the best effective one of the other side where it may rest, else its protection. */
function completePrice(
  state: MarketState,
  product: Product,
  entry: Entry,
  terms: NetworkTerms,
): number {
  const [kind, side] = [kindOf(entry.flags), sideOf(entry.flags)];
  if (kind === OrderKind.market && timeInForceOf(entry.flags) < TimeInForce.ioc) {
    const touch = firstMet(state, product, entry, terms);
    if (touch === undefined) return RejectCode.EMPTY_SIDE;
    const worse = side === Side.buy ? Math.min : Math.max;
    entry.price = entry.hasPrice ? worse(entry.price, touch.price) : touch.price;
    entry.flags &= ~KIND;
  } else if (!entry.hasPrice) {
    const { band } = state.listings.terms[product.terms]!;
    if (band === undefined) return RejectCode.NO_PROTECTION;
    entry.price = side === Side.buy ? band.high : band.low;
  }
  return 0;
}

/** The order that an incoming one would meet first if it had no limit, and the limit at which it just would. */
function firstMet(
  state: MarketState,
  product: Product,
  order: NewOrder,
  terms: NetworkTerms,
): { readonly slot: number; readonly price: number } | undefined {
  const price = sideOf(order.flags) === Side.buy ? Infinity : -Infinity;
  const { capacity } = product.network!;
  const approach = new Approach(state, product, { ...order, price }, terms, capacity);
  const slot = approach.next();
  return slot === NONE ? undefined : { slot, price: approach.effective };
}

/**
 * Whether an order that may rest would need one lane more than its side may have: 0 or LANE_LIMIT.
 * @param leaving lanes that go as it enters: 1 if it is alone in one now
 */
export function laneLimit(
  { lanes }: MarketState,
  { flags, product }: NewOrder,
  { lane }: NetworkTerms,
  leaving: number,
): number {
  const rests = kindOf(flags) === OrderKind.limit && timeInForceOf(flags) < TimeInForce.ioc;
  const side = lanes[product]!.side(sideOf(flags));
  const full = side.size - leaving >= MAX_LANES;
  return rests && full && !side.has(lane) ? RejectCode.LANE_LIMIT : 0;
}

/** The rules about price and size, for a new order and for an amended one; a sliding one gets its price. */
export function admitNetworkPrice(
  state: MarketState,
  product: Product,
  order: NewOrder,
  terms: NetworkTerms,
): number {
  const { band, lockPpm } = state.listings.terms[order.terms]!;
  const side = sideOf(order.flags);
  const isWithin = (price: number): boolean =>
    withinNetworkLimit(product, lockPpm, side, price, order.quantity, terms);
  if (band !== undefined && !insideBand(band, order.price)) return RejectCode.PRICE_OUTSIDE_BAND;
  if (!isWithin(order.price)) return RejectCode.LOCK_LIMIT;
  if ((order.flags & POST_ONLY) === 0) return 0;
  const touch = firstMet(state, product, order, terms);
  const buys = side === Side.buy;
  if (touch === undefined) return 0;
  if (buys ? touch.price > order.price : touch.price < order.price) return 0;
  const own = state.orders.account(touch.slot) === order.account;
  if (postOnlyOf(order.flags) === PostOnly.reject || own) return RejectCode.POST_ONLY_CROSSES;
  const slid = touch.price + (buys ? -1 : 1);
  const possible = (band === undefined || insideBand(band, slid)) && isWithin(slid);
  if (!possible) return RejectCode.POST_ONLY_CROSSES;
  order.price = slid;
  return 0;
}
