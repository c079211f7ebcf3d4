import type { ChangeStream } from 'mongodb';
import type { AbortSignalLike } from '../core/abort.ts';
import type { Place } from './place.ts';
import { isPassing } from './faults.ts';

/** Tells of an insert, and nothing of what was inserted: that is read by whoever is told. */
const INSERTS = [{ $match: { operationType: 'insert' } }, { $project: { documentKey: 1 } }];

/** How long a stream may be silent before somebody looks, at first and at last. */
const [FIRST_LOOK_MS, LAST_LOOK_MS] = [10, 1_000];

/**
 * Waits until there may be something new in the journal: by a change stream where the server has them, else by letting some time pass. It may
 * tell of too much and never of too little: whoever waits looks for himself.
 */
export class Arrivals {
  readonly #place: Place;
  readonly #signal: AbortSignalLike;
  /** Set where the server has no change streams. */
  #onlyPolls = false;
  #stream: ChangeStream | undefined;
  #lookMs: number = FIRST_LOOK_MS;
  /** Resolves at the next insert. */
  #next: Promise<unknown> | undefined;

  constructor(place: Place, signal: AbortSignalLike) {
    this.#place = place;
    this.#signal = signal;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  /**
   * Waits for an insert, or until it is time to look; ends at once when the signal aborts. After an insert it is soon time to look: a stream begins a moment after
   * it was asked for, and mongo-java-server tells of what is not there yet.
   */
  async wait(): Promise<void> {
    if (this.#onlyPolls) return this.#poll();
    try {
      this.#next ??= this.#begin();
      const isTold = await this.#within(
        this.#lookMs,
        this.#next.then(() => true),
      );
      this.#lookMs = isTold ? FIRST_LOOK_MS : Math.min(2 * this.#lookMs, LAST_LOOK_MS);
      if (isTold) this.#next = this.#quietly(this.#stream!.next());
    } catch (fault) {
      this.close();
      this.#onlyPolls = !isPassing(fault);
      await this.#poll();
    }
  }

  /** Waits for a promise, but no longer than until the signal aborts: then for undefined. */
  async orAborted<T>(promise: Promise<T>): Promise<T | undefined> {
    let stop!: () => void;
    const stopped = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)));
    this.#quietly(promise);
    this.#signal.addEventListener('abort', stop);
    try {
      return await Promise.race([promise, this.aborted ? undefined : stopped]);
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
  }

  /** Not waited for: a server that is gone does not answer this either. */
  close(): void {
    this.#stream?.close().catch(() => {});
    this.#stream = undefined;
    this.#next = undefined;
  }

  /** Of inserts from now on. */
  #begin(): Promise<unknown> {
    const { db, prefix } = this.#place;
    // Not of a `Table`: its limit is for calls that are answered at once.
    this.#stream = db.collection(`${prefix}journal`).watch(INSERTS, {
      readConcern: { level: 'majority' },
    });
    return this.#quietly(this.#stream.next());
  }

  async #poll(): Promise<void> {
    await this.#within(this.#place.pollMs, new Promise(() => {}));
  }

  /** Waits for a promise, for so long at most and until the signal aborts: then for undefined. */
  async #within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    try {
      return await this.orAborted(Promise.race([promise, late]));
    } finally {
      clearTimeout(timer);
    }
  }

  /** A promise that may be rejected while nobody waits for it. */
  #quietly<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    return promise;
  }
}
