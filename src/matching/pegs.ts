import { farthestPrice } from '../contracts/new-order.ts';
import { EventType, PegTo, Side, TimeInForce } from '../core/codes.ts';
import { recordLength, recordType } from '../core/records.ts';
import { ORDER_AT } from '../core/registry.ts';
import type { Product } from '../market/products.ts';
import { ALL_OR_NONE, PEGGED, sideOf, timeInForceOf, UNDISPLAYED } from '../orderbook/flags.ts';
import type { Peg } from '../orderbook/followers.ts';
import { type NewOrder, NONE } from '../orderbook/orders.ts';
import { withdrawOrder } from './ending.ts';
import { orderFields, writeEvent } from './events.ts';
import type { MarketState, Outbox } from './state.ts';

/** Between which prices an order may stand: its limit, its band, and what the product guard allows. */
interface Room {
  readonly low: number;
  readonly high: number;
}

/** The best price of a side that pegs follow: of an order that everyone sees and that is no peg. NaN if there is none. */
function touch({ books, orders }: MarketState, product: number, side: number): number {
  const book = books[product]!;
  let slot = book.best(side);
  while (slot !== NONE && (orders.flags(slot) & (UNDISPLAYED | PEGGED)) !== 0) {
    slot = book.after(slot);
  }
  return slot === NONE ? NaN : orders.price(slot);
}

/** The price that a peg of a side follows, its offset apart; NaN if there is none. Half a tick is rounded away from the other side. */
function reference(side: number, to: number, bid: number, ask: number): number {
  if (to !== PegTo.mid) return to === PegTo.bid ? bid : ask;
  const halves = Math.floor(bid / 2) + Math.floor(ask / 2);
  const odd = (bid % 2 === 0 ? 0 : 1) + (ask % 2 === 0 ? 0 : 1);
  return halves + (odd === 2 || (odd === 1 && side === Side.sell) ? 1 : 0);
}

/** Whether there is a price for a peg to follow. */
export function hasReference(state: MarketState, product: number, { to }: Peg): boolean {
  const missing = (side: number): boolean => Number.isNaN(touch(state, product, side));
  if (to !== PegTo.ask && missing(Side.buy)) return false;
  return to === PegTo.bid || !missing(Side.sell);
}

function roomOf(
  { listings }: MarketState,
  side: number,
  terms: number,
  limit: number,
  lots: number,
): Room {
  const { product, band } = listings.terms[terms]!;
  const far = farthestPrice(listings.products[product]!, limit, lots);
  // Not `-far`: where that is nothing it would be below nothing.
  const least = 0 - far;
  const low = Math.max(least, band === undefined ? least : band.low);
  const high = Math.min(far, band === undefined ? far : band.high);
  return side === Side.buy
    ? { low, high: Math.min(limit, high) }
    : { low: Math.max(limit, low), high };
}

/** Whether a pegged order stands where it may. */
export function hasRoom(state: MarketState, slot: number): boolean {
  const { orders } = state;
  const side = sideOf(orders.flags(slot));
  const limit = orders.lockPrice(slot);
  const { low, high } = roomOf(state, side, orders.terms(slot), limit, orders.open(slot));
  return orders.price(slot) >= low && orders.price(slot) <= high;
}

/** The price nearest to the one wanted that a peg has room for and that does not reach what stands in its way. */
function priceWithin(side: number, { low, high }: Room, wanted: number, inTheWay: number): number {
  return side === Side.buy
    ? Math.max(low, Math.min(wanted, high, inTheWay - 1))
    : Math.min(high, Math.max(wanted, low, inTheWay + 1));
}

/**
 * Where a pegged order comes to stand as it enters, all other orders being where they are. There is a price
 * for it to follow.
 * @param inTheWay price of the first order that it would trade with; NaN if there is none
 * @returns NaN if it can stand nowhere without trading
 */
export function entryPrice(
  state: MarketState,
  product: Product,
  order: NewOrder,
  { to, offset, limit }: Peg,
  inTheWay: number,
): number {
  const side = sideOf(order.flags);
  const buys = side === Side.buy;
  const [bid, ask] = [touch(state, product.row, Side.buy), touch(state, product.row, Side.sell)];
  const wanted = reference(side, to, bid, ask) + offset;
  const room = roomOf(state, side, order.terms, limit, order.quantity);
  if (Number.isNaN(inTheWay)) return priceWithin(side, room, wanted, buys ? Infinity : -Infinity);
  const price = priceWithin(side, room, wanted, inTheWay);
  return (buys ? price < inTheWay : price > inTheWay) ? price : NaN;
}

/** What stands in the way on a side: prices, best first, and how many lots an order must have to trade there. */
function obstacles(state: MarketState, product: number, side: number) {
  const { orders } = state;
  const found: { readonly price: number; readonly least: number }[] = [];
  state.books[product]!.walk(side, (slot) => {
    const flags = orders.flags(slot);
    if ((flags & PEGGED) !== 0) return true;
    const least = (flags & ALL_OR_NONE) === 0 ? 0 : orders.open(slot);
    if (found.length === 0 || least < found.at(-1)!.least) {
      found.push({ price: orders.price(slot), least });
    }
    return least > 0;
  });
  return found;
}

/**
 * Where the pegged orders of a product belong, in order of order id. It depends on them, on the orders that are not
 * pegged, and on where those stand that have no price to follow: they stay. The others are placed one after the
 * other, each as near to its price as its room and the orders of the other side allow, the pegs that were
 * placed before it included, and no farther than where each peg of the other side keeps a place.
 * That there always is one: they stand somewhere now. See docs/decisions/0012. O(pegs + orders in front of the best ones).
 */
export function pegPrices(state: MarketState, { row }: Product): readonly number[] {
  const { orders } = state;
  const [bid, ask] = [touch(state, row, Side.buy), touch(state, row, Side.sell)];
  const others = [obstacles(state, row, Side.sell), obstacles(state, row, Side.buy)] as const;
  // The nearest peg of the other side, by the side of the one in whose way it is.
  const nearest: [number, number] = [Infinity, -Infinity];
  const block = (side: number, price: number): void => {
    if (side === Side.buy) nearest[Side.sell] = Math.max(nearest[Side.sell], price);
    else nearest[Side.buy] = Math.min(nearest[Side.buy], price);
  };
  const pegs = orders.pegs.in(row).map((slot) => {
    const side = sideOf(orders.flags(slot)) as 0 | 1;
    const { to, offset, limit } = orders.pegs.of(slot);
    const room = roomOf(state, side, orders.terms(slot), limit, orders.open(slot));
    const wanted = reference(side, to, bid, ask) + offset;
    const farthest = side === Side.buy ? room.low : room.high;
    block(side, Number.isNaN(wanted) ? orders.price(slot) : farthest);
    return { slot, side, room, wanted };
  });
  return pegs.map(({ slot, side, room, wanted }) => {
    if (Number.isNaN(wanted)) return orders.price(slot);
    const lots = orders.open(slot);
    const met = others[side].find(({ least }) => least <= lots)?.price ?? nearest[side];
    const nearer = side === Side.buy ? Math.min : Math.max;
    const price = priceWithin(side, room, wanted, nearer(met, nearest[side]));
    block(side, price);
    return price;
  });
}

/**
 * Brings the pegged orders to where they belong, after a command and in the products whose orders it has touched: those whose
 * price changes leave their places together, and come to rest again in order of order id.
 * @param start where the events of the command begin
 */
export function movePegs(state: MarketState, outbox: Outbox, start: number): void {
  for (const row of touchedProducts(outbox, start)) {
    if (state.orders.pegs.in(row).length > 0) moveThose(state, row, outbox);
  }
}

/** The products in whose books something has changed, in the order of their rows. After a trade its taker rests or ends. */
function touchedProducts({ view, length }: Outbox, start: number): readonly number[] {
  const rows = new Set<number>();
  for (let at = start; at < length; at += recordLength(view, at)) {
    const type = recordType(view, at);
    if (type < EventType.orderRested || type > EventType.orderEnded) continue;
    if (type !== EventType.trade) rows.add(view.getUint32(at + ORDER_AT.product));
  }
  return [...rows].sort((a, b) => a - b);
}

function moveThose(state: MarketState, row: number, outbox: Outbox): void {
  const { orders } = state;
  const prices = pegPrices(state, state.listings.products[row]!);
  const moving = orders.pegs.in(row).flatMap((slot, i) => {
    const before = orders.price(slot);
    const price = prices[i]!;
    return price === before ? [] : [{ slot, before, price, shown: orders.clip(slot)?.shown ?? 0 }];
  });
  const tickets = moving.map(({ slot }) => withdrawOrder(state, slot));
  moving.forEach(({ slot, before, price, shown }, i) => {
    const { clientOrderId, expiresAt } = tickets[i]!;
    const clip = orders.clip(slot);
    // To move is not to show anew.
    if (clip !== undefined) clip.shown = shown;
    orders.setPrice(slot, price);
    orders.setPriority(slot, ++state.lastPriority);
    state.books[row]!.rest(slot, clientOrderId, price);
    if (timeInForceOf(orders.flags(slot)) === TimeInForce.gtd) {
      state.timers.set(slot, expiresAt, orders);
    }
    const places = [before, price, orders.shown(slot), orders.priority(slot)];
    writeEvent(state, outbox, 'orderMoved', [...orderFields(state, slot), ...places]);
  });
}
