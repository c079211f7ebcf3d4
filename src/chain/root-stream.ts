import { sha256 } from '../core/sha256.ts';
import { HASH_SIZE } from './merkle.ts';
import { hashInto, type HashInto, oneShotSha256 } from './one-shot.ts';

const LEAF = 0;
const NODE = 1;
const LEFT = 1;
const RIGHT = 1 + HASH_SIZE;
const fastestInto: HashInto = oneShotSha256() ?? hashInto(sha256);

/**
 * The root of leaves that come one after the other, after RFC 6962, where nobody asks for proofs: it keeps two hashes for each level, and
 * each hash is written where it is hashed again.
 */
export class RootStream {
  /** Leaves so far. */
  count = 0;
  /** Of each level the node that is being filled: first its left child, then its right one. */
  readonly #nodes: Uint8Array[] = [];
  #leaf = new Uint8Array(1024).fill(LEAF, 0, 1);
  /** What is hashed of a leaf, by its length: made once, since to make it takes a fifth of the time of its hash. */
  #views: (Uint8Array | undefined)[] = [];

  /** Takes the next leaf: the bytes from one place to another. O(its bytes) amortised. */
  add(bytes: Uint8Array, from: number, to: number): void {
    const view = this.#views[to - from] ?? this.#viewOf(to - from);
    this.#leaf.set(bytes.subarray(from, to), 1);
    let left = this.count++;
    let above = this.#node(0);
    fastestInto(view, above, left % 2 === 0 ? LEFT : RIGHT);
    for (let level = 1; left % 2 === 1; level++) {
      left = (left - 1) / 2;
      const node = above;
      above = this.#node(level);
      fastestInto(node, above, left % 2 === 0 ? LEFT : RIGHT);
    }
  }

  /** The root of the leaves so far. O(log count). */
  root(): Uint8Array {
    if (this.count === 0) return sha256();
    const node = new Uint8Array(1 + 2 * HASH_SIZE).fill(NODE, 0, 1);
    let found = false;
    for (let [level, left] = [0, this.count]; left > 0; level++, left = Math.floor(left / 2)) {
      if (left % 2 === 0) continue;
      const alone = this.#node(level).subarray(LEFT, RIGHT);
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

  #node(level: number): Uint8Array {
    return (this.#nodes[level] ??= new Uint8Array(1 + 2 * HASH_SIZE).fill(NODE, 0, 1));
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
