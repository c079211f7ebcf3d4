import { hashInto, type HashInto, oneShotSha256 } from '../chain/one-shot.ts';
import { sha256 } from '../core/sha256.ts';
import { isSame } from './bytes.ts';

/** Bytes of a hash. */
export const HASH_SIZE = 32;

/** Levels of a tree: a safe integer counts no more leaves. */
const LEVELS = 54;
/** Leaves up to this length are hashed from bytes that are made once for each length. */
const SHORT = 512;
/** SHA-256 at a place, the fastest that there is. */
const hashTo: HashInto = oneShotSha256() ?? hashInto(sha256);
const short: (Uint8Array | undefined)[] = [];
const pair = new Uint8Array(1 + 2 * HASH_SIZE).fill(1, 0, 1);

/** Computes a root while leaves come one by one, and keeps a hash a level of them. docs/format.md, Trees. */
export class GrowingRoot {
  #size = 0;
  /** Roots of the full trees that the leaves make up, from the largest down, one behind the other. */
  readonly #roots = new Uint8Array((LEVELS + 1) * HASH_SIZE);
  #end = 0;

  /** How many leaves have come. */
  get size(): number {
    return this.#size;
  }

  /** Adds the leaf that stands from `start` to `end`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    let leaf = length < SHORT ? short[length] : undefined;
    if (leaf === undefined) {
      leaf = new Uint8Array(1 + length);
      if (length < SHORT) short[length] = leaf;
    }
    if (length < SHORT) for (let i = 0; i < length; i++) leaf[1 + i] = bytes[start + i]!;
    else leaf.set(bytes.subarray(start, end), 1);
    hashTo(leaf, this.#roots, this.#end);
    this.#end += HASH_SIZE;
    for (let size = this.#size++; size % 2 === 1; size = (size - 1) / 2) this.#join();
  }

  /** The root of the leaves up to now. */
  root(): Uint8Array {
    if (this.#size === 0) return sha256();
    const roots = this.#roots.slice(0, this.#end);
    let at = this.#end - HASH_SIZE;
    for (; at > 0; at -= HASH_SIZE) joinTo(roots, at - HASH_SIZE);
    return roots.slice(0, HASH_SIZE);
  }

  #join(): void {
    this.#end -= HASH_SIZE;
    joinTo(this.#roots, this.#end - HASH_SIZE);
  }
}

/** Puts the hash of the node over two hashes that stand side by side in the place of the first. */
function joinTo(hashes: Uint8Array, at: number): void {
  for (let i = 0; i < 2 * HASH_SIZE; i++) pair[1 + i] = hashes[at + i]!;
  hashTo(pair, hashes, at);
}

/** The root of some leaves. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const root = new GrowingRoot();
  for (const leaf of leaves) root.add(leaf, 0, leaf.length);
  return root.root();
}

function nodeOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(1), left, right);
}

/**
 * The root that a proof of inclusion leads to; RFC 9162, section 2.1.3.2.
 * @returns undefined where the proof has not as many hashes as the place of the leaf needs
 */
export function rootFrom(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!(index < size)) return undefined;
  let [at, last] = [index, size - 1];
  let found: Uint8Array = sha256(Uint8Array.of(0), leaf);
  for (const beside of proof) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      found = nodeOf(beside, found);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else found = nodeOf(found, beside);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? found : undefined;
}

/** How many leaves a tree has, and its root. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether a proof shows that a tree begins with the leaves of an earlier one; RFC 9162, section 2.1.4.2. */
export function isContinued(
  earlier: TreeHead,
  later: TreeHead,
  proof: readonly Uint8Array[],
): boolean {
  if (earlier.size > later.size) return false;
  if (earlier.size === 0) return proof.length === 0 && isSame(earlier.root, sha256());
  if (earlier.size === later.size) return proof.length === 0 && isSame(earlier.root, later.root);
  let [at, last] = [earlier.size - 1, later.size - 1];
  while (at % 2 === 1) [at, last] = [(at - 1) / 2, Math.floor(last / 2)];
  const hashes = at === 0 ? [earlier.root, ...proof] : [...proof];
  const first = hashes.shift();
  if (first === undefined) return false;
  let [old, found] = [first, first];
  for (const beside of hashes) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [old, found] = [nodeOf(beside, old), nodeOf(beside, found)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else found = nodeOf(found, beside);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && isSame(old, earlier.root) && isSame(found, later.root);
}
