import { EndReason, Pricing, RejectCode, Standing, TimeInForce } from '../../src/core/codes.ts';
import type { CommandOf } from './commands.ts';
import { tell } from './events.ts';
import {
  isOperator,
  isResting,
  type Market,
  MAX,
  oppositeOf,
  type Order,
  type Product,
  productRefusal,
  rowOf,
} from './market.ts';
import {
  apart,
  crosses,
  endOrder,
  endOrders,
  exchange,
  identityOf,
  preventSelfTrade,
  restingOrders,
} from './orders.ts';

/** How a product is auctioned. */
export interface Auctions {
  readonly pricing: number;
  readonly reference: number | undefined;
  readonly everyMs: number;
}

export function auctionsOf(command: CommandOf<'listProduct'>): Auctions | undefined {
  const { mechanism, pricing, hasReference, referencePrice, auctionEveryMs: everyMs } = command;
  if (mechanism === 0) return undefined;
  return { pricing, reference: hasReference === 1 ? referencePrice : undefined, everyMs };
}

/** What is told and kept of it. */
export function auctionFields(auctions: Auctions | undefined): readonly number[] {
  if (auctions === undefined) return [0, 0, 0, 0, 0];
  const { pricing, reference, everyMs } = auctions;
  return [1, pricing, reference === undefined ? 0 : 1, reference ?? 0, everyMs];
}

export function runAuction(market: Market, command: CommandOf<'runAuction'>): number {
  const row = rowOf(market.products, command.product);
  if (row === undefined) return RejectCode.UNKNOWN_PRODUCT;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  const product = market.products[row]!;
  const refused = productRefusal(product);
  if (refused !== 0) return refused;
  if (product.auctions === undefined) return RejectCode.NOT_A_CALL;
  holdAuction(market, product, row, product.auctions);
  return 0;
}

/** Whether an order is one that an auction has no place for; one at market becomes a limit order for the next one. */
export function isStrange(command: CommandOf<'submit'>, special: boolean): boolean {
  const { kind, timeInForce, postOnly, minQuantity } = command;
  const times: readonly number[] =
    kind === 1
      ? [TimeInForce.ioc, TimeInForce.session]
      : [TimeInForce.gtc, TimeInForce.gtd, TimeInForce.session];
  return special || postOnly > 0 || minQuantity > 0 || !times.includes(timeInForce);
}

function lotsOf(orders: readonly Order[], accepts: (order: Order) => boolean): bigint {
  return orders.filter(accepts).reduce((sum, { open }) => sum + BigInt(open), 0n);
}

const size = (value: bigint): bigint => (value < 0n ? -value : value);

/** Those prices of which a figure is smallest. */
function least(prices: readonly number[], figure: (price: number) => bigint): number[] {
  const figures = prices.map(figure);
  const smallest = figures.reduce((a, b) => (a < b ? a : b));
  return prices.filter((_, i) => figures[i] === smallest);
}

/** The price of an auction: every price at which something changes is tried. */
function priceOf(
  { queues, lastPrice }: Product,
  { pricing, reference }: Auctions,
): number | undefined {
  if (pricing === Pricing['mid-market']) return reference;
  const [bids, asks] = queues;
  const demand = (price: number) => lotsOf(bids, (bid) => bid.price >= price);
  const supply = (price: number) => lotsOf(asks, (ask) => ask.price <= price);
  const volume = (price: number): bigint => {
    const [wanted, offered] = [demand(price), supply(price)];
    return wanted < offered ? wanted : offered;
  };
  const limits = [...bids, ...asks].map(({ price }) => price);
  if (!limits.some((price) => volume(price) > 0n)) return undefined;
  const all = [...new Set(limits.flatMap((price) => [price - 1, price, price + 1]))];
  const most = least(all, (price) => -volume(price));
  const balanced = least(most, (price) => size(demand(price) - supply(price)));
  const left = least(balanced, (price) => {
    const buyers = lotsOf(bids, (bid) => bid.price > price) - supply(price);
    const sellers = lotsOf(asks, (ask) => ask.price < price) - demand(price);
    return (buyers > 0n ? buyers : 0n) + (sellers > 0n ? sellers : 0n);
  });
  const [low, high] = [Math.min(...left), Math.max(...left)];
  const near = reference ?? lastPrice;
  if (near !== undefined) return near < low ? low : near > high ? high : near;
  const sum = BigInt(low) + BigInt(high);
  return Number((sum - (sum & 1n)) / 2n);
}

export function holdAuction(
  market: Market,
  product: Product,
  row: number,
  auctions: Auctions,
): void {
  const isRate = auctions.pricing === Pricing['mid-market'];
  meetOwn(market, product, isRate ? auctions.reference : undefined);
  const price = priceOf(product, auctions);
  const [bids, asks] = product.queues;
  let quantity = 0;
  let left = [0n, 0n];
  if (price !== undefined) {
    quantity = pairAll(market, product, price, auctions.pricing === Pricing['pay-as-bid']);
    left = [lotsOf(bids, (bid) => bid.price >= price), lotsOf(asks, (ask) => ask.price <= price)];
  }
  const over = restingOrders(market, (each) => {
    return each.product === row && each.timeInForce === TimeInForce.session;
  });
  endOrders(market, over, EndReason.auctionOver);
  const found = price === undefined ? [0, 0] : [1, price];
  const rest = left.map((lots) => (lots > MAX ? MAX : lots));
  tell(market, 'auctionHeld', [row, ...found, quantity, ...rest]);
}

/** Before the price is found each order meets the earlier ones of its account, at a rate those that accept it. */
function meetOwn(market: Market, { queues }: Product, rate: number | undefined): void {
  const accepts = (order: Order) => rate === undefined || crosses(order, rate);
  const all = queues.flat().filter(accepts);
  for (const later of all.sort((a, b) => a.priority - b.priority)) {
    while (isResting(market, later)) {
      const earlier = oppositeOf(market, later).find(
        (each) => apart(later, each) && each.priority < later.priority,
      );
      if (earlier === undefined || !crosses(later, earlier.price) || !accepts(earlier)) break;
      preventSelfTrade(market, later, earlier);
    }
  }
}

/** Lets the first of either side trade while both accept the price; the answer is how much did. */
function pairAll(market: Market, product: Product, price: number, asBid: boolean): number {
  const [bids, asks] = product.queues;
  let quantity = 0;
  for (;;) {
    const [bid, ask] = [bids[0], asks[0]];
    if (bid === undefined || ask === undefined || bid.price < price || ask.price > price) {
      for (const order of [bid, ask]) if (order !== undefined) tellRemains(market, order);
      return quantity;
    }
    const [maker, taker] = bid.priority < ask.priority ? [bid, ask] : [ask, bid];
    const lots = Math.min(bid.open, ask.open);
    exchange(market, taker, maker, lots, asBid ? bid.price : price, Standing.outside);
    product.lastPrice = asBid ? bid.price : price;
    quantity += lots;
    for (const order of [bid, ask]) {
      order.untold = (order.untold ?? 0) + lots;
      if (order.open === 0) endOrder(market, order, EndReason.filled);
    }
  }
}

/** What everyone sees of an order is less by what it has traded. */
function tellRemains(market: Market, order: Order): void {
  const { untold = 0, price, open } = order;
  order.untold = 0;
  if (untold > 0) tell(market, 'orderRemains', [...identityOf(order), price, untold, open]);
}
