import { dirname, join, resolve } from 'node:path';
import type { AbortSignalLike } from '../core/abort.ts';
import { shown } from '../core/decimal.ts';
import { WattbookError } from '../core/errors.ts';
import { adapterOf } from '../storage/adapter.ts';
import type { StorageAdapter, StoredSnapshot } from '../storage/contract.ts';
import type { Frame } from '../storage/frame.ts';
import type { Disk } from './disk.ts';
import {
  beginHead,
  type Contents,
  contentsOf,
  markOf,
  mustBeKept,
  mustBeSound,
  newJournal,
  NOWHERE,
  readSegment,
  scanSegment,
  type Segment,
} from './folder.ts';
import { Follower } from './follower.ts';
import { nodeDisk } from './node-disk.ts';
import { splitFrames, type UncheckedFrame } from './scan.ts';
import { SEGMENT_HEADER } from './segment.ts';
import { latestSnapshot } from './snapshots.ts';
import { FileWriter, type WriteSettings } from './writer.ts';
import { claim, type Claim, fenced, removeLeftovers } from './writers.ts';

/** How a journal is kept in files. */
export interface FileStorageOptions {
  /** From this size on a file of the journal is followed by the next. In bytes, from 1,024 to 1 GiB; default 64 MiB. */
  readonly segmentBytes?: number;
  /**
   * Goes on where the last frame is damaged and might be one that somebody relies on, without it. Default false:
   * opening is refused with TAIL_IN_DOUBT.
   */
  readonly acceptTailLoss?: boolean;
  /**
   * After each snapshot removes the files of the journal that came before both snapshots that are kept: the market goes on from
   * those, and its history before them is gone. Default false: everything is kept.
   */
  readonly dropsOldSegments?: boolean;
}

const FRAMES_PER_MARK = 64;
const MARK_DELAY_MS = 20;
/** How often a follower looks for what another process has written. */
const LOOK_MS = 50;

/**
 * A journal in the files of a folder, which is made if it is not there: what an append has resolved for survives the
 * process and, on a medium that keeps what it has synced, the machine. One process writes at a time; any number read.
 * Not for network file systems.
 * @throws TypeError, RangeError
 */
export function fileStorage(folder: string, options: FileStorageOptions = {}): StorageAdapter {
  return storageOn(nodeDisk, folder, options);
}

/** @internal The same on any file system. */
export function storageOn(
  disk: Disk,
  folder: string,
  options: FileStorageOptions = {},
): StorageAdapter {
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError(`folder must be a path, got ${shown(folder)}`);
  }
  const { segmentBytes = 64 * 1024 * 1024 } = options;
  const { acceptTailLoss = false, dropsOldSegments = false } = options;
  if (!Number.isSafeInteger(segmentBytes) || segmentBytes < 1024 || segmentBytes > 2 ** 30) {
    throw new RangeError(
      `segmentBytes must be from 1024 to ${2 ** 30}, got ${shown(segmentBytes)}`,
    );
  }
  for (const [name, value] of Object.entries({ acceptTailLoss, dropsOldSegments })) {
    if (typeof value === 'boolean') continue;
    throw new TypeError(`${name} must be true or false, got ${shown(value)}`);
  }
  const settings = {
    segmentBytes,
    framesPerMark: FRAMES_PER_MARK,
    markDelayMs: MARK_DELAY_MS,
    dropsOldSegments,
  };
  const journal = new FileJournal(disk, resolve(folder), settings, acceptTailLoss);
  return adapterOf('durable', journal);
}

class FileJournal {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #settings: WriteSettings;
  readonly #acceptTailLoss: boolean;
  /** The writer of this process, while it is the one. */
  #writer: FileWriter | undefined;
  /** Called at the next append of this process. */
  readonly #waiting = new Set<() => void>();

  constructor(disk: Disk, folder: string, settings: WriteSettings, acceptTailLoss: boolean) {
    this.#disk = disk;
    this.#folder = folder;
    this.#settings = settings;
    this.#acceptTailLoss = acceptTailLoss;
  }

  async open(takeOver: boolean): Promise<FileWriter> {
    await this.#makeFolder();
    const held = await claim(this.#disk, this.#folder, takeOver);
    try {
      this.#writer = await this.#start(held);
      return this.#writer;
    } catch (fault) {
      try {
        throw held.holds() ? fault : fenced(held.epoch, fault);
      } finally {
        await held.release();
      }
    }
  }

  /** The name of a folder is in the one above it: it is lost with the machine unless that is synced. */
  async #makeFolder(): Promise<void> {
    const topmost = await this.#disk.makeFolder(this.#folder);
    if (topmost === undefined) return;
    for (let made = this.#folder; made.length >= topmost.length; made = dirname(made)) {
      await this.#disk.syncFolder(dirname(made));
    }
  }

  async #start(held: Claim): Promise<FileWriter> {
    const [disk, folder] = [this.#disk, this.#folder];
    const { mark, segments } = await contentsOf(disk, folder);
    const last = segments.at(-1);
    let end = NOWHERE;
    let lastFrame = { bytes: new Uint8Array(), at: 0 };
    if (last !== undefined) {
      const contents = { mark, segments };
      const file = await readSegment(disk, folder, last);
      const scan = scanSegment(contents, last, file, Infinity, ({ bytes }, at) => {
        lastFrame = { bytes, at };
      });
      mustBeSound(scan, last.name, this.#acceptTailLoss);
      ({ end } = scan);
    }
    const snapshot = mark && (await latestSnapshot(disk, folder, mark.journal));
    const [from, kept] = [snapshot?.sequence ?? 0, segments[0]?.after.sequence ?? 0];
    if (from > end.sequence || (kept > 0 && from <= kept)) {
      const what = `the latest snapshot is of ${from}, the journal has commands ${kept + 1} to ${end.sequence}`;
      throw new WattbookError('BAD_SNAPSHOT', `${folder}: ${what}`);
    }
    // From here on things are changed.
    if (last !== undefined) await this.#writeAgain(last.name, lastFrame.bytes, lastFrame.at);
    const { journal = newJournal(), first = 1 } = mark ?? {};
    const { sequence } = end;
    const start = { journal, sequence, first, last: last?.index ?? 0 };
    const head = await beginHead(disk, folder, held, start);
    try {
      await removeLeftovers(disk, folder, held.epoch, first);
    } catch (fault) {
      await head.close();
      throw fault;
    }
    return new FileWriter(disk, folder, this.#settings, { claim: held, head, end }, () => {
      for (const wake of this.#waiting) wake();
    });
  }

  /**
   * Brings the last frame onto the medium, where it may not be yet. Its bytes are written again: after a sync that failed the system
   * may take them for synced.
   */
  async #writeAgain(name: string, bytes: Uint8Array, at: number): Promise<void> {
    const file = await this.#disk.open(join(this.#folder, name));
    try {
      await file.write(bytes, at);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#disk.syncFolder(this.#folder);
  }

  async *read(afterSequence: number): AsyncGenerator<Uint8Array> {
    const [disk, folder] = [this.#disk, this.#folder];
    // Behind it may stand what this process is writing.
    const until = this.#known()?.sequence ?? Infinity;
    const contents = await contentsOf(disk, folder);
    mustBeKept(folder, contents, afterSequence);
    const endOf = (i: number): number => contents.segments[i + 1]?.after.sequence ?? Infinity;
    const segments = contents.segments.filter(
      ({ after }, i) => after.sequence < until && endOf(i) > afterSequence,
    );
    let reading = segments[0] && readSegment(disk, folder, segments[0]);
    for (const [i, segment] of segments.entries()) {
      const frames = this.#framesOf(contents, segment, (await reading)!, until);
      // While those of this file are gone through.
      reading = segments[i + 1] && readSegment(disk, folder, segments[i + 1]!);
      reading?.catch(() => {});
      for (const { bytes, lastSequence } of frames) if (lastSequence > afterSequence) yield bytes;
    }
  }

  #framesOf(
    contents: Contents,
    segment: Segment,
    bytes: Uint8Array<ArrayBuffer>,
    until: number,
  ): readonly UncheckedFrame[] {
    const next = contents.segments[contents.segments.indexOf(segment) + 1];
    const isClosed = next !== undefined && next.after.sequence <= until;
    const { sequence } = segment.after;
    const split = isClosed && splitFrames(bytes, SEGMENT_HEADER, sequence, next.after.sequence);
    if (split) return split;
    const frames: Frame[] = [];
    const scan = scanSegment(contents, segment, bytes, until, (frame) => frames.push(frame));
    mustBeSound(scan, segment.name, this.#acceptTailLoss);
    return frames;
  }

  async *follow(afterSequence: number, signal: AbortSignalLike): AsyncGenerator<Uint8Array> {
    const follower = new Follower(this.#disk, this.#folder, afterSequence);
    while (!signal.aborted) {
      const frames = await follower.look(this.#known());
      for (const { bytes } of frames) {
        if (signal.aborted) return;
        yield bytes;
      }
      if (frames.length === 0) await this.#untilWoken(signal);
    }
  }

  /** What the writer of this process knows, while it is the one. */
  #known(): { readonly epoch: number; readonly sequence: number } | undefined {
    if (this.#writer?.isWriting !== true) return undefined;
    const { epoch, stored } = this.#writer;
    return { epoch, sequence: stored.sequence };
  }

  async latestSnapshot(notAfter?: number): Promise<StoredSnapshot | undefined> {
    const mark = await markOf(this.#disk, this.#folder);
    return mark && latestSnapshot(this.#disk, this.#folder, mark.journal, notAfter);
  }

  async #untilWoken(signal: AbortSignalLike): Promise<void> {
    let wake!: () => void;
    const woken = new Promise<void>((done) => (wake = done));
    const timer = setTimeout(wake, LOOK_MS);
    signal.addEventListener('abort', wake);
    this.#waiting.add(wake);
    if (!signal.aborted) await woken;
    clearTimeout(timer);
    this.#waiting.delete(wake);
    signal.removeEventListener('abort', wake);
  }
}
