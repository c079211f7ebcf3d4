import { ByteLog } from '../core/bytes.ts';
import { RowTree } from '../chain/row-tree.ts';
import { RowChanges } from '../ledger/row-changes.ts';
import { encodeAccount } from '../matching/encode.ts';
import type { MarketState } from '../matching/state.ts';
import { Writer } from '../matching/writer.ts';

/** The leaves of a state root that are of accounts, kept up to date by a look at what each ledger row has become. */
export class AccountLeaves {
  readonly tree = new RowTree();
  readonly #state: MarketState;
  readonly #leaves: Uint8Array[] = [];
  /** What each account was when its leaf was made. */
  readonly #statuses: number[] = [];
  readonly #rows: RowChanges;
  /** Ledger rows by account. */
  readonly #rowsOf: Set<number>[] = [];

  constructor(state: MarketState) {
    this.#state = state;
    this.#rows = new RowChanges(state.ledger);
  }

  /** The leaf of an account, as of the last update. */
  leaf(row: number): Uint8Array | undefined {
    return this.#leaves[row];
  }

  /** O(ledger rows + accounts), and the leaves of accounts that have changed. */
  update(): void {
    const changed = this.#changedAccounts();
    const { list } = this.#state.accounts;
    list.forEach(({ status }, row) => {
      if (this.#statuses[row] === status) return;
      this.#statuses[row] = status;
      changed.add(row);
    });
    // New ones in order: each goes behind the last.
    for (const row of [...changed].sort((a, b) => a - b)) {
      const leaf = this.#encode(row);
      this.#leaves[row] = leaf;
      this.tree.set(row, leaf);
    }
  }

  #changedAccounts(): Set<number> {
    const changed = new Set<number>();
    this.#rows.each((row, { account }, { account: before }) => {
      if (before !== account && before >= 0) {
        this.#rowsOf[before]!.delete(row);
        changed.add(before);
      }
      (this.#rowsOf[account] ??= new Set()).add(row);
      changed.add(account);
    });
    return changed;
  }

  #encode(row: number): Uint8Array {
    const { accounts, ledger } = this.#state;
    const account = accounts.list[row]!;
    const held = [...(this.#rowsOf[row] ?? [])].filter(
      (each) => ledger.available(each) !== 0 || ledger.locked(each) !== 0,
    );
    held.sort((a, b) => ledger.asset(a) - ledger.asset(b));
    const log = new ByteLog(128);
    const to = new Writer(log);
    to.u32(row);
    encodeAccount(account, to);
    log.append(account.salt);
    to.u32(held.length);
    for (const each of held) {
      to.u32(ledger.asset(each));
      to.i64(ledger.available(each));
      to.i64(ledger.locked(each));
    }
    return log.slice();
  }
}
