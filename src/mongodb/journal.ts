import type { AbortSignalLike } from '../core/abort.ts';
import type { Place } from './place.ts';
import { Table } from './table.ts';
import { Arrivals } from './arrivals.ts';
import { untilKnown } from './faults.ts';

/**
 * What stands in the collection of the journal, in the order of `_id`, which counts from 1 without gaps: a writer's mark, and behind it
 * the frames that it has stored. A place can be taken once: that is what keeps a writer off that has been taken over.
 */
export type Entry = MarkEntry | FrameEntry;

/** Somebody became the writer. */
export interface MarkEntry {
  readonly _id: number;
  /** Its own `_id`: a place is given out once, and later writers have later ones. */
  readonly epoch: number;
  /** Drawn by the writer, so that it knows its own mark again. */
  readonly token: Uint8Array;
  /** Where the journal ended: sequence of the last command, SHA-256 of the last frame. */
  readonly endSequence: number;
  readonly endHash: Uint8Array;
  /** For how long its writer may be silent and live, in ms. */
  readonly leaseMs: number;
  /** Counts on as long as the writer lives. */
  readonly beats: number;
  /** Whether somebody wants to take over, who may not get a place between the frames of a busy writer. */
  readonly yields: boolean;
  /** Whether the writer has given its right back. */
  readonly closed: boolean;
}

/** A frame. */
export interface FrameEntry {
  readonly _id: number;
  /** `_id` of the mark of the writer that stored it. */
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
    let frames: AsyncGenerator<FrameEntry> | undefined;
    try {
      const end = await arrivals.orAborted(this.#asked(async () => (await this.last()) ?? NOTHING));
      if (end === undefined) return;
      frames = this.#frames(afterSequence, end._id);
      for (;;) {
        const next = await arrivals.orAborted(frames.next());
        if (next === undefined || signal.aborted) return;
        if (next.done === true) break;
        yield bytesOf(next.value.bin);
      }
      for (let place = end._id + 1; !signal.aborted; place++) {
        const entry = await this.#entryAt(place, arrivals);
        if (entry === undefined) return;
        if (isFrame(entry) && entry.last > afterSequence) yield bytesOf(entry.bin);
      }
    } finally {
      arrivals.close();
      // Not waited for: it may be waiting for the server.
      frames?.return(undefined).catch(() => {});
    }
  }

  /** The entry of a place, once there is one; undefined after the signal. Looked for by its `_id`, which every server has an index for. */
  async #entryAt(place: number, arrivals: Arrivals): Promise<Entry | undefined> {
    while (!arrivals.aborted) {
      const asked = this.#asked(() => this.entries.findOne({ _id: place }));
      const found = await arrivals.orAborted(asked);
      if (found !== undefined && found !== null) return found;
      await arrivals.wait();
    }
    return undefined;
  }

  /** Frames with commands after a sequence, up to a place; where the connection or the cursor is lost it goes on behind what was given. */
  async *#frames(afterSequence: number, upTo: number): AsyncGenerator<FrameEntry> {
    let seen = afterSequence;
    let entries: AsyncGenerator<Entry> | undefined;
    const next = async (): Promise<IteratorResult<Entry>> => {
      const filter = { last: { $gt: seen }, _id: { $lte: upTo } };
      entries ??= this.entries.each(filter, { sort: { last: 1 } });
      try {
        return await entries.next();
      } catch (fault) {
        entries = undefined;
        throw fault;
      }
    };
    try {
      for (;;) {
        const { value, done } = await this.#asked(next);
        if (done === true) return;
        const frame = value as FrameEntry;
        yield frame;
        seen = frame.last;
      }
    } finally {
      await entries?.return(undefined);
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
