import { join } from 'node:path';
import { WattbookError } from '../core/errors.ts';
import { frameArgument, snapshotArgument } from '../storage/checks.ts';
import type { JournalEnd, JournalWriter, StoredSnapshot } from '../storage/contract.ts';
import type { Frame } from '../storage/frame.ts';
import type { Disk, DiskFile } from './disk.ts';
import type { Maker } from './drafts.ts';
import { beginSegment, contentsOf, type Segment } from './folder.ts';
import type { Head, Mark } from './head.ts';
import { SEGMENT_HEADER } from './segment.ts';
import { saveSnapshot } from './snapshots.ts';
import { type Claim, fenced } from './writers.ts';

/** What a writer goes on from. */
export interface Start {
  readonly claim: Claim;
  readonly head: Head;
  readonly end: JournalEnd;
}

/** How files of a journal are written. */
export interface WriteSettings {
  /** A file of this size or larger gets no further frame. */
  readonly segmentBytes: number;
  /** Frames between two marks in HEAD. */
  readonly framesPerMark: number;
  /** A mark is put so long after a frame at the latest: a follower in another process may wait for it. */
  readonly markDelayMs: number;
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
  readonly #head: Head;
  readonly #onStored: () => void;
  readonly #maker: Maker;
  /** Calls that have not come to an end. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** Index of the last file that was made, or found. */
  #lastIndex: number;
  #file: DiskFile | undefined;
  #size = 0;
  #framesSinceMark = 0;
  #isMarkDue = false;
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
    this.#head = start.head;
    this.#lastIndex = start.head.mark.last;
    this.#onStored = onStored;
    this.epoch = start.claim.epoch;
    this.#maker = { epoch: this.epoch, mustHold: () => this.#mustHold() };
    this.stored = start.end;
    this.end = copyOf(start.end);
  }

  /** Whether what it stores is the end of the journal. */
  get isWriting(): boolean {
    return this.#closing === undefined && this.#claim.holds();
  }

  async append(frame: Frame): Promise<JournalEnd> {
    frameArgument(frame);
    const end = { sequence: frame.lastSequence, hash: new Uint8Array(frame.hash) };
    return this.#run(async () => {
      const file = await this.#fileFor(frame.bytes.length);
      await file.write(frame.bytes, this.#size);
      await file.sync();
      this.#size += frame.bytes.length;
      // Asked again, since whoever takes over reads what is there when this no longer holds.
      this.#mustHold();
      this.stored = end;
      this.#onStored();
      if (++this.#framesSinceMark >= this.#settings.framesPerMark) await this.#putMark();
      else this.#markLater();
      return copyOf(end);
    });
  }

  async saveSnapshot(snapshot: StoredSnapshot): Promise<void> {
    snapshotArgument(snapshot);
    await this.#run(async () => {
      const { journal } = this.#head.mark;
      const kept = await saveSnapshot(this.#disk, this.#folder, snapshot, this.#maker, journal);
      await this.#putMark({}, true);
      if (this.#settings.dropsOldSegments && kept.length > 1) await this.#drop(Math.min(...kept));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // They stop at their next step, and must not write to files that another has by then.
    await Promise.allSettled(this.#underWay);
    try {
      const hasWritten = this.#file !== undefined && this.#fault === undefined;
      if (hasWritten && this.#claim.holds()) await this.#putMark({}, true);
    } finally {
      await Promise.allSettled([this.#file?.close(), this.#head.close()]);
      await this.#claim.release();
    }
  }

  /** The file that the next frame goes into; a new one where there is none, or where it is full. */
  async #fileFor(bytes: number): Promise<DiskFile> {
    const isFull = this.#size + bytes > this.#settings.segmentBytes && this.#size > SEGMENT_HEADER;
    if (this.#file !== undefined && !isFull) return this.#file;
    await this.#file?.close();
    this.#file = undefined;
    const { journal } = this.#head.mark;
    // Who was taken over may have made a file of the next index since: it holds nothing that counts.
    while (this.#file === undefined) {
      const index = ++this.#lastIndex;
      const header = { journal, index, epoch: this.epoch, after: this.stored };
      this.#file = await beginSegment(this.#disk, this.#folder, this.#maker, header);
    }
    this.#size = SEGMENT_HEADER;
    await this.#putMark({ last: this.#lastIndex });
    this.#mustHold();
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
    const first = old.at(-1)!.index + 1;
    // Into both slots: whichever of them is damaged, the other knows.
    for (let slots = 0; slots < 2; slots++) await this.#putMark({ first }, true);
    // Whoever takes over from now on has read that mark. Who did before may not have, and relies on the files.
    this.#mustHold();
    for (const { name } of old) await this.#disk.remove(join(this.#folder, name));
  }

  /** Writes down up to where the journal is stored. Mostly not synced: a mark that is lost is one that lags. */
  #putMark(change: Partial<Pick<Mark, 'first' | 'last'>> = {}, isSynced = false): Promise<void> {
    this.#framesSinceMark = 0;
    return this.#head.put({ ...change, sequence: this.stored.sequence }, isSynced);
  }

  #markLater(): void {
    if (this.#isMarkDue) return;
    this.#isMarkDue = true;
    this.#disk.later(() => {
      this.#isMarkDue = false;
      if (this.#framesSinceMark === 0) return;
      // What fails here is told to who appends next.
      this.#run(() => this.#putMark()).catch(() => {});
    }, this.#settings.markDelayMs);
  }

  /** Does something while the right to write is held. What fails is not tried again: a sync that is would lie. */
  async #run<T>(call: () => Promise<T>): Promise<T> {
    this.#mustHold();
    const running = call();
    this.#underWay.add(running);
    try {
      return await running;
    } catch (fault) {
      if (isFenced(fault)) throw fault;
      this.#fault ??= fault;
      // Who was taken over may find files gone.
      if (!this.isWriting) throw fenced(this.epoch, fault);
      throw fault;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** Asked right before each step that changes what is there. @throws WattbookError FENCED; STORAGE_FAILED with what failed earlier */
  #mustHold(): void {
    if (this.#fault !== undefined) {
      const cause = this.#fault;
      throw new WattbookError('STORAGE_FAILED', `${this.#folder}: failed earlier`, { cause });
    }
    if (!this.isWriting) throw fenced(this.epoch);
  }
}

function isFenced(fault: unknown): boolean {
  return fault instanceof WattbookError && fault.code === 'FENCED';
}

function copyOf({ sequence, hash }: JournalEnd): JournalEnd {
  return { sequence, hash: new Uint8Array(hash) };
}
