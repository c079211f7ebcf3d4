import { putI64, readI64 } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import type { DiskFile } from './disk.ts';
import { JOURNAL_ID } from './segment.ts';

/**
 * What there is of a journal at the least, kept apart from it: else one that lost its end, or a file at either end, could not
 * be told from a shorter one. Two slots are written in turn, so that one of them is good at any time.
 */
export interface Mark {
  /** Of the writer that wrote it. */
  readonly epoch: number;
  /** Higher with each write. */
  readonly turn: number;
  readonly journal: Uint8Array;
  /** Up to where it was stored. */
  readonly sequence: number;
  /** Indexes of its first file, those before it having been dropped, and of its last one, 0 if there was none. */
  readonly first: number;
  readonly last: number;
}

const NAME = /^HEAD-(\d{12})$/;

/** Each writer has one of its own: who was taken over and writes on, writes to one that does not count. */
export function headName(epoch: number): string {
  return `HEAD-${String(epoch).padStart(12, '0')}`;
}

/** The epoch of a HEAD, undefined for other files. */
export function headEpoch(name: string): number | undefined {
  const found = NAME.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

const MAGIC = 0x5742_4844;
const VERSION = 0;
const AT = {
  magic: 0,
  version: 4,
  turn: 8,
  sequence: 16,
  journal: 24,
  first: 40,
  last: 48,
  epoch: 56,
  crc: 64,
};
const SLOT = 68;
/** A slot has a sector of its own: a torn write of one leaves the other. */
const SECTOR = 512;

/** Bytes of a slot, and where it stands. */
export function encodeMark(mark: Mark): { readonly bytes: Uint8Array; readonly at: number } {
  const bytes = new Uint8Array(SLOT);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.magic, MAGIC);
  view.setUint32(AT.version, VERSION);
  putI64(view, AT.turn, mark.turn);
  putI64(view, AT.sequence, mark.sequence);
  bytes.set(mark.journal, AT.journal);
  putI64(view, AT.first, mark.first);
  putI64(view, AT.last, mark.last);
  putI64(view, AT.epoch, mark.epoch);
  view.setUint32(AT.crc, crc32c(bytes, 0, AT.crc));
  return { bytes, at: (mark.turn % 2) * SECTOR };
}

/** The slots that are good, the latest first. */
export function decodeMarks(bytes: Uint8Array): Mark[] {
  const marks = [0, SECTOR].flatMap((at) => markAt(bytes.subarray(at, at + SLOT)) ?? []);
  return marks.sort((a, b) => b.turn - a.turn);
}

function markAt(bytes: Uint8Array): Mark | undefined {
  if (bytes.length < SLOT) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, SLOT);
  if (view.getUint32(AT.magic) !== MAGIC || view.getUint32(AT.version) !== VERSION)
    return undefined;
  if (view.getUint32(AT.crc) !== crc32c(bytes, 0, AT.crc)) return undefined;
  const journal = bytes.slice(AT.journal, AT.journal + JOURNAL_ID);
  const [turn, sequence] = [readI64(view, AT.turn), readI64(view, AT.sequence)];
  const [first, last] = [readI64(view, AT.first), readI64(view, AT.last)];
  return { epoch: readI64(view, AT.epoch), turn, sequence, journal, first, last };
}

/** The HEAD of a writer. */
export class Head {
  readonly #file: DiskFile;
  #mark: Mark;
  #putting: Promise<void> = Promise.resolve();

  constructor(file: DiskFile, mark: Mark) {
    this.#file = file;
    this.#mark = mark;
  }

  get mark(): Mark {
    return this.#mark;
  }

  /** Writes a mark behind the ones under way: of two that are written at once the earlier one could stay. */
  put(
    change: Partial<Pick<Mark, 'sequence' | 'first' | 'last'>>,
    isSynced: boolean,
  ): Promise<void> {
    this.#mark = { ...this.#mark, ...change, turn: this.#mark.turn + 1 };
    const { bytes, at } = encodeMark(this.#mark);
    this.#putting = this.#putting.then(async () => {
      await this.#file.write(bytes, at);
      if (isSynced) await this.#file.sync();
    });
    return this.#putting;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
