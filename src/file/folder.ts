import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import type { JournalEnd } from '../storage/contract.ts';
import { type Frame, NO_FRAME } from '../storage/frame.ts';
import { codeOf, type Disk, type DiskFile, ifThere } from './disk.ts';
import { draftName, madeWhole, type Maker } from './drafts.ts';
import { decodeMarks, encodeMark, Head, headEpoch, headName, type Mark } from './head.ts';
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
      const isSame = later?.epoch === mark?.epoch && later?.turn === mark?.turn;
      if (later === undefined || isSame) throw fault;
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
    const segment = await segmentOf(disk, folder, name);
    if (segment !== undefined) segments.push(segment);
  }
  if (mark === undefined) {
    const isNew = !names.some((name) => isOfJournal(name));
    return isNew ? { mark, segments } : bad('HEAD is not there');
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

/** A file of the journal; undefined if it is not there. @throws WattbookError BAD_FRAME */
export async function segmentOf(
  disk: Disk,
  folder: string,
  name: string,
): Promise<Segment | undefined> {
  const start = await ifThere(disk.read(join(folder, name), 0, SEGMENT_HEADER));
  return start && { ...decodeSegmentHeader(start, name), name };
}

/** The HEAD that counts, that of the latest writer, and its good marks, the latest first; undefined where nothing was ever stored. */
export async function headOf(
  disk: Disk,
  folder: string,
): Promise<{ readonly name: string; readonly marks: readonly Mark[] } | undefined> {
  for (;;) {
    const names = await disk.names(folder);
    const epoch = Math.max(...names.map((name) => headEpoch(name) ?? 0));
    if (epoch <= 0) return undefined;
    const name = headName(epoch);
    const bytes = await ifThere(disk.read(join(folder, name)));
    // Gone since: then there is a later one.
    if (bytes !== undefined) return { name, marks: decodeMarks(bytes) };
  }
}

/** The latest mark; undefined where nothing was ever stored. @throws WattbookError BAD_FRAME where it is damaged */
export async function markOf(disk: Disk, folder: string): Promise<Mark | undefined> {
  const head = await headOf(disk, folder);
  if (head === undefined || head.marks[0] !== undefined) return head?.marks[0];
  throw new WattbookError('BAD_FRAME', `${head.name} is damaged`);
}

/** @throws WattbookError NOT_KEPT where commands behind a sequence were dropped */
export function mustBeKept(folder: string, { segments }: Contents, afterSequence: number): void {
  const kept = segments[0]?.after.sequence ?? 0;
  if (afterSequence >= kept) return;
  const what = `commands after ${afterSequence} are gone, kept are those after ${kept}`;
  throw new WattbookError('NOT_KEPT', `${folder}: ${what}`);
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

/** What a file of the journal holds. @throws WattbookError NOT_KEPT */
export async function readSegment(
  disk: Disk,
  folder: string,
  { name }: Segment,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await ifThere(disk.read(join(folder, name)));
  if (bytes !== undefined) return bytes;
  throw new WattbookError('NOT_KEPT', `${name} was dropped while it was to be read`);
}

/**
 * Goes through the frames of a file of the journal.
 * @param until sequence behind which nothing counts any more, Infinity where all does
 */
export function scanSegment(
  { mark, segments }: Contents,
  segment: Segment,
  bytes: Uint8Array<ArrayBuffer>,
  until: number,
  take?: (frame: Frame, at: number) => void,
): Scan {
  const next = segments[segments.indexOf(segment) + 1];
  const ends = next?.after.sequence ?? endOfOlder(segment, mark);
  const limit = Math.min(until, ends);
  const known = next?.after.sequence ?? Math.min(limit, mark?.sequence ?? 0);
  const scan = scanFrames(bytes, SEGMENT_HEADER, segment.after, known, limit, take);
  const isEnd = next === undefined || sameBytes(scan.end.hash, next.after.hash);
  if (scan.ending === 'damaged' || isEnd) return scan;
  return { ...scan, ending: 'damaged', fault: `${next.name} does not follow on it` };
}

/**
 * Where the last file of a journal ends at the latest: with what the writer of HEAD found, where that one has begun no file. What stands
 * behind was written late, or given up.
 */
export function endOfOlder(
  { epoch }: Segment,
  mark: Pick<Mark, 'epoch' | 'sequence'> | undefined,
): number {
  return mark !== undefined && epoch < mark.epoch ? mark.sequence : Infinity;
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

/** Sixteen bytes for a new journal. */
export const newJournal = (): Uint8Array => new Uint8Array(randomBytes(JOURNAL_ID));

/** Begins the HEAD of a writer, which counts from then on. */
export async function beginHead(
  disk: Disk,
  folder: string,
  maker: Maker,
  start: Omit<Mark, 'turn' | 'epoch'>,
): Promise<Head> {
  const { epoch } = maker;
  const marks = [0, 1].map((turn) => ({ ...start, epoch, turn }));
  const file = await madeWhole(disk, folder, headName(epoch), maker, async (draft) => {
    for (const mark of marks) {
      const { bytes, at } = encodeMark(mark);
      await draft.write(bytes, at);
    }
  });
  return new Head(file, marks[1]!);
}

/**
 * Begins a new file of the journal, which from then on holds the only frames behind `header.after`.
 * @returns undefined where there is one of that index
 */
export async function beginSegment(
  disk: Disk,
  folder: string,
  maker: Maker,
  header: SegmentHeader,
): Promise<DiskFile | undefined> {
  const name = segmentName(header.index);
  try {
    return await madeWhole(disk, folder, name, maker, (draft) =>
      draft.write(encodeSegmentHeader(header), 0),
    );
  } catch (fault) {
    if (codeOf(fault) !== 'EEXIST') throw fault;
    await disk.remove(join(folder, draftName(name, header.epoch)));
    return undefined;
  }
}
