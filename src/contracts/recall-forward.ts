import type { Ledger } from '../ledger/ledger.ts';
import type { Product } from '../market/products.ts';
import { heldCollateral } from './collateral.ts';
import { book, covers, moneyBack, type RecalledTrade } from './recall-trade.ts';

/**
 * The recall contract where energy is sold forward: the money goes back, and the positions are what they were. One that is
 * larger then, since what is taken back was sold on, needs its collateral.
 * @returns false if that would overdraw someone, if there was no trade at that price, or if it makes a position that cannot be; then
 * nothing has moved
 */
export function reverseForwardTrade(
  ledger: Ledger,
  product: Product,
  trade: RecalledTrade,
): boolean {
  const { buyer, seller, price, lots } = trade;
  const forward = product.forward!;
  const money = new Map(moneyBack(product, trade));
  const changes: { readonly account: number; readonly lots: number; readonly locked: number }[] =
    [];
  if (buyer !== seller) {
    if (!forward.tradesAt.has(price)) return false;
    for (const [account, change] of [
      [buyer, 0 - lots],
      [seller, lots],
    ] as const) {
      const party = forward.parties.get(account) ?? {
        lots: 0,
        reading: undefined,
        contractCost: 0,
        utilityCost: 0,
      };
      const after = { ...party, lots: party.lots + change };
      if (Math.abs(after.lots) > forward.mostLots) return false;
      const locked =
        heldCollateral(forward, account, after) - heldCollateral(forward, account, party);
      changes.push({ account, lots: change, locked });
      money.set(account, money.get(account)! - BigInt(locked));
    }
  }
  if (!covers(ledger, product.moneyAsset, money)) return false;
  book(ledger, product.moneyAsset, moneyBack(product, trade));
  for (const { account, lots: change, locked } of changes) {
    forward.party(account).lots += change;
    forward.forget(account);
    ledger.lock(ledger.row(account, product.moneyAsset), locked);
  }
  if (changes.length > 0) forward.countTrades(price, -1);
  return true;
}
