import createTree from 'functional-red-black-tree';
import { NONE } from './orders.ts';

/** Levels per page; measured, see docs/decisions. */
export const PAGE_SIZE = 64;

/** Neighbouring levels, worst first, so that the top of the book is a push and a pop. */
interface Page {
  /** Keys from here up to the next better page's floor belong into this page. */
  readonly floor: number;
  readonly keys: Float64Array;
  readonly levels: Int32Array;
  size: number;
  worse: Page | undefined;
  better: Page | undefined;
}

function newPage(floor: number): Page {
  return {
    floor,
    keys: new Float64Array(PAGE_SIZE),
    levels: new Int32Array(PAGE_SIZE),
    size: 0,
    worse: undefined,
    better: undefined,
  };
}

/**
 * One side of a book: its levels ordered by key, the greater the better (bids: price, asks: minus
 * price). Levels stand in pages; a full page splits, an empty one goes. A red-black tree finds the
 * page of a key and changes only at a split or when a page runs empty. The lowest page always
 * stays, so that every key has a page.
 */
export class Ladder {
  #tree = createTree<number, Page>();
  #best = newPage(-Infinity);
  /** Pages in use. */
  pages = 1;

  constructor() {
    this.#tree = this.#tree.insert(-Infinity, this.#best);
  }

  /** The best level, or NONE. O(1). */
  best(): number {
    const page = this.#best;
    return page.size === 0 ? NONE : page.levels[page.size - 1]!;
  }

  /** The level with this key, or NONE. O(log levels); at the best page without the tree. */
  find(key: number): number {
    const page = this.#pageOf(key);
    const at = position(page, key);
    return at < page.size && page.keys[at] === key ? page.levels[at]! : NONE;
  }

  /** Enters a level whose key is not there yet. O(log levels + PAGE_SIZE). */
  insert(key: number, level: number): void {
    let page = this.#pageOf(key);
    if (page.size === PAGE_SIZE) {
      const upper = this.#split(page);
      if (key >= upper.floor) page = upper;
    }
    const { keys, levels } = page;
    const at = position(page, key);
    for (let i = page.size; i > at; i--) {
      keys[i] = keys[i - 1]!;
      levels[i] = levels[i - 1]!;
    }
    keys[at] = key;
    levels[at] = level;
    page.size++;
  }

  /** Takes out the level with this key. O(log levels + PAGE_SIZE); O(1) for the best one. */
  remove(key: number): void {
    const page = this.#pageOf(key);
    const { keys, levels } = page;
    const last = --page.size;
    for (let i = position(page, key); i < last; i++) {
      keys[i] = keys[i + 1]!;
      levels[i] = levels[i + 1]!;
    }
    if (last === 0 && page.worse !== undefined) this.#drop(page, page.worse);
  }

  /** Calls `visit` with each level, best first, until it returns false. */
  walk(visit: (level: number) => boolean): void {
    for (let page: Page | undefined = this.#best; page !== undefined; page = page.worse) {
      for (let i = page.size - 1; i >= 0; i--) {
        if (!visit(page.levels[i]!)) return;
      }
    }
  }

  #pageOf(key: number): Page {
    const best = this.#best;
    return key >= best.floor ? best : (this.#tree.le(key).value as Page);
  }

  /** Moves the better half of a full page into a page of its own. */
  #split(page: Page): Page {
    const half = PAGE_SIZE / 2;
    const upper = newPage(page.keys[half]!);
    upper.keys.set(page.keys.subarray(half));
    upper.levels.set(page.levels.subarray(half));
    upper.size = PAGE_SIZE - half;
    page.size = half;
    upper.worse = page;
    upper.better = page.better;
    if (page.better !== undefined) page.better.worse = upper;
    page.better = upper;
    if (this.#best === page) this.#best = upper;
    this.#tree = this.#tree.insert(upper.floor, upper);
    this.pages++;
    return upper;
  }

  #drop(page: Page, worse: Page): void {
    worse.better = page.better;
    if (page.better !== undefined) page.better.worse = worse;
    else this.#best = worse;
    this.#tree = this.#tree.remove(page.floor);
    this.pages--;
  }
}

/** Index of the first key that is not less than `key`. */
function position(page: Page, key: number): number {
  const keys = page.keys;
  let low = 0;
  let high = page.size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
