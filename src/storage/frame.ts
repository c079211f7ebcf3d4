import { ByteLog, putI64, readI64 } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { HEADER_SIZE, HEADER } from '../core/registry.ts';
import { RULES_VERSION } from '../core/rules.ts';

/**
 * One group commit as bytes: a header, command records, each with a digest of the events it led to,
 * and a trailer. docs/format.md describes it.
 */
export interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The writer that wrote it, see `JournalWriter.epoch`. */
  readonly epoch: number;
  /** Number of the rules by which its commands came to their results. */
  readonly rulesVersion: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** SHA-256 of the frame before it, zeros for the first. */
  readonly previousHash: Uint8Array;
  /** SHA-256 of all its bytes. */
  readonly hash: Uint8Array;
}

/** A function that computes SHA-256. It must not change the bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

const MAGIC = 0x5742_4652;
const TRAILER = 0x5742_454e;
const VERSION = 0;
const HASH_SIZE = 32;
const TRAILER_SIZE = 4;
/** Bytes behind each record: the digest of its events. */
export const DIGEST_SIZE = 4;
const AT = {
  magic: 0,
  version: 4,
  rules: 6,
  count: 8,
  bodyLength: 12,
  firstSequence: 16,
  epoch: 24,
  previousHash: 32,
  bodyCrc: 64,
  headerCrc: 68,
  body: 72,
} as const;

/** The previous hash of a journal's first frame. */
export const NO_FRAME: Uint8Array = new Uint8Array(HASH_SIZE);

/** Makes a frame of `count` records with their digests, which stand in `body` one after the other. */
export function encodeFrame(
  body: Uint8Array,
  count: number,
  firstSequence: number,
  epoch: number,
  previousHash: Uint8Array,
  sha256: Sha256,
): Frame {
  const bytes = new Uint8Array(AT.body + body.length + TRAILER_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.magic, MAGIC);
  view.setUint16(AT.version, VERSION);
  view.setUint16(AT.rules, RULES_VERSION);
  view.setUint32(AT.count, count);
  view.setUint32(AT.bodyLength, body.length);
  putI64(view, AT.firstSequence, firstSequence);
  putI64(view, AT.epoch, epoch);
  bytes.set(previousHash, AT.previousHash);
  bytes.set(body, AT.body);
  view.setUint32(AT.bodyCrc, crc32c(body));
  view.setUint32(AT.headerCrc, crc32c(bytes, 0, AT.headerCrc));
  view.setUint32(AT.body + body.length, TRAILER);
  const lastSequence = firstSequence + (count - 1);
  const rulesVersion = RULES_VERSION;
  const place = { epoch, rulesVersion, firstSequence, lastSequence };
  return { bytes, ...place, previousHash, hash: sha256(bytes) };
}

/** What a frame says of itself in its header. */
export interface FrameHead {
  /** Bytes of the frame. */
  readonly length: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** What begins at a place, by its header alone; undefined where that is no frame, or a damaged one. */
export function frameHeadAt(bytes: Uint8Array, at: number): FrameHead | undefined {
  if (bytes.length - at < AT.body) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, AT.body);
  if (view.getUint32(AT.magic) !== MAGIC) return undefined;
  if (view.getUint32(AT.headerCrc) !== crc32c(bytes, at, at + AT.headerCrc)) return undefined;
  const length = AT.body + view.getUint32(AT.bodyLength) + TRAILER_SIZE;
  const firstSequence = readI64(view, AT.firstSequence);
  return { length, firstSequence, lastSequence: firstSequence + (view.getUint32(AT.count) - 1) };
}

/**
 * Reads a frame, a copy of it, and checks all of it but the records' content.
 * @throws WattbookError BAD_FRAME, saying what is wrong
 */
export function decodeFrame(bytes: Uint8Array, sha256: Sha256): Frame {
  if (!(bytes instanceof Uint8Array))
    throw new WattbookError('BAD_FRAME', 'frame: is no Uint8Array');
  return frameOf(new Uint8Array(bytes), sha256);
}

/** As `decodeFrame`, of bytes that nobody changes as long as the frame is in use. */
export function frameOf(own: Uint8Array<ArrayBuffer>, sha256: Sha256): Frame {
  const bad = (what: string): never => {
    throw new WattbookError('BAD_FRAME', `frame: ${what}`);
  };
  const view = viewOf(own);
  if (own.length < AT.body + TRAILER_SIZE) return bad(`${own.length} bytes are too few`);
  if (view.getUint32(AT.magic) !== MAGIC) return bad('does not begin with WBFR');
  if (view.getUint32(AT.headerCrc) !== crc32c(own, 0, AT.headerCrc)) {
    return bad('its header is damaged');
  }
  const version = view.getUint16(AT.version);
  if (version !== VERSION) return bad(`is of version ${version}, this release reads ${VERSION}`);
  const bodyLength = view.getUint32(AT.bodyLength);
  const end = AT.body + bodyLength;
  if (end + TRAILER_SIZE !== own.length) {
    return bad(`says its body has ${bodyLength} bytes, it is ${own.length} bytes long`);
  }
  if (view.getUint32(AT.bodyCrc) !== crc32c(own, AT.body, end)) return bad('its body is damaged');
  if (view.getUint32(end) !== TRAILER) return bad('its end is damaged');
  const count = view.getUint32(AT.count);
  const firstSequence = readI64(view, AT.firstSequence);
  const epoch = readI64(view, AT.epoch);
  const lastSequence = firstSequence + (count - 1);
  const counts = count > 0 && firstSequence > 0 && lastSequence <= MAX_INTEGER;
  if (!counts || epoch < 1 || epoch > MAX_INTEGER) {
    return bad(`holds ${count} commands from ${firstSequence} on, of epoch ${epoch}`);
  }
  const previousHash = own.slice(AT.previousHash, AT.previousHash + HASH_SIZE);
  const rulesVersion = view.getUint16(AT.rules);
  const place = { epoch, rulesVersion, firstSequence, lastSequence };
  return { bytes: own, ...place, previousHash, hash: sha256(own) };
}

/**
 * Where the records of a frame begin, and last where they end. A record ends `DIGEST_SIZE` bytes before the next one begins. No
 * generator: of the time in which a journal is gone through that took three per cent.
 * @throws WattbookError BAD_FRAME where the records are not those that the header counts
 */
export function recordStarts({ bytes, firstSequence, lastSequence }: Frame): Int32Array {
  const view = viewOf(bytes);
  const bodyEnd = bytes.length - TRAILER_SIZE;
  const count = lastSequence - firstSequence + 1;
  // It may say that there are more of them than there is room for.
  const most = Math.floor((bodyEnd - AT.body) / (HEADER_SIZE + DIGEST_SIZE));
  const starts = new Int32Array(Math.min(count, most) + 1);
  let at: number = AT.body;
  for (let i = 0; i < count; i++) {
    starts[i] = at;
    const fits = at + HEADER_SIZE <= bodyEnd;
    const next = fits ? at + view.getUint32(at + HEADER.length) + DIGEST_SIZE : Infinity;
    if (next > bodyEnd || readI64(view, at + HEADER.sequence) !== firstSequence + i) {
      const what = `frame: command ${firstSequence + i} is not where it should be`;
      throw new WattbookError('BAD_FRAME', what);
    }
    at = next;
  }
  if (at !== bodyEnd) throw new WattbookError('BAD_FRAME', 'frame: has bytes behind its commands');
  starts[count] = at;
  return starts;
}

/** The bytes of a frame, for places that `recordStarts` gives. Where a record ends stands the digest of its events, 32 bits. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Writes a digest behind the record that was written last. */
export function putDigest(log: ByteLog, digest: number): void {
  const at = log.extend(DIGEST_SIZE);
  log.view.setUint32(at, digest);
}
