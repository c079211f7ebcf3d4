import { nameOf, OrderKind, PostOnly, RejectCode, Side, TimeInForce } from '../core/codes.ts';
import { PRECEDENCE } from '../core/precedence.ts';
import { MAX_CLIPS, MAX_INTEGER } from '../core/limits.ts';
import { lockFor, type PricedOrder, shortage, withinLockLimit } from '../contracts/new-order.ts';
import type { Product, Terms } from '../market/products.ts';
import {
  durationOf,
  FORWARD,
  ICEBERG,
  KIND,
  kindOf,
  limitForSession,
  POST_ONLY,
  postOnlyOf,
  sideOf,
  timeInForceOf,
  TRAILING,
  WAITING,
} from '../orderbook/flags.ts';
import type { Peg, Trail } from '../orderbook/followers.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';
import { type NewOrder, NONE } from '../orderbook/orders.ts';
import { exposureLimit, openOrderLimit } from './account-limits.ts';
import { collarEdge, isOutsideCollar } from './circuit.ts';
import {
  accountRefusal,
  knownAccount,
  knownProduct,
  ownsOrOperates,
  productRefusal,
} from './permission.ts';
import type { MarketState } from './state.ts';
import { entryPrice, hasReference } from './pegs.ts';
import { crowdRefusal, positionRefusal } from './positions.ts';
import { isCrowded, triggerBehind } from './trailing.ts';
import { crosses, isPassedOver, walk } from './walk.ts';

/** A submit command as read from its record, and what its admission found out. */
export interface Entry extends PricedOrder {
  actor: number;
  /** Whether `price` was given; if not, admission sets it to the edge of the band. */
  hasPrice: boolean;
  /** Lots that must trade on entry. */
  minQuantity: number;
  /** Epoch ms, for good-till-date orders. */
  expiresAt: number;
  clientOrderId: string;
  /** Whether the order enters once the last price has come to `stopPrice`, and not before. */
  isStop: boolean;
  /** In ticks; NaN before it is known of a trailing order that was given none. */
  stopPrice: number;
  /** Money quanta that a market order may cost at most, fees included; Infinity where nothing was said. */
  maxMoney: number;
  /** Of a trailing stop order. */
  trail: Trail | undefined;
  peg: Peg | undefined;
  /** What it asks for where it is traded in a network. */
  network: NetworkTerms | undefined;
}

/**
 * Decides on an order without touching anything: every rule in the order of PRECEDENCE, funds last.
 * @returns 0 with the rest of `entry` filled in, or a reject code
 */
export function admit(state: MarketState, entry: Entry): number {
  const refused = admitParties(state, entry);
  if (refused !== 0) return refused;
  const product = state.listings.products[entry.product]!;
  entry.terms = product.terms;
  if (product.call !== undefined) {
    const unfit = admitToCall(state, product, entry);
    if (unfit !== 0) return unfit;
  }
  // The rest stands in functions of its own, so that what a plain order needs is compiled in one piece.
  const plain = entry.hasPrice && !entry.isStop && kindOf(entry.flags) === OrderKind.limit;
  const code =
    (plain && entry.peg === undefined ? 0 : complete(state, product, entry)) ||
    admitPrice(state, product, entry, entry.peg);
  if (code !== 0) return code;
  const { flags } = entry;
  if (
    kindOf(flags) !== OrderKind.limit ||
    timeInForceOf(flags) === TimeInForce.fok ||
    entry.minQuantity > 0
  ) {
    const unfit = admitFill(state, product, entry);
    if (unfit !== 0) return unfit;
  }
  if (kindOf(flags) === OrderKind.limit) {
    const terms = state.listings.terms[entry.terms]!;
    entry.cost = lockFor(product, terms, sideOf(flags), entry.account, entry.price, entry.quantity);
    entry.lots = entry.quantity;
  }
  if (product.forward !== undefined) {
    entry.flags |= FORWARD;
    const full = crowdRefusal(state, product, entry.account);
    if (full !== 0) return full;
  }
  if (state.limits.size > 0) {
    const over = entryLimit(state, product, entry);
    if (over !== 0) return over;
  }
  if (product.forward !== undefined) {
    const over = positionRefusal(state, product, entry, entry.lots);
    if (over !== 0) return over;
  }
  return shortage(state, product, entry);
}

/**
 * The rules about what an order for an auction may ask for. One at market is for the next auction, at its
 * protection.
 */
function admitToCall(state: MarketState, product: Product, entry: Entry): number {
  const { flags } = entry;
  const timeInForce = durationOf(flags);
  const fits =
    kindOf(flags) === OrderKind.market
      ? timeInForce === TimeInForce.ioc || timeInForce === TimeInForce.session
      : timeInForce !== TimeInForce.ioc && timeInForce !== TimeInForce.fok;
  const plain = (flags & POST_ONLY) === 0 && entry.minQuantity === 0;
  if (!fits || !plain) return RejectCode.NOT_IN_CALL;
  if (kindOf(flags) === OrderKind.market) entry.flags = limitForSession(flags);
  if (entry.hasPrice) return 0;
  entry.price = protection(product, state.listings.terms[product.terms]!, flags);
  entry.hasPrice = true;
  return Number.isNaN(entry.price) ? RejectCode.NO_PROTECTION : 0;
}

/** Why an order with special terms cannot enter a product that trades in auctions; 0 for any other product. */
export function specialRefusal(state: MarketState, entry: Entry): number {
  if (state.listings.products[entry.product]?.call === undefined) return 0;
  return admitParties(state, entry) || RejectCode.NOT_IN_CALL;
}

/**
 * The rules about what an order leaves to the market, which this fills in: the price of a market order, whether a
 * stop order waits, what a peg follows.
 */
function complete(state: MarketState, product: Product, entry: Entry): number {
  const { flags: asked, peg } = entry;
  const follows = entry.isStop ? admitStop(state, product, entry) : 0;
  if (kindOf(asked) === OrderKind.market && timeInForceOf(asked) < TimeInForce.ioc) {
    if (!takeTouch(state, product, entry)) return RejectCode.EMPTY_SIDE;
  } else if (!entry.hasPrice) {
    const worst = protection(product, state.listings.terms[product.terms]!, entry.flags);
    if (Number.isNaN(worst)) return RejectCode.NO_PROTECTION;
    entry.price = worst;
  }
  return follows || (peg === undefined ? 0 : admitPeg(state, product, peg));
}

/**
 * The price that protects an order without one: the edge of the band, or of the collar where that is
 * tighter; NaN if there is neither. An order that waits for its price is not bound by the collar of now.
 */
function protection(product: Product, { band }: Terms, flags: number): number {
  const side = sideOf(flags);
  const collar = (flags & WAITING) === 0 ? collarEdge(product, side) : NaN;
  if (band === undefined) return collar;
  if (Number.isNaN(collar)) return side === Side.buy ? band.high : band.low;
  return side === Side.buy ? Math.min(band.high, collar) : Math.max(band.low, collar);
}

/** What the account's limits say to an order whose lock is known. */
export function entryLimit(state: MarketState, product: Product, entry: Entry): number {
  const { flags, account, cost } = entry;
  const stands =
    (flags & WAITING) !== 0 ||
    (kindOf(flags) === OrderKind.limit && timeInForceOf(flags) < TimeInForce.ioc);
  return (
    (stands ? openOrderLimit(state, account, 1) : 0) || exposureLimit(state, product, account, cost)
  );
}

/** The rules about who asks, and whether anything may be entered. */
export function admitParties(state: MarketState, entry: Entry): number {
  const { account } = entry;
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownProduct(state, entry.product)) return RejectCode.UNKNOWN_PRODUCT;
  if (!ownsOrOperates(state, entry.actor, account)) return RejectCode.FORBIDDEN;
  const { network } = state.listings.products[entry.product]!;
  const isOwn = (network === undefined) === (entry.network === undefined);
  const refused =
    accountRefusal(state, account) ||
    (isOwn ? 0 : RejectCode.NOT_IN_NETWORK) ||
    productRefusal(state, entry.product);
  if (refused !== 0) return refused;
  if (
    entry.clientOrderId !== '' &&
    state.orders.slotOfClientId(account, entry.clientOrderId) !== NONE
  ) {
    return RejectCode.DUPLICATE_CLIENT_ORDER_ID;
  }
  if (timeInForceOf(entry.flags) === TimeInForce.gtd && entry.expiresAt <= state.time) {
    return RejectCode.ALREADY_EXPIRED;
  }
  return 0;
}

/**
 * What a stop order does on entry: it waits, unless the last price is there already. One without a limit
 * of its own has that of its protection: what it will cost is not known yet. One that trails does so while it waits.
 */
export function admitStop(state: MarketState, product: Product, entry: Entry): number {
  entry.flags &= ~KIND;
  const { trail } = entry;
  const side = sideOf(entry.flags);
  const { lastPrice } = product;
  if (trail !== undefined && Number.isNaN(entry.stopPrice)) {
    if (Number.isNaN(lastPrice)) return RejectCode.NO_REFERENCE;
    entry.stopPrice = triggerBehind(side, trail, lastPrice);
  }
  if (isReached(side, entry.stopPrice, lastPrice)) return 0;
  entry.flags |= WAITING;
  if (trail === undefined) return 0;
  entry.flags |= TRAILING;
  return isCrowded(state, product.row) ? RejectCode.FOLLOWER_LIMIT : 0;
}

/**
 * Makes of a market order that may rest a limit order at the best price of the other side, or at its
 * protection where that is worse. @returns false if the other side is empty
 */
function takeTouch(state: MarketState, product: Product, entry: Entry): boolean {
  const touch = firstMet(state, product, entry);
  if (touch === NONE) return false;
  const price = state.orders.price(touch);
  const side = sideOf(entry.flags);
  if (!entry.hasPrice || crosses(side, entry.price, price)) entry.price = price;
  entry.flags &= ~KIND;
  return true;
}

/** The best order of the other side that an order of its size is not too small for, or NONE. */
function firstMet({ books, orders }: MarketState, product: Product, order: NewOrder): number {
  const book = books[product.row]!;
  let touch = book.best(sideOf(order.flags) === Side.buy ? Side.sell : Side.buy);
  while (touch !== NONE && isPassedOver(orders, touch, order.quantity)) touch = book.after(touch);
  return touch;
}

/** Whether a trade at a price triggers a stop order. Before the first trade the price is NaN. */
export function isReached(side: number, stopPrice: number, price: number): boolean {
  return side === Side.buy ? price >= stopPrice : price <= stopPrice;
}

/**
 * The rules about what must trade on entry; leaves the dry walk of a market order in `state.walk`. One that its
 * money cuts short is an order for what it can pay.
 */
function admitFill(state: MarketState, product: Product, entry: Entry): number {
  if ((entry.flags & WAITING) !== 0) return 0;
  const whole = timeInForceOf(entry.flags) === TimeInForce.fok;
  walk(state, product, entry, entry.maxMoney);
  const { filled, cost, collateral, meetsOwn, tooDear, beyond } = state.walk;
  if (whole && (filled < entry.quantity || meetsOwn)) return RejectCode.FOK_UNFILLABLE;
  if (filled === 0 && tooDear) return RejectCode.MONEY_TOO_LITTLE;
  if (filled < entry.minQuantity) return RejectCode.MIN_QUANTITY;
  entry.quantity -= beyond;
  entry.cost = cost + collateral;
  entry.lots = filled;
  return 0;
}

/**
 * The rules about price and size, for a new order and for an amended one. A sliding post-only order
 * gets the price that it slides to. A pegged order must have a price at which it does not trade.
 */
export function admitPrice(
  state: MarketState,
  product: Product,
  order: NewOrder,
  peg?: Peg,
): number {
  const { price, quantity, flags } = order;
  const { band, lockPpm } = state.listings.terms[order.terms]!;
  if (band !== undefined && !insideBand(band, price)) return RejectCode.PRICE_OUTSIDE_BAND;
  if (
    product.circuit !== undefined &&
    (flags & WAITING) === 0 &&
    isOutsideCollar(product, sideOf(flags), price)
  ) {
    return RejectCode.PRICE_OUTSIDE_COLLAR;
  }
  if (!withinLockLimit(product, price, quantity, lockPpm)) return RejectCode.LOCK_LIMIT;
  const plain = (flags & (ICEBERG | POST_ONLY)) === 0 && peg === undefined;
  return plain ? 0 : admitStanding(state, product, order, peg);
}

/** The rules about how an order may stand in the book. */
function admitStanding(
  state: MarketState,
  product: Product,
  order: NewOrder,
  peg: Peg | undefined,
): number {
  const { flags, quantity } = order;
  if ((flags & ICEBERG) !== 0 && quantity / MAX_CLIPS > order.clip) return RejectCode.CLIP_LIMIT;
  if (peg !== undefined) {
    return Number.isNaN(pegPrice(state, product, order, peg)) ? RejectCode.POST_ONLY_CROSSES : 0;
  }
  return (flags & POST_ONLY) === 0 ? 0 : admitPostOnly(state, product, order);
}

/** Where a pegged order comes to stand as it enters; NaN if it would trade wherever it may stand. */
export function pegPrice(state: MarketState, product: Product, order: NewOrder, peg: Peg): number {
  const first = firstMet(state, product, order);
  return entryPrice(state, product, order, peg, first === NONE ? NaN : state.orders.price(first));
}

function admitPeg(state: MarketState, product: Product, peg: Peg): number {
  if (!hasReference(state, product.row, peg)) return RejectCode.NO_REFERENCE;
  return isCrowded(state, product.row) ? RejectCode.FOLLOWER_LIMIT : 0;
}

function admitPostOnly(state: MarketState, product: Product, order: NewOrder): number {
  const { orders } = state;
  const side = sideOf(order.flags);
  const touch = firstMet(state, product, order);
  if (touch === NONE || !crosses(side, order.price, orders.price(touch))) return 0;
  const own = orders.account(touch) === order.account;
  if (postOnlyOf(order.flags) === PostOnly.reject || own) return RejectCode.POST_ONLY_CROSSES;
  const slid = orders.price(touch) + (side === Side.buy ? -1 : 1);
  const { band, lockPpm } = state.listings.terms[order.terms]!;
  const possible =
    (band === undefined || insideBand(band, slid)) &&
    withinLockLimit(product, slid, order.quantity, lockPpm);
  if (!possible || Math.abs(slid) > MAX_INTEGER) return RejectCode.POST_ONLY_CROSSES;
  order.price = slid;
  return 0;
}

export function insideBand({ low, high }: NonNullable<Terms['band']>, price: number): boolean {
  return price >= low && price <= high;
}

/** Of two codes the one that is checked first; 0 if there is none. */
export function firstOf(one: number, other: number): number {
  if (one === 0 || other === 0) return one || other;
  const rank = (code: number): number => PRECEDENCE.indexOf(nameOf(RejectCode, code));
  return rank(one) <= rank(other) ? one : other;
}

/** An entry to fill in. */
export function emptyEntry(): Entry {
  return {
    actor: 0,
    account: 0,
    product: 0,
    flags: 0,
    price: 0,
    quantity: 0,
    terms: 0,
    hasPrice: false,
    minQuantity: 0,
    expiresAt: 0,
    clientOrderId: '',
    isStop: false,
    stopPrice: 0,
    maxMoney: Infinity,
    trail: undefined,
    peg: undefined,
    network: undefined,
    moneyRow: NONE,
    energyRow: NONE,
    clip: 0,
    refreshBelow: 0,
    cost: 0,
    lots: 0,
  };
}
