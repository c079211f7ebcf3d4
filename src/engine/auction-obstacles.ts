import { Pricing, SelfTrade, Side } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import type { Call } from '../market/call.ts';
import type { Clearing } from '../market/clearing.ts';
import type { Product } from '../market/products.ts';
import { clearingOf } from '../matching/auction.ts';
import type { MarketState } from '../matching/state.ts';
import { crosses } from '../matching/walk.ts';
import { selfTradeOf } from '../orderbook/flags.ts';
import { NONE } from '../orderbook/orders.ts';
import { plannedAuction } from './call-views.ts';
import {
  halted,
  type Intent,
  type Obstacle,
  obstacleInBook,
  ownOrder,
  survey,
} from './obstacles.ts';

/**
 * What keeps an order from trading in a product that has auctions, the first to be removed first: at last that
 * one has to be held. O(orders before it, those that these meet, and prices between the best ones).
 */
export function auctionObstaclesOf(
  state: MarketState,
  product: Product,
  call: Call,
  intent: Intent,
): Obstacle[] {
  const clearing = clearingOf(state, product, call);
  const found = halted(product);
  if (clearing === undefined) found.push(...inBook(state, product, intent));
  else if (!crosses(intent.side, intent.price, clearing.price)) {
    found.push(priceTooFar(product, intent, clearing.price));
  } else found.push(...atPrice(state, product, call, intent, clearing));
  found.push(toBeHeld(state, product));
  return found;
}

/** What keeps an order from trading, all of it, that accepts the price. */
function atPrice(
  state: MarketState,
  product: Product,
  { pricing }: Call,
  intent: Intent,
  clearing: Clearing,
): Obstacle[] {
  const found: Obstacle[] = [];
  const ahead = lotsAhead(state, product, intent);
  const met = ahead < clearing.volume ? meets(state, product, intent, ahead) : NONE;
  if (met !== NONE && isPrevented(state, intent, met)) {
    found.push(ownOrder(state.orders.id(met)));
  }
  const isRate = pricing === Pricing['mid-market'];
  const others = isRate
    ? inBook(state, product, { ...intent, price: clearing.price }, 'the rate')
    : inBook(state, product, intent);
  if (others.length > 0) return [...found, ...others];
  const rest = clearing.volume - ahead;
  const leftLots = rest > 0n ? Number(rest) : 0;
  if (leftLots < intent.openLots) found.push(tooLittleLeft(product, leftLots, clearing.price));
  return found;
}

function inBook(
  state: MarketState,
  product: Product,
  intent: Intent,
  bound?: string,
): readonly Obstacle[] {
  const { other, suitable } = survey(state, product, intent);
  const obstacle = obstacleInBook(product, intent, other, suitable, bound);
  return obstacle === undefined ? [] : [obstacle];
}

/** Lots that trade before an order, on its own side. One that has left the book would have come last at its price. */
function lotsAhead({ books, orders }: MarketState, { row }: Product, intent: Intent): bigint {
  let lots = 0n;
  const { side, price, slot: own } = intent;
  books[row]!.walk(side, (slot) => {
    if (
      slot === own ||
      (orders.price(slot) !== price && crosses(side, price, orders.price(slot)))
    ) {
      return false;
    }
    lots += BigInt(orders.open(slot));
    return true;
  });
  return lots;
}

/** The slot of the order on the other side that is the first for one with so many lots before it, or NONE. */
function meets(
  { books, orders }: MarketState,
  { row }: Product,
  { side }: Intent,
  ahead: bigint,
): number {
  let met: number = NONE;
  let lots = ahead;
  books[row]!.walk(side === Side.buy ? Side.sell : Side.buy, (slot) => {
    lots -= BigInt(orders.open(slot));
    if (lots < 0n) met = slot;
    return met === NONE;
  });
  return met;
}

/** Whether an order and the one that it meets are of one account, and the later one does not allow that. */
function isPrevented({ orders }: MarketState, { account, slot }: Intent, met: number): boolean {
  if (orders.account(met) !== account) return false;
  if (slot === NONE) return true;
  const later = orders.priority(slot) > orders.priority(met) ? slot : met;
  return selfTradeOf(orders.flags(later)) !== SelfTrade.allow;
}

function priceTooFar(
  { grid }: Product,
  { side, price }: Intent,
  auctionPriceTicks: number,
): Obstacle {
  const auctionPrice = formatSteps(auctionPriceTicks, grid.tick);
  const gapTicks = Math.abs(price - auctionPriceTicks);
  const gap = formatSteps(gapTicks, grid.tick);
  const far = `${gap} ${side === Side.buy ? 'above' : 'below'} its limit of ${formatSteps(price, grid.tick)}`;
  const text = `As things stand the price of the auction is ${auctionPrice}, ${far}.`;
  return { reason: 'auctionPrice', auctionPrice, auctionPriceTicks, gap, gapTicks, text };
}

function tooLittleLeft({ grid }: Product, leftLots: number, auctionPriceTicks: number): Obstacle {
  const auctionPrice = formatSteps(auctionPriceTicks, grid.tick);
  const left = formatSteps(leftLots, grid.lot);
  const rest = leftLots === 0 ? 'nothing' : left;
  const text = `As things stand the orders before it leave ${rest} for it at ${auctionPrice}, the price of the auction.`;
  return { reason: 'auctionVolume', auctionPrice, auctionPriceTicks, left, leftLots, text };
}

/** The last instant that a `Date` can tell, epoch ms. */
const LAST_DATE = 8.64e15;

function toBeHeld({ time }: MarketState, product: Product): Obstacle {
  const nextAuctionAt = plannedAuction(product, time);
  const { id } = product;
  if (nextAuctionAt === undefined) {
    const text = `${id} trades in auctions, and none is planned: an operator holds them.`;
    return { reason: 'auction', nextAuctionAt, text };
  }
  const at =
    nextAuctionAt > LAST_DATE ? `${nextAuctionAt} ms` : new Date(nextAuctionAt).toISOString();
  return {
    reason: 'auction',
    nextAuctionAt,
    text: `${id} trades in auctions, the next one at ${at}.`,
  };
}
