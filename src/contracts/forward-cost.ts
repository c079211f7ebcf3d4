import type { Forward, Party } from '../market/forward.ts';
import type { Grid } from '../market/products.ts';
import { type ImbalancePart, imbalanceParts, times } from './imbalance.ts';

/** What the imbalance of an account comes to. */
export interface ForwardCost {
  /** In quanta of energy: above zero short, below zero long. */
  readonly imbalance: number;
  readonly parts: readonly ImbalancePart[];
  /** Money quanta that it costs, below zero where it is paid: for what was contracted, and for what went beyond that. */
  readonly contract: bigint;
  readonly utility: bigint;
}

/** The lowest and the highest price of the trades of a forward product, in ticks. O(prices). */
export function tradedRange({ tradesAt }: Forward): {
  readonly lowest: number;
  readonly highest: number;
} {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const price of tradesAt.keys()) {
    lowest = Math.min(lowest, price);
    highest = Math.max(highest, price);
  }
  return { lowest, highest };
}

/** Whether what an imbalance comes to is what was booked of it. */
export function isBooked({ contract, utility }: ForwardCost, party: Party): boolean {
  return contract === BigInt(party.contractCost) && utility === BigInt(party.utilityCost);
}

/** Whether all that a forward product comes to is booked, at the prices and readings of now. O(accounts + prices). */
export function isAllBooked(forward: Forward, grid: Grid): boolean {
  const range = tradedRange(forward);
  for (const [account, party] of forward.parties) {
    if (account === forward.terms.utility) continue;
    if (!isBooked(forwardCost(forward, grid, party, range), party)) return false;
  }
  return true;
}

/** What the imbalance of an account comes to at the prices that are set. No reading is a reading of zero. */
export function forwardCost(
  forward: Forward,
  { lotQuanta }: Grid,
  { lots, reading }: Party,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
): ForwardCost {
  const { unitQuanta } = forward;
  const { long, short, tolerancePpm, tolerancePrice } = forward.prices!;
  const { imported = 0, exported = 0 } = reading ?? {};
  const contracted = lots * lotQuanta;
  const imbalance = imported - exported - contracted;
  const parts = imbalanceParts(
    imbalance,
    contracted,
    { lowest: lowest * unitQuanta, highest: highest * unitQuanta },
    {
      long: long * unitQuanta,
      short: short * unitQuanta,
      tolerancePpm,
      tolerancePrice: tolerancePrice * unitQuanta,
    },
  );
  let [contract, utility] = [0n, 0n];
  for (const { ofContract, quantity, price } of parts) {
    if (ofContract) contract += times(quantity, price);
    else utility += times(quantity, price);
  }
  return { imbalance, parts, contract, utility };
}
