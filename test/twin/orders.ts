import {
  Display,
  EndReason,
  OrderKind,
  ProductStatus,
  SelfTrade,
  Side,
  TimeInForce,
} from '../../src/core/codes.ts';
import {
  costOf,
  exitsOf,
  feeOn,
  type Holding,
  lockOf,
  movedOf,
  relocking,
  shift,
  size,
  termsOf,
  unlock,
  valueOf,
} from './amounts.ts';
import { isTooFar, tripped } from './circuit.ts';
import { tell } from './events.ts';
import { countTrade, fillCollateral, repositioning } from './forward.ts';
import { addPosition } from './limits.ts';
import {
  balanceOf,
  FEES,
  isResting,
  leaveBook,
  type Market,
  move,
  oppositeOf,
  type Order,
  queueOf,
  rest,
  shownOf,
  standingOf,
  tradableOf,
} from './market.ts';

/** Resting orders that pass, in order of order id. */
export function restingOrders(market: Market, passes: (order: Order) => boolean): Order[] {
  return [...market.orders.values()].filter(passes).sort((a, b) => a.id - b.id);
}

/** The fields with which every event about an order begins. */
export function identityOf({ id, account, product, side }: Order): number[] {
  return [id, account, product, side];
}

/** Ends an order, and with it the one that it is linked with. */
export function endOrder(market: Market, order: Order, reason: number): void {
  const { partner } = order;
  const held = lockOf(market, order);
  const rest = partner === undefined ? undefined : lockOf(market, partner);
  unlock(market, order);
  if (partner !== undefined) unlock(market, partner);
  order.partner = undefined;
  const kept = keepForExits(market, order, reason);
  shift(market, order, kept, 1n);
  const spare = order.kind === OrderKind.limit ? 0n : (order.net?.held ?? 0n);
  const released = { money: held.money - kept.money + spare, energy: held.energy - kept.energy };
  leave(market, order, reason, released);
  if (partner === undefined || rest === undefined) return;
  partner.partner = undefined;
  leave(market, partner, EndReason.oco, rest);
}

/** What an order leaves locked for what follows on it. */
function keepForExits(market: Market, order: Order, reason: number): Holding {
  const traded = order.total - order.open;
  const open = market.products[order.product]!.status === ProductStatus.open;
  const follows = order.bracket !== undefined && traded > 0 && open;
  const { productClosed, gateClosed, killed, inDebt } = EndReason;
  const over = [productClosed, gateClosed, killed, inDebt].some((each) => each === reason);
  if (!follows || over) return { money: 0n, energy: 0n };
  market.exits.push({ ...order });
  return exitsOf(market, order, traded, traded);
}

/** Ends those of the orders that are still there when it is their turn. */
export function endOrders(market: Market, orders: readonly Order[], reason: number): void {
  for (const order of orders) if (isResting(market, order)) endOrder(market, order, reason);
}

function leave(market: Market, order: Order, reason: number, { money, energy }: Holding): void {
  const rested = isResting(market, order);
  const shown = rested ? shownOf(order) + (order.untold ?? 0) : 0;
  const left = [order.price, reason, order.open, standingOf(market, order), shown];
  tell(market, 'orderEnded', [...identityOf(order), ...left, money, energy]);
  if (rested) leaveBook(market, order);
  order.ended = true;
}

export function crosses(taker: Order, price: number): boolean {
  return taker.side === Side.buy ? price <= taker.price : price >= taker.price;
}

/** Whether self-trade prevention keeps two orders apart. */
export function apart(taker: Order, maker: Order): boolean {
  return taker.selfTrade !== SelfTrade.allow && taker.account === maker.account;
}

export interface DryWalk {
  filled: number;
  /** Money quanta, taker fees included; below zero where the taker would receive. */
  cost: bigint;
  meetsOwn: boolean;
  /** Whether more money would have traded something. */
  tooDear: boolean;
  /** Lots that were left where the money came to its end. */
  beyond: number;
}

/** What an order would trade if it entered now. */
export function dryWalk(market: Market, taker: Order): DryWalk {
  const found: DryWalk = { filled: 0, cost: 0n, meetsOwn: false, tooDear: false, beyond: 0 };
  let left = taker.open;
  let first: number | undefined;
  // Copies, so that icebergs can be moved to the back.
  const queue = crossing(market, taker).map((order) => ({ ...order }));
  while (queue.length > 0) {
    const maker = queue.shift()!;
    if (left === 0) break;
    if (maker.allOrNone === 1 && left < maker.open) continue;
    // What one of two linked orders trades, the other one cannot.
    if (maker.open === 0) continue;
    let lots = Math.min(left, tradableOf(maker));
    const partner = queue.find(({ id }) => id === maker.partner?.id);
    if (partner !== undefined) partner.open -= lots;
    if (lots < maker.open) {
      const { clip } = maker;
      const place = lastAt(queue, maker.price) + 1;
      const open = maker.open - lots;
      const again = { ...maker, open, clipLeft: Math.min(clip, open) };
      const ends = apart(taker, maker) && taker.selfTrade === SelfTrade.cancelMaker;
      if (maker.display === Display.clip && !ends) queue.splice(place, 0, again);
    }
    if (apart(taker, maker)) {
      found.meetsOwn = true;
      if (taker.selfTrade === SelfTrade.cancelMaker) continue;
      if (taker.selfTrade !== SelfTrade.decrement) break;
    } else {
      const money = taker.money === undefined ? undefined : taker.money - found.cost;
      const payable = payableLots(market, taker, maker.price, lots, money);
      if (payable < lots) {
        found.tooDear = true;
        if (maker.allOrNone === 1) continue;
        found.beyond = left - payable;
        left = lots = payable;
      }
      found.filled += lots;
      first ??= maker.price;
      found.cost += takerCost(market, taker, maker.price, lots);
    }
    left -= lots;
    const traded = !apart(taker, maker);
    if (traded && isTooFar(market, market.products[taker.product]!, maker.price, first)) break;
  }
  return found;
}

/** The orders that an order may trade with, at their prices. */
function crossing(market: Market, taker: Order): Order[] {
  const queue = oppositeOf(market, taker);
  const end = queue.findIndex(({ price }) => !crosses(taker, price));
  return end < 0 ? queue : queue.slice(0, end);
}

function takerCost(market: Market, taker: Order, price: number, lots: number): bigint {
  const value = valueOf(market, taker.product, price, lots);
  const cost = costOf(taker.side, value, feeOn(value, termsOf(market, taker).takerPpm));
  const product = market.products[taker.product]!;
  return cost + fillCollateral(product, taker.account, taker.side, lots);
}

/** How many of so many lots are paid for by so much money, the fee included. */
function payableLots(
  market: Market,
  taker: Order,
  price: number,
  lots: number,
  money: bigint | undefined,
): number {
  const pays = (count: number): boolean =>
    money === undefined || takerCost(market, taker, price, count) <= money;
  if (pays(lots)) return lots;
  const each = valueOf(market, taker.product, price, 1);
  const more = fillCollateral(market.products[taker.product]!, taker.account, taker.side, 1);
  const fee = size(each) * BigInt(termsOf(market, taker).takerPpm);
  const millionths = (each + more) * 1_000_000n + fee;
  // The fee is rounded down: there may be one more.
  let count = Number((money! * 1_000_000n) / millionths);
  while (pays(count + 1)) count++;
  return count;
}

/** Place of the last order at a price. */
function lastAt(queue: readonly Order[], price: number): number {
  let place = queue.length - 1;
  while (place >= 0 && queue[place]!.price !== price) place--;
  return place;
}

/** Trades an order with the book; false if self-trade prevention or a halt ended it. */
export function match(market: Market, taker: Order): boolean {
  if (market.products[taker.product]!.auctions !== undefined) return true;
  if (taker.allOrNone === 1 || taker.timeInForce === TimeInForce.fok) {
    const { filled, meetsOwn } = dryWalk(market, taker);
    if (filled < taker.open || meetsOwn) return true;
  }
  const queue = oppositeOf(market, taker);
  while (taker.open > 0) {
    const maker = queue.find((each) => each.allOrNone === 0 || suits(market, taker, each));
    if (maker === undefined || !crosses(taker, maker.price)) break;
    if (apart(taker, maker)) {
      if (!preventSelfTrade(market, taker, maker)) return false;
      continue;
    }
    trade(market, taker, maker, Math.min(taker.open, tradableOf(maker)));
    market.products[taker.product]!.lastPrice = maker.price;
    market.prices.push(maker.price);
    if (!tripped(market, market.products[taker.product]!, maker.price)) continue;
    if (taker.open === 0) return true;
    endOrder(market, taker, EndReason.halted);
    return false;
  }
  return true;
}

/** Whether an incoming order covers an all-or-none order and can pay it whole. */
function suits(market: Market, taker: Order, maker: Order): boolean {
  if (maker.open > taker.open) return false;
  const paid = payableLots(market, taker, maker.price, maker.open, taker.money);
  return apart(taker, maker) || paid === maker.open;
}

/** Does what the taker's mode says; false if the taker ends. */
export function preventSelfTrade(market: Market, taker: Order, maker: Order): boolean {
  const mode = taker.selfTrade;
  if (mode === SelfTrade.decrement) {
    const lots = Math.min(taker.open, tradableOf(maker));
    decrement(market, maker, lots);
    decrement(market, taker, lots);
    return taker.open > 0;
  }
  const makerEnds = mode === SelfTrade.cancelMaker || mode === SelfTrade.cancelBoth;
  const takerEnds = mode === SelfTrade.cancelTaker || mode === SelfTrade.cancelBoth;
  if (makerEnds) endOrder(market, maker, EndReason.selfTrade);
  if (takerEnds) endOrder(market, taker, EndReason.selfTrade);
  return !takerEnds;
}

/** Takes lots off an order; one that loses all of them ends. */
function decrement(market: Market, order: Order, lots: number): void {
  if (order.open === lots) {
    endOrder(market, order, EndReason.selfTrade);
    order.open = 0;
    return;
  }
  relocking(market, [order], () => {
    order.open -= lots;
    order.clipLeft -= lots;
    order.total -= lots;
  });
  tellReduced(market, order, lots);
  refresh(market, order);
  shrinkPartner(market, order, lots);
}

function tellReduced(market: Market, order: Order, lots: number): void {
  const left = [order.price, lots, order.open, standingOf(market, order)];
  tell(market, 'orderReduced', [...identityOf(order), ...left]);
}

/** What an order that has some left has lost, the one that it is linked with loses too. */
export function shrinkPartner(market: Market, { open, partner }: Order, lots: number): void {
  if (open === 0 || partner === undefined) return;
  partner.open -= lots;
  partner.total -= lots;
  tellReduced(market, partner, lots);
}

/** An iceberg whose clip is used up shows the next one, behind all orders at its price. */
function refresh(market: Market, order: Order): void {
  const { clip, clipLeft, display, open, price, refreshBelow } = order;
  if (display !== Display.clip || !isResting(market, order)) return;
  if (clipLeft >= refreshBelow || clipLeft === open) return;
  order.clipLeft = Math.min(clip, open);
  order.priority = ++market.lastPriority;
  const queue = queueOf(market, order);
  const at = queue.indexOf(order);
  const last = lastAt(queue, price);
  queue.splice(last, 0, ...queue.splice(at, 1));
  const shown = [price, clipLeft, order.clipLeft, order.priority];
  tell(market, 'orderRefreshed', [...identityOf(order), ...shown]);
}

/** One fill at the maker's price. */
export function trade(market: Market, taker: Order, maker: Order, lots: number): void {
  exchange(market, taker, maker, lots, maker.price, standingOf(market, maker));
  market.receipt.filled += lots;
  if (maker.open === 0) endOrder(market, maker, EndReason.filled);
  else refresh(market, maker);
  shrinkPartner(market, maker, lots);
  shrinkPartner(market, taker, lots);
}

/** One fill at a price. Both locks are undone, the amounts move, the rest is locked anew. */
export function exchange(
  market: Market,
  taker: Order,
  maker: Order,
  lots: number,
  price: number,
  standing: number,
): void {
  const product = market.products[taker.product]!;
  const { moneyAsset, energyAsset, forward } = product;
  const value = valueOf(market, taker.product, price, lots);
  const takerFee = feeOn(value, termsOf(market, taker).takerPpm);
  const makerFee = feeOn(value, termsOf(market, maker).makerPpm);
  const takerBuys = taker.side === Side.buy;
  const buyer = takerBuys ? taker : maker;
  const seller = takerBuys ? maker : taker;
  const buyerFee = takerBuys ? takerFee : makerFee;
  const sellerFee = takerBuys ? makerFee : takerFee;
  relocking(market, [taker, maker], () => {
    const pass = (): void => {
      move(market, buyer.account, seller.account, moneyAsset, value);
      move(market, buyer.account, FEES, moneyAsset, buyerFee);
      move(market, seller.account, FEES, moneyAsset, sellerFee);
      const energy = movedOf(market, taker.product, lots);
      move(market, seller.account, buyer.account, energyAsset, energy);
    };
    if (forward === undefined) pass();
    else {
      repositioning(market, product, [buyer.account, seller.account], () => {
        pass();
        countTrade(forward, buyer.account, seller.account, price, BigInt(lots));
      });
    }
    if (taker.money !== undefined) taker.money -= takerCost(market, taker, price, lots);
    taker.open -= lots;
    maker.open -= lots;
    maker.clipLeft -= lots;
  });
  tell(market, 'trade', [
    ++market.lastTrade,
    taker.product,
    price,
    lots,
    buyer.account,
    seller.account,
    buyerFee,
    sellerFee,
    maker.id,
    taker.id,
    taker.side,
    standing,
  ]);
  market.trades.push({
    trade: market.lastTrade,
    product: taker.product,
    buyer: buyer.account,
    seller: seller.account,
    price,
    quantity: lots,
    buyerFee: Number(buyerFee),
    sellerFee: Number(sellerFee),
  });
  addPosition(market, buyer.account, taker.product, BigInt(lots));
  addPosition(market, seller.account, taker.product, BigInt(-lots));
}

/** What becomes of an order after its match. */
export function finish(market: Market, order: Order): void {
  const { timeInForce } = order;
  const stays = timeInForce !== TimeInForce.ioc && timeInForce !== TimeInForce.fok;
  if (order.open === 0) {
    endOrder(market, order, EndReason.filled);
  } else if (order.kind === OrderKind.limit && stays) {
    order.priority = ++market.lastPriority;
    rest(market, order);
    const { price, open, priority } = order;
    const shown = shownOf(order);
    tell(market, 'orderRested', [...identityOf(order), price, open, shown, priority]);
  } else {
    endOrder(market, order, EndReason.unfilled);
  }
}

export function available(market: Market, account: number, asset: number): bigint {
  return balanceOf(market, account, asset).available;
}
