import { Pricing, Side } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import type { Call } from '../market/call.ts';
import type { Product } from '../market/products.ts';
import { clearingOf } from '../matching/auction.ts';
import { lostLots, type OwnMeetings, ownMeetings } from '../matching/own-meetings.ts';
import type { MarketState } from '../matching/state.ts';
import { crosses } from '../matching/walk.ts';
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
 * one has to be held. O(orders that the auction can reach, n log n of those of an account whose own ones cross).
 */
export function auctionObstaclesOf(
  state: MarketState,
  product: Product,
  call: Call,
  intent: Intent,
): Obstacle[] {
  const meetings = ownMeetings(state, product, call);
  const lost = lostLots(meetings);
  const clearing = clearingOf(state, product, call, lost);
  const found = halted(product);
  const openLots = intent.openLots - (lost.get(intent.slot) ?? 0);
  if (openLots < intent.openLots) found.push(ownOrder(metOwn(state, meetings, intent.slot)));
  if (clearing !== undefined && !crosses(intent.side, intent.price, clearing.price)) {
    found.push(priceTooFar(product, intent, clearing.price));
  } else {
    const others = inBook(state, product, call, intent, lost);
    found.push(...others);
    // Of one that is taken out whole the auction knows nothing.
    if (clearing !== undefined && others.length === 0 && openLots > 0) {
      const rest = clearing.volume - lotsAhead(state, product, intent, lost);
      const leftLots = rest > 0n ? Number(rest) : 0;
      if (leftLots < openLots) found.push(tooLittleLeft(product, leftLots, clearing.price));
    }
  }
  found.push(toBeHeld(state, product));
  return found;
}

/** The id of the own order by which an order first loses lots. */
function metOwn({ orders }: MarketState, meetings: OwnMeetings, slot: number): number {
  const at = meetings.findIndex((one, i) => one === slot && i % 4 < 2 && meetings[i + 2]! > 0);
  return orders.id(meetings[at ^ 1]!);
}

/** What others show, within the limit of an order or at the rate of the auction. */
function inBook(
  state: MarketState,
  product: Product,
  { pricing, reference }: Call,
  intent: Intent,
  lost: ReadonlyMap<number, number>,
): readonly Obstacle[] {
  const isRate = pricing === Pricing['mid-market'];
  const asked = isRate ? { ...intent, price: reference } : intent;
  const { other, suitable } = survey(state, product, asked, lost);
  const obstacle = obstacleInBook(product, asked, other, suitable, isRate ? 'the rate' : undefined);
  return obstacle === undefined ? [] : [obstacle];
}

/** Lots that trade before an order, on its own side. One that has left the book would have come last at its price. */
function lotsAhead(
  { books, orders }: MarketState,
  { row }: Product,
  intent: Intent,
  lost: ReadonlyMap<number, number>,
): bigint {
  let lots = 0n;
  const { side, price, slot: own } = intent;
  books[row]!.walk(side, (slot) => {
    if (
      slot === own ||
      (orders.price(slot) !== price && crosses(side, price, orders.price(slot)))
    ) {
      return false;
    }
    lots += BigInt(orders.open(slot) - (lost.get(slot) ?? 0));
    return true;
  });
  return lots;
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
