import { signalArgument, untilAborted } from '../core/abort.ts';
import { brokenBy, WattbookError } from '../core/errors.ts';
import { functionArgument, nameArgument, objectArgument } from '../engine/arguments.ts';
import { Queries } from '../engine/queries.ts';
import type { Encoding } from '../engine/encoding.ts';
import type { RequestName, Requests } from '../engine/requests.ts';
import type { Sequencer } from '../engine/sequencer.ts';
import type { Receipt as Applied } from '../matching/state.ts';
import type { JournalWriter, StorageLevel } from '../storage/contract.ts';
import { BlockEnds } from './block-policy.ts';
import { type Channels, type SubscribeOptions, subscribe } from './channels.ts';
import { ExchangeCommands } from './commands.ts';
import { Feed } from './feed.ts';
import { GroupCommit, type StoredFrame } from './group-commit.ts';
import { Limits } from './limits.ts';
import { Observer } from './observer.ts';
import {
  type ExchangeOptions,
  type ExchangeStatus,
  type ReadOptions,
  type RequestOptions,
  requestArgument,
  type RequestTo,
  type Settings,
  settingsOf,
  signalOf,
} from './options.ts';
import { forged, overloaded, type Receipt, type TurnedAway } from './receipts.ts';
import { recover } from './recovery.ts';
import { openWriter, readBackEnd, saveSnapshot, storageCall } from './storage-calls.ts';
import type { Subscription } from './subscription.ts';

/**
 * A market as durable as its storage: executes requests at once, stores them, and answers when the
 * storage has them. Requests that arrive while a frame is being stored share the next one. Should the
 * storage fail or a promise of the market be broken, it stops and takes nothing any more; what is
 * stored can be read on.
 *
 * Like an `Engine` it answers with a value: `ok: true`, or `ok: false` and a code. Misuse rejects with
 * TypeError or RangeError and leaves no trace; a fault rejects with a WattbookError.
 */
export class Exchange extends ExchangeCommands {
  readonly #settings: Settings;
  readonly #writer: JournalWriter;
  readonly #sequencer: Sequencer;
  readonly #queries: Queries;
  readonly #feed: Feed;
  readonly #commit: GroupCommit;
  /** Absent where none is set: then nothing is looked up or counted. */
  readonly #limits: Limits | undefined;
  readonly #observer: Observer;
  /** Absent where no policy ends blocks. */
  readonly #blockEnds: BlockEnds | undefined;
  #fault: WattbookError | undefined;
  #closing: Promise<void> | undefined;
  #savedSnapshots: Promise<unknown> = Promise.resolve();
  #turnedAway = 0;

  private constructor(settings: Settings, writer: JournalWriter, sequencer: Sequencer, feed: Feed) {
    if (!(feed instanceof Feed)) throw new TypeError('use Exchange.open, not new Exchange');
    super((command, request, options, receiptFor) =>
      this.#perform(command, request, options, receiptFor),
    );
    this.#settings = settings;
    this.#writer = writer;
    this.#sequencer = sequencer;
    this.#queries = new Queries(sequencer.state);
    this.#feed = feed;
    this.#observer = new Observer(settings.observe);
    this.#limits = settings.limits && new Limits(sequencer, settings.limits);
    this.#commit = new GroupCommit(sequencer, writer, {
      sha256: settings.sha256,
      timeoutMs: settings.storageTimeoutMs,
      keepsEvents: (bytes) => feed.keeps(bytes),
      onStored: (stored) => this.#stored(stored),
      onFault: (fault) => this.#stopped(fault),
    });
    const { blocks } = settings;
    this.#blockEnds = blocks && new BlockEnds(blocks, sequencer.state, () => this.#sealBlock());
  }

  /**
   * Opens a market on a storage: a new one where that is empty, else the one that is there, brought
   * back from the latest snapshot and all commands after it. O(state + commands since the snapshot).
   * @throws TypeError, RangeError for options; WattbookError STORAGE_IN_USE, STORAGE_FAILED,
   *   STORAGE_TIMEOUT, STORAGE_MISMATCH, BAD_SNAPSHOT, BAD_FRAME, BAD_RECORD, UNKNOWN_TYPE,
   *   SEQUENCE_GAP, DIVERGED, OTHER_RULES, TAIL_IN_DOUBT, NOT_KEPT, FENCED
   */
  static async open(options: ExchangeOptions): Promise<Exchange> {
    const settings = settingsOf(options);
    const { storage, takeOver, storageTimeoutMs } = settings;
    const startedAt = performance.now();
    const writer = await openWriter(storage, takeOver, storageTimeoutMs);
    try {
      const { sequencer, feed, replayed } = await recover(settings, writer);
      const exchange = new Exchange(settings, writer, sequencer, feed);
      const durationMs = performance.now() - startedAt;
      const { sequence } = sequencer.state;
      exchange.#observer.tell({
        kind: 'opened',
        sequence,
        epoch: writer.epoch,
        replayed,
        durationMs,
      });
      return exchange;
    } catch (fault) {
      await storageCall('close', storageTimeoutMs, () => writer.close()).catch(() => {});
      throw fault;
    }
  }

  /** What a receipt promises: the level of the storage. */
  get level(): StorageLevel {
    return this.#settings.level;
  }

  /** How the exchange is doing, without waiting. */
  status(): ExchangeStatus {
    const stopped = this.#fault === undefined ? 'running' : 'stopped';
    return {
      state: this.#closing === undefined ? stopped : 'closed',
      fault: this.#fault,
      level: this.level,
      sequence: this.#sequencer.state.sequence,
      storedSequence: this.#commit.end.sequence,
      waiting: this.#commit.waiting,
      turnedAway: this.#turnedAway,
      observerFaults: this.#observer.faults,
    };
  }

  // Reading

  /**
   * Asks the market, at one moment however many questions: `read((market) => market.depth('energy'))`.
   * @param query synchronous; returns plain values
   * @throws TypeError; WattbookError of the fault, if the answer rests on what is not stored
   */
  async read<T>(query: (market: Queries) => T, options: ReadOptions = {}): Promise<T> {
    functionArgument(query, 'query');
    objectArgument(options, 'options', ['at', 'signal']);
    const { at = 'durable', signal } = options;
    const waits = nameArgument({ durable: 1, executed: 0 }, at, 'at') === 1;
    signalArgument(signal);
    signal?.throwIfAborted();
    const value = answerOf(query, this.#queries);
    if (waits) await untilAborted(this.#commit.stored(this.#sequencer.state.sequence), signal);
    return value;
  }

  /**
   * What happens, at the reader's own pace: `for await (const trade of exchange.subscribe('trades'))`.
   * Only what is stored is told. Go on after a break with `after: subscription.sequence`.
   * @throws TypeError, RangeError; WattbookError NOT_KEPT if something after `after` is gone
   */
  subscribe<C extends keyof Channels>(
    channel: C,
    options: SubscribeOptions = {},
  ): Subscription<Channels[C]> {
    const { state } = this.#sequencer;
    return subscribe(channel, options, state, this.#feed, (sequence) =>
      this.#commit.stored(sequence),
    );
  }

  // Life cycle

  /**
   * Stores the state, so that opening again need not go through all commands. The copy is made in one
   * go, O(state). @returns the sequence it was taken at
   * @throws WattbookError of the storage, which stops the exchange
   */
  async saveSnapshot(): Promise<number> {
    this.#mustRun();
    const saved = this.#savedSnapshots.then(() => this.#saveSnapshot());
    this.#savedSnapshots = saved.catch(() => {});
    return saved;
  }

  /**
   * Takes no more requests, ends the last block if there is a policy for blocks, waits until everything is stored, reads the end of the journal back, ends
   * the subscriptions and gives the storage back. Once the exchange has stopped it only does the last.
   * @throws WattbookError if the rest could not be stored
   */
  close(): Promise<void> {
    if (this.#closing === undefined) this.#blockEnds?.finish();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Rejects where something is wrong. No async function: one took 30 ns more, of 150 for the waiting. */
  #perform<C extends RequestName, R extends Receipt>(
    command: C,
    request: RequestTo<C>,
    options: RequestOptions | undefined,
    receiptFor: (applied: Applied, level: StorageLevel) => Exclude<R, TurnedAway>,
  ): Promise<R | TurnedAway> {
    try {
      this.#mustRun();
      requestArgument(request, command);
      const signal = signalOf(options);
      const encoding = this.#sequencer.encode(command, request as unknown as Requests[C]);
      // What was carried out before takes no room: its outcome is told whatever the limits are.
      const refusal = encoding && this.#carryOut(encoding);
      if (refusal !== undefined) return Promise.resolve(refusal);
      const receipt = receiptFor(this.#sequencer.state.receipt, this.level);
      if (encoding !== undefined) this.#blockEnds?.commandDone();
      const stored = this.#commit.stored(receipt.sequence).then(() => receipt);
      return untilAborted(stored, signal);
    } catch (fault) {
      return Promise.reject(fault);
    }
  }

  /** Carries out what was asked, unless a limit keeps it off. No code of the user's runs in between. */
  #carryOut(encoding: Encoding): TurnedAway | undefined {
    const sequencer = this.#sequencer;
    const time = sequencer.now();
    // The request and the clock are the user's, and may have closed or stopped the exchange.
    this.#mustRun();
    const hasRoom = this.#commit.waiting < this.#settings.maxWaiting;
    const limited = hasRoom ? this.#limits?.refusal(encoding, time) : overloaded();
    // Last, since it takes a hundred times as long as a command.
    const refusal = limited ?? (sequencer.isForged(encoding) ? forged() : undefined);
    if (refusal !== undefined) {
      this.#turnedAway++;
      this.#observer.tell({ kind: 'turnedAway', code: refusal.code, actor: encoding.actor });
      return refusal;
    }
    const eventsStart = sequencer.events.length;
    if (this.#execute(encoding, time)) this.#limits?.add(encoding.actorRow, eventsStart);
    return undefined;
  }

  /** @returns whether it took a sequence */
  #execute(encoding: Encoding, time: number): boolean {
    const sequencer = this.#sequencer;
    const eventsStart = sequencer.events.length;
    try {
      if (!sequencer.carryOut(encoding, time).recorded) return false;
    } catch (cause) {
      const fault = cause instanceof WattbookError ? cause : brokenBy(cause);
      this.#commit.stop(fault);
      throw fault;
    }
    this.#commit.add(eventsStart);
    return true;
  }

  /** Ends a block, at the market's time: no clock of the user's is asked, and no limit keeps it off. */
  #sealBlock(): void {
    if (this.#closing !== undefined || this.#fault !== undefined) return;
    const sequencer = this.#sequencer;
    try {
      this.#execute(sequencer.encode('sealBlock', {})!, sequencer.state.time);
    } catch {
      // The exchange has stopped, and says so to whoever asks.
    }
  }

  #mustRun(): void {
    if (this.#closing !== undefined) {
      throw new WattbookError('EXCHANGE_CLOSED', 'the exchange was closed');
    }
    if (this.#fault === undefined) return;
    throw new WattbookError('EXCHANGE_STOPPED', 'the exchange has stopped after a fault', {
      cause: this.#fault,
    });
  }

  #stored({ frame, events, durationMs }: StoredFrame): void {
    const { firstSequence, lastSequence } = frame;
    const bytes = frame.bytes.length;
    this.#feed.publish(events, lastSequence);
    this.#sequencer.state.archived.forget(this.#feed.goneSequence);
    this.#observer.tell({ kind: 'stored', firstSequence, lastSequence, bytes, durationMs });
  }

  #stopped(fault: WattbookError): void {
    this.#fault = fault;
    this.#blockEnds?.stop();
    this.#feed.finish(fault);
    this.#observer.tell({ kind: 'stopped', fault });
  }

  async #saveSnapshot(): Promise<number> {
    const { storage, storageTimeoutMs } = this.#settings;
    const startedAt = performance.now();
    const { value, end } = await this.#commit.atFrameEnd(() => this.#queries.snapshot());
    const snapshot = { ...end, bytes: value };
    await this.#orStop(saveSnapshot(storage, this.#writer, snapshot, storageTimeoutMs));
    const durationMs = performance.now() - startedAt;
    const { sequence } = end;
    this.#observer.tell({ kind: 'snapshotSaved', sequence, bytes: value.length, durationMs });
    return sequence;
  }

  async #close(): Promise<void> {
    const { storage, sha256, storageTimeoutMs } = this.#settings;
    const { sequence } = this.#sequencer.state;
    const release = (): Promise<void> =>
      storageCall('close', storageTimeoutMs, () => this.#writer.close());
    this.#blockEnds?.stop();
    if (this.#fault !== undefined) return release().catch(() => {});
    try {
      await this.#savedSnapshots;
      await this.#commit.stored(sequence);
      await this.#orStop(readBackEnd(storage, this.#commit.end, sha256, storageTimeoutMs));
    } catch (fault) {
      await release().catch(() => {});
      throw fault;
    }
    this.#feed.finish();
    await this.#orStop(release());
    this.#observer.tell({ kind: 'closed', sequence });
  }

  /** Waits for the storage; stops the exchange if that fails. */
  async #orStop<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (fault) {
      this.#commit.stop(fault as WattbookError);
      throw fault;
    }
  }
}

/** What a query found, at this one moment. @throws TypeError if it is something that would look on later */
function answerOf<T>(query: (market: Queries) => T, market: Queries): T {
  const answer = query(market);
  const { then, next } = Object(answer) as { readonly then?: unknown; readonly next?: unknown };
  const looksOn = typeof then === 'function' || typeof next === 'function';
  if (!looksOn && !Object.is(answer, market)) return answer;
  throw new TypeError('query must return what it found, not a promise, an iterator or the market');
}
