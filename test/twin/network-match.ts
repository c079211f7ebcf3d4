import { EndReason, SelfTrade, Side } from '../../src/core/codes.ts';
import { costOf, energyOf, feeOn, relocking, termsOf, valueOf } from './amounts.ts';
import { tell } from './events.ts';
import { addPosition } from './limits.ts';
import { FEES, type Market, move, oppositeOf, type Order, standingOf } from './market.ts';
import { accepts, capacityOf, feeAt, indexOf } from './networks.ts';
import { apart, crosses, endOrder, identityOf, preventSelfTrade } from './orders.ts';

/** A resting order as an incoming one sees it. */
export interface Offer {
  readonly maker: Order;
  /** What its price comes to for the incoming order. */
  readonly effective: number;
  /** What the seller would get. */
  readonly price: number;
  readonly gridFee: number;
  readonly from: number;
  readonly to: number;
}

function has(mask: number, bit: number): boolean {
  return Math.floor(mask / 2 ** bit) % 2 === 1;
}

/** The two of an incoming and a resting order, the buyer first. */
export function sides(taker: Order, maker: Order): readonly [Order, Order] {
  return taker.side === Side.buy ? [taker, maker] : [maker, taker];
}

/** Whether filters and partner rules let two orders trade. */
export function suit(market: Market, buyer: Order, seller: Order): boolean {
  const [asks, offers] = [buyer.net!, seller.net!];
  const kinds = [0, 1, 2, 3, 4].filter((bit) => has(offers.attributes, bit));
  if (asks.only > 0 && !kinds.some((bit) => has(asks.only, bit))) return false;
  if (asks.onlyZones > 0 && !has(asks.onlyZones, indexOf(market, offers.zone))) return false;
  if (offers.onlyZones > 0 && !has(offers.onlyZones, indexOf(market, asks.zone))) return false;
  const [one, other] = [buyer.account, seller.account];
  return accepts(market, one, other) && accepts(market, other, one);
}

export function offerOf(market: Market, taker: Order, maker: Order): Offer {
  const [buyer, seller] = sides(taker, maker);
  const [from, to] = [seller.net!.zone, buyer.net!.zone];
  const gridFee = feeAt(market, from, to, buyer.net!.feeVersion);
  const raises = buyer.net!.premiums.filter((_, bit) => has(seller.net!.attributes, bit));
  const premium = Math.max(0, ...raises);
  const buys = taker.side === Side.buy;
  const effective = buys ? maker.price + gridFee - premium : maker.price + premium - gridFee;
  return { maker, effective, price: buys ? maker.price : effective, gridFee, from, to };
}

/** All pairs tried: what an order may trade with whatever its limit, the best first. `left` tells the capacity. */
export function offers(
  market: Market,
  taker: Order,
  makers: readonly Order[],
  left: (from: number, to: number) => number,
): Offer[] {
  const sign = taker.side === Side.buy ? 1 : -1;
  return makers
    .filter((maker) => suit(market, ...sides(taker, maker)))
    .map((maker) => offerOf(market, taker, maker))
    .filter(({ from, to }) => left(from, to) > 0)
    .sort((a, b) => sign * (a.effective - b.effective) || a.maker.priority - b.maker.priority);
}

export function capacityNow(market: Market, order: Order): (from: number, to: number) => number {
  const product = market.products[order.product]!;
  return (from, to) => capacityOf(product, from, to)?.left ?? Infinity;
}

/** What an order would trade if it entered now. */
export function dryWalk(market: Market, taker: Order) {
  const found = { filled: 0, cost: 0n, peak: 0n, meetsOwn: false };
  const used = new Map<string, number>();
  const now = capacityNow(market, taker);
  const left = (from: number, to: number): number =>
    now(from, to) - (used.get(`${from} ${to}`) ?? 0);
  let makers = oppositeOf(market, taker).map((order) => ({ ...order }));
  let open = taker.open;
  while (open > 0) {
    const offer = offers(market, taker, makers, left)[0];
    if (offer === undefined || !crosses(taker, offer.effective)) break;
    const { maker, price, gridFee, from, to } = offer;
    makers = makers.filter((each) => each !== maker);
    if (apart(taker, maker)) {
      found.meetsOwn = true;
      if (taker.selfTrade === SelfTrade.cancelMaker) continue;
      if (taker.selfTrade !== SelfTrade.decrement) break;
      open -= Math.min(open, maker.open);
      continue;
    }
    const lots = Math.min(open, maker.open, left(from, to));
    used.set(`${from} ${to}`, (used.get(`${from} ${to}`) ?? 0) + lots);
    found.filled += lots;
    found.cost += fillCost(market, taker, price, gridFee, lots);
    if (found.cost > found.peak) found.peak = found.cost;
    open -= lots;
  }
  return found;
}

export function fillCost(
  market: Market,
  taker: Order,
  price: number,
  gridFee: number,
  lots: number,
): bigint {
  const value = valueOf(market, taker.product, price, lots);
  const cost = costOf(taker.side, value, feeOn(value, termsOf(market, taker).takerPpm));
  return taker.side === Side.buy ? cost + valueOf(market, taker.product, gridFee, lots) : cost;
}

export function match(market: Market, taker: Order): boolean {
  while (taker.open > 0) {
    const left = capacityNow(market, taker);
    const offer = offers(market, taker, oppositeOf(market, taker), left)[0];
    if (offer === undefined || !crosses(taker, offer.effective)) return true;
    const { maker, from, to } = offer;
    if (apart(taker, maker)) {
      if (!preventSelfTrade(market, taker, maker)) return false;
      continue;
    }
    trade(market, taker, offer, Math.min(taker.open, maker.open, left(from, to)));
    market.products[taker.product]!.lastPrice = offer.price;
  }
  return true;
}

export function trade(market: Market, taker: Order, offer: Offer, lots: number): void {
  const { maker, price, gridFee, from, to } = offer;
  const product = market.products[taker.product]!;
  const { moneyAsset, energyAsset } = product;
  const value = valueOf(market, taker.product, price, lots);
  const carried = valueOf(market, taker.product, gridFee, lots);
  const [buyer, seller] = sides(taker, maker);
  const feeOf = (order: Order): bigint => {
    const { makerPpm, takerPpm } = termsOf(market, order);
    return feeOn(value, order === taker ? takerPpm : makerPpm);
  };
  const [buyerFee, sellerFee] = [feeOf(buyer), feeOf(seller)];
  const cost = fillCost(market, taker, price, gridFee, lots);
  if (cost > 0n) taker.net!.held = taker.net!.held > cost ? taker.net!.held - cost : 0n;
  relocking(market, [taker, maker], () => {
    move(market, buyer.account, seller.account, moneyAsset, value);
    move(market, buyer.account, market.zones[to]!.gridAccount, moneyAsset, carried);
    move(market, buyer.account, FEES, moneyAsset, buyerFee);
    move(market, seller.account, FEES, moneyAsset, sellerFee);
    move(market, seller.account, buyer.account, energyAsset, energyOf(market, taker.product, lots));
    taker.open -= lots;
    maker.open -= lots;
  });
  const limited = capacityOf(product, from, to);
  if (limited !== undefined) limited.left -= lots;
  const number = ++market.lastTrade;
  const parties = [buyer.account, seller.account, buyerFee, sellerFee, maker.id, taker.id];
  const standing = standingOf(market, maker);
  tell(market, 'trade', [number, taker.product, price, lots, ...parties, taker.side, standing]);
  const { feeVersion } = buyer.net!;
  const way = [from, to, gridFee, feeVersion];
  const payer = [buyer.id, buyer.account, taker.product, buyer.side];
  tell(market, 'gridFeePaid', [...payer, number, maker.price, ...way, carried]);
  market.trades.push({
    trade: number,
    product: taker.product,
    buyer: buyer.account,
    seller: seller.account,
    price,
    quantity: lots,
    buyerFee: Number(buyerFee),
    sellerFee: Number(sellerFee),
    way: { from, to, fee: gridFee, feeVersion },
  });
  addPosition(market, buyer.account, taker.product, BigInt(lots));
  addPosition(market, seller.account, taker.product, BigInt(-lots));
  market.receipt.filled += lots;
  if (maker.open === 0) endOrder(market, maker, EndReason.filled);
}

export function tellNet(market: Market, order: Order): void {
  const { zone, attributes, only, onlyZones, premiums, feeVersion } = order.net!;
  const asked = [zone, attributes, only, onlyZones, ...premiums, feeVersion];
  tell(market, 'networkTerms', [...identityOf(order), ...asked]);
}
