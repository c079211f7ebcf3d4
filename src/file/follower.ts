import { join } from 'node:path';
import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import type { JournalEnd } from '../storage/contract.ts';
import type { Frame } from '../storage/frame.ts';
import { type Disk, ifThere } from './disk.ts';
import { contentsOf, endOfOlder, markOf, mustBeKept, type Segment, segmentOf } from './folder.ts';
import type { Mark } from './head.ts';
import { scanFrames } from './scan.ts';
import { SEGMENT_HEADER, segmentName } from './segment.ts';

/** Up to where a writer has stored a journal. */
type Known = Pick<Mark, 'epoch' | 'sequence'>;

/** Where a follower is. */
interface Place {
  readonly segment: Segment;
  /** Where in that file its next frame begins, and what that frame follows on. */
  readonly at: number;
  readonly end: JournalEnd;
}

/**
 * Follows a journal that another process may be writing. It is given a frame once that is known to stay: it is
 * stored, and the claim of its writer held after that, as soon as another frame or another file stands behind it, or a mark tells of it.
 */
export class Follower {
  readonly #disk: Disk;
  readonly #folder: string;
  /** Sequence of the last command that was given. */
  #given: number;
  #place: Place | undefined;

  constructor(disk: Disk, folder: string, afterSequence: number) {
    this.#disk = disk;
    this.#folder = folder;
    this.#given = afterSequence;
  }

  /**
   * The next frames, none if there is nothing new. Reads what it has not given yet, and no more.
   * @param stored up to where the writer at work has stored the journal, where the caller knows
   * @throws WattbookError BAD_FRAME, NOT_KEPT
   */
  async look(stored?: Known): Promise<Frame[]> {
    for (;;) {
      // Before the files: what a mark tells of is there by then.
      const known = stored ?? (await markOf(this.#disk, this.#folder));
      this.#place ??= await this.#found();
      if (known === undefined || this.#place === undefined) return [];
      const before = this.#place;
      const frames = await this.#read(before, known);
      if (frames.length > 0 || this.#place?.segment === before.segment) return frames;
    }
  }

  async #found(): Promise<Place | undefined> {
    const contents = await contentsOf(this.#disk, this.#folder);
    mustBeKept(this.#folder, contents, this.#given);
    const segment = contents.segments.filter(({ after }) => after.sequence <= this.#given).at(-1);
    return segment && startOf(segment);
  }

  async #read({ segment, at, end }: Place, known: Known): Promise<Frame[]> {
    const next = await segmentOf(this.#disk, this.#folder, segmentName(segment.index + 1));
    const until = next?.after.sequence ?? endOfOlder(segment, known);
    const bytes = await ifThere(this.#disk.read(join(this.#folder, segment.name), at));
    if (bytes === undefined) {
      // It was dropped.
      this.#place = undefined;
      return [];
    }
    const found: { readonly frame: Frame; readonly endsAt: number }[] = [];
    const scan = scanFrames(
      bytes,
      0,
      end,
      next === undefined ? known.sequence : until,
      until,
      (frame, from) => found.push({ frame, endsAt: at + from + frame.bytes.length }),
    );
    if (scan.ending === 'damaged')
      this.#bad(segment.name, `byte ${at + scan.endsAt}: ${scan.fault}`);
    const isStored =
      next !== undefined || (found.at(-1)?.frame.lastSequence ?? 0) <= known.sequence;
    if (!isStored) found.pop();
    const last = found.at(-1);
    const reached = last && { sequence: last.frame.lastSequence, hash: last.frame.hash };
    this.#place = { segment, at: last?.endsAt ?? at, end: reached ?? end };
    if (next !== undefined) {
      if (!sameBytes(this.#place.end.hash, next.after.hash)) {
        this.#bad(next.name, `does not follow on ${segment.name}`);
      }
      this.#place = startOf(next);
    }
    const frames = found.map(({ frame }) => frame);
    const fresh = frames.filter(({ lastSequence }) => lastSequence > this.#given);
    this.#given = fresh.at(-1)?.lastSequence ?? this.#given;
    return fresh;
  }

  #bad(name: string, what: string): never {
    throw new WattbookError('BAD_FRAME', `${name}: ${what}`);
  }
}

function startOf(segment: Segment): Place {
  return { segment, at: SEGMENT_HEADER, end: segment.after };
}
