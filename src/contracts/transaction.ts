import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { BRACKET, KIND, LINKED, LOCKS_OTHERWISE, sideOf } from '../orderbook/flags.ts';
import {
  ACCOUNT,
  ENERGY_ROW,
  FLAGS,
  HALVES,
  MONEY_ROW,
  OPEN,
  PRICE,
  TERMS,
  WORDS,
} from '../orderbook/orders.ts';
import { energyAmount, energyValue, fillCost, percentFee } from './amounts.ts';
import { payOfBracket } from './bracket-lock.ts';
import { fillCollateral, takePosition } from './collateral.ts';
import { type Holdings, limitLock, orderLock } from './new-order.ts';
import { payOfPair } from './pair-lock.ts';

/** What one fill came to; filled in by `settleTrade`, so that nothing is allocated. */
export interface Fill {
  /** In ticks. */
  price: number;
  /** In money quanta. */
  buyerFee: number;
  sellerFee: number;
}

/**
 * The transaction contract: settles a fill of `lots` between two orders at a price within their limits. Both
 * sides pay from their locks, price improvement is available in the same step, fees go to the fee
 * account. The orders' open quantities are still those before the fill.
 */
export function settleTrade(
  holdings: Holdings,
  product: Product,
  taker: number,
  maker: number,
  price: number,
  lots: number,
  feeRow: number,
  fill: Fill,
): void {
  const { ledger, listings } = holdings;
  const { i32 } = holdings.orders;
  const value = energyValue(product, price, lots);
  const size = Math.abs(value);
  const takerFee = percentFee(size, listings.terms[i32[taker * HALVES + TERMS]!]!.takerPpm);
  const makerFee = percentFee(size, listings.terms[i32[maker * HALVES + TERMS]!]!.makerPpm);
  const takerBuys = sideOf(i32[taker * HALVES + FLAGS]!) === Side.buy;
  const seller = takerBuys ? maker : taker;
  const buyer = takerBuys ? taker : maker;
  fill.price = price;
  fill.buyerFee = takerBuys ? takerFee : makerFee;
  fill.sellerFee = takerBuys ? makerFee : takerFee;

  const energy = energyAmount(product, lots);
  ledger.settle(i32[seller * HALVES + ENERGY_ROW]!, energy, 0, energy);
  ledger.credit(i32[buyer * HALVES + ENERGY_ROW]!, energy);
  pay(holdings, product, buyer, lots, fillCost(Side.buy, value, fill.buyerFee));
  pay(holdings, product, seller, lots, fillCost(Side.sell, value, fill.sellerFee));
  if (takerFee + makerFee > 0) ledger.credit(feeRow, takerFee + makerFee);
  if (product.forward !== undefined) {
    const between = i32[taker * HALVES + ACCOUNT] !== i32[maker * HALVES + ACCOUNT];
    if (between) product.forward.countTrades(price, 1);
  }
}

/** Takes `cost` out of an order's lock, and shrinks the lock to what the rest can ever cost. */
function pay(holdings: Holdings, product: Product, slot: number, lots: number, cost: number): void {
  const { f64, i32 } = holdings.orders;
  const half = slot * HALVES;
  const flags = i32[half + FLAGS]!;
  if ((flags & LOCKS_OTHERWISE) !== 0) {
    payOtherwise(holdings, product, slot, lots, cost);
    return;
  }
  const terms = holdings.listings.terms[i32[half + TERMS]!]!;
  const price = f64[slot * WORDS + PRICE]!;
  const open = f64[slot * WORDS + OPEN]!;
  const before = limitLock(product, terms, sideOf(flags), price, open);
  const after = limitLock(product, terms, sideOf(flags), price, open - lots);
  holdings.ledger.settle(i32[half + MONEY_ROW]!, before, after, cost);
}

/** The same of an order that does not lock what a limit order does at its price. */
function payOtherwise(
  holdings: Holdings,
  product: Product,
  slot: number,
  lots: number,
  cost: number,
): void {
  const { ledger, orders } = holdings;
  const flags = orders.flags(slot);
  if ((flags & LINKED) !== 0) payOfPair(holdings, product, slot, lots, cost);
  else if ((flags & BRACKET) !== 0) payOfBracket(holdings, product, slot, lots, cost);
  else if ((flags & KIND) === 0) {
    const open = orders.open(slot);
    const before = orderLock(holdings, product, slot, open);
    ledger.settle(
      orders.moneyRow(slot),
      before,
      orderLock(holdings, product, slot, open - lots),
      cost,
    );
  } else {
    const before = holdings.exactLock;
    const after =
      before - cost - fillCollateral(product, orders.account(slot), sideOf(flags), lots);
    holdings.exactLock = after;
    ledger.settle(orders.moneyRow(slot), Math.max(0, before), Math.max(0, after), cost);
  }
  if (product.forward === undefined) return;
  const bought = sideOf(flags) === Side.buy ? lots : 0 - lots;
  takePosition(holdings, product.forward, orders.account(slot), orders.moneyRow(slot), bought);
}
