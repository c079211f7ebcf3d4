import { balanceView } from '../engine/views.ts';
import { RowChanges } from '../ledger/row-changes.ts';
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
    const { ledger } = this.#state;
    this.#rows.each((row, accountBefore, assetBefore) => {
      if (accountBefore >= 0) this.#put(accountBefore, assetBefore);
      const [account, asset] = [ledger.account(row), ledger.asset(row)];
      if (account === accountBefore && asset === assetBefore) return;
      // An empty row that is new may have been there before the snapshot that the market comes from, which leaves those out. One that
      // was given back is empty as well.
      if (ledger.available(row) !== 0 || ledger.locked(row) !== 0) this.#put(account, asset);
    });
  }

  #put(accountRow: number, assetRow: number): void {
    const { accounts, listings } = this.#state;
    const { id: asset } = this.#state.asset(assetRow);
    const { id: account } = accounts.list[accountRow]!;
    // The id may stand for another asset by now.
    const living = listings.findAsset(asset) ?? assetRow;
    const view = balanceView(this.#state, accountRow, living);
    this.#drafts.put('balances', `${account} ${asset}`, { account, ...view });
  }
}
