import { ProductStatus, Side } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { crosses } from '../matching/walk.ts';

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
      /** The best that others show on the other side is beyond its limit. */
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
}

/**
 * What keeps an order from trading, the first to be removed first. Of others' orders it tells no more than
 * the book shows of them. Empty if nothing does. O(orders within its limit, and own ones before the first of another).
 */
export function obstaclesOf(state: MarketState, product: Product, intent: Intent): Obstacle[] {
  const found: Obstacle[] = [];
  if (product.status === ProductStatus.halted) {
    found.push({ reason: 'halted', text: `${product.id} is halted.` });
  }
  if (intent.stopPrice !== undefined) found.push(notTriggered(product, intent.stopPrice));
  const { own, other, suitable } = survey(state, product, intent);
  if (own !== undefined) {
    const text = `The order that it would meet first, ${own}, is of the same account.`;
    found.push({ reason: 'ownOrder', otherOrder: own, text });
  }
  const book = obstacleInBook(product, intent, other, suitable);
  if (book !== undefined) found.push(book);
  return found;
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

/** What there is on the other side. */
function survey({ books, orders }: MarketState, product: Product, intent: Intent): Survey {
  let own: number | undefined;
  let other: Seen | undefined;
  let suitable = 0;
  const { side, price: limit, openLots } = intent;
  books[product.row]!.walk(side === Side.buy ? Side.sell : Side.buy, (slot) => {
    const price = orders.price(slot);
    const suits = crosses(side, limit, price);
    if (orders.account(slot) === intent.account) {
      if (suits && other === undefined) own ??= orders.id(slot);
      return true;
    }
    const shown = orders.shown(slot);
    if (shown === 0) return true;
    other ??= { order: orders.id(slot), price };
    if (suits) suitable += orders.open(slot);
    return suits && suitable < openLots;
  });
  return { own, other, suitable };
}

function obstacleInBook(
  { grid }: Product,
  { side, price, openLots, allOrNone }: Intent,
  other: Seen | undefined,
  suitable: number,
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
    const far = `${gap} ${buys ? 'above' : 'below'} its limit of ${formatSteps(price, grid.tick)}`;
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
