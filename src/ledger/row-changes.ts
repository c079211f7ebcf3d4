import type { Ledger } from './ledger.ts';

/** The numbers of a ledger row that are compared: account, asset, available, locked. */
const WORDS = 4;

/** Tells which ledger rows have become something else, by a look at each. */
export class RowChanges {
  readonly #ledger: Ledger;
  /** What each row held the last time; -1 for none. */
  #rows = new Float64Array(0);

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Calls `visit` with each row that is not what it was the last time, and with the account and the asset that it was of then, -1 for
   * a row that was not there. A row that was given back looks as if it were of `outside`. O(rows).
   */
  each(visit: (row: number, accountBefore: number, assetBefore: number) => void): void {
    const ledger = this.#ledger;
    if (this.#rows.length < ledger.rows * WORDS) {
      const larger = new Float64Array(2 * ledger.rows * WORDS).fill(-1);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    const rows = this.#rows;
    for (let row = 0; row < ledger.rows; row++) {
      const at = row * WORDS;
      const [account, asset] = [ledger.account(row), ledger.asset(row)];
      const [available, locked] = [ledger.available(row), ledger.locked(row)];
      const [accountBefore, assetBefore] = [rows[at]!, rows[at + 1]!];
      const isSame = accountBefore === account && assetBefore === asset;
      if (isSame && rows[at + 2] === available && rows[at + 3] === locked) continue;
      rows[at] = account;
      rows[at + 1] = asset;
      rows[at + 2] = available;
      rows[at + 3] = locked;
      visit(row, accountBefore, assetBefore);
    }
  }
}
