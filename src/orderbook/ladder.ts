import createTree from 'functional-red-black-tree';
import { Side } from '../core/codes.ts';
import type { Levels } from './levels.ts';
import { NONE } from './orders.ts';

/** Levels per page; measured, see docs/decisions. */
export const PAGE_SIZE = 64;
/** Shortcuts of a side with few levels. */
const FEW = 64;

/** Neighbouring levels, worst first, so that the top of the book is a push and a pop. */
class Page {
  /** Keys from here up to the next better page's floor belong into this page. */
  readonly floor: number;
  readonly keys = new Float64Array(PAGE_SIZE);
  readonly levels = new Int32Array(PAGE_SIZE);
  size = 0;
  worse: Page | undefined = undefined;
  better: Page | undefined = undefined;

  constructor(floor: number) {
    this.floor = floor;
  }
}

/**
 * One side of a book: its levels in order of their key, the greater the better (bids: price, asks: minus
 * price). Levels stand in pages; a full page splits, and one that holds little is joined to a neighbour: of two
 * neighbours one is at least a quarter full. A red-black tree finds the page of a key and changes only
 * then. The lowest page always stays, so that every key has a page.
 */
export class Ladder {
  readonly #levels: Levels;
  readonly #isBids: boolean;
  #tree = createTree<number, Page>();
  #bestPage = new Page(-Infinity);
  #best = NONE;
  /**
   * Levels by the low bits of their price, as far as they do not push each other out: most searches end
   * here and are spared the branches of the others, which no one can predict.
   */
  #shortcuts = new Int32Array(FEW).fill(NONE);
  #size = 0;
  /** Pages in use. */
  pages = 1;

  constructor(levels: Levels, side: number) {
    this.#levels = levels;
    this.#isBids = side === Side.buy;
    this.#tree = this.#tree.insert(-Infinity, this.#bestPage);
  }

  /** The best level, or NONE. O(1). */
  best(): number {
    return this.#best;
  }

  /** The level at a price, or NONE. O(1) for most, else O(log levels). */
  find(price: number): number {
    const level = this.#shortcuts[price & (this.#shortcuts.length - 1)]!;
    return level !== NONE && this.#levels.price(level) === price ? level : this.#search(price);
  }

  /** The next worse level, or NONE. O(log levels). */
  worse(level: number): number {
    const key = this.#key(this.#levels.price(level));
    let page: Page | undefined = this.#pageOf(key);
    let at = position(page.keys, page.size, key);
    while (at === 0) {
      page = page.worse;
      if (page === undefined) return NONE;
      at = page.size;
    }
    return page.levels[at - 1]!;
  }

  /** Enters a level whose price is not there yet. O(log levels + PAGE_SIZE). */
  insert(level: number): void {
    const price = this.#levels.price(level);
    const key = this.#key(price);
    let page = this.#pageOf(key);
    if (page.size === PAGE_SIZE) {
      const upper = this.#split(page);
      if (key >= upper.floor) page = upper;
    }
    const { keys, levels } = page;
    const at = position(keys, page.size, key);
    for (let i = page.size; i > at; i--) {
      keys[i] = keys[i - 1]!;
      levels[i] = levels[i - 1]!;
    }
    keys[at] = key;
    levels[at] = level;
    page.size++;
    this.#best = this.#bestPage.levels[this.#bestPage.size - 1]!;
    if (++this.#size > this.#shortcuts.length) {
      this.#shortcuts = new Int32Array(this.#shortcuts.length * 4).fill(NONE);
    }
    this.#shortcuts[price & (this.#shortcuts.length - 1)] = level;
  }

  /** Takes a level out. O(log levels + PAGE_SIZE); O(1) for the best one. */
  remove(level: number): void {
    const price = this.#levels.price(level);
    const key = this.#key(price);
    const page = this.#pageOf(key);
    const { keys, levels } = page;
    const last = --page.size;
    for (let i = position(keys, last, key); i < last; i++) {
      keys[i] = keys[i + 1]!;
      levels[i] = levels[i + 1]!;
    }
    if (last < PAGE_SIZE / 4) this.#thin(page);
    const best = this.#bestPage;
    this.#best = best.size === 0 ? NONE : best.levels[best.size - 1]!;
    this.#size--;
    const shortcut = price & (this.#shortcuts.length - 1);
    if (this.#shortcuts[shortcut] === level) this.#shortcuts[shortcut] = NONE;
  }

  /** Calls `visit` with each level, best first, until it returns false. */
  walk(visit: (level: number) => boolean): void {
    for (let page: Page | undefined = this.#bestPage; page !== undefined; page = page.worse) {
      for (let i = page.size - 1; i >= 0; i--) {
        if (!visit(page.levels[i]!)) return;
      }
    }
  }

  #key(price: number): number {
    return this.#isBids ? price : 0 - price;
  }

  #search(price: number): number {
    const key = this.#key(price);
    const page = this.#pageOf(key);
    const at = position(page.keys, page.size, key);
    if (at === page.size || page.keys[at] !== key) return NONE;
    const level = page.levels[at]!;
    this.#shortcuts[price & (this.#shortcuts.length - 1)] = level;
    return level;
  }

  #pageOf(key: number): Page {
    const best = this.#bestPage;
    if (key >= best.floor) return best;
    // Not `tree.le`, which makes an iterator with a stack for each search.
    let node = this.#tree.root as unknown as Node | null;
    let found = best;
    while (node !== null) {
      if (node.key <= key) {
        found = node.value;
        node = node.right;
      } else {
        node = node.left;
      }
    }
    return found;
  }

  /** Moves the better half of a full page into a page of its own. */
  #split(page: Page): Page {
    const half = PAGE_SIZE / 2;
    const upper = new Page(page.keys[half]!);
    upper.keys.set(page.keys.subarray(half));
    upper.levels.set(page.levels.subarray(half));
    upper.size = PAGE_SIZE - half;
    page.size = half;
    upper.worse = page;
    upper.better = page.better;
    if (page.better === undefined) this.#bestPage = upper;
    else page.better.worse = upper;
    page.better = upper;
    this.#tree = this.#tree.insert(upper.floor, upper);
    this.pages++;
    return upper;
  }

  /** Joins a page that holds less than a quarter to a neighbour, if they fill no more than half of one. */
  #thin(page: Page): void {
    const { worse, better } = page;
    if (worse !== undefined && joinable(worse, page)) this.#join(worse, page);
    else if (better !== undefined && joinable(page, better)) this.#join(page, better);
  }

  #join(lower: Page, upper: Page): void {
    lower.keys.set(upper.keys.subarray(0, upper.size), lower.size);
    lower.levels.set(upper.levels.subarray(0, upper.size), lower.size);
    lower.size += upper.size;
    lower.better = upper.better;
    if (upper.better === undefined) this.#bestPage = lower;
    else upper.better.worse = lower;
    this.#tree = this.#tree.remove(upper.floor);
    this.pages--;
  }
}

/** The nodes of the tree, which the package's types declare wrongly. */
interface Node {
  readonly key: number;
  readonly value: Page;
  readonly left: Node | null;
  readonly right: Node | null;
}

/** An empty page goes whatever its neighbour holds. */
function joinable(a: Page, b: Page): boolean {
  return a.size + b.size <= PAGE_SIZE / 2 || a.size === 0 || b.size === 0;
}

/** Index of the first key that is not less than `key`. */
function position(keys: Float64Array, size: number, key: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
