import { ProductStatus, Side } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { crosses } from '../matching/walk.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';
import { type NetworkObstacle, obstaclesInNetwork } from './network-obstacles.ts';

/** Something that keeps an order from trading, as data and in words. */
export type Obstacle = { readonly text: string } & (
  | {
      /** Halted: the product takes cancels only. */
      readonly reason: 'halted';
    }
  | {
      /** It is a stop order, and the last price has not come to its trigger. */
      readonly reason: 'notTriggered';
      readonly stopPrice: string;
      readonly stopPriceTicks: number;
      /** undefined before the first trade. */
      readonly lastPrice: string | undefined;
      readonly lastPriceTicks: number | undefined;
    }
  | {
      /** Nobody else shows an order on the other side. */
      readonly reason: 'noCounterparty';
    }
  | {
      /** The best that others show on the other side is beyond its limit, or beyond the rate of an auction at a rate. */
      readonly reason: 'priceGap';
      readonly otherOrder: number;
      readonly otherPrice: string;
      readonly otherPriceTicks: number;
      /** By how much its limit falls short: more than nothing. */
      readonly gap: string;
      readonly gapTicks: number;
    }
  | {
      /** An order of the same account is what it would meet first. */
      readonly reason: 'ownOrder';
      readonly otherOrder: number;
    }
  | {
      /** It trades whole or not at all, and what others show within its limit is less. */
      readonly reason: 'allOrNone';
      readonly suitable: string;
      readonly suitableLots: number;
    }
  | {
      /** The price of the auction is beyond its limit, as things stand. */
      readonly reason: 'auctionPrice';
      readonly auctionPrice: string;
      readonly auctionPriceTicks: number;
      /** By how much its limit falls short: more than nothing. */
      readonly gap: string;
      readonly gapTicks: number;
    }
  | {
      /** At the price of the auction those before it leave less than all of it, as things stand. */
      readonly reason: 'auctionVolume';
      readonly auctionPrice: string;
      readonly auctionPriceTicks: number;
      readonly left: string;
      readonly leftLots: number;
    }
  | {
      /** Its product trades in auctions. */
      readonly reason: 'auction';
      /** Epoch ms UTC; undefined if none is planned. */
      readonly nextAuctionAt: number | undefined;
    }
  | NetworkObstacle
);

/** What an order asks for, whether it stands in the book or has left it. */
export interface Intent {
  readonly account: number;
  readonly side: number;
  /** Limit in ticks. */
  readonly price: number;
  readonly openLots: number;
  readonly allOrNone: boolean;
  /** In ticks, of a stop order that waits. */
  readonly stopPrice: number | undefined;
  /** What it asks for where it is traded in a network. */
  readonly network: NetworkTerms | undefined;
  /** Where it stands, or NONE. */
  readonly slot: number;
}

/**
 * What keeps an order from trading, the first to be removed first. Of others' orders it tells no more than
 * the book shows of them. Empty if nothing does. O(orders within its limit, and own ones before the first of another).
 */
export function obstaclesOf(state: MarketState, product: Product, intent: Intent): Obstacle[] {
  const found = halted(product);
  const { network } = intent;
  if (network !== undefined) {
    return [...found, ...obstaclesInNetwork(state, product, { ...intent, network })];
  }
  if (intent.stopPrice !== undefined) found.push(notTriggered(product, intent.stopPrice));
  const { own, other, suitable } = survey(state, product, intent);
  if (own !== undefined) found.push(ownOrder(own));
  const book = obstacleInBook(product, intent, other, suitable);
  if (book !== undefined) found.push(book);
  return found;
}

/** The obstacle that a product is halted, if it is. */
export function halted({ id, status }: Product): Obstacle[] {
  return status === ProductStatus.halted ? [{ reason: 'halted', text: `${id} is halted.` }] : [];
}

export function ownOrder(otherOrder: number): Obstacle {
  const text = `The order that it would meet first, ${otherOrder}, is of the same account.`;
  return { reason: 'ownOrder', otherOrder, text };
}

function notTriggered({ grid, lastPrice }: Product, stopPriceTicks: number): Obstacle {
  const stopPrice = formatSteps(stopPriceTicks, grid.tick);
  const never = Number.isNaN(lastPrice);
  const last = never ? undefined : formatSteps(lastPrice, grid.tick);
  return {
    reason: 'notTriggered',
    stopPrice,
    stopPriceTicks,
    lastPrice: last,
    lastPriceTicks: never ? undefined : lastPrice,
    text: `It waits for the last price to come to ${stopPrice}${never ? ', and nothing has traded yet.' : `, which is ${last}.`}`,
  };
}

interface Seen {
  readonly order: number;
  readonly price: number;
}

interface Survey {
  /** An own order within the limit, before any of another account. */
  readonly own: number | undefined;
  /** The best order that another account shows. */
  readonly other: Seen | undefined;
  /** Lots that others show within the limit, as far as they matter. */
  readonly suitable: number;
}

/**
 * What there is on the other side.
 * @param lost lots that orders lose before they can trade, by slot
 */
export function survey(
  { books, orders }: MarketState,
  product: Product,
  intent: Intent,
  lost?: ReadonlyMap<number, number>,
): Survey {
  let own: number | undefined;
  let other: Seen | undefined;
  let suitable = 0;
  const { side, price: limit, openLots } = intent;
  books[product.row]!.walk(side === Side.buy ? Side.sell : Side.buy, (slot) => {
    const price = orders.price(slot);
    const suits = crosses(side, limit, price);
    // In an auction own orders have met by then: one that lost nothing may trade with those that are left.
    const maySuit = suits && lost?.has(intent.slot) === false;
    if (orders.account(slot) === intent.account && !maySuit) {
      if (suits && other === undefined) own ??= orders.id(slot);
      return true;
    }
    const shown = orders.shown(slot) - (lost?.get(slot) ?? 0);
    if (shown === 0) return true;
    other ??= { order: orders.id(slot), price };
    if (suits) suitable += orders.open(slot);
    return suits && suitable < openLots;
  });
  return { own, other, suitable };
}

/** @param bound what the price is that the other one is to be within: the order's limit, or a rate */
export function obstacleInBook(
  { grid }: Product,
  { side, price, openLots, allOrNone }: Intent,
  other: Seen | undefined,
  suitable: number,
  bound: string = 'its limit',
): Obstacle | undefined {
  const buys = side === Side.buy;
  if (other === undefined) {
    return {
      reason: 'noCounterparty',
      text: buys ? 'Nobody else shows an offer.' : 'Nobody else shows a bid.',
    };
  }
  if (!crosses(side, price, other.price)) {
    const gapTicks = Math.abs(price - other.price);
    const gap = formatSteps(gapTicks, grid.tick);
    const otherPrice = formatSteps(other.price, grid.tick);
    const far = `${gap} ${buys ? 'above' : 'below'} ${bound} of ${formatSteps(price, grid.tick)}`;
    return {
      reason: 'priceGap',
      otherOrder: other.order,
      otherPrice,
      otherPriceTicks: other.price,
      gap,
      gapTicks,
      text: `The best ${buys ? 'offer' : 'bid'} of others is ${otherPrice}, ${far}.`,
    };
  }
  if (!allOrNone || suitable >= openLots) return undefined;
  const [some, all] = [formatSteps(suitable, grid.lot), formatSteps(openLots, grid.lot)];
  return {
    reason: 'allOrNone',
    suitable: some,
    suitableLots: suitable,
    text: `It trades ${all} or nothing, and others show ${some} within its limit.`,
  };
}
