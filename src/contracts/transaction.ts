import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { BRACKET, KIND, LINKED, PEGGED, sideOf } from '../orderbook/flags.ts';
import {
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
import { type Holdings, limitLock } from './new-order.ts';
import { payOfPair } from './pair-lock.ts';

/** What one fill came to; filled in by `settleTrade`, so that nothing is allocated. */
export interface Fill {
  /** In ticks: the maker's. */
  price: number;
  /** In money quanta. */
  buyerFee: number;
  sellerFee: number;
}

/**
 * The transaction contract: settles a fill of `lots` between two orders at the maker's price. Both
 * sides pay from their locks, price improvement is available in the same step, fees go to the fee
 * account. The orders' open quantities are still those before the fill.
 */
export function settleTrade(
  holdings: Holdings,
  product: Product,
  taker: number,
  maker: number,
  lots: number,
  feeRow: number,
  fill: Fill,
): void {
  const { ledger, listings } = holdings;
  const { f64, i32 } = holdings.orders;
  const price = f64[maker * WORDS + PRICE]!;
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
}

/** Takes `cost` out of an order's lock, and shrinks the lock to what the rest can ever cost. */
function pay(holdings: Holdings, product: Product, slot: number, lots: number, cost: number): void {
  const { f64, i32 } = holdings.orders;
  const flags = i32[slot * HALVES + FLAGS]!;
  let before = holdings.exactLock;
  let after = before - cost;
  if ((flags & (KIND | LINKED | BRACKET)) === 0) {
    const terms = holdings.listings.terms[i32[slot * HALVES + TERMS]!]!;
    const pegged = (flags & PEGGED) !== 0;
    const price = pegged ? holdings.orders.pegs.of(slot).limit : f64[slot * WORDS + PRICE]!;
    const open = f64[slot * WORDS + OPEN]!;
    before = limitLock(product, terms, sideOf(flags), price, open);
    after = limitLock(product, terms, sideOf(flags), price, open - lots);
  } else if ((flags & (LINKED | BRACKET)) === 0) {
    holdings.exactLock = after;
  } else {
    const pay = (flags & LINKED) === 0 ? payOfBracket : payOfPair;
    pay(holdings, product, slot, lots, cost);
    return;
  }
  const row = i32[slot * HALVES + MONEY_ROW]!;
  holdings.ledger.settle(row, Math.max(0, before), Math.max(0, after), cost);
}
