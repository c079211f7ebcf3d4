import type { ChangeStream } from 'mongodb';
import type { AbortSignalLike } from '../core/abort.ts';
import type { Place } from './place.ts';
import { isPassing } from './faults.ts';

/** Tells of an insert, and nothing of what was inserted: that is read by whoever is told. */
const INSERTS = [{ $match: { operationType: 'insert' } }, { $project: { documentKey: 1 } }];

/**
 * Waits until there may be something new in the journal: by a change stream where the server has them, else by letting some time pass. It may
 * tell of too much and never of too little: whoever waits looks for himself.
 */
export class Arrivals {
  readonly #place: Place;
  readonly #pollMs: number;
  readonly #signal: AbortSignalLike;
  /** Set where the server has no change streams. */
  #onlyPolls = false;
  #stream: ChangeStream | undefined;
  /** Resolves at the next insert. */
  #next: Promise<unknown> | undefined;

  constructor(place: Place, pollMs: number, signal: AbortSignalLike) {
    this.#place = place;
    this.#pollMs = pollMs;
    this.#signal = signal;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  /**
   * Waits for an insert or for the next time to look, whatever comes first; ends at once when the signal aborts. The first call begins the stream, and
   * does not wait: what came before is nobody's to tell.
   */
  async wait(): Promise<void> {
    if (this.#onlyPolls) return this.#poll();
    try {
      if (this.#stream === undefined) return await this.#begin();
      await this.orAborted(this.#next!);
      this.#next = this.#quietly(this.#stream.next());
    } catch (fault) {
      await this.close();
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

  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#next = undefined;
    await stream?.close().catch(() => {});
  }

  async #begin(): Promise<void> {
    const { db, prefix } = this.#place;
    // Not of a `Table`: its limit is for calls that are answered at once.
    const stream = db.collection(`${prefix}journal`).watch(INSERTS, {
      readConcern: { level: 'majority' },
    });
    this.#stream = stream;
    const begun = new Promise((resolve) => stream.once('init', resolve));
    this.#next = this.#quietly(stream.next());
    await this.orAborted(Promise.race([begun, this.#next]));
  }

  async #poll(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await this.orAborted(new Promise((resolve) => (timer = setTimeout(resolve, this.#pollMs))));
    clearTimeout(timer);
  }

  /** A promise that may be rejected while nobody waits for it. */
  #quietly<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {});
    return promise;
  }
}
