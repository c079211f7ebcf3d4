const TWO_32 = 4_294_967_296;
const GOLDEN = 0x9e37_79b1;

/**
 * Finds rows by a numeric key: open addressing with linear probing over one Int32Array. The keys
 * stay in the owner's column, so an entry costs 4 bytes (8 to 16 with the free half).
 * Removal shifts entries back, so that neither tombstones nor old ids ever pile up.
 */
export class KeyIndex {
  /** row + 1, or 0 where free. */
  #table = new Int32Array(64);
  #mask = 63;
  #shift = 26;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The row that holds `key` in the column `keys`, or -1. O(1) expected. */
  find(keys: Float64Array, key: number): number {
    const table = this.#table;
    const mask = this.#mask;
    let at = spread(key, this.#shift);
    for (;;) {
      const row = table[at]! - 1;
      if (row < 0 || keys[row] === key) return row;
      at = (at + 1) & mask;
    }
  }

  /** Enters a row whose key is not in the index yet. O(1) amortised. */
  insert(keys: Float64Array, row: number): void {
    if (this.#size * 2 >= this.#table.length) this.#grow(keys);
    const mask = this.#mask;
    let at = spread(keys[row]!, this.#shift);
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = row + 1;
    this.#size++;
  }

  /** Takes a row out; its key must still stand in the column. O(1) expected. */
  remove(keys: Float64Array, row: number): void {
    const table = this.#table;
    const mask = this.#mask;
    let hole = spread(keys[row]!, this.#shift);
    while (table[hole] !== row + 1) {
      if (table[hole] === 0) return;
      hole = (hole + 1) & mask;
    }
    // An entry may move back into the hole if its own place does not lie behind the hole.
    for (let at = (hole + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = spread(keys[table[at]! - 1]!, this.#shift);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at]!;
        hole = at;
      }
    }
    table[hole] = 0;
    this.#size--;
  }

  #grow(keys: Float64Array): void {
    const old = this.#table;
    this.#table = new Int32Array(old.length * 2);
    this.#mask = this.#table.length - 1;
    this.#shift--;
    for (const entry of old) {
      if (entry === 0) continue;
      let at = spread(keys[entry - 1]!, this.#shift);
      while (this.#table[at] !== 0) at = (at + 1) & this.#mask;
      this.#table[at] = entry;
    }
  }
}

/** Neighbouring keys are far apart in the table: in a row they would form one long run to walk. */
function spread(key: number, shift: number): number {
  const high = (key / TWO_32) | 0;
  return Math.imul((key >>> 0) ^ Math.imul(high, 0x85eb_ca6b), GOLDEN) >>> shift;
}
