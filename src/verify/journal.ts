import { crc32c } from '../core/crc32c.ts';
import { sha256 } from '../core/sha256.ts';
import type { AbortSignalLike } from '../core/abort.ts';
import { type Chunks, i64, isSame, Items, viewOf } from './bytes.ts';
import { demand, Refusal } from './faults.ts';
import { GrowingRoot, HASH_SIZE } from './trees.ts';

/** Numbers of the command that ends a block, and of the event that says so. */
export const SEAL_BLOCK = 39;

const HEAD = 72;
const TRAILER = 4;
const MAGIC = 0x5742_4652;
const END = 0x5742_454e;
const VERSION = 0;
const RECORD_HEAD = 24;
const DIGEST = 4;

interface Frame {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly rulesVersion: number;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
}

/** What a journal has of the commands of a block. */
export interface SealedCommands {
  readonly root: Uint8Array;
  readonly count: number;
  /** Of the last command, and of its frame. */
  readonly type: number;
  readonly time: number;
  readonly epoch: number;
  readonly rulesVersion: number;
}

/** Reads the commands of a journal, and checks each frame; docs/format.md, Frames and Journal. */
export class Journal {
  /** How many commands were read. */
  commands = 0;
  readonly #frames: Items;
  #frame: Frame | undefined;
  #hash: Uint8Array | undefined;
  /** Of the next record in the frame. */
  #at = 0;
  #next = 0;

  /** @throws TypeError */
  constructor(frames: Chunks, signal: AbortSignalLike | undefined) {
    this.#frames = new Items(frames, 'journal', signal);
  }

  /**
   * The commands of the next block.
   * @returns undefined if they are from before the first one of the journal
   * @throws Refusal
   */
  async block(first: number, last: number): Promise<SealedCommands | undefined> {
    if (this.#frame === undefined) await this.#advance(last);
    // A journal may begin in the middle of a block, which then cannot be checked.
    if (this.#next > first) {
      await this.#skipTo(last);
      return undefined;
    }
    const root = new GrowingRoot();
    let [type, time] = [0, 0];
    while (this.#next <= last) {
      const { bytes, view } = await this.#here(last);
      const end = this.#recordEnd();
      [type, time] = [view.getUint16(this.#at + 4), i64(view, this.#at + 16)];
      root.add(bytes, this.#at, end);
      this.#pass(end);
    }
    const { epoch, rulesVersion } = this.#frame!;
    return { root: root.root(), count: root.size, type, time, epoch, rulesVersion };
  }

  /** Reads on to the end. @returns how many commands there are that no block holds @throws Refusal */
  async rest(): Promise<number> {
    let count = this.#frame === undefined ? 0 : this.#frame.last - this.#next + 1;
    while (await this.#read()) count += this.#frame!.last - this.#frame!.first + 1;
    return count;
  }

  /** Lets the source go. */
  close(): Promise<void> {
    return this.#frames.close();
  }

  async #skipTo(last: number): Promise<void> {
    while (this.#next <= last) {
      await this.#here(last);
      this.#at = this.#recordEnd() + DIGEST;
      this.#next++;
    }
  }

  /** The frame that holds the next command. */
  async #here(last: number): Promise<Frame> {
    if (this.#next > this.#frame!.last) await this.#advance(last);
    return this.#frame!;
  }

  async #advance(last: number): Promise<void> {
    const end = this.#frame?.last ?? 0;
    const detail = `the journal ends with command ${end}, the block with ${last}`;
    demand(await this.#read(), 'MISSING', 'commandRoot', detail);
  }

  #recordEnd(): number {
    return this.#at + this.#frame!.view.getUint32(this.#at);
  }

  #pass(end: number): void {
    this.#at = end + DIGEST;
    this.#next++;
    this.commands++;
  }

  /** Goes on to the next frame. @returns whether there is one */
  async #read(): Promise<boolean> {
    const bytes = await this.#frames.next();
    if (bytes === undefined) return false;
    const before = this.#frame;
    const frame = readFrame(bytes, before?.last);
    const place = `the frame of commands ${frame.first} to ${frame.last}`;
    const previous = bytes.subarray(32, 32 + HASH_SIZE);
    // Who keeps no more than what came behind a snapshot has frames from there on.
    const known = this.#hash ?? (frame.first === 1 ? new Uint8Array(HASH_SIZE) : previous);
    demand(isSame(previous, known), 'BAD_FRAME', 'previousHash', `${place} follows on another one`);
    if (before !== undefined) {
      const follows = frame.first === before.last + 1;
      demand(follows, 'BAD_FRAME', 'firstSequence', `${place} comes behind ${before.last}`);
      const isLater = frame.epoch >= before.epoch;
      demand(isLater, 'BAD_FRAME', 'epoch', `${place} is of an epoch before ${before.epoch}`);
    }
    this.#hash = sha256(bytes);
    [this.#frame, this.#at, this.#next] = [frame, HEAD, frame.first];
    return true;
  }
}

/** Reads a frame in the order of docs/format.md. @throws Refusal */
function readFrame(bytes: Uint8Array, before: number | undefined): Frame {
  const place = before === undefined ? 'the first frame' : `the frame behind command ${before}`;
  const refuse = (field: string, detail: string): Refusal =>
    new Refusal('BAD_FRAME', field, `${place} ${detail}`);
  const [view, size] = [viewOf(bytes), bytes.length];
  if (size < HEAD + TRAILER) throw refuse('length', `has ${size} bytes`);
  if (view.getUint32(0) !== MAGIC) throw refuse('magic', 'does not begin as one');
  if (crc32c(bytes, 0, 68) !== view.getUint32(68)) throw refuse('headerChecksum', 'is damaged');
  const version = view.getUint16(4);
  if (version !== VERSION) throw refuse('version', `is of version ${version}`);
  const bodyEnd = HEAD + view.getUint32(12);
  if (size !== bodyEnd + TRAILER) throw refuse('length', `has ${size} bytes, not ${bodyEnd + 4}`);
  if (crc32c(bytes, HEAD, bodyEnd) !== view.getUint32(64))
    throw refuse('bodyChecksum', 'is damaged');
  if (view.getUint32(bodyEnd) !== END) throw refuse('trailer', 'does not end as one');
  const count = view.getUint32(8);
  const [first, epoch] = [i64(view, 16), i64(view, 24)];
  const last = first + count - 1;
  if (count < 1) throw refuse('count', 'has no command');
  if (!(first >= 1 && Number.isSafeInteger(last)))
    throw refuse('firstSequence', 'has none in range');
  if (!(epoch >= 1)) throw refuse('epoch', 'has none in range');
  let at = HEAD;
  for (let sequence = first; sequence <= last; sequence++) {
    const length = at + RECORD_HEAD + DIGEST > bodyEnd ? 0 : view.getUint32(at);
    const fits = length >= RECORD_HEAD && at + length + DIGEST <= bodyEnd;
    if (!fits) throw refuse('body', `has a record at ${at} that does not fit`);
    const found = i64(view, at + 8);
    if (found !== sequence) throw refuse('body', `has command ${found} in place of ${sequence}`);
    at += length + DIGEST;
  }
  if (at !== bodyEnd) throw refuse('body', 'has bytes behind its last record');
  return { bytes, view, rulesVersion: view.getUint16(6), epoch, first, last };
}
