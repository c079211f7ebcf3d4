import { grownFloats, grownInts } from '../core/columns.ts';
import { brokenInvariant } from '../core/errors.ts';
import { KeyIndex } from '../core/key-index.ts';
import { MAX_INTEGER } from '../core/limits.ts';

const ACCOUNTS_LIMIT = 2 ** 31;

/** The account that stands for the world outside; alone it may be below zero. */
export const OUTSIDE = 0;
/** The account that percent fees go to. */
export const FEES = 1;

/**
 * Accounts x assets, one row each as soon as it is used, in quanta. Every posting is double entry,
 * so that the sum over all rows of an asset is zero at all times. No row but `outside` is ever
 * negative: whoever posts has checked, and a row that would be is a broken invariant.
 */
export class Ledger {
  available = new Float64Array(64);
  locked = new Float64Array(64);
  account = new Int32Array(64);
  asset = new Int32Array(64);
  /** Rows in use. */
  rows = 0;

  #key = new Float64Array(64);
  readonly #index = new KeyIndex();

  /** The row of an account in an asset, or -1 if it was never used. O(1). */
  find(account: number, asset: number): number {
    return this.#index.find(this.#key, asset * ACCOUNTS_LIMIT + account);
  }

  /** The row of an account in an asset, made if need be. O(1) amortised. */
  row(account: number, asset: number): number {
    const found = this.find(account, asset);
    if (found >= 0) return found;
    if (this.rows === this.available.length) this.#grow();
    const row = this.rows++;
    this.account[row] = account;
    this.asset[row] = asset;
    this.#key[row] = asset * ACCOUNTS_LIMIT + account;
    this.#index.insert(this.#key, row);
    return row;
  }

  /** What an account has available in an asset. */
  availableOf(account: number, asset: number): number {
    const row = this.find(account, asset);
    return row < 0 ? 0 : this.available[row]!;
  }

  /** All quanta of an asset that are inside: what was deposited and not withdrawn. */
  supply(asset: number): number {
    return 0 - this.availableOf(OUTSIDE, asset);
  }

  /** The mint guard: whether a deposit keeps the supply, and so every balance and sum, exact. */
  mayMint(asset: number, amount: number): boolean {
    return this.supply(asset) + amount <= MAX_INTEGER;
  }

  /** Moves an available amount from one account to another. */
  transfer(from: number, to: number, asset: number, amount: number): void {
    const source = this.row(from, asset);
    const target = this.row(to, asset);
    this.available[source]! -= amount;
    this.available[target]! += amount;
    if (from !== OUTSIDE && this.available[source]! < 0) brokenInvariant(`row ${source} overdrawn`);
  }

  /** Moves an amount from locked back to available. */
  release(row: number, amount: number): void {
    this.lock(row, 0 - amount);
  }

  /** Moves an amount from available to locked, or back if it is negative. */
  lock(row: number, amount: number): void {
    this.available[row]! -= amount;
    this.locked[row]! += amount;
    this.#check(row);
  }

  /**
   * Settles part of a lock: `cost` leaves the row (a negative cost arrives), and of the lock
   * `after` stays where `before` was. The difference is available in the same step.
   */
  settle(row: number, before: number, after: number, cost: number): void {
    this.locked[row]! += after - before;
    this.available[row]! += before - after - cost;
    this.#check(row);
  }

  /** Pays an amount into a row; the other side of the entry is booked by the same contract. */
  credit(row: number, amount: number): void {
    this.available[row]! += amount;
  }

  #check(row: number): void {
    if (this.available[row]! < 0 || this.locked[row]! < 0) {
      brokenInvariant(
        `ledger row ${row}: available ${this.available[row]}, locked ${this.locked[row]}`,
      );
    }
  }

  #grow(): void {
    const capacity = this.rows * 2;
    this.available = grownFloats(this.available, capacity);
    this.locked = grownFloats(this.locked, capacity);
    this.#key = grownFloats(this.#key, capacity);
    this.account = grownInts(this.account, capacity);
    this.asset = grownInts(this.asset, capacity);
  }
}
