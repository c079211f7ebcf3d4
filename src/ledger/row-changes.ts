import type { Ledger } from './ledger.ts';

/** The numbers of a ledger row that are compared: account, asset, available, locked. */
const WORDS = 4;

const NONE = -1;

/** What a ledger row holds. */
export interface RowContent {
  /** Whose it is, -1 for nobody's. */
  readonly account: number;
  readonly asset: number;
  readonly available: number;
  readonly locked: number;
}

/** Tells which ledger rows have become something else, by a look at each. */
export class RowChanges {
  readonly #ledger: Ledger;
  /** What each row held the last time. */
  #rows = new Float64Array(0);

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Calls `visit` with what each row holds that is not what it was the last time, and with what it held then: nothing, and nobody's, if
   * it was not there. One that was given back is empty, and looks as if it were of `outside`. O(rows).
   */
  each(visit: (row: number, now: RowContent, before: RowContent) => void): void {
    const ledger = this.#ledger;
    if (this.#rows.length < ledger.rows * WORDS) {
      const larger = new Float64Array(2 * ledger.rows * WORDS).fill(NONE);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    const rows = this.#rows;
    for (let row = 0; row < ledger.rows; row++) {
      const at = row * WORDS;
      const [account, asset] = [ledger.account(row), ledger.asset(row)];
      const [available, locked] = [ledger.available(row), ledger.locked(row)];
      const isSame = rows[at] === account && rows[at + 1] === asset;
      if (isSame && rows[at + 2] === available && rows[at + 3] === locked) continue;
      const before = contentAt(rows, at);
      rows[at] = account;
      rows[at + 1] = asset;
      rows[at + 2] = available;
      rows[at + 3] = locked;
      visit(row, { account, asset, available, locked }, before);
    }
  }
}

function contentAt(rows: Float64Array, at: number): RowContent {
  const [account, asset] = [rows[at]!, rows[at + 1]!];
  if (account < 0) return { account, asset, available: 0, locked: 0 };
  return { account, asset, available: rows[at + 2]!, locked: rows[at + 3]! };
}
