import { grownFloats } from '../core/columns.ts';
import { brokenInvariant } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';

/** The account that stands for the world outside; alone it may be below zero. */
export const OUTSIDE = 0;
/** The account that percent fees go to. */
export const FEES = 1;

const NONE = -1;
const FIRST = 64;
const GOLDEN = 0x9e37_79b1;

// A row is a record of 32 bytes: two numbers, then four integers.
const WORDS = 4;
const AVAILABLE = 0;
const LOCKED = 1;
const HALVES = 8;
const ACCOUNT = 4;
const ASSET = 5;
/** Next row of the same place in the index. */
const CHAIN = 6;
/** Next row of the same asset. */
const NEXT = 7;

/**
 * Accounts x assets, one row each as soon as it is used, in quanta. Every posting is double entry,
 * so that the sum over all rows of an asset is zero at all times. No row but `outside` is ever
 * negative: whoever posts has checked, and a row that would be is a broken invariant.
 */
export class Ledger {
  /** Rows that were ever used; those that were given back are empty, and look as if they were of `outside`. */
  rows = 0;
  /** Rows that were given back. */
  readonly #free: number[] = [];
  /** The row of an asset that was made last, from which the others hang by NEXT. */
  readonly #ofAsset = new Map<number, number>();
  /** The records as numbers and as integers: the same memory. */
  #f64 = new Float64Array(FIRST * WORDS);
  #i32 = new Int32Array(this.#f64.buffer);
  /** The first row of each place in the index; the others hang on it by CHAIN. */
  #heads = new Int32Array(FIRST).fill(NONE);
  #shift = 32 - Math.log2(FIRST);

  /** What a row has available; a row that was never used (-1), nothing. */
  available(row: number): number {
    return row < 0 ? 0 : this.#f64[row * WORDS + AVAILABLE]!;
  }
  locked(row: number): number {
    return this.#f64[row * WORDS + LOCKED]!;
  }
  account(row: number): number {
    return this.#i32[row * HALVES + ACCOUNT]!;
  }
  asset(row: number): number {
    return this.#i32[row * HALVES + ASSET]!;
  }

  /** The row of an account in an asset, or -1 if it was never used. O(1) expected. */
  find(account: number, asset: number): number {
    const i32 = this.#i32;
    let row = this.#heads[spread(account, asset, this.#shift)]!;
    while (
      row !== NONE &&
      (i32[row * HALVES + ACCOUNT] !== account || i32[row * HALVES + ASSET] !== asset)
    ) {
      row = i32[row * HALVES + CHAIN]!;
    }
    return row;
  }

  /** The row of an account in an asset, made if need be. O(1) amortised. */
  row(account: number, asset: number): number {
    const found = this.find(account, asset);
    return found === NONE ? this.#add(account, asset) : found;
  }

  /** What an account has available in an asset. */
  availableOf(account: number, asset: number): number {
    return this.available(this.find(account, asset));
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
    this.credit(source, 0 - amount);
    this.credit(target, amount);
    if (from !== OUTSIDE && this.available(source) < 0) brokenInvariant(`row ${source} overdrawn`);
  }

  /** Moves an amount from locked back to available. */
  release(row: number, amount: number): void {
    this.lock(row, 0 - amount);
  }

  /** Whether a row has an amount available. */
  covers(row: number, amount: number): boolean {
    // Not by `available`: what it returned was a heap number for most balances.
    return amount <= (row < 0 ? 0 : this.#f64[row * WORDS + AVAILABLE]!);
  }

  /** Moves an amount from available to locked, or back if it is negative. */
  lock(row: number, amount: number): void {
    const f64 = this.#f64;
    const available = f64[row * WORDS + AVAILABLE]! - amount;
    const locked = f64[row * WORDS + LOCKED]! + amount;
    f64[row * WORDS + AVAILABLE] = available;
    f64[row * WORDS + LOCKED] = locked;
    if (available < 0 || locked < 0) overdrawn(row, available, locked);
  }

  /**
   * Settles part of a lock: `cost` leaves the row (a negative cost arrives), and of the lock
   * `after` stays where `before` was. The difference is available in the same step.
   */
  settle(row: number, before: number, after: number, cost: number): void {
    const f64 = this.#f64;
    const available = f64[row * WORDS + AVAILABLE]! + (before - after - cost);
    const locked = f64[row * WORDS + LOCKED]! + (after - before);
    f64[row * WORDS + AVAILABLE] = available;
    f64[row * WORDS + LOCKED] = locked;
    if (available < 0 || locked < 0) overdrawn(row, available, locked);
  }

  /** Pays an amount into a row; the other side of the entry is booked by the same contract. */
  credit(row: number, amount: number): void {
    this.#f64[row * WORDS + AVAILABLE]! += amount;
  }

  /** Puts a balance into a row as it is, for a state from outside. */
  set(row: number, available: number, locked: number): void {
    this.#f64[row * WORDS + AVAILABLE] = available;
    this.#f64[row * WORDS + LOCKED] = locked;
  }

  #add(account: number, asset: number): number {
    // With none free all rows are in the index, so that it can be made anew from them.
    const full = this.#free.length === 0 && this.rows === this.#heads.length;
    if (full) this.#grow();
    const row = this.#free.pop() ?? this.rows++;
    const i32 = this.#i32;
    i32[row * HALVES + ACCOUNT] = account;
    i32[row * HALVES + ASSET] = asset;
    i32[row * HALVES + NEXT] = this.#ofAsset.get(asset) ?? NONE;
    this.#ofAsset.set(asset, row);
    this.#link(row);
    return row;
  }

  /**
   * Has all of an asset leave for `outside`, of which nothing may be locked, and gives its rows back. O(rows of the asset).
   * @returns how much it was
   */
  retire(asset: number): number {
    const supply = this.supply(asset);
    let sum = 0;
    let next = this.#ofAsset.get(asset) ?? NONE;
    this.#ofAsset.delete(asset);
    while (next !== NONE) {
      const row = next;
      next = this.#i32[row * HALVES + NEXT]!;
      sum += this.available(row);
      if (this.locked(row) !== 0) brokenInvariant(`row ${row} is locked, and its asset is gone`);
      this.#unlink(row);
      this.#i32.fill(0, row * HALVES, (row + 1) * HALVES);
      this.#free.push(row);
    }
    if (sum !== 0) brokenInvariant(`asset ${asset} did not add up to zero`);
    return supply;
  }

  #link(row: number): void {
    const at = spread(this.account(row), this.asset(row), this.#shift);
    this.#i32[row * HALVES + CHAIN] = this.#heads[at]!;
    this.#heads[at] = row;
  }

  #unlink(row: number): void {
    const i32 = this.#i32;
    const head = spread(this.account(row), this.asset(row), this.#shift);
    const after = i32[row * HALVES + CHAIN]!;
    let at = this.#heads[head]!;
    if (at === row) {
      this.#heads[head] = after;
      return;
    }
    while (i32[at * HALVES + CHAIN] !== row) at = i32[at * HALVES + CHAIN]!;
    i32[at * HALVES + CHAIN] = after;
  }

  #grow(): void {
    this.#f64 = grownFloats(this.#f64, this.#f64.length * 2);
    this.#i32 = new Int32Array(this.#f64.buffer);
    this.#heads = new Int32Array(this.rows * 2).fill(NONE);
    this.#shift--;
    for (let row = 0; row < this.rows; row++) this.#link(row);
  }
}

function overdrawn(row: number, available: number, locked: number): never {
  return brokenInvariant(`ledger row ${row}: available ${available}, locked ${locked}`);
}

/** Accounts in a row are spread evenly, and each asset's begin elsewhere. */
function spread(account: number, asset: number, shift: number): number {
  return Math.imul(account + Math.imul(asset, 0x85eb_ca6b), GOLDEN) >>> shift;
}
