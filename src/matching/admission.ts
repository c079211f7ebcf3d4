import { OrderKind, PostOnly, RejectCode, Side, TimeInForce } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { limitLock, lockPpm, shortage, withinLockLimit } from '../contracts/new-order.ts';
import type { Product, Terms } from '../market/products.ts';
import {
  kindOf,
  type NewOrder,
  NONE,
  postOnlyOf,
  sideOf,
  timeInForceOf,
} from '../orderbook/orders.ts';
import {
  accountRefusal,
  knownAccount,
  knownProduct,
  ownsOrOperates,
  productRefusal,
} from './permission.ts';
import type { MarketState } from './state.ts';
import { crosses, walk } from './walk.ts';

/** A submit command as read from its record, and what its admission found out. */
export interface Entry extends NewOrder {
  actor: number;
  /** Whether `price` was given; if not, admission sets it to the edge of the band. */
  hasPrice: boolean;
  /** Lots that must trade on entry. */
  minQuantity: number;
  /** Epoch ms, for good-till-date orders. */
  expiresAt: number;
  clientOrderId: string;
  /** Slot that holds the order once it is admitted. */
  slot: number;
  /** Money quanta that it locks; negative if it is going to receive at once. */
  cost: number;
  /** Lots whose energy a seller locks. */
  lots: number;
}

/**
 * Decides on an order without touching anything but a slot of its own: every rule in the order of
 * PRECEDENCE, funds last.
 * @returns 0 with `entry.slot`, `cost` and `lots` filled in, or a reject code
 */
export function admit(state: MarketState, entry: Entry): number {
  const refused = admitParties(state, entry);
  if (refused !== 0) return refused;
  const product = state.listings.products[entry.product]!;
  const terms = state.listings.terms[product.terms]!;
  if (!entry.hasPrice) {
    const { band } = terms;
    if (band === undefined) return RejectCode.NO_PROTECTION;
    entry.price = sideOf(entry.flags) === Side.buy ? band.high : band.low;
  }
  entry.terms = product.terms;
  const slot = state.orders.place(entry);
  const code = admitOrder(state, product, slot, entry);
  if (code === 0) entry.slot = slot;
  else state.orders.release(slot);
  return code;
}

function admitParties(state: MarketState, entry: Entry): number {
  const { account } = entry;
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownProduct(state, entry.product)) return RejectCode.UNKNOWN_PRODUCT;
  if (!ownsOrOperates(state, entry.actor, account)) return RejectCode.FORBIDDEN;
  const refused = accountRefusal(state, account) || productRefusal(state, entry.product);
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

function admitOrder(state: MarketState, product: Product, slot: number, entry: Entry): number {
  const { quantity } = entry;
  const code = admitPrice(state, product, slot, quantity);
  if (code !== 0) return code;
  const exact = kindOf(entry.flags) === OrderKind.market;
  const whole = timeInForceOf(entry.flags) === TimeInForce.fok;
  if (exact || whole || entry.minQuantity > 0) {
    walk(state, product, slot);
    const { filled, meetsOwn } = state.walk;
    if (whole && (filled < quantity || meetsOwn)) return RejectCode.FOK_UNFILLABLE;
    if (filled < entry.minQuantity) return RejectCode.MIN_QUANTITY;
  }
  entry.cost = exact ? state.walk.cost : limitLock(state, product, slot, quantity);
  entry.lots = exact ? state.walk.filled : quantity;
  return shortage(state, product, slot, entry.cost, entry.lots);
}

/**
 * The rules about price and size, for a new order and for an amended one. A sliding post-only order
 * gets the price that it slides to.
 */
export function admitPrice(
  state: MarketState,
  product: Product,
  slot: number,
  open: number,
): number {
  const { orders, listings } = state;
  const price = orders.price(slot);
  const side = sideOf(orders.flags(slot));
  const { band } = listings.terms[orders.terms(slot)]!;
  if (!insideBand(band, price)) return RejectCode.PRICE_OUTSIDE_BAND;
  const ppm = lockPpm(state, slot);
  if (!withinLockLimit(product, price, open, ppm)) return RejectCode.LOCK_LIMIT;
  const book = state.books[product.row]!;
  const postOnly = postOnlyOf(orders.flags(slot));
  if (postOnly === PostOnly.off) return 0;
  const touch = book.best(side === Side.buy ? Side.sell : Side.buy);
  if (touch === NONE || !crosses(side, price, orders.price(touch))) return 0;
  const own = orders.account(touch) === orders.account(slot);
  if (postOnly === PostOnly.reject || own) return RejectCode.POST_ONLY_CROSSES;
  const slid = orders.price(touch) + (side === Side.buy ? -1 : 1);
  const possible = insideBand(band, slid) && withinLockLimit(product, slid, open, ppm);
  if (!possible || Math.abs(slid) > MAX_INTEGER) return RejectCode.POST_ONLY_CROSSES;
  orders.setPrice(slot, slid);
  return 0;
}

function insideBand(band: Terms['band'], price: number): boolean {
  return band === undefined || (price >= band.low && price <= band.high);
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
    slot: NONE,
    cost: 0,
    lots: 0,
  };
}
