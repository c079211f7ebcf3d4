import { formatSteps } from '../core/decimal.ts';
import { exposureOf } from '../matching/account-limits.ts';
import type { MarketState } from '../matching/state.ts';
import { amountText } from './views.ts';

/** What a limited account has bought less sold in a product since it is limited; below zero if it sold more. */
export interface PositionView {
  readonly product: string;
  readonly quantity: string;
  readonly quantityLots: number;
}

/** What an account may do at most, and how much of it is taken up. Text is exact, in whole units. */
export interface AccountLimitsView {
  /** undefined for no limit. */
  readonly maxOpenOrders: number | undefined;
  /** A bracket counts as two. */
  readonly openOrders: number;
  /** Money of one asset that may be at stake, and that is at stake now; undefined for no limit. */
  readonly maxExposure:
    | {
        readonly asset: string;
        readonly amount: string;
        readonly amountQuanta: number;
        readonly taken: string;
        /** Rounded beyond 2^53-1, which prices may bring about; `taken` is exact. */
        readonly takenQuanta: number;
      }
    | undefined;
  readonly positions: readonly PositionView[];
}

export function accountLimitsView(
  state: MarketState,
  account: number,
): AccountLimitsView | undefined {
  const limits = state.limits.get(account);
  if (limits === undefined) return undefined;
  const { products, assets } = state.listings;
  const { maxOpenOrders, maxExposure: most, positions } = limits;
  const taken = most === undefined ? 0n : exposureOf(state, account, most.asset);
  return {
    maxOpenOrders,
    openOrders: state.orders.restingOf(account),
    maxExposure: most && {
      asset: assets[most.asset]!.id,
      amount: amountText(state, most.asset, most.amount),
      amountQuanta: most.amount,
      taken: amountText(state, most.asset, taken),
      takenQuanta: Number(taken),
    },
    positions: [...positions]
      .sort(([a], [b]) => a - b)
      .map(([row, quantityLots]) => {
        const { id, grid } = products[row]!;
        return { product: id, quantity: formatSteps(quantityLots, grid.lot), quantityLots };
      }),
  };
}
