import { sha256 } from '../core/sha256.ts';
import { HASH_SIZE } from './merkle.ts';
import { hashInto, type HashInto, oneShotSha256 } from './one-shot.ts';

const LEAF = 0;
const NODE = 1;
const LEFT = 1;
const RIGHT = 1 + HASH_SIZE;
const fastestInto: HashInto = oneShotSha256() ?? hashInto(sha256);

/**
 * The root of leaves that come one after the other, after RFC 6962, where nobody asks for proofs: it keeps one hash for each level, and
 * makes no object for a leaf.
 */
export class RootStream {
  /** Leaves so far. */
  count = 0;
  /** Of each level the last full node that stands alone. */
  readonly #alone = new Uint8Array(53 * HASH_SIZE);
  readonly #node = new Uint8Array(1 + 2 * HASH_SIZE).fill(NODE, 0, 1);
  #leaf = new Uint8Array(1024).fill(LEAF, 0, 1);
  /** What is hashed of a leaf, by its length. */
  #views: (Uint8Array | undefined)[] = [];

  /** Takes the next leaf: the bytes from one place to another. O(its bytes) amortised. */
  add(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    const view = this.#views[length] ?? this.#viewOf(length);
    const leaf = this.#leaf;
    for (let i = 0; i < length; i++) leaf[1 + i] = bytes[from + i]!;
    const node = this.#node;
    fastestInto(view, node, RIGHT);
    let level = 0;
    for (let left = this.count; left % 2 === 1; left = (left - 1) / 2) {
      const at = level * HASH_SIZE;
      for (let i = 0; i < HASH_SIZE; i++) node[LEFT + i] = this.#alone[at + i]!;
      fastestInto(node, node, RIGHT);
      level++;
    }
    const at = level * HASH_SIZE;
    for (let i = 0; i < HASH_SIZE; i++) this.#alone[at + i] = node[RIGHT + i]!;
    this.count++;
  }

  /** The root of the leaves so far. O(log count). */
  root(): Uint8Array {
    if (this.count === 0) return sha256();
    const node = this.#node;
    let found = false;
    for (let [level, left] = [0, this.count]; left > 0; level++, left = Math.floor(left / 2)) {
      if (left % 2 === 0) continue;
      const alone = this.#alone.subarray(level * HASH_SIZE, (level + 1) * HASH_SIZE);
      node.set(alone, found ? LEFT : RIGHT);
      if (found) fastestInto(node, node, RIGHT);
      found = true;
    }
    return node.slice(RIGHT);
  }

  /** Forgets all leaves. */
  clear(): void {
    this.count = 0;
  }

  #viewOf(length: number): Uint8Array {
    if (1 + length > this.#leaf.length) {
      this.#leaf = new Uint8Array(2 * (1 + length));
      this.#views = [];
    }
    const view = this.#leaf.subarray(0, 1 + length);
    this.#views[length] = view;
    return view;
  }
}
