import type { AbortSignalLike } from '../core/abort.ts';
import { type CommandEvents, commandAt, Feed } from './feed.ts';

/** Turns the events of a command into what a subscriber wants to know of them. */
export type Translate<T> = (command: CommandEvents) => readonly T[];

/** How a subscription begins: with items of its own, and then with those of the commands that follow. */
export interface Beginning<T> {
  readonly first: readonly T[];
  /** What the first items tell of: commands up to here are not looked at. */
  readonly sequence: number;
  readonly translate: Translate<T>;
}

/** Bytes that a subscriber looks through before others get their turn; about a millisecond's worth. */
const SCAN_BYTES = 262_144;

/**
 * What happens on an exchange, for one reader, at its own pace: an async iterator that also ends on
 * `break`. It takes nothing from the others and holds nothing up: the exchange keeps the latest events
 * once for all, and a reader that falls behind them gets WattbookError NOT_KEPT.
 */
export class Subscription<T> implements AsyncIterableIterator<T> {
  readonly #feed: Feed;
  readonly #begin: () => Promise<Beginning<T>>;
  readonly #follow: boolean;
  /** Without following: the last command that is told of. */
  readonly #until: number;
  readonly #signal: AbortSignalLike | undefined;
  #translate: Translate<T> | undefined;
  #sequence: number;
  /** Sequence of the command whose items are being given out. */
  #underWay: number;
  #items: readonly T[] = [];
  #given = 0;
  #chunk = -1;
  #at = 0;
  #ended = false;
  #turn: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | undefined;

  /** @internal */
  constructor(
    feed: Feed,
    afterSequence: number,
    options: {
      /** Called when the first item is asked for. */
      readonly begin: () => Promise<Beginning<T>>;
      readonly follow: boolean;
      readonly signal: AbortSignalLike | undefined;
    },
  ) {
    if (!(feed instanceof Feed)) {
      throw new TypeError('subscriptions come from exchange.subscribe');
    }
    feed.mustKeep(afterSequence);
    this.#feed = feed;
    this.#sequence = afterSequence;
    this.#underWay = afterSequence;
    this.#begin = options.begin;
    this.#follow = options.follow;
    this.#until = options.follow ? Infinity : feed.lastSequence;
    this.#signal = options.signal;
  }

  /**
   * Sequence of the latest command of which all was given out: subscribe with `after: sequence` to go
   * on from here. What was given out of the command behind it comes once more then.
   */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * The next item, as soon as there is one. Calls take turns. After the end, and after it has rejected
   * once, it is done.
   * @throws WattbookError NOT_KEPT if the reader fell behind, the fault that stopped the exchange; the
   *   signal's reason
   */
  next(): Promise<IteratorResult<T>> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Ends the subscription; a `next` that waits ends too. */
  async return(): Promise<IteratorResult<T>> {
    this.#ended = true;
    this.#wake?.();
    return { done: true, value: undefined };
  }

  /** The subscription itself: it can be gone through once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<T>> {
    try {
      while (!this.#ended) {
        this.#signal?.throwIfAborted();
        if (this.#translate === undefined) {
          await this.#start();
          continue;
        }
        const stoppedEarly = this.#scan(this.#translate);
        if (this.#given < this.#items.length) return { done: false, value: this.#take() };
        if (stoppedEarly) await new Promise((resolve) => setTimeout(resolve, 0));
        else if (!(await this.#more())) this.#ended = true;
      }
      return { done: true, value: undefined };
    } catch (fault) {
      this.#ended = true;
      throw fault;
    }
  }

  async #start(): Promise<void> {
    const beginning = await this.#orWoken(this.#begin());
    if (beginning === undefined) return;
    this.#items = beginning.first;
    this.#underWay = beginning.sequence;
    this.#translate = beginning.translate;
  }

  #take(): T {
    const item = this.#items[this.#given++]!;
    if (this.#given === this.#items.length) this.#sequence = this.#underWay;
    return item;
  }

  /**
   * Looks for the next command that gives items.
   * @returns whether it stopped early, with more to look through
   */
  #scan(translate: Translate<T>): boolean {
    if (this.#given < this.#items.length) return false;
    if (this.#chunk < 0) this.#chunk = this.#feed.chunkAfter(this.#sequence);
    let scanned = 0;
    for (;;) {
      const view = this.#feed.chunk(this.#chunk);
      if (view === undefined) break;
      const number = this.#chunk;
      while (this.#chunk === number) {
        const command = commandAt(view, this.#at);
        const { sequence } = command;
        if (sequence > this.#until) {
          this.#ended = true;
          return false;
        }
        scanned += this.#step(command);
        if (sequence <= this.#sequence) continue;
        this.#items = translate(command);
        this.#given = 0;
        this.#underWay = sequence;
        if (this.#items.length > 0) return false;
        this.#sequence = sequence;
        if (scanned > SCAN_BYTES) return true;
      }
    }
    this.#feed.mustKeep(this.#sequence);
    this.#sequence = Math.max(this.#sequence, this.#feed.lastSequence);
    return false;
  }

  /**
   * Goes on behind a command, to the next chunk if it was the last of its own: a chunk that is stood on
   * has something to read, so that one which is gone is missed.
   * @returns its bytes
   */
  #step({ view, start, end }: CommandEvents): number {
    const isLast = end === view.byteLength;
    this.#at = isLast ? 0 : end;
    if (isLast) this.#chunk++;
    return end - start;
  }

  /** Waits until there may be more. @returns false if there will be nothing more */
  async #more(): Promise<boolean> {
    const { ended } = this.#feed;
    if (ended?.fault !== undefined) throw ended.fault;
    if (ended !== undefined || !this.#follow) return false;
    let forget!: () => void;
    const changed = new Promise<void>((resolve) => {
      forget = this.#feed.whenChanged(resolve);
    });
    await this.#orWoken(changed);
    forget();
    return true;
  }

  /** Waits, but no longer than until the signal aborts or the reader leaves: then for undefined. */
  async #orWoken<R>(promise: Promise<R>): Promise<R | undefined> {
    let wake!: () => void;
    const woken = new Promise<undefined>((resolve) => {
      wake = () => resolve(undefined);
    });
    this.#wake = wake;
    const first = Promise.race([promise, woken]);
    first.catch(() => {});
    try {
      this.#signal?.addEventListener('abort', wake);
      return await first;
    } finally {
      this.#signal?.removeEventListener('abort', wake);
      this.#wake = undefined;
    }
  }
}
