import { FEES, type Ledger } from '../ledger/ledger.ts';
import type { Product } from '../market/products.ts';

/** A trade as its event told it. */
export interface RecalledTrade {
  /** Rows of the two accounts, which may be one. */
  readonly buyer: number;
  readonly seller: number;
  /** In ticks. */
  readonly price: number;
  readonly lots: number;
  /** In money quanta. */
  readonly buyerFee: number;
  readonly sellerFee: number;
  /** Of a trade in a network: who got the grid fee, and how many ticks it was. */
  readonly grid?: { readonly account: number; readonly ticks: number };
}

/** What each account gets, below zero where it gives; in quanta of one asset. */
export type Entries = ReadonlyMap<number, bigint>;

/**
 * The recall contract: the counter-entry of a trade, out of what is available. Energy goes back to the
 * seller, the money to the buyer, and the fees to those who paid them.
 * @returns false if that would overdraw one of them; then nothing has moved
 */
export function reverseTrade(ledger: Ledger, product: Product, trade: RecalledTrade): boolean {
  const { buyer, seller } = trade;
  const { moneyAsset, energyAsset } = product;
  const lots = BigInt(trade.lots);
  const energy = lots * BigInt(product.movedQuanta);
  const money = moneyBack(product, trade);
  const goods = summed([
    [buyer, -energy],
    [seller, energy],
  ]);
  if (!covers(ledger, moneyAsset, money) || !covers(ledger, energyAsset, goods)) return false;
  book(ledger, moneyAsset, money);
  book(ledger, energyAsset, goods);
  return true;
}

/** The money of a trade, back to where it came from. */
export function moneyBack({ grid }: Product, trade: RecalledTrade): Entries {
  // Big integers: nobody has checked that what was told was ever traded.
  const value = BigInt(trade.price) * BigInt(trade.lots) * BigInt(grid.tickQuanta);
  const buyerFee = BigInt(trade.buyerFee);
  const sellerFee = BigInt(trade.sellerFee);
  const carried = BigInt(trade.grid?.ticks ?? 0) * BigInt(trade.lots) * BigInt(grid.tickQuanta);
  return summed([
    [trade.buyer, value + buyerFee + carried],
    [trade.seller, sellerFee - value],
    [FEES, -buyerFee - sellerFee],
    [trade.grid?.account ?? FEES, -carried],
  ]);
}

/** One entry for each account. */
function summed(entries: readonly (readonly [account: number, amount: bigint])[]): Entries {
  const sums = new Map<number, bigint>();
  for (const [account, amount] of entries) {
    sums.set(account, (sums.get(account) ?? 0n) + amount);
  }
  return sums;
}

/** Whether each account has what it gives. */
export function covers(ledger: Ledger, asset: number, entries: Entries): boolean {
  for (const [account, amount] of entries) {
    if (BigInt(ledger.availableOf(account, asset)) + amount < 0n) return false;
  }
  return true;
}

/** No amount is beyond 2^53-1 any more: what some get, others have. */
export function book(ledger: Ledger, asset: number, entries: Entries): void {
  for (const [account, amount] of entries) {
    if (amount !== 0n) ledger.credit(ledger.row(account, asset), Number(amount));
  }
}
