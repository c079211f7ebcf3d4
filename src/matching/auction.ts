import { EndReason, Pricing, RejectCode, Side, Standing } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { settleTrade } from '../contracts/transaction.ts';
import type { Call } from '../market/call.ts';
import { clear, clearAt, type Clearing, type Curve } from '../market/clearing.ts';
import type { Product } from '../market/products.ts';
import { COUNTED, selfTradeOf, SESSION } from '../orderbook/flags.ts';
import { NONE } from '../orderbook/orders.ts';
import { countTrade } from './account-limits.ts';
import { endFilled, endOrders } from './ending.ts';
import { orderFields, writeEvent, writeTrade } from './events.ts';
import { preventSelfTrade } from './match.ts';
import { type OwnMeetings, ownMeetings, without } from './own-meetings.ts';
import { productRefusal, tradable } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const NOTHING_LOST: ReadonlyMap<number, number> = new Map();

/** The run-auction command: an operator lets the orders of a product meet. */
export function runAuction(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const product = tradable(state, view, at);
  if (typeof product === 'number') return product;
  const refused = productRefusal(state, product.row);
  if (refused !== 0) return refused;
  if (product.call === undefined) return RejectCode.NOT_A_CALL;
  holdAuction(state, product, product.call, outbox);
  return 0;
}

/**
 * What an auction of a product would come to; undefined if nothing would trade for which a price has to be found.
 * O(prices between the best ones + orders that lose lots).
 * @param lost lots that orders lose before, by slot
 */
export function clearingOf(
  { books, orders }: MarketState,
  { row, lastPrice }: Product,
  { pricing, reference }: Call,
  lost: ReadonlyMap<number, number>,
): Clearing | undefined {
  const book = books[row]!;
  const curve = (side: number, limit: number): Curve =>
    without(book.within(side, limit), side, orders, lost);
  if (pricing === Pricing['mid-market']) {
    return clearAt(curve(Side.buy, reference), curve(Side.sell, reference), reference);
  }
  const [bid, ask] = [book.best(Side.buy), book.best(Side.sell)];
  if (bid === NONE || ask === NONE) return undefined;
  const bids = curve(Side.buy, orders.price(ask));
  const asks = curve(Side.sell, orders.price(bid));
  return clear(bids, asks, Number.isNaN(reference) ? lastPrice : reference);
}

/**
 * Holds an auction: own orders that must not trade with each other meet first, so that they move no price; then those orders
 * trade with each other that accept the price, in price-time priority, and those that were good for it end. That it was held is
 * told last, with what came of it: who reads it knows that all of it has been told. O(orders that meet own ones or trade + open
 * orders of the product).
 */
export function holdAuction(
  state: MarketState,
  product: Product,
  call: Call,
  outbox: Outbox,
): void {
  preventOwnTrades(state, product, ownMeetings(state, product, call), outbox);
  const clearing = clearingOf(state, product, call, NOTHING_LOST);
  const price = clearing === undefined ? NaN : clearing.price;
  const book = state.books[product.row]!;
  let [quantity, bidsLeft, asksLeft] = [0, 0, 0];
  if (clearing !== undefined) {
    quantity = pairOrders(state, product, call, price, outbox);
    bidsLeft = sum(book.within(Side.buy, price).lots);
    asksLeft = sum(book.within(Side.sell, price).lots);
  }
  endGoodForAuction(state, product, outbox);
  const found = clearing === undefined ? [0, 0] : [1, price];
  writeEvent(state, outbox, 'auctionHeld', [product.row, ...found, quantity, bidsLeft, asksLeft]);
}

function preventOwnTrades(
  state: MarketState,
  product: Product,
  meetings: OwnMeetings,
  outbox: Outbox,
): void {
  for (let i = 0; i < meetings.length; i += 4) {
    const [later, earlier] = [meetings[i]!, meetings[i + 1]!];
    const mode = selfTradeOf(state.orders.flags(later));
    preventSelfTrade(state, product, later, earlier, mode, outbox);
  }
}

/** Lots of several levels; 2^53 - 1 stands for any more. */
function sum(lots: readonly bigint[]): number {
  const all = lots.reduce((total, each) => total + each, 0n);
  return all > MAX_INTEGER ? MAX_INTEGER : Number(all);
}

/**
 * Lets the best bid trade with the best ask while both accept the price. Of two the one that came later is the taker.
 * @returns lots that traded
 */
function pairOrders(
  state: MarketState,
  product: Product,
  { pricing }: Call,
  price: number,
  outbox: Outbox,
): number {
  const { orders } = state;
  const book = state.books[product.row]!;
  let quantity = 0;
  // Lots that the two at the top have traded here. The trades do not tell what they leave in the book: its prices are others.
  let [bought, sold] = [0, 0];
  for (;;) {
    const [bid, ask] = [book.best(Side.buy), book.best(Side.sell)];
    const over =
      bid === NONE || ask === NONE || orders.price(bid) < price || orders.price(ask) > price;
    if (over) {
      writeRemains(state, bid, bought, outbox);
      writeRemains(state, ask, sold, outbox);
      return quantity;
    }
    const [taker, maker] = orders.priority(bid) > orders.priority(ask) ? [bid, ask] : [ask, bid];
    const lots = Math.min(orders.open(bid), orders.open(ask));
    const at = pricing === Pricing['pay-as-bid'] ? orders.price(bid) : price;
    tradeAt(state, product, taker, maker, at, lots, outbox);
    quantity += lots;
    bought += lots;
    sold += lots;
    if (orders.open(bid) === 0) {
      endFilled(state, outbox, bid, bought);
      bought = 0;
    }
    if (orders.open(ask) === 0) {
      endFilled(state, outbox, ask, sold);
      sold = 0;
    }
  }
}

/** One trade of an auction: both orders rest, and keep their places if anything is left of them. */
function tradeAt(
  state: MarketState,
  product: Product,
  taker: number,
  maker: number,
  price: number,
  lots: number,
  outbox: Outbox,
): void {
  const { orders } = state;
  const book = state.books[product.row]!;
  settleTrade(state, product, taker, maker, price, lots, state.feeRows[product.row]!, state.fill);
  writeTrade(state, outbox, taker, maker, lots, Standing.outside);
  product.lastPrice = price;
  book.reduce(taker, lots);
  book.reduce(maker, lots);
  const flags = orders.flags(taker) | orders.flags(maker);
  if ((flags & COUNTED) !== 0) countTrade(state, product, taker, maker, lots);
}

/** Tells what an auction has left in the book of an order that has traded a part. */
function writeRemains(state: MarketState, slot: number, traded: number, outbox: Outbox): void {
  if (traded === 0) return;
  const { orders } = state;
  const lots = [orders.price(slot), traded, orders.open(slot)];
  writeEvent(state, outbox, 'orderRemains', [...orderFields(state, slot), ...lots]);
}

function endGoodForAuction(state: MarketState, { row }: Product, outbox: Outbox): void {
  const { orders } = state;
  const book = state.books[row]!;
  // After a pause thousands of auctions may be due at once, beside any number of other orders.
  if (book.forSession === 0) return;
  const slots = book.slots().filter((slot) => (orders.flags(slot) & SESSION) !== 0);
  slots.sort((a, b) => orders.id(a) - orders.id(b));
  endOrders(state, outbox, slots, EndReason.auctionOver);
}
