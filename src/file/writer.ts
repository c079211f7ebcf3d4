import { join } from 'node:path';
import { WattbookError } from '../core/errors.ts';
import { frameArgument, snapshotArgument } from '../storage/checks.ts';
import type { JournalEnd, JournalWriter, StoredSnapshot } from '../storage/contract.ts';
import type { Frame } from '../storage/frame.ts';
import type { Disk, DiskFile } from './disk.ts';
import { beginSegment, contentsOf, type Segment } from './folder.ts';
import { encodeMark, HEAD_NAME, type Mark } from './head.ts';
import { SEGMENT_HEADER } from './segment.ts';
import { saveSnapshot } from './snapshots.ts';
import type { Claim } from './writers.ts';

/** What a writer goes on from. */
export interface Start {
  readonly claim: Claim;
  readonly mark: Mark;
  readonly end: JournalEnd;
  /** Index of the last file of the journal, 0 if there is none. */
  readonly lastIndex: number;
}

/** How files of a journal are written. */
export interface WriteSettings {
  /** A file of this size or larger gets no further frame. */
  readonly segmentBytes: number;
  /** Frames between two marks in HEAD. */
  readonly framesPerMark: number;
  /** Whether files that only hold what came before both snapshots are removed. */
  readonly dropsOldSegments: boolean;
}

/** Writes frames behind each other, into a file of its own at first, so that nothing is ever written behind a torn frame. */
export class FileWriter implements JournalWriter {
  readonly epoch: number;
  readonly end: JournalEnd;
  /** The end of what is stored. */
  stored: JournalEnd;
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #settings: WriteSettings;
  readonly #claim: Claim;
  readonly #onStored: () => void;
  #mark: Mark;
  #lastIndex: number;
  #file: DiskFile | undefined;
  #head: DiskFile | undefined;
  #size = 0;
  #framesSinceMark = 0;
  #fault: unknown;
  #closing: Promise<void> | undefined;

  constructor(
    disk: Disk,
    folder: string,
    settings: WriteSettings,
    start: Start,
    onStored: () => void,
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.#settings = settings;
    this.#claim = start.claim;
    this.#mark = start.mark;
    this.#lastIndex = start.lastIndex;
    this.#onStored = onStored;
    this.epoch = start.claim.epoch;
    this.stored = start.end;
    this.end = copyOf(start.end);
  }

  /** Whether what it stores is the end of the journal. */
  get isWriting(): boolean {
    return this.#closing === undefined && this.#claim.holds();
  }

  async append(frame: Frame): Promise<JournalEnd> {
    frameArgument(frame);
    this.#mustHold();
    const end = { sequence: frame.lastSequence, hash: new Uint8Array(frame.hash) };
    await this.#orFail(async () => {
      const file = await this.#fileFor(frame.bytes.length);
      await file.write(frame.bytes, this.#size);
      await file.sync();
      this.#size += frame.bytes.length;
    });
    // Asked again, since whoever takes over reads what is there when this no longer holds.
    this.#mustHold();
    this.stored = end;
    this.#onStored();
    if (++this.#framesSinceMark >= this.#settings.framesPerMark) {
      await this.#orFail(() => this.#putMark());
    }
    return copyOf(end);
  }

  async saveSnapshot(snapshot: StoredSnapshot): Promise<void> {
    snapshotArgument(snapshot);
    this.#mustHold();
    await this.#orFail(async () => {
      const { journal } = this.#mark;
      const kept = await saveSnapshot(this.#disk, this.#folder, snapshot, journal);
      await (await this.#putMark()).sync();
      if (this.#settings.dropsOldSegments && kept.length > 1) await this.#drop(Math.min(...kept));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      const isSound = this.#fault === undefined && this.#claim.holds();
      if (isSound && this.#framesSinceMark > 0) await (await this.#putMark()).sync();
    } finally {
      await this.#claim.release();
      await this.#file?.close();
      await this.#head?.close();
    }
  }

  /** The file that the next frame goes into; a new one where there is none, or where it is full. */
  async #fileFor(bytes: number): Promise<DiskFile> {
    const isFull = this.#size + bytes > this.#settings.segmentBytes && this.#size > SEGMENT_HEADER;
    if (this.#file !== undefined && !isFull) return this.#file;
    await this.#file?.close();
    this.#file = undefined;
    const { journal } = this.#mark;
    const header = { journal, index: this.#lastIndex + 1, epoch: this.epoch, after: this.stored };
    const path = await beginSegment(this.#disk, this.#folder, header);
    this.#lastIndex++;
    this.#size = SEGMENT_HEADER;
    this.#file = await this.#disk.open(path);
    this.#mark = { ...this.#mark, last: this.#lastIndex };
    await this.#putMark();
    return this.#file;
  }

  /**
   * Removes the files whose frames all came before the one that ends with a sequence. HEAD says so first, else they would be
   * missing.
   */
  async #drop(sequence: number): Promise<void> {
    const { segments } = await contentsOf(this.#disk, this.#folder);
    const isOld = (_: Segment, i: number): boolean =>
      (segments[i + 1]?.after.sequence ?? Infinity) < sequence;
    const old = segments.filter(isOld);
    if (old.length === 0) return;
    this.#mark = { ...this.#mark, first: old.at(-1)!.index + 1 };
    await (await this.#putMark()).sync();
    for (const { name } of old) await this.#disk.remove(join(this.#folder, name));
  }

  /**
   * Begins the next file at once, so that what stands behind the end in the last one does not count any more, and says so in
   * HEAD.
   */
  async cutTail(): Promise<void> {
    this.#mustHold();
    await this.#orFail(async () => {
      await this.#fileFor(0);
      await (await this.#putMark()).sync();
    });
  }

  /** Writes down up to where the journal is stored. Not synced: a mark that is lost is one that lags. */
  async #putMark(): Promise<DiskFile> {
    this.#head ??= await this.#disk.open(join(this.#folder, HEAD_NAME));
    this.#mark = { ...this.#mark, turn: this.#mark.turn + 1, sequence: this.stored.sequence };
    const { bytes, at } = encodeMark(this.#mark);
    await this.#head.write(bytes, at);
    this.#framesSinceMark = 0;
    return this.#head;
  }

  /** @throws WattbookError FENCED; STORAGE_FAILED with what failed earlier: a sync is not tried again, since it would lie */
  #mustHold(): void {
    if (this.#fault !== undefined) {
      const cause = this.#fault;
      throw new WattbookError('STORAGE_FAILED', `${this.#folder}: failed earlier`, { cause });
    }
    if (this.isWriting) return;
    throw new WattbookError('FENCED', `writer ${this.epoch} may not write any more`);
  }

  async #orFail<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (fault) {
      this.#fault ??= fault;
      throw fault;
    }
  }
}

function copyOf({ sequence, hash }: JournalEnd): JournalEnd {
  return { sequence, hash: new Uint8Array(hash) };
}
