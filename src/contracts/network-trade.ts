import { Side } from '../core/codes.ts';
import type { Product } from '../market/products.ts';
import { KIND, sideOf } from '../orderbook/flags.ts';
import { energyAmount, energyValue, fillCost, percentFee } from './amounts.ts';
import { type Holdings, orderLock } from './new-order.ts';
import type { Fill } from './transaction.ts';

/** What a fill in a network is settled at, in ticks, and where its fees go. */
export interface NetworkPrice {
  /** Of the energy: what the seller gets. */
  readonly price: number;
  /** What the buyer pays beside it for the way. */
  readonly gridFee: number;
  /** Ledger rows. */
  readonly feeRow: number;
  readonly gridRow: number;
}

/**
 * The transaction contract in a network: settles a fill of `lots` as `settleTrade` does, and the grid fee goes from the buyer
 * to the account of the zone that the energy is delivered into.
 * @returns the grid fee in money quanta
 */
export function settleInNetwork(
  holdings: Holdings,
  product: Product,
  taker: number,
  maker: number,
  lots: number,
  { price, gridFee, feeRow, gridRow }: NetworkPrice,
  fill: Fill,
): number {
  const { ledger, listings, orders } = holdings;
  const value = energyValue(product, price, lots);
  const carried = energyValue(product, gridFee, lots);
  const size = Math.abs(value);
  const takerFee = percentFee(size, listings.terms[orders.terms(taker)]!.takerPpm);
  const makerFee = percentFee(size, listings.terms[orders.terms(maker)]!.makerPpm);
  const takerBuys = sideOf(orders.flags(taker)) === Side.buy;
  const [buyer, seller] = takerBuys ? [taker, maker] : [maker, taker];
  fill.price = price;
  fill.buyerFee = takerBuys ? takerFee : makerFee;
  fill.sellerFee = takerBuys ? makerFee : takerFee;

  const energy = energyAmount(product, lots);
  ledger.settle(orders.energyRow(seller), energy, 0, energy);
  ledger.credit(orders.energyRow(buyer), energy);
  pay(holdings, product, buyer, lots, fillCost(Side.buy, value, fill.buyerFee) + carried);
  pay(holdings, product, seller, lots, fillCost(Side.sell, value, fill.sellerFee));
  if (takerFee + makerFee > 0) ledger.credit(feeRow, takerFee + makerFee);
  if (carried > 0) ledger.credit(gridRow, carried);
  return carried;
}

/** Takes `cost` out of an order's lock, and shrinks the lock to what the rest can ever cost. */
function pay(holdings: Holdings, product: Product, slot: number, lots: number, cost: number): void {
  const { ledger, orders } = holdings;
  const row = orders.moneyRow(slot);
  if ((orders.flags(slot) & KIND) !== 0) {
    const before = holdings.exactLock;
    // What comes in is not locked; with it a dearer fill may follow that was locked for beyond what it needs.
    const after = Math.max(0, before - Math.max(0, cost));
    holdings.exactLock = after;
    ledger.settle(row, before, after, cost);
    return;
  }
  const open = orders.open(slot);
  const before = orderLock(holdings, product, slot, open);
  ledger.settle(row, before, orderLock(holdings, product, slot, open - lots), cost);
}
