import type { AbortSignalLike } from '../core/abort.ts';
import type { Place } from './place.ts';
import { Table } from './table.ts';
import { Arrivals } from './arrivals.ts';
import { isPassing, untilKnown } from './faults.ts';

/**
 * What stands in the collection of the journal, in the order of `_id`, which counts from 1 without gaps: a writer's mark, and behind it
 * the frames that it has stored. A place can be taken once: that is what keeps a writer off that has been taken over.
 */
export type Entry = MarkEntry | FrameEntry;

/** Somebody became the writer. */
export interface MarkEntry {
  readonly _id: number;
  /** Its own `_id`: see `FrameEntry`. */
  readonly writer: number;
  readonly epoch: number;
  /** Drawn by the writer, so that it knows its own mark again. */
  readonly token: Uint8Array;
  /** Where the journal ended: sequence of the last command, SHA-256 of the last frame. */
  readonly endSequence: number;
  readonly endHash: Uint8Array;
  /** Counts on as long as the writer lives. */
  readonly beats: number;
  /** Whether the writer has given its right back. */
  readonly closed: boolean;
}

/** A frame. */
export interface FrameEntry {
  readonly _id: number;
  /** `_id` of the mark of the writer that stored it. */
  readonly writer: number;
  readonly epoch: number;
  /** Sequences of its first and its last command. */
  readonly first: number;
  readonly last: number;
  /** SHA-256 of the frame before, and of this one. */
  readonly prev: Uint8Array;
  readonly hash: Uint8Array;
  /** The frame as it is. */
  readonly bin: Uint8Array;
}

export function isFrame(entry: Entry): entry is FrameEntry {
  return 'bin' in entry;
}

/** Reads the journal; nothing in here writes to it. */
export class Journal {
  readonly entries: Table<Entry>;
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
    this.entries = new Table<Entry>(place, 'journal');
  }

  /** The last entry, or null where there is none. */
  last(): Promise<Entry | null> {
    return this.entries.findOne({}, { sort: { _id: -1 } });
  }

  /** The frames with commands after a sequence, up to those that are there now. */
  async *read(afterSequence: number): AsyncGenerator<Uint8Array> {
    const end = await this.#asked(async () => (await this.last()) ?? NOTHING);
    for await (const { bin } of this.#frames(afterSequence, end._id)) yield bytesOf(bin);
  }

  /** The same, and then each frame once it is there, until the signal aborts. */
  async *follow(afterSequence: number, signal: AbortSignalLike): AsyncGenerator<Uint8Array> {
    if (signal.aborted) return;
    const arrivals = new Arrivals(this.#place, signal);
    try {
      const end = await arrivals.orAborted(this.#asked(async () => (await this.last()) ?? NOTHING));
      if (end === undefined) return;
      for await (const { bin } of this.#frames(afterSequence, end._id)) {
        if (signal.aborted) return;
        yield bytesOf(bin);
      }
      for (let place = end._id + 1; !signal.aborted; place++) {
        const entry = await this.#entryAt(place, arrivals);
        if (entry === undefined) return;
        if (isFrame(entry) && entry.last > afterSequence) yield bytesOf(entry.bin);
      }
    } finally {
      await arrivals.close();
    }
  }

  /** The entry of a place, once there is one; undefined after the signal. Looked for by its `_id`, which every server has an index for. */
  async #entryAt(place: number, arrivals: Arrivals): Promise<Entry | undefined> {
    while (!arrivals.aborted) {
      const asked = this.#asked(async () => ({
        entry: await this.entries.findOne({ _id: place }),
      }));
      const found = (await arrivals.orAborted(asked))?.entry;
      if (found !== undefined && found !== null) return found;
      await arrivals.wait();
    }
    return undefined;
  }

  /** Frames with commands after a sequence, up to a place; where the connection is lost it goes on behind what was given. */
  async *#frames(afterSequence: number, upTo: number): AsyncGenerator<FrameEntry> {
    let seen = afterSequence;
    let lost: unknown;
    for (;;) {
      const filter = { last: { $gt: seen }, _id: { $lte: upTo } };
      try {
        for await (const entry of this.entries.each(filter, { sort: { last: 1 } })) {
          yield entry as FrameEntry;
          seen = (entry as FrameEntry).last;
          lost = undefined;
        }
        return;
      } catch (fault) {
        // Twice at one place: then it is more than a connection that was lost.
        if (!isPassing(fault) || lost !== undefined) throw fault;
        lost = fault;
      }
    }
  }

  #asked<T>(ask: () => Promise<T>): Promise<T> {
    return untilKnown('what the journal holds', this.#place.timeoutMs, ask);
  }
}

/** Stands for the last entry of a journal that has none. */
const NOTHING = { _id: 0 } as const;

/** Bytes that nothing else is kept in memory for: those of the driver are a part of the whole message. */
export function bytesOf(given: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(given);
}
