import { Display, PegTo, RejectCode, Side } from '../../src/core/codes.ts';
import { size, termsOf } from './amounts.ts';
import { tell } from './events.ts';
import { leaveBook, type Market, MAX, oppositeOf, type Order, rest, shownOf } from './market.ts';
import { finish, identityOf } from './orders.ts';

/** The best price of a side that everyone sees and that is of no pegged order. */
function touch(market: Market, product: number, side: number): bigint | undefined {
  const queue = market.products[product]!.queues[side as 0 | 1];
  const seen = queue.find((order) => {
    return order.pegTo === 0 && order.allOrNone === 0 && order.display !== Display.hidden;
  });
  return seen === undefined ? undefined : BigInt(seen.price);
}

/** The price that a peg wants, in ticks, if there is one to follow. */
export function wantedPrice(market: Market, order: Order): bigint | undefined {
  const bid = touch(market, order.product, Side.buy);
  const ask = touch(market, order.product, Side.sell);
  const offset = BigInt(order.pegOffset);
  if (order.pegTo !== PegTo.mid) {
    const followed = order.pegTo === PegTo.bid ? bid : ask;
    return followed === undefined ? undefined : followed + offset;
  }
  if (bid === undefined || ask === undefined) return undefined;
  const twice = bid + ask;
  const down = twice >= 0n ? twice / 2n : -((1n - twice) / 2n);
  return down + (order.side === Side.sell && twice % 2n !== 0n ? 1n : 0n) + offset;
}

function least(...prices: readonly bigint[]): bigint {
  return prices.reduce((a, b) => (a < b ? a : b));
}

function most(...prices: readonly bigint[]): bigint {
  return prices.reduce((a, b) => (a > b ? a : b));
}

/** The lowest and the highest price at which a peg may stand. */
function roomOf(market: Market, order: Order): { low: bigint; high: bigint } {
  const product = market.products[order.product]!;
  const limit = BigInt(order.limit!);
  const far = most(size(limit), MAX / 2n / (BigInt(order.open) * product.tickQuanta));
  const { band } = termsOf(market, order);
  const low = band === undefined ? -far : most(-far, BigInt(band.low));
  const high = band === undefined ? far : least(far, BigInt(band.high));
  if (order.side === Side.buy) return { low, high: least(limit, high) };
  return { low: most(limit, low), high };
}

/** As near to what it wants as its room and the prices allow that it must stay behind. */
function settled(market: Market, order: Order, wanted: bigint, ahead: readonly bigint[]): bigint {
  const { low, high } = roomOf(market, order);
  if (order.side === Side.buy) {
    return most(low, least(wanted, high, ...ahead.map((price) => price - 1n)));
  }
  return least(high, most(wanted, low, ...ahead.map((price) => price + 1n)));
}

/** The price of the best order on the other side that it would trade with, if there is one. */
function met(market: Market, order: Order, which: (other: Order) => boolean): bigint[] {
  const best = oppositeOf(market, order).find((other) => {
    return which(other) && (other.allOrNone === 0 || other.open <= order.open);
  });
  return best === undefined ? [] : [BigInt(best.price)];
}

/** Where a peg comes to stand as it enters, if it can without trading. */
export function entryPrice(market: Market, order: Order): number | undefined {
  const ahead = met(market, order, () => true);
  const price = settled(market, order, wantedPrice(market, order)!, ahead);
  const free = ahead.every((other) => (order.side === Side.buy ? price < other : price > other));
  return free ? Number(price) : undefined;
}

/** Brings the pegs of all products to where they belong. */
export function movePegs(market: Market): void {
  market.products.forEach((product) => {
    const pegs = [...product.pegs].sort((a, b) => a.id - b.id);
    const prices = pegPrices(market, pegs);
    const moving = pegs.filter((peg) => prices.get(peg) !== BigInt(peg.price));
    const clips = moving.map(({ clipLeft }) => clipLeft);
    for (const peg of moving) leaveBook(market, peg);
    moving.forEach((peg, i) => {
      const before = peg.price;
      peg.price = Number(prices.get(peg)!);
      peg.priority = ++market.lastPriority;
      rest(market, peg);
      peg.clipLeft = clips[i]!;
      const places = [before, peg.price, shownOf(peg), peg.priority];
      tell(market, 'orderMoved', [...identityOf(peg), ...places]);
    });
  });
}

/** Where the pegs of a product belong; they come in order of order id. */
function pegPrices(market: Market, pegs: readonly Order[]): Map<Order, bigint> {
  const prices = new Map<Order, bigint>();
  // What the pegs of a side must stay behind: where the other side's stand, or can retreat to.
  const ahead: [bigint[], bigint[]] = [[], []];
  const keepAhead = ({ side }: Order, price: bigint): void => {
    const prices = ahead[side === Side.buy ? 1 : 0];
    const nearest = side === Side.buy ? most(price, ...prices) : least(price, ...prices);
    prices.splice(0, 1, nearest);
  };
  const wanted = new Map(pegs.map((peg) => [peg, wantedPrice(market, peg)]));
  for (const peg of pegs) {
    const stays = wanted.get(peg) === undefined;
    if (stays) prices.set(peg, BigInt(peg.price));
    const { low, high } = roomOf(market, peg);
    keepAhead(peg, prices.get(peg) ?? (peg.side === Side.buy ? low : high));
  }
  for (const peg of pegs) {
    if (prices.has(peg)) continue;
    const others = met(market, peg, ({ pegTo }) => pegTo === 0);
    const behind = [...others, ...ahead[peg.side as 0 | 1]];
    const price = settled(market, peg, wanted.get(peg)!, behind);
    prices.set(peg, price);
    keepAhead(peg, price);
  }
  return prices;
}

/** Why an order may not follow a price, or 0. */
export function followRefusal(market: Market, order: Order): number {
  if (order.trailBy + order.pegTo === 0) return 0;
  if (order.pegTo > 0 && wantedPrice(market, order) === undefined) return RejectCode.NO_REFERENCE;
  const { pegs, stops } = market.products[order.product]!;
  const trailing = stops.filter(({ trailBy }) => trailBy > 0).length;
  return pegs.length + trailing >= 1000 ? RejectCode.FOLLOWER_LIMIT : 0;
}

/** A pegged order comes to rest without having met anyone. */
export function standAtPeg(market: Market, order: Order): void {
  order.price = entryPrice(market, order)!;
  finish(market, order);
}
