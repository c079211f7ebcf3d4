import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import type { JournalEnd } from '../storage/contract.ts';
import { type Frame, NO_FRAME } from '../storage/frame.ts';
import { type Disk, ifThere } from './disk.ts';
import { decodeMarks, encodeMark, HEAD_NAME, type Mark } from './head.ts';
import { type Scan, scanFrames } from './scan.ts';
import { snapshotSequence } from './snapshot-file.ts';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  JOURNAL_ID,
  SEGMENT_HEADER,
  type SegmentHeader,
  segmentIndex,
  segmentName,
} from './segment.ts';

/** A file of the journal. */
export interface Segment extends SegmentHeader {
  readonly name: string;
}

/** What is in a folder, before any frame is looked at. */
export interface Contents {
  /** Undefined where nothing was ever stored. */
  readonly mark: Mark | undefined;
  /** In order. */
  readonly segments: readonly Segment[];
}

/**
 * Lists a folder, and checks that its files belong together. A writer may be at work meanwhile.
 * @throws WattbookError BAD_FRAME
 */
export async function contentsOf(disk: Disk, folder: string): Promise<Contents> {
  // Before the names: what a mark tells of is there by then.
  let mark = await markOf(disk, folder);
  for (;;) {
    try {
      return await contentsBehind(disk, folder, mark);
    } catch (fault) {
      const later = await markOf(disk, folder);
      if (later === undefined || later.turn === mark?.turn) throw fault;
      // The first files may have been dropped between the mark and the names.
      mark = later;
    }
  }
}

async function contentsBehind(
  disk: Disk,
  folder: string,
  mark: Mark | undefined,
): Promise<Contents> {
  const bad = (what: string): never => {
    throw new WattbookError('BAD_FRAME', what);
  };
  const names = await disk.names(folder);
  const { first = 1, last = 0 } = mark ?? {};
  const segments: Segment[] = [];
  for (const name of names.filter((each) => (segmentIndex(each) ?? 0) >= first).sort()) {
    const start = await ifThere(disk.read(join(folder, name), SEGMENT_HEADER));
    if (start !== undefined) segments.push({ ...decodeSegmentHeader(start, name), name });
  }
  if (mark === undefined) {
    const isNew = !names.some((name) => isOfJournal(name));
    return isNew ? { mark, segments } : bad(`${HEAD_NAME} is not there`);
  }
  let expected = first;
  for (const [i, segment] of segments.entries()) {
    if (segment.index !== expected) bad(`${segmentName(expected)} is not there`);
    const fault = faultOf(segment, segments[i - 1], mark);
    if (fault !== undefined) bad(`${segment.name}: ${fault}`);
    expected++;
  }
  if (expected <= last) bad(`${segmentName(expected)} is not there`);
  return { mark, segments };
}

const isOfJournal = (name: string): boolean =>
  segmentIndex(name) !== undefined || snapshotSequence(name) !== undefined;

/** The latest mark; undefined where nothing was ever stored. @throws WattbookError BAD_FRAME where it is damaged */
export async function markOf(disk: Disk, folder: string): Promise<Mark | undefined> {
  const bytes = await ifThere(disk.read(join(folder, HEAD_NAME)));
  const mark = bytes && decodeMarks(bytes)[0];
  if (bytes === undefined || mark !== undefined) return mark;
  throw new WattbookError('BAD_FRAME', `${HEAD_NAME} is damaged`);
}

function faultOf(segment: Segment, before: Segment | undefined, mark: Mark): string | undefined {
  if (!sameBytes(segment.journal, mark.journal)) return 'is of another journal';
  if (before === undefined) {
    const isFirst = segment.index > 1 || segment.after.sequence === 0;
    return isFirst ? undefined : `is the first, and follows on ${segment.after.sequence}`;
  }
  if (segment.epoch < before.epoch) return `is of epoch ${segment.epoch} after ${before.epoch}`;
  if (segment.after.sequence < before.after.sequence) return `begins before ${before.name}`;
  return undefined;
}

/** What a whole file holds. */
export interface SegmentScan extends Scan {
  /** Bytes of the file. */
  readonly size: number;
}

/**
 * Goes through the frames of a file of the journal.
 * @param until sequence behind which nothing counts any more, Infinity where all does
 */
export async function scanSegment(
  disk: Disk,
  folder: string,
  contents: Contents,
  segment: Segment,
  until: number,
  take?: (frame: Frame, at: number) => void,
): Promise<SegmentScan> {
  const next = contents.segments[contents.segments.indexOf(segment) + 1];
  const limit = Math.min(until, next?.after.sequence ?? Infinity);
  const known = next?.after.sequence ?? Math.min(limit, contents.mark?.sequence ?? 0);
  const bytes = await ifThere(disk.read(join(folder, segment.name)));
  if (bytes === undefined) {
    throw new WattbookError('NOT_KEPT', `${segment.name} was dropped while it was to be read`);
  }
  const scan = scanFrames(bytes, SEGMENT_HEADER, segment.after, known, limit, take);
  const isEnd = next === undefined || sameBytes(scan.end.hash, next.after.hash);
  const size = bytes.length;
  if (scan.ending === 'damaged' || isEnd) return { ...scan, size };
  return { ...scan, size, ending: 'damaged', fault: `${next.name} does not follow on it` };
}

/** Where a journal ends that has no frames. */
export const NOWHERE: JournalEnd = { sequence: 0, hash: NO_FRAME };

/** Stops where a file does not end as it should. @throws WattbookError BAD_FRAME, TAIL_IN_DOUBT */
export function mustBeSound(scan: Scan, name: string, acceptTailLoss: boolean): void {
  const { ending, endsAt, fault } = scan;
  if (ending === 'damaged') {
    throw new WattbookError('BAD_FRAME', `${name}, byte ${endsAt}: ${fault}`);
  }
  if (ending !== 'doubtful' || acceptTailLoss) return;
  throw new WattbookError('TAIL_IN_DOUBT', `${name}, byte ${endsAt}: ${fault}`);
}

/** Begins the folder of a new journal. */
export async function beginJournal(disk: Disk, folder: string): Promise<Mark> {
  const journal = new Uint8Array(randomBytes(JOURNAL_ID));
  const marks = [0, 1].map((turn) => ({ turn, journal, sequence: 0, first: 1, last: 0 }));
  await writeWhole(disk, folder, HEAD_NAME, async (write) => {
    for (const mark of marks) {
      const { bytes, at } = encodeMark(mark);
      await write(bytes, at);
    }
  });
  return marks[1]!;
}

/** Begins a new file of the journal, which from then on holds the only frames behind `header.after`. */
export async function beginSegment(
  disk: Disk,
  folder: string,
  header: SegmentHeader,
): Promise<string> {
  const name = segmentName(header.index);
  await writeWhole(disk, folder, name, (write) => write(encodeSegmentHeader(header), 0), true);
  return join(folder, name);
}

/** Makes a file that is there with all its bytes, or not at all. */
export async function writeWhole(
  disk: Disk,
  folder: string,
  name: string,
  fill: (write: (bytes: Uint8Array, at: number) => Promise<void>) => Promise<void>,
  mustBeNew = false,
): Promise<void> {
  const path = join(folder, name);
  const draft = `${path}.draft`;
  await disk.remove(draft);
  const file = await disk.create(draft);
  try {
    await fill((bytes, at) => file.write(bytes, at));
    await file.sync();
  } finally {
    await file.close();
  }
  if (mustBeNew) {
    await disk.link(draft, path);
    await disk.remove(draft);
  } else {
    await disk.rename(draft, path);
  }
  await disk.syncFolder(folder);
}
