import { putI64, readI64 } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { JOURNAL_ID } from './segment.ts';

/**
 * What there is of a journal at the least, kept apart from it: else one that lost its end, or a file at either end, could not
 * be told from a shorter one. Two slots are written in turn, so that one of them is good at any time.
 */
export interface Mark {
  /** Higher with each write. */
  readonly turn: number;
  readonly journal: Uint8Array;
  /** Up to where it was stored. */
  readonly sequence: number;
  /** Indexes of its first file, those before it having been dropped, and of its last one, 0 if there was none. */
  readonly first: number;
  readonly last: number;
}

export const HEAD_NAME = 'HEAD';

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
  crc: 56,
};
const SLOT = 60;
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
  return { turn, sequence, journal, first: readI64(view, AT.first), last: readI64(view, AT.last) };
}
