import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { sideOf } from '../orderbook/orders.ts';
import { energyAmount, energyValue, fillCost, percentFee } from './amounts.ts';
import { type Holdings, limitLock, locksExactCost } from './new-order.ts';

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
  const { ledger, orders, listings } = holdings;
  const price = orders.price(maker);
  const value = energyValue(product, price, lots);
  const size = Math.abs(value);
  const takerFee = percentFee(size, listings.terms[orders.terms(taker)]!.takerPpm);
  const makerFee = percentFee(size, listings.terms[orders.terms(maker)]!.makerPpm);
  const takerBuys = sideOf(orders.flags(taker)) === Side.buy;
  const seller = takerBuys ? maker : taker;
  const buyer = takerBuys ? taker : maker;
  fill.price = price;
  fill.buyerFee = takerBuys ? takerFee : makerFee;
  fill.sellerFee = takerBuys ? makerFee : takerFee;

  const energy = energyAmount(product, lots);
  ledger.settle(orders.energyRow(seller), energy, 0, energy);
  ledger.credit(orders.energyRow(buyer), energy);
  pay(holdings, product, buyer, lots, fillCost(Side.buy, value, fill.buyerFee));
  pay(holdings, product, seller, lots, fillCost(Side.sell, value, fill.sellerFee));
  if (takerFee + makerFee > 0) ledger.credit(feeRow, takerFee + makerFee);
}

/** Takes `cost` out of an order's lock, and shrinks the lock to what the rest can ever cost. */
function pay(holdings: Holdings, product: Product, slot: number, lots: number, cost: number): void {
  const { ledger, orders } = holdings;
  if (locksExactCost(orders.flags(slot))) {
    const before = holdings.exactLock;
    const after = before - cost;
    holdings.exactLock = after;
    ledger.settle(orders.moneyRow(slot), Math.max(0, before), Math.max(0, after), cost);
    return;
  }
  const open = orders.open(slot);
  const before = limitLock(holdings, product, slot, open);
  const after = limitLock(holdings, product, slot, open - lots);
  ledger.settle(orders.moneyRow(slot), before, after, cost);
}
