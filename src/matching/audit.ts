import { lockedEnergy, lockedMoney } from '../contracts/new-order.ts';
import type { MarketState } from './state.ts';

/**
 * Whether the books are in order: every asset adds up to zero over all accounts, `outside`
 * included, and every row has locked exactly what its open orders hold. O(rows + orders).
 */
export function isConserved(state: MarketState): boolean {
  const { ledger, listings, orders } = state;
  const sums = listings.assets.map(() => 0n);
  const held = new Float64Array(ledger.rows);
  for (const slot of orders.select(() => true)) {
    const product = listings.products[orders.product(slot)]!;
    held[orders.moneyRow(slot)]! += lockedMoney(state, product, slot);
    held[orders.energyRow(slot)]! += lockedEnergy(state, product, slot);
  }
  for (let row = 0; row < ledger.rows; row++) {
    if (ledger.locked(row) !== held[row]) return false;
    sums[ledger.asset(row)]! += BigInt(ledger.available(row)) + BigInt(ledger.locked(row));
  }
  return sums.every((sum) => sum === 0n);
}
