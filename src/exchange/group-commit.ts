import { WattbookError } from '../core/errors.ts';
import { murmur3 } from '../core/murmur3.ts';
import type { Sequencer } from '../engine/sequencer.ts';
import type { JournalEnd, JournalWriter } from '../storage/contract.ts';
import { encodeFrame, type Frame, putDigest, type Sha256 } from '../storage/frame.ts';
import { checkEnd, storageCall } from './storage-calls.ts';

/** What became of a frame that is stored. */
export interface StoredFrame {
  readonly frame: Frame;
  /** The events of its commands, if somebody keeps them. */
  readonly events: Uint8Array<ArrayBuffer> | undefined;
  readonly durationMs: number;
}

/** Commands that go into one frame, and those who wait for it. */
class Batch {
  lastSequence = 0;
  commands = 0;
  /** Looks at the state once the batch is complete. */
  readonly atEnd: (() => void)[] = [];
  readonly stored: Promise<JournalEnd>;
  resolve!: (end: JournalEnd) => void;
  reject!: (fault: unknown) => void;

  constructor() {
    this.stored = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Those who wait see the rejection; where nobody does, it is no unhandled one.
    this.stored.catch(() => {});
  }
}

/**
 * Takes executed commands to the storage, one frame at a time: what is executed while a frame is
 * under way goes into the next. After a fault nothing is stored any more.
 */
export class GroupCommit {
  /** The end of what the storage has acknowledged. */
  end: JournalEnd;
  readonly #sequencer: Sequencer;
  readonly #writer: JournalWriter;
  readonly #sha256: Sha256;
  readonly #timeoutMs: number;
  readonly #keepsEvents: (bytes: number) => boolean;
  readonly #onStored: (stored: StoredFrame) => void;
  readonly #onFault: (fault: WattbookError) => void;
  #gathering = new Batch();
  #underWay: Batch | undefined;
  #running = false;
  /** Sequence of the command that was taken in last, and where its events end. */
  #lastSequence: number;
  #eventsEnd = 0;
  #fault: WattbookError | undefined;

  constructor(
    sequencer: Sequencer,
    writer: JournalWriter,
    options: {
      readonly sha256: Sha256;
      readonly timeoutMs: number;
      /** Whether the events of a frame are kept, by the number of their bytes. */
      readonly keepsEvents: (bytes: number) => boolean;
      readonly onStored: (stored: StoredFrame) => void;
      readonly onFault: (fault: WattbookError) => void;
    },
  ) {
    this.#sequencer = sequencer;
    this.#writer = writer;
    this.#sha256 = options.sha256;
    this.#timeoutMs = options.timeoutMs;
    this.#keepsEvents = options.keepsEvents;
    this.#onStored = options.onStored;
    this.#onFault = options.onFault;
    const { sequence, hash } = writer.end;
    this.end = { sequence, hash: new Uint8Array(hash) };
    this.#lastSequence = sequence;
  }

  /** Commands that are executed and not stored yet. */
  get waiting(): number {
    return this.#gathering.commands + (this.#underWay?.commands ?? 0);
  }

  /** Takes in the command that was executed last; its events begin at a place in the sequencer's log. */
  add(eventsStart: number): void {
    const { commands, events, state } = this.#sequencer;
    // Else the frame would hold what no replay accepts: better to stop than to store it.
    if (state.sequence !== this.#lastSequence + 1 || eventsStart !== this.#eventsEnd) {
      this.stop(broken(`command ${state.sequence} came out of its turn`));
      return;
    }
    this.#lastSequence = state.sequence;
    this.#eventsEnd = events.length;
    putDigest(commands, murmur3(events.view, eventsStart, events.length));
    this.#gathering.lastSequence = state.sequence;
    this.#gathering.commands++;
    if (this.#running || this.#fault !== undefined) return;
    this.#running = true;
    // Not at once, so that requests made in one go share a frame.
    queueMicrotask(() => void this.#run());
  }

  /** Resolves once the storage has everything up to a sequence that was executed. */
  stored(sequence: number): Promise<JournalEnd> {
    if (sequence <= this.end.sequence) return Promise.resolve(this.end);
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    const underWay = this.#underWay;
    const isUnderWay = underWay !== undefined && sequence <= underWay.lastSequence;
    return (isUnderWay ? underWay : this.#gathering).stored;
  }

  /**
   * Looks at the state where a frame ends, and waits until that frame is stored.
   * @returns what `look` gave, and the end of the journal that goes with it
   */
  async atFrameEnd<T>(look: () => T): Promise<{ readonly value: T; readonly end: JournalEnd }> {
    if (this.#fault !== undefined) throw this.#fault;
    const gathers = this.#gathering.commands > 0;
    const batch = gathers ? this.#gathering : this.#underWay;
    if (batch === undefined) return { value: look(), end: this.end };
    let value!: T;
    const atEnd = (): void => {
      value = look();
    };
    // Where nothing was executed since the frame under way was made, now is its end.
    if (gathers) batch.atEnd.push(atEnd);
    else atEnd();
    const end = await batch.stored;
    return { value, end };
  }

  /** Stores nothing any more; who waits is told why. */
  stop(fault: WattbookError): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.#underWay?.reject(fault);
    this.#gathering.reject(fault);
    this.#onFault(fault);
  }

  async #run(): Promise<void> {
    try {
      while (this.#gathering.commands > 0 && this.#fault === undefined) await this.#commit();
    } catch (cause) {
      this.stop(
        cause instanceof WattbookError ? cause : broken('a frame could not be made', cause),
      );
    }
    this.#running = false;
  }

  async #commit(): Promise<void> {
    const batch = this.#gathering;
    this.#underWay = batch;
    this.#gathering = new Batch();
    for (const atEnd of batch.atEnd) atEnd();
    const { commands, events } = this.#sequencer;
    const [commandsEnd, eventsEnd] = [commands.length, events.length];
    const body = commands.bytes.subarray(0, commandsEnd);
    const kept = this.#keepsEvents(eventsEnd) ? events.slice() : undefined;
    const first = batch.lastSequence - batch.commands + 1;
    const { epoch } = this.#writer;
    const { hash } = this.end;
    // Calls `sha256`, which is the user's and may ask for something: that goes behind what is dropped.
    const frame = encodeFrame(body, batch.commands, first, epoch, hash, this.#sha256);
    this.#sequencer.dropBefore(commandsEnd, eventsEnd);
    this.#eventsEnd -= eventsEnd;
    const startedAt = performance.now();
    const expected = { sequence: frame.lastSequence, hash: new Uint8Array(frame.hash) };
    const end = await storageCall('append', this.#timeoutMs, () => this.#writer.append(frame));
    if (this.#fault !== undefined) return;
    checkEnd(end, expected, 'after an append');
    this.end = expected;
    this.#underWay = undefined;
    this.#onStored({ frame, events: kept, durationMs: performance.now() - startedAt });
    batch.resolve(expected);
  }
}

function broken(what: string, cause?: unknown): WattbookError {
  return new WattbookError('BROKEN_INVARIANT', `broken invariant: ${what}`, { cause });
}
