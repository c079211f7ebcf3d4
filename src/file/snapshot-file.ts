import { putI64, readI64, sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import type { StoredSnapshot } from '../storage/contract.ts';
import { JOURNAL_ID } from './segment.ts';

const MAGIC = 0x5742_534e;
const VERSION = 0;
const AT = { magic: 0, version: 4, sequence: 8, journal: 16, hash: 32, length: 64, bytes: 72 };
const FOOTER = 32;

const NAME = /^snapshot-(\d{16})\.wbs$/;

export function snapshotName(sequence: number): string {
  return `snapshot-${String(sequence).padStart(16, '0')}.wbs`;
}

/** The sequence of a file with a snapshot, undefined for other files. */
export function snapshotSequence(name: string): number | undefined {
  const found = NAME.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

export function encodeSnapshot(snapshot: StoredSnapshot, journal: Uint8Array): Uint8Array {
  const { length } = snapshot.bytes;
  const bytes = new Uint8Array(AT.bytes + length + FOOTER);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.magic, MAGIC);
  view.setUint32(AT.version, VERSION);
  putI64(view, AT.sequence, snapshot.sequence);
  putI64(view, AT.length, length);
  bytes.set(journal, AT.journal);
  bytes.set(snapshot.hash, AT.hash);
  bytes.set(snapshot.bytes, AT.bytes);
  bytes.set(sha256(bytes.subarray(0, -FOOTER)), AT.bytes + length);
  return bytes;
}

/** Reads a file with a snapshot. @throws WattbookError BAD_SNAPSHOT naming it */
export function decodeSnapshot(
  bytes: Uint8Array,
  name: string,
  journal: Uint8Array,
): StoredSnapshot {
  const bad = (what: string): never => {
    throw new WattbookError('BAD_SNAPSHOT', `${name}: ${what}`);
  };
  if (bytes.length < AT.bytes + FOOTER) return bad(`${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(AT.magic) !== MAGIC) return bad('does not begin with WBSN');
  if (!sameBytes(sha256(bytes.subarray(0, -FOOTER)), bytes.subarray(-FOOTER)))
    return bad('is damaged');
  const version = view.getUint32(AT.version);
  if (version !== VERSION) return bad(`is of version ${version}, this release reads ${VERSION}`);
  const sequence = readI64(view, AT.sequence);
  if (sequence !== snapshotSequence(name)) return bad(`is one of ${sequence}`);
  if (
    journal !== undefined &&
    !sameBytes(journal, bytes.subarray(AT.journal, AT.journal + JOURNAL_ID))
  ) {
    return bad('is of another journal');
  }
  const content = bytes.slice(AT.bytes, bytes.length - FOOTER);
  return { sequence, hash: bytes.slice(AT.hash, AT.length), bytes: content };
}
