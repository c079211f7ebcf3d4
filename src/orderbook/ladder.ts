import createTree from 'functional-red-black-tree';
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
 * One side of a book: its levels ordered by key, the greater the better (bids: price, asks: minus
 * price). Levels stand in pages; a full page splits, and two that hold little become one. A red-black
 * tree finds the page of a key and changes only then. The lowest page always stays, so that every key
 * has a page.
 */
export class Ladder {
  #tree = createTree<number, Page>();
  #bestPage = new Page(-Infinity);
  #best = NONE;
  /**
   * Levels by the low bits of their key, as far as they do not push each other out: most searches end here
   * and are spared the branches of the others, which no one can predict.
   */
  #shortcuts = new Int32Array(FEW).fill(NONE);
  #shortcutKeys = new Float64Array(FEW);
  #size = 0;
  /** Pages in use. */
  pages = 1;

  constructor() {
    this.#tree = this.#tree.insert(-Infinity, this.#bestPage);
  }

  /** The best level, or NONE. O(1). */
  best(): number {
    return this.#best;
  }

  /** The level with this key, or NONE. O(1) for most, else O(log levels). */
  find(key: number): number {
    const shortcut = key & (this.#shortcuts.length - 1);
    const short = this.#shortcuts[shortcut]!;
    if (short !== NONE && this.#shortcutKeys[shortcut] === key) return short;
    const page = this.#pageOf(key);
    const at = position(page.keys, page.size, key);
    if (at === page.size || page.keys[at] !== key) return NONE;
    const level = page.levels[at]!;
    this.#shortcuts[shortcut] = level;
    this.#shortcutKeys[shortcut] = key;
    return level;
  }

  /** Enters a level whose key is not there yet. O(log levels + PAGE_SIZE). */
  insert(key: number, level: number): void {
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
    if (++this.#size > this.#shortcuts.length) this.#clearShortcuts(this.#size * 4);
    this.#best = this.#bestPage.levels[this.#bestPage.size - 1]!;
    const shortcut = key & (this.#shortcuts.length - 1);
    this.#shortcuts[shortcut] = level;
    this.#shortcutKeys[shortcut] = key;
  }

  /** Takes out the level with this key. O(log levels + PAGE_SIZE); O(1) for the best one. */
  remove(key: number): void {
    const page = this.#pageOf(key);
    const { keys, levels } = page;
    const last = --page.size;
    this.#size--;
    for (let i = position(keys, last, key); i < last; i++) {
      keys[i] = keys[i + 1]!;
      levels[i] = levels[i + 1]!;
    }
    if (last < PAGE_SIZE / 4) this.#thin(page);
    const best = this.#bestPage;
    this.#best = best.size === 0 ? NONE : best.levels[best.size - 1]!;
    const shortcut = key & (this.#shortcuts.length - 1);
    if (this.#shortcutKeys[shortcut] === key) this.#shortcuts[shortcut] = NONE;
  }

  /** Calls `visit` with each level, best first, until it returns false. */
  walk(visit: (level: number) => boolean): void {
    for (let page: Page | undefined = this.#bestPage; page !== undefined; page = page.worse) {
      for (let i = page.size - 1; i >= 0; i--) {
        if (!visit(page.levels[i]!)) return;
      }
    }
  }

  #clearShortcuts(places: number): void {
    this.#shortcuts = new Int32Array(2 ** Math.floor(Math.log2(places))).fill(NONE);
    this.#shortcutKeys = new Float64Array(this.#shortcuts.length);
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

  /** Lets a page that holds little and the one below it (or above the lowest) be one, if they fill half of it. */
  #thin(page: Page): void {
    const lower = page.worse ?? page;
    const upper = lower.better;
    if (upper === undefined) return;
    if (upper.size > 0 && lower.size + upper.size > PAGE_SIZE / 2) return;
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
