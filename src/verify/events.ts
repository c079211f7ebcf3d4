import { i64 } from './bytes.ts';
import { GrowingRoot } from './trees.ts';

const RECORD_HEAD = 24;
const BLOCK_SEALED = 157;
const SEALED_SIZE = RECORD_HEAD + 16;

/** What an event `blockSealed` says. */
export interface Seal {
  readonly sequence: number;
  readonly height: number;
  readonly firstSequence: number;
}

/** Goes over the event records of a block while they come in. */
export class EventWalk {
  readonly #root = new GrowingRoot();
  /** What is wrong with the form of a record: nothing behind it can be read. */
  fault: string | undefined;
  /** Sequences of the first and the last event; 0 if there is none. */
  first = 0;
  last = 0;
  /** Whether no sequence is below the one before, or leaves one out. */
  isInOrder = true;
  /** What ends a block: one in each. */
  readonly seals: Seal[] = [];
  /** How many bytes were gone over. */
  length = 0;
  /** Bytes of the first events, as many as the header tells of, and their root. */
  announced: { readonly length: number; readonly root: Uint8Array } | undefined;
  readonly #expected: number;

  /** @param expected how many events the header tells of */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /** How many events there were. */
  get count(): number {
    return this.#root.size;
  }

  /** Root of all events. */
  root(): Uint8Array {
    return this.#root.root();
  }

  /**
   * Goes over whole records.
   * @param ready how many bytes there are from `at` on
   * @param left how many bytes of the entry there are to come, those included
   * @returns how many bytes the next record needs; 0 at the end, or if there is no going on
   */
  add(bytes: Uint8Array, view: DataView, at: number, ready: number, left: number): number {
    const start = at;
    const [end, limit] = [at + ready, at + left];
    let needed = 0;
    while (at < limit) {
      needed = Math.min(RECORD_HEAD, limit - at);
      if (at + needed > end) break;
      const length = needed < RECORD_HEAD ? 0 : view.getUint32(at);
      if (length < RECORD_HEAD || at + length > limit) {
        this.fault = `event ${this.count}, ${this.length + at - start} bytes behind the signature, does not fit`;
        needed = 0;
        break;
      }
      needed = length;
      if (at + length > end) break;
      this.#note(i64(view, at + 8));
      // A second one is as wrong as a thousand.
      if (view.getUint16(at + 4) === BLOCK_SEALED && this.seals.length < 2) {
        this.seals.push(sealAt(view, at, length));
      }
      this.#root.add(bytes, at, at + length);
      at += length;
      needed = 0;
      if (this.count === this.#expected) {
        this.announced = { length: this.length + at - start, root: this.root() };
      }
    }
    this.length += at - start;
    return needed;
  }

  #note(sequence: number): void {
    if (this.count === 0) this.first = sequence;
    else if (!(sequence >= this.last && sequence <= this.last + 1)) this.isInOrder = false;
    this.last = sequence;
  }
}

function sealAt(view: DataView, at: number, length: number): Seal {
  const isOne = length === SEALED_SIZE && view.getUint16(at + 6) === 0;
  if (!isOne) return { sequence: NaN, height: NaN, firstSequence: NaN };
  const [height, firstSequence] = [i64(view, at + RECORD_HEAD), i64(view, at + RECORD_HEAD + 8)];
  return { sequence: i64(view, at + 8), height, firstSequence };
}
