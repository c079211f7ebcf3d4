import type { AbortSignalLike } from '../core/abort.ts';
import type { Frame } from './frame.ts';

/**
 * Where an exchange keeps its journal. An adapter knows frames and snapshots as bytes with a place in
 * the order; what is in them is none of its business.
 */
export interface StorageAdapter {
  readonly supports: StorageSupport;
  /**
   * Makes the caller the one writer.
   *
   * MUST reject with STORAGE_IN_USE while there is another writer, unless `takeOver` is set.
   * MUST, from the moment it resolves, let every append of an earlier writer reject with FENCED.
   */
  open(options: { readonly takeOver: boolean }): Promise<JournalWriter>;
  /**
   * The frames that hold commands after a sequence, oldest first, up to the end of now. It may begin
   * with a frame that holds earlier commands too.
   *
   * MUST NOT leave out a frame whose append has resolved, and MUST NOT give bytes other than those
   * that were appended. MUST end, also while frames are appended.
   *
   * What a medium has damaged it need not find: whoever reads checks each frame, as an exchange does.
   */
  read(afterSequence: number): AsyncIterable<Uint8Array>;
  /** As `read`, and then each further frame once it is stored, until the signal aborts. */
  follow(afterSequence: number, signal: AbortSignalLike): AsyncIterable<Uint8Array>;
  /**
   * The snapshot of the highest sequence, or undefined if there is none.
   *
   * MUST NOT give sequence, hash or bytes other than those that were saved together.
   *
   * @param notAfter asks for the latest that is kept of no later sequence; an adapter that cannot look for it may give the latest of all
   */
  latestSnapshot(notAfter?: number): Promise<StoredSnapshot | undefined>;
}

/** What an adapter can promise. */
export interface StorageSupport {
  /** What a resolved append promises: in this process's memory, or on a medium that survives it. */
  readonly level: StorageLevel;
}

/** `executed`: applied, in memory. `durable`: on a medium that survives the process and the machine. */
export type StorageLevel = 'executed' | 'durable';

/** The right to write, and the end of the journal. */
export interface JournalWriter {
  /** From 1 upward, larger than that of every earlier writer; stands in each frame that this one writes. */
  readonly epoch: number;
  /** The end of the journal when the writer was opened. */
  readonly end: JournalEnd;
  /**
   * Stores a frame behind the last one. Called with one frame at a time.
   *
   * MUST resolve with the new end, and only once the frame is stored at `supports.level`.
   * MUST reject with FENCED where a later writer exists, and with anything else where it does not know.
   * MUST NOT change the bytes, nor keep them by reference if it lets others change them.
   */
  append(frame: Frame): Promise<JournalEnd>;
  /** Stores a snapshot at `supports.level`. Older ones may go, the latest but one may not. */
  saveSnapshot(snapshot: StoredSnapshot): Promise<void>;
  /**
   * Gives the right to write back. May be called more than once, and while an append is under way that
   * took too long.
   *
   * MUST NOT take the right from a later writer. MUST, from the moment it resolves, let appends reject.
   */
  close(): Promise<void>;
}

/** Where a journal ends. */
export interface JournalEnd {
  /** Sequence of its last command, 0 if there is none. */
  readonly sequence: number;
  /** SHA-256 of its last frame, zeros if there is none. */
  readonly hash: Uint8Array;
}

/** A state, and the frame after which it held. */
export interface StoredSnapshot extends JournalEnd {
  readonly bytes: Uint8Array;
}
