import { balanceView } from '../engine/views.ts';
import { RowChanges, type RowContent } from '../ledger/row-changes.ts';
import type { MarketState } from '../matching/state.ts';
import type { Drafts } from './drafts.ts';

/** What becomes of the documents of balances: found by a look at each ledger row. */
export class BalanceDocuments {
  readonly #state: MarketState;
  readonly #drafts: Drafts;
  readonly #rows: RowChanges;

  /** O(ledger rows). */
  constructor(state: MarketState, drafts: Drafts) {
    this.#state = state;
    this.#drafts = drafts;
    this.#rows = new RowChanges(state.ledger);
    this.#rows.each(() => {});
  }

  /** Adds what has changed. Assets that were archived since the last time are kept for readers. O(ledger rows). */
  finish(): void {
    this.#rows.each((_, now, before) => {
      const isSame = now.account === before.account && now.asset === before.asset;
      for (const each of isSame ? [now] : [before, now]) {
        // Empty is also what nobody uses; and a market that comes from a snapshot has no rows that were empty, where this one may have.
        if (isSame || each.available !== 0 || each.locked !== 0) this.#put(each);
      }
    });
  }

  #put({ account: accountRow, asset: assetRow }: RowContent): void {
    const { accounts, listings } = this.#state;
    const { id: asset } = this.#state.asset(assetRow);
    const { id: account } = accounts.list[accountRow]!;
    // The id may stand for another asset by now.
    const living = listings.findAsset(asset) ?? assetRow;
    const view = balanceView(this.#state, accountRow, living);
    this.#drafts.put('balances', `${account} ${asset}`, { account, ...view });
  }
}
