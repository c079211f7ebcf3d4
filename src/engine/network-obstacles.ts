import { OrderKind, PostOnly, SelfTrade, Side, TimeInForce } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import { pairOf } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import { Approach, feeBetween, letsIn, mayDeal, premiumOf } from '../matching/approach.ts';
import type { MarketState } from '../matching/state.ts';
import { packFlags } from '../orderbook/flags.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';
import { NONE } from '../orderbook/orders.ts';
import type { Intent, Obstacle } from './obstacles.ts';

/** What keeps two orders in a network apart. */
export type NetworkObstacle =
  | {
      /** A filter: its own, or that of the other order. */
      readonly reason: 'filter';
      readonly otherOrder: number;
      readonly whose: 'own' | 'other';
    }
  | {
      /** One of the two accounts excludes the other, or wants to trade with others only. */
      readonly reason: 'partner';
      readonly otherOrder: number;
    }
  | {
      /** Nothing more may go between their zones. */
      readonly reason: 'capacity';
      readonly otherOrder: number;
      readonly fromZone: string;
      readonly toZone: string;
    }
  | {
      /** Without the grid fee they would trade. */
      readonly reason: 'gridFee';
      readonly otherOrder: number;
      readonly fromZone: string;
      readonly toZone: string;
      readonly gridFee: string;
      readonly gridFeeTicks: number;
      /** By how much its limit falls short: more than nothing. */
      readonly gap: string;
      readonly gapTicks: number;
    }
  | {
      /** Nothing: the last obstacle went by a command that matches nothing. */
      readonly reason: 'notMatched';
      readonly otherOrder: number;
    };

/** An order with what it asks for in its network. */
export interface Party {
  readonly account: number;
  readonly side: number;
  /** Limit in ticks. */
  readonly price: number;
  readonly network: NetworkTerms;
}

/**
 * What keeps two orders in a network apart, of which the second one rests: filters, partner rules, capacity, then
 * the price or the grid fee. Empty if nothing does. O(log changes of the fee)
 */
export function apart(state: MarketState, product: Product, one: Party, slot: number): Obstacle[] {
  const { orders } = state;
  const otherOrder = orders.id(slot);
  const theirs = state.networked.get(slot)!;
  const buys = one.side === Side.buy;
  const [buyer, seller] = buys ? [one.network, theirs] : [theirs, one.network];
  const { network, capacity } = product.network!;
  const [from, to] = [network.zones[seller.zone]!, network.zones[buyer.zone]!];
  const way = { fromZone: from.id, toZone: to.id };
  const found: Obstacle[] = [];
  if (!letsIn(one.network, theirs)) {
    const text = `Its own filter keeps it from order ${otherOrder}.`;
    found.push({ reason: 'filter', otherOrder, whose: 'own', text });
  }
  if (!letsIn(theirs, one.network)) {
    const text = `The filter of order ${otherOrder} keeps it off.`;
    found.push({ reason: 'filter', otherOrder, whose: 'other', text });
  }
  if (!mayDeal(state, one.account, orders.account(slot))) {
    const text = `A partner rule keeps it and order ${otherOrder} apart.`;
    found.push({ reason: 'partner', otherOrder, text });
  }
  if (capacity.get(pairOf(from.index, to.index)) === 0) {
    const text = `Nothing more may go from ${from.id} to ${to.id}, where order ${otherOrder} is.`;
    found.push({ reason: 'capacity', otherOrder, ...way, text });
  }
  const gridFeeTicks = feeBetween(network, buyer, seller);
  const offset = gridFeeTicks - premiumOf(buyer, seller);
  const comesTo = orders.price(slot) + (buys ? offset : 0 - offset);
  const gapTicks = buys ? comesTo - one.price : one.price - comesTo;
  if (gapTicks <= 0) return found;
  const { tick } = product.grid;
  const [gap, gridFee] = [formatSteps(gapTicks, tick), formatSteps(gridFeeTicks, tick)];
  const limit = `${gap} ${buys ? 'above' : 'below'} its limit of ${formatSteps(one.price, tick)}`;
  const otherPrice = formatSteps(comesTo, tick);
  if (gapTicks <= gridFeeTicks) {
    const text = `The grid fee of ${gridFee} from ${from.id} to ${to.id} brings order ${otherOrder} to ${otherPrice}, ${limit}.`;
    found.push({
      reason: 'gridFee',
      otherOrder,
      ...way,
      gridFee,
      gridFeeTicks,
      gap,
      gapTicks,
      text,
    });
  } else {
    const price = { otherPrice, otherPriceTicks: comesTo, gap, gapTicks };
    const text = `Order ${otherOrder} comes to ${otherPrice} for it, ${limit}.`;
    found.push({ reason: 'priceGap', otherOrder, ...price, text });
  }
  return found;
}

/**
 * What keeps an order in a network from trading: an own order that it would meet first, and all that keeps it from the order of another
 * account that it is nearest to: the fewest obstacles, then the smallest gap, then the first in time. O(orders of the other side)
 */
export function obstaclesInNetwork(
  state: MarketState,
  product: Product,
  intent: Intent & { readonly network: NetworkTerms },
): Obstacle[] {
  const { orders } = state;
  const { account, side, price, network } = intent;
  const kept = [OrderKind.limit, TimeInForce.gtc, PostOnly.off, SelfTrade.allow] as const;
  const incoming = { account, price, flags: packFlags(side, ...kept) };
  const capacity = new Map(product.network!.capacity);
  const approach = new Approach(state, product, incoming, network, capacity);
  const found: Obstacle[] = [];
  let met = approach.next();
  if (met !== NONE && orders.account(met) === account) {
    const own = orders.id(met);
    const text = `The order that it would meet first, ${own}, is of the same account.`;
    found.push({ reason: 'ownOrder', otherOrder: own, text });
    while (met !== NONE && orders.account(met) === account) met = approach.next();
    if (met !== NONE) return found;
  }
  if (met !== NONE) {
    const otherOrder = orders.id(met);
    const text = `Nothing keeps it from order ${otherOrder} any more, but nothing was matched when that came about: amending either, or a take, brings them together.`;
    return [{ reason: 'notMatched', otherOrder, text }];
  }
  return [...found, ...nearest(state, product, intent)];
}

function nearest(state: MarketState, product: Product, party: Party): readonly Obstacle[] {
  const { orders } = state;
  const buys = party.side === Side.buy;
  let best:
    { readonly obstacles: Obstacle[]; readonly gap: number; readonly at: number } | undefined;
  for (const slot of state.lanes[product.row]!.slots(buys ? Side.sell : Side.buy)) {
    if (orders.account(slot) === party.account) continue;
    const obstacles = apart(state, product, party, slot);
    const [last] = obstacles.slice(-1);
    const gap = last !== undefined && 'gapTicks' in last ? last.gapTicks : 0;
    const at = orders.priority(slot);
    const fewer = obstacles.length - (best?.obstacles.length ?? Infinity);
    const nearer = fewer || gap - best!.gap || at - best!.at;
    if (nearer < 0) best = { obstacles, gap, at };
  }
  if (best !== undefined) return best.obstacles;
  const text = buys ? 'Nobody else shows an offer.' : 'Nobody else shows a bid.';
  return [{ reason: 'noCounterparty', text }];
}
