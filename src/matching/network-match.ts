import { EndReason, OrderKind, SelfTrade, Side, Standing, TimeInForce } from '../core/codes.ts';
import { energyValue, fillCost, percentFee } from '../contracts/amounts.ts';
import { settleInNetwork } from '../contracts/network-trade.ts';
import type { Product } from '../market/products.ts';
import { COUNTED, kindOf, selfTradeOf, sideOf, timeInForceOf } from '../orderbook/flags.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';
import { type NewOrder, NONE } from '../orderbook/orders.ts';
import { countTrade } from './account-limits.ts';
import { Approach } from './approach.ts';
import { endOrder } from './ending.ts';
import { orderFields, writeEvent, writeRested, writeTrade } from './events.ts';
import { preventSelfTrade } from './match.ts';
import type { MarketState, Outbox } from './state.ts';

/** What an incoming order would trade in its network. */
export interface NetworkWalk {
  /** Lots that would trade. */
  filled: number;
  /** Money quanta that this would cost it, below zero where it receives. */
  cost: number;
  /** The highest sum that the cost comes to on the way, 0 at least. */
  peak: number;
  /** Percent fees of its side, and grid fees, within that cost. */
  fees: number;
  gridFees: number;
  meetsOwn: boolean;
  /** Lots that could rest. */
  left: number;
}

/** The dry walk of an order in a network: what `matchInNetwork` would do, without touching anything. */
export function walkInNetwork(
  state: MarketState,
  product: Product,
  order: NewOrder,
  terms: NetworkTerms,
): NetworkWalk {
  const { orders } = state;
  const approach = new Approach(state, product, order, terms, new Map(product.network!.capacity));
  const side = sideOf(order.flags);
  const mode = selfTradeOf(order.flags);
  const { takerPpm } = state.listings.terms[order.terms]!;
  const answer = { filled: 0, cost: 0, peak: 0, fees: 0, gridFees: 0, meetsOwn: false, left: 0 };
  let left = order.quantity;
  while (left > 0) {
    const maker = approach.next();
    if (maker === NONE) break;
    const lots = Math.min(left, orders.open(maker));
    if (mode !== SelfTrade.allow && orders.account(maker) === order.account) {
      answer.meetsOwn = true;
      if (mode === SelfTrade.decrement) left -= lots;
      else if (mode !== SelfTrade.cancelMaker) left = 0;
      continue;
    }
    const traded = Math.min(lots, approach.capacity);
    approach.use(traded);
    const value = energyValue(product, approach.price, traded);
    const fee = percentFee(Math.abs(value), takerPpm);
    const carried = side === Side.buy ? energyValue(product, approach.gridFee, traded) : 0;
    answer.filled += traded;
    answer.fees += fee;
    answer.gridFees += carried;
    answer.cost += fillCost(side, value, fee) + carried;
    answer.peak = Math.max(answer.peak, answer.cost);
    left -= traded;
  }
  answer.left = left;
  return answer;
}

/**
 * Trades the incoming order in a slot with the lanes of its product as far as they suit it. Its locks are in place.
 * @returns whether the order may go on: false once self-trade prevention has ended it
 */
export function matchInNetwork(
  state: MarketState,
  product: Product,
  taker: number,
  outbox: Outbox,
): boolean {
  const { orders, networked } = state;
  const [flags, account] = [orders.flags(taker), orders.account(taker)];
  const incoming = { account, flags, price: orders.price(taker) };
  const { capacity } = product.network!;
  const approach = new Approach(state, product, incoming, networked.get(taker)!, capacity);
  const prevention = selfTradeOf(flags);
  while (orders.open(taker) > 0) {
    const maker = approach.next();
    if (maker === NONE) return true;
    if (prevention !== SelfTrade.allow && orders.account(maker) === account) {
      if (!preventSelfTrade(state, product, taker, maker, prevention, outbox)) return false;
      continue;
    }
    const lots = Math.min(orders.open(taker), orders.open(maker), approach.capacity);
    approach.use(lots);
    tradeInNetwork(state, product, taker, maker, lots, approach, outbox);
    product.lastPrice = state.fill.price;
  }
  return true;
}

/** One fill in a network: settle, tell what was traded and what its way cost, shrink both, end the maker if it is done. */
export function tradeInNetwork(
  state: MarketState,
  product: Product,
  taker: number,
  maker: number,
  lots: number,
  { price, gridFee }: Pick<Approach, 'price' | 'gridFee'>,
  outbox: Outbox,
): void {
  const { orders, receipt, networked } = state;
  const takerBuys = sideOf(orders.flags(taker)) === Side.buy;
  const terms = [networked.get(taker)!, networked.get(maker)!] as const;
  const [buyer, seller] = takerBuys ? terms : [terms[1], terms[0]];
  const payer = takerBuys ? taker : maker;
  const { zones } = product.network!.network;
  const [from, to] = [zones[seller.zone]!, zones[buyer.zone]!];
  const rows = {
    feeRow: state.feeRows[product.row]!,
    gridRow: state.ledger.row(to.gridAccount, product.moneyAsset),
  };
  const settled = { price, gridFee, ...rows };
  const amount = settleInNetwork(state, product, taker, maker, lots, settled, state.fill);
  writeTrade(state, outbox, taker, maker, lots, Standing.displayed);
  const told = [...orderFields(state, payer), state.lastTrade, orders.price(maker)];
  const way = [from.row, to.row, gridFee, buyer.feeVersion, amount];
  writeEvent(state, outbox, 'gridFeePaid', [...told, ...way]);
  receipt.filled += lots;
  orders.setOpen(taker, orders.open(taker) - lots);
  state.bookOf(maker).reduce(maker, lots);
  if (((orders.flags(taker) | orders.flags(maker)) & COUNTED) !== 0) {
    countTrade(state, product, taker, maker, lots);
  }
  if (orders.open(maker) === 0) endOrder(state, outbox, maker, EndReason.filled);
}

/** What becomes of an incoming order after its match: it is filled, rests in a lane, or ends unfilled. */
export function finishInNetwork(
  state: MarketState,
  slot: number,
  expiresAt: number,
  clientOrderId: string,
  outbox: Outbox,
): void {
  const { orders } = state;
  const flags = orders.flags(slot);
  const timeInForce = timeInForceOf(flags);
  if (orders.open(slot) === 0) {
    endOrder(state, outbox, slot, EndReason.filled);
  } else if (kindOf(flags) !== OrderKind.limit || timeInForce >= TimeInForce.ioc) {
    endOrder(state, outbox, slot, EndReason.unfilled);
  } else {
    orders.setPriority(slot, ++state.lastPriority);
    const terms = state.networked.get(slot)!;
    state.lanes[orders.product(slot)]!.rest(slot, terms, clientOrderId);
    if (timeInForce === TimeInForce.gtd) state.timers.set(slot, expiresAt, orders);
    writeRested(state, outbox, slot);
  }
}
