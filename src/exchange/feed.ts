import { readI64 } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { recordLength } from '../core/records.ts';
import { HEADER } from '../core/registry.ts';

/** The events of one command, as a place in a run of records. */
export interface CommandEvents {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
  readonly sequence: number;
  readonly time: number;
}

/** What keeping a chunk costs beyond its bytes, measured roughly. */
const CHUNK_OVERHEAD = 300;

interface Chunk {
  readonly view: DataView;
  readonly lastSequence: number;
}

/**
 * The latest stored events, up to a number of bytes, for any number of readers. A reader is a place in
 * it and costs nothing while it does not read; one that falls behind what is kept is told so.
 */
export class Feed {
  readonly #keepBytes: number;
  /** By number, counted from 0 upward. */
  readonly #chunks = new Map<number, Chunk>();
  readonly #waiting = new Set<() => void>();
  #first = 0;
  #next = 0;
  #bytes = 0;
  /** What was published last, and the last of what is no longer kept. */
  #lastSequence: number;
  #goneSequence: number;
  #ended: { readonly fault: WattbookError | undefined } | undefined;

  /** @param sequence what came up to here is not kept */
  constructor(keepBytes: number, sequence: number) {
    this.#keepBytes = keepBytes;
    this.#lastSequence = sequence;
    this.#goneSequence = sequence;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Events up to here are no longer kept. */
  get goneSequence(): number {
    return this.#goneSequence;
  }

  /** Set once nothing more will be published; with the fault, if there was one. */
  get ended(): { readonly fault: WattbookError | undefined } | undefined {
    return this.#ended;
  }

  /** Whether events of so many bytes, of one frame, are kept when they are published. */
  keeps(bytes: number): boolean {
    return bytes + CHUNK_OVERHEAD <= this.#keepBytes;
  }

  /**
   * Adds the events of whole commands up to a sequence. O(1) amortised, whoever reads.
   * @param events left out where they are too many to be kept
   */
  publish(events: Uint8Array<ArrayBuffer> | undefined, lastSequence: number): void {
    const keepBytes = events === undefined ? -1 : this.#keepBytes;
    this.#lastSequence = lastSequence;
    if (events !== undefined && events.length > 0) {
      const view = new DataView(events.buffer, events.byteOffset, events.length);
      this.#chunks.set(this.#next++, { view, lastSequence });
      this.#bytes += events.length + CHUNK_OVERHEAD;
    }
    while (this.#bytes > keepBytes && this.#first < this.#next) {
      const { view, lastSequence: gone } = this.#chunks.get(this.#first)!;
      this.#chunks.delete(this.#first++);
      this.#bytes -= view.byteLength + CHUNK_OVERHEAD;
      this.#goneSequence = gone;
    }
    if (events === undefined) this.#goneSequence = lastSequence;
    this.#wakeAll();
  }

  /** Publishes nothing any more. Readers get what there is, then the fault, or the end. */
  finish(fault?: WattbookError): void {
    this.#ended ??= { fault };
    this.#wakeAll();
  }

  /** Calls back once, when something was published or the feed has ended. @returns how to take that back */
  whenChanged(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** @throws WattbookError NOT_KEPT if something after the sequence is no longer kept */
  mustKeep(afterSequence: number): void {
    if (afterSequence >= this.#goneSequence) return;
    const what = `events after ${afterSequence} are gone, kept are those after ${this.#goneSequence}`;
    throw new WattbookError('NOT_KEPT', what);
  }

  /** The number of the first chunk with events after a sequence. O(log chunks). @throws as `mustKeep` */
  chunkAfter(sequence: number): number {
    this.mustKeep(sequence);
    let [low, high] = [this.#first, this.#next];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#chunks.get(middle)!.lastSequence > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** A chunk by its number; undefined if it is not there yet, or gone. */
  chunk(number: number): DataView | undefined {
    return this.#chunks.get(number)?.view;
  }

  #wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

/** The events of the command at a place in a chunk. */
export function commandAt(view: DataView, start: number): CommandEvents {
  const sequence = readI64(view, start + HEADER.sequence);
  const time = readI64(view, start + HEADER.time);
  let end = start;
  while (end < view.byteLength && readI64(view, end + HEADER.sequence) === sequence) {
    end += recordLength(view, end);
  }
  return { view, start, end, sequence, time };
}
