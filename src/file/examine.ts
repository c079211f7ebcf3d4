import { join } from 'node:path';
import { WattbookError } from '../core/errors.ts';
import { type Disk, ifThere } from './disk.ts';
import {
  type Contents,
  contentsOf,
  headOf,
  readSegment,
  scanSegment,
  type Segment,
} from './folder.ts';
import { decodeSnapshot, snapshotSequence } from './snapshot-file.ts';
import { snapshotNames } from './snapshots.ts';
import type { Ending } from './scan.ts';

/** What is in a folder of `fileStorage`, and what of it is not as it should be. */
export interface Examination {
  readonly segments: readonly SegmentReport[];
  readonly snapshots: readonly SnapshotReport[];
  /** Sequence up to which HEAD knows the journal to be stored; undefined if nothing was. */
  readonly mark: number | undefined;
  /** Sequence of the last command that can be read. */
  readonly lastSequence: number;
  readonly findings: readonly Finding[];
}

export interface SegmentReport {
  readonly name: string;
  readonly bytes: number;
  readonly epoch: number;
  /** Sequence of the command before its first. */
  readonly after: number;
  readonly lastSequence: number;
  readonly frames: number;
  readonly ending: Ending;
  /** Where its last frame that counts ends. */
  readonly endsAt: number;
}

export interface SnapshotReport {
  readonly name: string;
  readonly bytes: number;
  readonly sequence: number;
}

export interface Finding {
  readonly file: string;
  /**
   * `damaged`: not as it was written. `doubtful`, `torn`: a last frame, see `Ending`. `slot`: one of the two marks in HEAD; the
   * other is good, and it is written anew.
   */
  readonly kind: 'damaged' | 'doubtful' | 'torn' | 'slot';
  readonly what: string;
}

const ATTEMPTS = 100;

/**
 * Reads everything in a folder, changes nothing. A writer may be at work meanwhile: then this is how far it had come. O(bytes).
 * @param progress told how many files were read, and of how many
 */
export async function examine(
  disk: Disk,
  folder: string,
  progress: (done: number, of: number) => void = () => {},
): Promise<Examination> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await examined(disk, folder, progress);
    } catch (fault) {
      // A writer has dropped a file since its name was read: there are later ones.
      if (faultOf(fault).code !== 'NOT_KEPT' || attempt === ATTEMPTS) throw fault;
    }
  }
}

async function examined(
  disk: Disk,
  folder: string,
  progress: (done: number, of: number) => void,
): Promise<Examination> {
  const findings: Finding[] = [];
  const found = (file: string, kind: Finding['kind'], what: string): void => {
    findings.push({ file, kind, what });
  };
  /** What is wrong with a file, by a message that begins with its name. */
  const foundBad = (fault: unknown): void => {
    const [, file, what] = /^([^: ]+):? (.*)$/.exec(faultOf(fault).message)!;
    found(file!, 'damaged', what!);
  };
  // What a snapshot is of is in the journal by then.
  const earlier = await snapshotNames(disk, folder);
  const head = await headOf(disk, folder);
  if (head?.marks.length === 1) found(head.name, 'slot', 'one of two');
  const segments: SegmentReport[] = [];
  let contents: Contents = { mark: head?.marks[0], segments: [] };
  try {
    contents = await contentsOf(disk, folder);
  } catch (fault) {
    foundBad(fault);
  }
  for (const segment of contents.segments) {
    const bytes = await readSegment(disk, folder, segment);
    const { report, fault } = reportOf(contents, segment, bytes);
    const { name, ending, endsAt } = report;
    if (ending !== 'whole') found(name, ending, `byte ${endsAt}: ${fault}`);
    segments.push(report);
    progress(segments.length, contents.segments.length);
  }
  const lastSequence = segments.at(-1)?.lastSequence ?? 0;
  const isSound = findings.every(({ kind }) => kind !== 'damaged');
  const snapshots: SnapshotReport[] = [];
  const kept = segments[0]?.after ?? 0;
  let canBegin = kept === 0;
  for (const name of await snapshotNames(disk, folder)) {
    const bytes = await ifThere(disk.read(join(folder, name)));
    if (bytes === undefined) {
      // There are later ones.
      canBegin = true;
      continue;
    }
    const sequence = snapshotSequence(name)!;
    snapshots.push({ name, bytes: bytes.length, sequence });
    try {
      if (contents.mark !== undefined) decodeSnapshot(bytes, name, contents.mark.journal);
      canBegin ||= sequence > kept;
    } catch (fault) {
      foundBad(fault);
      continue;
    }
    const isAhead = sequence > lastSequence && earlier.includes(name);
    if (isSound && isAhead) found(name, 'damaged', `the journal ends at ${lastSequence}`);
  }
  if (!canBegin) {
    found(segments[0]!.name, 'damaged', `no sound snapshot is of a command behind ${kept}`);
  }
  return { segments, snapshots, mark: contents.mark?.sequence, lastSequence, findings };
}

function reportOf(
  contents: Contents,
  segment: Segment,
  content: Uint8Array<ArrayBuffer>,
): { readonly report: SegmentReport; readonly fault: string } {
  let frames = 0;
  const scan = scanSegment(contents, segment, content, Infinity, () => frames++);
  const { ending, endsAt, end, fault } = scan;
  const { name, epoch } = segment;
  const [bytes, after, lastSequence] = [content.length, segment.after.sequence, end.sequence];
  const report = { name, bytes, epoch, after, lastSequence, frames, ending, endsAt };
  return { report, fault };
}

function faultOf(fault: unknown): WattbookError {
  if (fault instanceof WattbookError) return fault;
  throw fault;
}
