import { putI64, readI64 } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { JournalEnd } from '../storage/contract.ts';

/** What a file of a journal begins with: whose it is, and behind which frame its frames come. docs/format.md describes it. */
export interface SegmentHeader {
  /** Sixteen random bytes that all files of a journal carry. */
  readonly journal: Uint8Array;
  /** From 1 upward, without gaps. */
  readonly index: number;
  /** Of the writer that made it. */
  readonly epoch: number;
  /** The end of the journal before it. What the files before it hold behind that place does not count. */
  readonly after: JournalEnd;
}

const MAGIC = 0x5742_5347;
const VERSION = 0;
const AT = {
  magic: 0,
  version: 4,
  index: 8,
  epoch: 16,
  sequence: 24,
  journal: 32,
  hash: 48,
  crc: 80,
};

/** Bytes of a header: the first frame begins behind it. */
export const SEGMENT_HEADER = 84;
export const JOURNAL_ID = 16;

const NAME = /^journal-(\d{8})\.wbj$/;

export function segmentName(index: number): string {
  return `journal-${String(index).padStart(8, '0')}.wbj`;
}

/** The index of a file of the journal, undefined for other files. */
export function segmentIndex(name: string): number | undefined {
  const found = NAME.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SEGMENT_HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.magic, MAGIC);
  view.setUint32(AT.version, VERSION);
  putI64(view, AT.index, header.index);
  putI64(view, AT.epoch, header.epoch);
  putI64(view, AT.sequence, header.after.sequence);
  bytes.set(header.journal, AT.journal);
  bytes.set(header.after.hash, AT.hash);
  view.setUint32(AT.crc, crc32c(bytes, 0, AT.crc));
  return bytes;
}

/** Reads what a file begins with. @throws WattbookError BAD_FRAME naming the file */
export function decodeSegmentHeader(bytes: Uint8Array, name: string): SegmentHeader {
  const bad = (what: string): never => {
    throw new WattbookError('BAD_FRAME', `${name}: ${what}`);
  };
  if (bytes.length < SEGMENT_HEADER) return bad(`${bytes.length} bytes are too few for its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER);
  if (view.getUint32(AT.magic) !== MAGIC) return bad('does not begin with WBSG');
  if (view.getUint32(AT.crc) !== crc32c(bytes, 0, AT.crc)) return bad('its header is damaged');
  const version = view.getUint32(AT.version);
  if (version !== VERSION) return bad(`is of version ${version}, this release reads ${VERSION}`);
  const [index, epoch] = [readI64(view, AT.index), readI64(view, AT.epoch)];
  const sequence = readI64(view, AT.sequence);
  if (index !== segmentIndex(name)) return bad(`is number ${index} of the journal`);
  if (!isWhole(epoch, 1) || !isWhole(sequence, 0)) return bad('its header cannot be');
  const journal = bytes.slice(AT.journal, AT.journal + JOURNAL_ID);
  return { journal, index, epoch, after: { sequence, hash: bytes.slice(AT.hash, AT.crc) } };
}

function isWhole(value: number, least: number): boolean {
  return value >= least && value <= MAX_INTEGER;
}
