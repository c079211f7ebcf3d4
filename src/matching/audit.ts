import { lockedEnergy, lockedMoney } from '../contracts/held.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { addForwards } from './debts.ts';
import type { MarketState } from './state.ts';

/**
 * Whether the books are in order: every asset adds up to zero over all accounts, `outside`
 * included, and every row has locked exactly what its open orders and its positions hold, and what it is owed.
 * O(rows + orders + positions).
 */
export function isConserved(state: MarketState): boolean {
  const { ledger, listings, orders } = state;
  const held = new Float64Array(ledger.rows);
  orders.each((slot) => {
    const product = listings.products[orders.product(slot)]!;
    held[orders.moneyRow(slot)]! += lockedMoney(state, product, slot);
    held[orders.energyRow(slot)]! += lockedEnergy(state, product, slot);
  });
  if (!addForwards(state, held)) return false;
  const sums = new Float64Array(listings.assets.length);
  for (let row = 0; row < ledger.rows; row++) {
    const asset = ledger.asset(row);
    const locked = ledger.locked(row);
    if (locked !== held[row]) return false;
    const some = sums[asset]! + ledger.available(row);
    const sum = some + locked;
    // Only `outside` is below zero, by 2^53-1 at most: sums on the way that are not exact are not sound either.
    if (Math.abs(some) > MAX_INTEGER || Math.abs(sum) > MAX_INTEGER) return false;
    sums[asset] = sum;
  }
  return sums.every((sum) => sum === 0);
}
