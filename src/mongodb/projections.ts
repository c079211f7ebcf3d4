import { type AbortSignalLike, signalArgument, untilAborted } from '../core/abort.ts';
import { integerArgument } from '../core/arguments.ts';
import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { sha256 } from '../core/sha256.ts';
import { Sequencer } from '../engine/sequencer.ts';
import { replayFrame } from '../exchange/recovery.ts';
import { endOf, framesAfter } from '../exchange/storage-calls.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import type { JournalEnd, StorageAdapter } from '../storage/contract.ts';
import { type Frame, NO_FRAME } from '../storage/frame.ts';
import { type MongoOptions, type Place, placeOf } from './place.ts';
import type { Change } from './documents.ts';
import { pause, untilKnown } from './faults.ts';
import { ModelWriter } from './model-writer.ts';
import { type Progress, ProgressRecord } from './progress.ts';
import { ReadModelQueries } from './queries.ts';
import { ReadModels } from './read-models.ts';
import { mongoStorage } from './storage.ts';

/** From so many changes on, reading waits for writing. */
const MOST_WAITING = 5_000;
const LOOK_MS = 20;
/** The storage tries for the time of a call; it is waited for a little longer than that. */
const FRAME_TRIES = 2;

/** What the documents follow from, and up to where it was gone through. */
interface Market {
  readonly models: ReadModels;
  end: JournalEnd;
}

/**
 * Read models of the market whose journal is in a MongoDB database: users, products, orders, trades, balances and blocks as documents, in
 * collections beside it. docs/mongodb.md describes them.
 * @param options those of `mongoStorage`
 * @throws TypeError, RangeError
 */
export function mongoProjections(options: MongoOptions): MongoProjections {
  return new MongoProjections(placeOf(options), mongoStorage(options));
}

/**
 * Keeps the read models up to date from the journal, and answers from them. Every document bears the sequence as of which it is right, and takes nothing that
 * is older: what is applied twice, or by two at once, is applied once. All documents follow from the frames, so that they can be made anew at any time.
 *
 * It goes through the commands itself, with a market of its own in memory; a process that only asks need not keep anything up to date.
 */
export class MongoProjections extends ReadModelQueries {
  readonly #storage: StorageAdapter;
  readonly #timeoutMs: number;
  readonly #writer: ModelWriter;
  readonly #progress: ProgressRecord;
  /** As far as it was gone through here; undefined before, and after a fault. */
  #market: Market | undefined;
  #hasIndexes = false;
  #busy = false;
  /** What the last work has failed with. */
  #fault: unknown;

  /** @internal */
  constructor(place: Place, storage: StorageAdapter) {
    super(place);
    this.#storage = storage;
    this.#timeoutMs = place.timeoutMs;
    this.#writer = new ModelWriter(place);
    this.#progress = new ProgressRecord(place);
  }

  /** Sequence of the last command that all documents have. */
  async sequence(): Promise<number> {
    return (await this.#asked(() => this.#progress.read())).sequence;
  }

  /**
   * Waits until all documents have what came up to a sequence, such as that of a receipt. Somebody must be following, here or elsewhere.
   * @throws TypeError, RangeError; the signal's reason; what this object's following or catching up has failed with
   */
  async reached(sequence: number, signal?: AbortSignalLike): Promise<void> {
    integerArgument(sequence, 'sequence', 0, MAX_INTEGER);
    signalArgument(signal);
    while ((await untilAborted(this.sequence(), signal)) < sequence) {
      if (this.#fault !== undefined) throw this.#fault;
      await untilAborted(pause(LOOK_MS), signal);
    }
  }

  /**
   * Applies what the journal holds by now. O(state) to begin with, then O(commands).
   * @throws TypeError while it is at work already; WattbookError FENCED after a rebuild by another, STORAGE_MISMATCH where the documents are of another journal,
   *   or of another release, DIVERGED, BAD_FRAME, BAD_SNAPSHOT, OTHER_RULES; STORAGE_FAILED, STORAGE_TIMEOUT
   */
  catchUp(): Promise<void> {
    return this.#alone(() => this.#run(undefined));
  }

  /** The same, and goes on with what is stored later, until the signal aborts. */
  follow(signal: AbortSignalLike): Promise<void> {
    if (signal === undefined) throw new TypeError('signal is missing');
    signalArgument(signal);
    return this.#alone(() => this.#run(signal));
  }

  /**
   * Takes all documents away, and makes them anew from the frames of the journal. Until it is done, questions find what is there so far. Others that
   * keep the same documents up to date end with FENCED. May be called again after a crash in the middle. O(commands).
   */
  rebuild(): Promise<void> {
    return this.#alone(async () => {
      await this.#asked(() => this.#progress.renew());
      await this.#run(undefined);
      // What the earlier life had on its way when it was cleared.
      await this.#writer.clear((await this.#asked(() => this.#progress.read())).generation);
    });
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#busy) throw new TypeError('these projections are at work already');
    this.#busy = true;
    this.#fault = undefined;
    try {
      await work();
    } catch (fault) {
      this.#fault = fault;
      throw fault;
    } finally {
      this.#busy = false;
    }
  }

  async #run(signal: AbortSignalLike | undefined): Promise<void> {
    const progress = await orAborted(this.#begin(), signal);
    if (progress === undefined) return;
    const isBehind = this.#market !== undefined && this.#market.end.sequence <= progress.sequence;
    const market = isBehind ? this.#market : await orAborted(this.#marketAt(progress), signal);
    if (market === undefined) return;
    if (market.end.sequence === progress.sequence) mustEndAlike(market.end, progress);
    this.#market = undefined;
    const run = new Run(this.#writer, this.#progress, progress, this.#timeoutMs, signal);
    try {
      for await (const frame of this.#frames(market.end, run.signal)) {
        mustBeOfThisJournal(frame, progress);
        const changes = market.models.apply(frame);
        market.end = endOf(frame);
        if (frame.lastSequence > progress.sequence) await run.add(changes, market.end);
      }
    } finally {
      await run.finish();
    }
    this.#market = market;
  }

  /** A market that was gone through as far as the documents are. O(state + commands since the snapshot) */
  async #marketAt(progress: Progress): Promise<Market> {
    const snapshot = await this.#storage.latestSnapshot(progress.sequence);
    const useful = snapshot !== undefined && snapshot.sequence <= progress.sequence;
    const state = useful ? restore(snapshot.bytes) : new MarketState();
    const sequencer = new Sequencer(state, undefined);
    const { commands, events } = sequencer;
    let end: JournalEnd = useful ? snapshot : { sequence: 0, hash: NO_FRAME };
    for await (const frame of this.#frames(end)) {
      mustBeOfThisJournal(frame, progress);
      if (frame.lastSequence > progress.sequence) break;
      replayFrame(sequencer, frame);
      sequencer.dropBefore(commands.length, events.length);
      state.archived.forget(state.sequence);
      end = endOf(frame);
    }
    mustEndAlike(end, progress);
    return { models: new ReadModels(state), end };
  }

  #frames(after: JournalEnd, signal?: AbortSignalLike): AsyncIterable<Frame> {
    return framesAfter(after, this.#storage, sha256, FRAME_TRIES * this.#timeoutMs, signal);
  }

  /** Where to go on; finishes the clearing that a rebuild has begun. */
  async #begin(): Promise<Progress> {
    if (!this.#hasIndexes) await this.#asked(() => this.#writer.createIndexes());
    this.#hasIndexes = true;
    await this.#asked(() => this.#progress.begin());
    const progress = await this.#asked(() => this.#progress.read());
    if (!progress.clearing) return progress;
    await this.#writer.clear(progress.generation);
    await this.#asked(() => this.#progress.cleared(progress.generation));
    return progress;
  }

  #asked<T>(ask: () => Promise<T>): Promise<T> {
    return untilKnown('how far the read models are', this.#timeoutMs, ask);
  }
}

/** Waits for a promise, but no longer than until the signal aborts: then for undefined. */
async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignalLike | undefined,
): Promise<T | undefined> {
  try {
    return await untilAborted(promise, signal);
  } catch (fault) {
    if (signal?.aborted === true) return undefined;
    throw fault;
  }
}

/** What was applied ends with a frame, and with this one if it ends at the same command. @throws WattbookError STORAGE_MISMATCH */
function mustBeOfThisJournal(frame: Frame, { sequence, hash }: Progress): void {
  const { firstSequence, lastSequence } = frame;
  if (sequence < firstSequence || sequence > lastSequence) return;
  if (sequence === lastSequence && sameBytes(frame.hash, hash)) return;
  throw otherJournal();
}

/** The journal leads as far as the documents are, and there to the same frame. @throws WattbookError STORAGE_MISMATCH */
function mustEndAlike(end: JournalEnd, { sequence, hash }: Progress): void {
  if (end.sequence !== sequence || !sameBytes(end.hash, hash)) throw otherJournal();
}

function otherJournal(): WattbookError {
  const what = 'the read models were made from another journal than this: rebuild them';
  return new WattbookError('STORAGE_MISMATCH', what);
}

/** Writes changes while the next ones are gathered: what comes up during a write goes out with the next. */
class Run {
  readonly #writer: ModelWriter;
  readonly #record: ProgressRecord;
  readonly #generation: number;
  readonly #timeoutMs: number;
  readonly #user: AbortSignalLike | undefined;
  readonly #stop = new AbortController();
  readonly #abort = (): void => this.#stop.abort();
  #waiting: Change[] = [];
  #end: JournalEnd | undefined;
  #writing: Promise<void> | undefined;
  #fault: unknown;

  constructor(
    writer: ModelWriter,
    record: ProgressRecord,
    { generation }: Progress,
    timeoutMs: number,
    user: AbortSignalLike | undefined,
  ) {
    this.#writer = writer;
    this.#record = record;
    this.#generation = generation;
    this.#timeoutMs = timeoutMs;
    this.#user = user;
    user?.addEventListener('abort', this.#abort);
    if (user?.aborted === true) this.#abort();
  }

  /** Ends the following when the user's does, and when writing has failed; undefined where nobody follows. */
  get signal(): AbortSignalLike | undefined {
    return this.#user && this.#stop.signal;
  }

  /** Takes in what leads to an end. */
  async add(changes: readonly Change[], end: JournalEnd): Promise<void> {
    for (const change of changes) this.#waiting.push(change);
    this.#end = end;
    this.#writing ??= this.#write();
    if (this.#waiting.length > MOST_WAITING) await this.#writing;
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Waits until all is written. @throws what went wrong with that */
  async finish(): Promise<void> {
    this.#user?.removeEventListener('abort', this.#abort);
    await this.#writing;
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #write(): Promise<void> {
    try {
      while (this.#end !== undefined) {
        const [changes, end] = [this.#waiting, this.#end];
        this.#waiting = [];
        this.#end = undefined;
        await this.#writer.write(changes, this.#generation);
        await untilKnown('how far the read models are', this.#timeoutMs, () =>
          this.#record.advance(end, this.#generation),
        );
      }
      this.#writing = undefined;
    } catch (fault) {
      this.#fault = fault;
      this.#stop.abort();
    }
  }
}
