import { sha256 } from '../core/sha256.ts';
import { HASH_SIZE, leafHash, nodeHash } from './merkle.ts';
import { hashInto, type HashInto, oneShotSha256 } from './one-shot.ts';

const NODE = 1;
const fastestInto: HashInto = oneShotSha256() ?? hashInto(sha256);

/**
 * A Merkle tree after RFC 6962 whose leaves change: the root of what is in a table by now. It keeps all hashes, 64 bytes a leaf.
 * A leaf that changes costs its own hash and those on its way up, each of them once however many leaves have changed.
 */
export class RowTree {
  /** Of each level, from the leaves up, the hashes one behind the other. */
  readonly #levels: Uint8Array[] = [new Uint8Array(64 * HASH_SIZE)];
  /** How many hashes each level has. */
  readonly #counts: number[] = [0];
  /** Leaves that have changed since the root was made. */
  readonly #changed = new Set<number>();
  readonly #node = new Uint8Array(1 + 2 * HASH_SIZE).fill(NODE, 0, 1);
  /** What is hashed of a leaf: it begins with a zero. */
  #leaf = new Uint8Array(256);

  /** @param size empty leaves to begin with: 0, or a power of two, of whose tree each level has but one hash. @throws RangeError */
  constructor(size = 0) {
    if (size === 0) return;
    if (!(size >= 1) || !Number.isSafeInteger(Math.log2(size))) {
      throw new RangeError(`size must be 0 or a power of two, got ${size}`);
    }
    let hash = leafHash(new Uint8Array());
    for (let [level, count] = [0, size]; count >= 1; level++, count /= 2) {
      this.#reserve(level, count - 1);
      const bytes = this.#levels[level]!;
      const end = count * HASH_SIZE;
      bytes.set(hash);
      for (let filled = HASH_SIZE; filled < end; filled *= 2) {
        bytes.copyWithin(filled, 0, Math.min(filled, end - filled));
      }
      hash = nodeHash(hash, hash);
    }
  }

  /** Number of leaves. */
  get size(): number {
    return this.#counts[0]!;
  }

  /** Changes a leaf, or adds one behind the last. @throws RangeError */
  set(index: number, leaf: Uint8Array): void {
    if (!Number.isSafeInteger(index) || index < 0 || index > this.size) {
      throw new RangeError(`index must be from 0 to ${this.size}, got ${index}`);
    }
    if (1 + leaf.length > this.#leaf.length) this.#leaf = new Uint8Array(2 * (1 + leaf.length));
    this.#leaf.set(leaf, 1);
    this.#reserve(0, index);
    fastestInto(this.#leaf.subarray(0, 1 + leaf.length), this.#levels[0]!, index * HASH_SIZE);
    this.#changed.add(index);
  }

  /** The root of what the leaves are now. O(changed leaves x log size). */
  root(): Uint8Array {
    if (this.size === 0) return sha256();
    this.#rise();
    return this.#levels.at(-1)!.slice(0, HASH_SIZE);
  }

  /** What leads from a leaf to the root. O(log size). @throws RangeError */
  inclusionProof(index: number): Uint8Array[] {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) {
      throw new RangeError(`index must be from 0 to ${this.size - 1}, got ${index}`);
    }
    this.#rise();
    const proof: Uint8Array[] = [];
    let at = index;
    for (let level = 0; this.#counts[level]! > 1; level++) {
      const beside = at ^ 1;
      if (beside < this.#counts[level]!) proof.push(this.#at(level, beside));
      at >>>= 1;
    }
    return proof;
  }

  /** Makes the nodes over what has changed, level by level. */
  #rise(): void {
    if (this.#changed.size === 0) return;
    let changed = Int32Array.from(this.#changed).sort();
    this.#changed.clear();
    for (let level = 0; this.#counts[level]! > 1; level++) {
      let count = 0;
      let last = -1;
      for (const index of changed) {
        const parent = index >>> 1;
        if (parent === last) continue;
        this.#join(level, parent);
        last = parent;
        changed[count++] = parent;
      }
      changed = changed.subarray(0, count);
    }
  }

  /** Makes a node of its two children; one that stands alone at the end goes up as it is. */
  #join(level: number, parent: number): void {
    const from = 2 * parent * HASH_SIZE;
    const bytes = this.#levels[level]!;
    if (2 * parent + 1 === this.#counts[level]!) {
      this.#put(level + 1, parent, bytes.subarray(from, from + HASH_SIZE));
      return;
    }
    const node = this.#node;
    for (let i = 0; i < 2 * HASH_SIZE; i++) node[1 + i] = bytes[from + i]!;
    this.#reserve(level + 1, parent);
    fastestInto(node, this.#levels[level + 1]!, parent * HASH_SIZE);
  }

  #put(level: number, index: number, hash: Uint8Array): void {
    this.#reserve(level, index);
    this.#levels[level]!.set(hash, index * HASH_SIZE);
  }

  #reserve(level: number, index: number): void {
    const bytes = (this.#levels[level] ??= new Uint8Array(HASH_SIZE));
    this.#counts[level] = Math.max(this.#counts[level] ?? 0, index + 1);
    const end = (index + 1) * HASH_SIZE;
    if (end <= bytes.length) return;
    const larger = new Uint8Array(Math.max(end, 2 * bytes.length));
    larger.set(bytes);
    this.#levels[level] = larger;
  }

  #at(level: number, index: number): Uint8Array {
    return this.#levels[level]!.slice(index * HASH_SIZE, (index + 1) * HASH_SIZE);
  }
}
