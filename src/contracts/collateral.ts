import { Side } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { Forward, Party } from '../market/forward.ts';
import type { Product } from '../market/products.ts';
import { energyValue, moneyLock, percentFee } from './amounts.ts';
import type { Holdings } from './new-order.ts';

/**
 * Money quanta that a limit order in a forward product locks: what its fills cost, and the collateral that they bring about. What a
 * sale brings pays for its collateral. Never below zero: no price is outside the bounds that collateral is reckoned with.
 * The lock of a fill is always enough for it, since no position gains collateral by more than its lots.
 */
export function forwardLock(
  product: Product,
  forward: Forward,
  lockPpm: number,
  side: number,
  account: number,
  price: number,
  lots: number,
): number {
  const value = energyValue(product, price, lots);
  if (account === forward.terms.utility) return moneyLock(side, value, lockPpm);
  const cost = side === Side.buy ? value : 0 - value;
  return cost + fillCollateral(product, account, side, lots) + percentFee(Math.abs(value), lockPpm);
}

/** Money quanta of collateral that a fill can bring about at most; none of the utility, nor of what is prepaid. */
export function fillCollateral(
  { forward }: Product,
  account: number,
  side: number,
  lots: number,
): number {
  if (forward === undefined || account === forward.terms.utility) return 0;
  return lots * (side === Side.buy ? forward.longQuanta : forward.shortQuanta);
}

/** The product guard of a forward product, once the value alone is known to stay within it. */
export function withinForwardLimit(
  { longQuanta, shortQuanta, mostLots }: Forward,
  value: number,
  lots: number,
  ppm: number,
): boolean {
  if (lots > mostLots) return false;
  const collateral = BigInt(Math.max(longQuanta, shortQuanta)) * BigInt(lots);
  return BigInt(value) + BigInt(percentFee(value, ppm)) + collateral <= BigInt(MAX_INTEGER);
}

/** Money quanta that contracted energy may come to cost at worst. */
export function worstCost(
  { terms, longQuanta, shortQuanta }: Forward,
  account: number,
  lots: number,
): number {
  if (account === terms.utility) return 0;
  return lots > 0 ? lots * longQuanta : (0 - lots) * shortQuanta;
}

/**
 * Money quanta that are locked for the position of an account until it is settled for good: what it may come to cost at
 * worst, less what was booked of that, or more where something was paid out for it.
 */
export function heldCollateral(
  forward: Forward,
  account: number,
  { lots, contractCost }: Party,
): number {
  if (forward.isFinal) return 0;
  return Math.max(0, worstCost(forward, account, lots) - contractCost);
}

/** Takes a fill into the position of an account. Of what its lock gave back the collateral is locked again in the same step. */
export function takePosition(
  { ledger }: Holdings,
  forward: Forward,
  account: number,
  moneyRow: number,
  lots: number,
): void {
  const party = forward.party(account);
  const before = heldCollateral(forward, account, party);
  party.lots += lots;
  ledger.lock(moneyRow, heldCollateral(forward, account, party) - before);
  forward.forget(account);
}
