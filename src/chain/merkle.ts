import { sameBytes } from '../core/bytes.ts';
import { sha256 } from '../core/sha256.ts';
import { hashInto, type HashInto, oneShotSha256, type Sha256 } from './one-shot.ts';

/** Bytes of a hash. */
export const HASH_SIZE = 32;

/** The fastest that there is. */
const fastestInto = oneShotSha256() ?? hashInto(sha256);

function fastest(bytes: Uint8Array): Uint8Array {
  const hash = new Uint8Array(HASH_SIZE);
  fastestInto(bytes, hash, 0);
  return hash;
}

/** Leaves and nodes begin with a byte of their own, so that neither can be taken for the other. */
const LEAF = 0;
const NODE = 1;

/** The root of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256();

/** The hash of a leaf: of a zero byte and the leaf's own bytes. RFC 6962, section 2.1. */
export function leafHash(leaf: Uint8Array, hash: Sha256 = fastest): Uint8Array {
  const bytes = new Uint8Array(1 + leaf.length);
  bytes[0] = LEAF;
  bytes.set(leaf, 1);
  return hash(bytes);
}

/** The hash of what stands over two hashes. */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Sha256 = fastest): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_SIZE);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_SIZE);
  return hash(bytes);
}

/**
 * A Merkle tree that leaves are appended to, after RFC 6962: split at the largest power of two below its size, no leaf is ever
 * counted twice. It keeps the hash of each leaf and of each full node: 64 bytes a leaf.
 */
export class MerkleTree {
  readonly #hash: Sha256 | undefined;
  readonly #hashInto: HashInto;
  /** Of each level from the leaves up the hashes of what is full, one behind the other. */
  readonly #levels: Hashes[] = [new Hashes()];
  /** What is hashed: made once, since to make it takes as long as to hash it. */
  #leafBytes = Uint8Array.of(LEAF);
  readonly #nodeBytes = new Uint8Array(1 + 2 * HASH_SIZE).fill(NODE, 0, 1);

  /** @param hash what computes SHA-256; by default the fastest that there is. It must not keep what it is given. */
  constructor(hash?: Sha256) {
    this.#hash = hash;
    this.#hashInto = hash === undefined ? fastestInto : hashInto(hash);
  }

  /** Number of leaves. */
  get size(): number {
    return this.#levels[0]!.count;
  }

  /** Appends a leaf. O(its bytes) amortised. @returns its index, from 0 */
  append(leaf: Uint8Array): number {
    if (this.#leafBytes.length !== 1 + leaf.length)
      this.#leafBytes = new Uint8Array(1 + leaf.length);
    this.#leafBytes.set(leaf, 1);
    const leaves = this.#levels[0]!;
    this.#hashInto(this.#leafBytes, leaves.room(), leaves.end);
    leaves.count++;
    this.#fill();
    return leaves.count - 1;
  }

  /** Appends a leaf by its hash. @returns its index */
  appendHash(hash: Uint8Array): number {
    const leaves = this.#levels[0]!;
    leaves.room().set(hash, leaves.end);
    leaves.count++;
    this.#fill();
    return leaves.count - 1;
  }

  /** Adds the nodes that the latest leaf has filled. */
  #fill(): void {
    const bytes = this.#nodeBytes;
    for (let level = 0; this.#levels[level]!.count % 2 === 0; level++) {
      const below = this.#levels[level]!;
      const from = below.end - 2 * HASH_SIZE;
      for (let i = 0; i < 2 * HASH_SIZE; i++) bytes[1 + i] = below.bytes[from + i]!;
      const above = (this.#levels[level + 1] ??= new Hashes());
      this.#hashInto(bytes, above.room(), above.end);
      above.count++;
    }
  }

  /** The hash of a leaf. */
  leaf(index: number): Uint8Array {
    return this.#levels[0]!.at(within(index, this.size, 'index'));
  }

  /** The root of the first leaves: of all, unless said otherwise. O(log size). @throws RangeError */
  root(size: number = this.size): Uint8Array {
    return this.#rootOf(0, within(size, this.size + 1, 'size'));
  }

  /**
   * What leads from a leaf to the root of the first `size` leaves: the hashes beside its way up, from the leaf on. O(log² size).
   * @throws RangeError
   */
  inclusionProof(index: number, size: number = this.size): Uint8Array[] {
    within(size, this.size + 1, 'size');
    within(index, size, 'index');
    const proof: Uint8Array[] = [];
    let [from, to] = [0, size];
    while (to - from > 1) {
      const middle = from + split(to - from);
      const isLeft = index < middle;
      proof.push(isLeft ? this.#rootOf(middle, to) : this.#rootOf(from, middle));
      [from, to] = isLeft ? [from, middle] : [middle, to];
    }
    return proof.reverse();
  }

  /**
   * What shows that the first `size` leaves begin with the first `earlier` of them, given both roots. O(log² size).
   * @throws RangeError
   */
  consistencyProof(earlier: number, size: number = this.size): Uint8Array[] {
    within(size, this.size + 1, 'size');
    within(earlier, size + 1, 'earlier');
    if (earlier === 0 || earlier === size) return [];
    const proof: Uint8Array[] = [];
    let [from, to] = [0, size];
    while (to !== earlier) {
      const middle = from + split(to - from);
      const isLeft = earlier <= middle;
      proof.push(isLeft ? this.#rootOf(middle, to) : this.#rootOf(from, middle));
      [from, to] = isLeft ? [from, middle] : [middle, to];
    }
    // Who has the earlier root knows what begins with the first leaf.
    if (from > 0) proof.push(this.#rootOf(from, to));
    return proof.reverse();
  }

  /** The root of leaves that a node of a tree covers: they begin at a multiple of the power of two that they need. */
  #rootOf(from: number, to: number): Uint8Array {
    if (from === to) return EMPTY_ROOT.slice();
    let root: Uint8Array | undefined;
    // Full nodes from the right to the left.
    let end = to;
    while (end > from) {
      let [level, leaves] = [0, 1];
      while (end % (leaves * 2) === 0 && end - leaves * 2 >= from) {
        level++;
        leaves *= 2;
      }
      const node = this.#levels[level]!.at(end / leaves - 1);
      root = root === undefined ? node : nodeHash(node, root, this.#hash);
      end -= leaves;
    }
    return root!;
  }
}

/** Hashes one behind the other. */
class Hashes {
  count = 0;
  bytes = new Uint8Array(4 * HASH_SIZE);

  /** Where the next one goes. */
  get end(): number {
    return this.count * HASH_SIZE;
  }

  /** The bytes, with room for one more. */
  room(): Uint8Array {
    if (this.end < this.bytes.length) return this.bytes;
    const larger = new Uint8Array(2 * this.bytes.length);
    larger.set(this.bytes);
    this.bytes = larger;
    return larger;
  }

  at(index: number): Uint8Array {
    return this.bytes.slice(index * HASH_SIZE, (index + 1) * HASH_SIZE);
  }
}

/** The root of leaves, where nobody asks for proofs. O(their bytes). */
export function merkleRoot(leaves: Iterable<Uint8Array>, hash?: Sha256): Uint8Array {
  const tree = new MerkleTree(hash);
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** The largest power of two below a size of two or more. */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function within(value: number, end: number, argument: string): number {
  if (Number.isSafeInteger(value) && value >= 0 && value < end) return value;
  throw new RangeError(`${argument} must be from 0 to ${end - 1}, got ${value}`);
}

/**
 * That a leaf is in a tree, as somebody says. Size and root belong together, and must both come from whom one trusts: a proof of
 * some leaves is the same in trees of several sizes.
 */
export interface Inclusion {
  /** The leaf's own bytes, or their hash. */
  readonly leaf: Uint8Array | { readonly hash: Uint8Array };
  readonly index: number;
  /** Leaves of the tree. */
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether a proof shows that a leaf is where it is said to be. RFC 9162, section 2.1.3.2. O(log size). */
export function verifyInclusion(
  { leaf, index, size, root, proof }: Inclusion,
  hash: Sha256 = fastest,
): boolean {
  if (!isPlace(index, size) || !areHashes([root, ...proof])) return false;
  let found = leaf instanceof Uint8Array ? leafHash(leaf, hash) : leaf.hash;
  if (!areHashes([found])) return false;
  let [at, last] = [index, size - 1];
  for (const beside of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      found = nodeHash(beside, found, hash);
      // What stands alone at the right end goes up without a partner.
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else found = nodeHash(found, beside, hash);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameBytes(found, root);
}

/** That a tree begins as an earlier one does, as somebody says. */
export interface Consistency {
  readonly earlier: { readonly size: number; readonly root: Uint8Array };
  readonly later: { readonly size: number; readonly root: Uint8Array };
  readonly proof: readonly Uint8Array[];
}

/** Whether a proof shows that the later tree begins with the leaves of the earlier one. RFC 9162, section 2.1.4.2. O(log size). */
export function verifyConsistency(
  { earlier, later, proof }: Consistency,
  hash: Sha256 = fastest,
): boolean {
  if (!areHashes([earlier.root, later.root, ...proof])) return false;
  if (!isPlace(earlier.size, later.size + 1)) return false;
  if (earlier.size === 0) return proof.length === 0 && sameBytes(earlier.root, EMPTY_ROOT);
  if (earlier.size === later.size) return proof.length === 0 && sameBytes(earlier.root, later.root);
  let [at, last] = [earlier.size - 1, later.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  // The earlier tree is one full node of the later one, or its root is made of what the proof begins with.
  const isNode = at === 0;
  const [first, ...rest] = isNode ? [earlier.root, ...proof] : proof;
  if (first === undefined) return false;
  let [old, found] = [first, first];
  for (const beside of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      old = nodeHash(beside, old, hash);
      found = nodeHash(beside, found, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else found = nodeHash(found, beside, hash);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameBytes(old, earlier.root) && sameBytes(found, later.root);
}

/** Bits of a number beyond 32 are no bits to JavaScript's operators. */
function half(value: number): number {
  return Math.floor(value / 2);
}

function isPlace(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}

function areHashes(values: readonly unknown[]): boolean {
  return values.every((value) => value instanceof Uint8Array && value.length === HASH_SIZE);
}
