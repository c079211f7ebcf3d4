import { nameOf, RejectCode } from '../core/codes.ts';
import { ByteLog, readI64 } from '../core/bytes.ts';
import { shown } from '../core/decimal.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { type CommandName, COMMANDS, HEADER } from '../core/registry.ts';
import { checkCommand, type RecordCursor, writeRecord } from '../core/records.ts';
import { apply, recall } from '../matching/apply.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState, type Receipt } from '../matching/state.ts';
import { bytesArgument, integerArgument, nameArgument, objectArgument } from './arguments.ts';
import { ENCODERS, Encoding, requestDigest } from './encoding.ts';
import { type Preview, previewOrder } from './preview.ts';
import { Queries } from './queries.ts';
import type * as requests from './requests.ts';
import type { OrderOutcome, Outcome, Requests, Stamp } from './requests.ts';

export interface EngineOptions {
  /**
   * Tells the time of commands that bring none, epoch ms UTC. Left out, time stands still between
   * commands that bring one. A clock that steps back is held at the latest time.
   */
  readonly clock?: () => number;
  /**
   * 'keep' (default) keeps every command and event in memory, for `trades`, `events` and
   * `commandLog`; 'drop' keeps those of the latest command only, so that memory stays flat.
   */
  readonly history?: 'keep' | 'drop';
}

/**
 * A whole market in memory: deterministic, synchronous, exact. Every request is answered with a
 * value: `ok: true`, or `ok: false` and a code when the market says no. What is wrong in itself (no
 * number, an id of the wrong form) throws TypeError or RangeError and leaves no trace.
 */
export class Engine extends Queries {
  readonly #clock: (() => number) | undefined;
  readonly #keep: boolean;
  readonly #commands = new ByteLog();
  readonly #cursor: RecordCursor = { view: this.#commands.view, at: 0 };
  /** What stopped the engine, if anything did. */
  #fault: unknown;

  constructor(options: EngineOptions = {}) {
    super(new MarketState());
    objectArgument(options, 'options');
    const { clock, history = 'keep' } = options;
    if (clock !== undefined && typeof clock !== 'function') {
      throw new TypeError(`clock must be a function, got ${shown(clock)}`);
    }
    this.#clock = clock;
    this.#keep = nameArgument({ keep: 0, drop: 1 }, history, 'history') === 0;
  }

  /** The engine that wrote a snapshot, without its history. @throws WattbookError BAD_SNAPSHOT */
  static restore(bytes: Uint8Array, options: EngineOptions = {}): Engine {
    const engine = new Engine(options);
    engine.state = restore(bytesArgument(bytes, 'bytes'));
    return engine;
  }

  /**
   * An engine that has gone through a command log; with `from`, on top of that snapshot.
   * @throws WattbookError BAD_RECORD, UNKNOWN_TYPE or SEQUENCE_GAP
   */
  static replay(
    commands: Uint8Array,
    options: EngineOptions & { readonly from?: Uint8Array } = {},
  ): Engine {
    bytesArgument(commands, 'commands');
    const engine =
      options.from === undefined ? new Engine(options) : Engine.restore(options.from, options);
    const { buffer, byteOffset, byteLength } = commands;
    const view = new DataView(buffer, byteOffset, byteLength);
    let at = 0;
    while (at < byteLength) {
      const end = at + checkCommand(view, at);
      engine.#replayRecord(commands.subarray(at, end));
      at = end;
    }
    return engine;
  }

  // Accounts and amounts

  openAccount(request: requests.OpenAccountRequest): Outcome {
    return this.#outcome(this.#perform('openAccount', request));
  }
  /** Freezes an account, or lifts the freeze: a frozen one may only cancel and receive. */
  freezeAccount(request: requests.FreezeAccountRequest): Outcome {
    return this.#outcome(this.#perform('freezeAccount', request));
  }
  /** Closes an empty account for good. */
  closeAccount(request: requests.AccountRequest): Outcome {
    return this.#outcome(this.#perform('closeAccount', request));
  }
  deposit(request: requests.FundsRequest): Outcome {
    return this.#outcome(this.#perform('deposit', request));
  }
  withdraw(request: requests.FundsRequest): Outcome {
    return this.#outcome(this.#perform('withdraw', request));
  }
  transfer(request: requests.TransferRequest): Outcome {
    return this.#outcome(this.#perform('transfer', request));
  }

  // Listings

  listAsset(request: requests.ListAssetRequest): Outcome {
    return this.#outcome(this.#perform('listAsset', request));
  }
  listProduct(request: requests.ListProductRequest): Outcome {
    return this.#outcome(this.#perform('listProduct', request));
  }
  /** Sets the fees of orders that enter from now on. */
  setFees(request: requests.SetFeesRequest): Outcome {
    return this.#outcome(this.#perform('setFees', request));
  }
  /** Sets the price band of orders that enter from now on. */
  setBand(request: requests.SetBandRequest): Outcome {
    return this.#outcome(this.#perform('setBand', request));
  }
  /** Allows nothing but cancels until resumed. */
  haltProduct(request: requests.ProductRequest): Outcome {
    return this.#outcome(this.#perform('haltProduct', request));
  }
  resumeProduct(request: requests.ProductRequest): Outcome {
    return this.#outcome(this.#perform('resumeProduct', request));
  }
  /** Cancels all orders of a product and closes it for good. */
  closeProduct(request: requests.ProductRequest): Outcome {
    return this.#outcome(this.#perform('closeProduct', request));
  }

  // Orders

  submit(request: requests.OrderRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('submit', request));
  }
  /**
   * Changes an order. `quantity` is the new total, what has traded included; no more than that ends
   * the order. Less at the same price keeps the place in the queue, anything else goes to the back.
   */
  amend(request: requests.AmendRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('amend', request));
  }
  cancel(request: requests.CancelRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('cancel', request));
  }
  /** Cancels the open orders of an account, of a product, or of an account in a product. */
  cancelAll(request: requests.CancelAllRequest): Outcome {
    return this.#outcome(this.#perform('cancelAll', request));
  }
  /** Trades part of one resting order at its price, all or nothing. */
  take(request: requests.TakeRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('take', request));
  }
  /** Lets time pass: orders whose expiry has come end. */
  advanceTime(request: Stamp & { readonly at: number }): Outcome {
    return this.#outcome(this.#perform('advanceTime', request));
  }

  /**
   * What an order would lock, cost and trade if it were submitted at the market's time, or why it would
   * be refused. A clock plays no part: the market's time moves with the next command.
   */
  preview(request: requests.OrderRequest): Preview {
    return previewOrder(this.state, request);
  }

  // State as bytes

  /** The commands since the start, or since `forgetHistory`, as records for `Engine.replay`. @throws WattbookError NOT_KEPT */
  commandLog(): Uint8Array {
    if (!this.#keep) throw new WattbookError('NOT_KEPT', "history is 'drop': no command is kept");
    return this.#commands.slice();
  }

  /** Forgets the commands and events kept so far; the state is what it was. */
  forgetHistory(): void {
    this.#dropBefore(this.#commands.length, this.kept.length);
  }

  #perform<C extends CommandName>(command: C, request: Requests[C]): Receipt {
    this.#mustRun();
    objectArgument(request, command);
    const { commandId } = request;
    const digest = commandId === undefined ? NO_DIGEST : requestDigest(command, request);
    // A repetition is known by its id and content alone: by now the text might mean something else.
    if (commandId !== undefined && this.state.window.isRepetition(commandId, ...digest)) {
      recall(this.state, commandId, ...digest);
      return this.state.receipt;
    }
    const encoding = new Encoding(this.state);
    ENCODERS[command](encoding, request);
    encoding.complete(command, digest);
    const time = this.#stampTime(request.at);
    const { values, strings, unknown } = encoding;
    const start = this.#commands.length;
    const sequence = this.state.sequence + 1;
    writeRecord(this.#commands, COMMANDS[command], sequence, time, values, [
      ...strings,
      ...unknown,
    ]);
    const receipt = this.#apply(start);
    if (!receipt.recorded) this.#commands.length = start;
    return receipt;
  }

  #replayRecord(record: Uint8Array): void {
    this.#mustRun();
    const start = this.#commands.length;
    this.#commands.append(record);
    const expected = this.state.sequence + 1;
    const view = this.#commands.view;
    const sequence = readI64(view, start + HEADER.sequence);
    if (sequence !== expected || !this.#apply(start).recorded) {
      const where = `command ${expected} of the log`;
      throw new WattbookError('SEQUENCE_GAP', `${where} is numbered ${sequence}, or a repetition`);
    }
  }

  #apply(start: number): Receipt {
    this.#cursor.view = this.#commands.view;
    this.#cursor.at = start;
    const eventsStart = this.kept.length;
    try {
      const receipt = apply(this.state, this.#cursor, this.kept);
      if (receipt.recorded && !this.#keep) this.#dropBefore(start, eventsStart);
      return receipt;
    } catch (fault) {
      this.#fault = fault;
      throw fault;
    }
  }

  #dropBefore(commandsStart: number, eventsStart: number): void {
    this.#commands.dropFirst(commandsStart);
    this.kept.dropFirst(eventsStart);
  }

  #mustRun(): void {
    if (this.#fault === undefined) return;
    throw new WattbookError('ENGINE_STOPPED', 'the engine has stopped after a fault', {
      cause: this.#fault,
    });
  }

  #stampTime(at: unknown): number {
    if (at !== undefined) return integerArgument(at, 'at', 0, MAX_INTEGER);
    if (this.#clock === undefined) return this.state.time;
    return Math.max(this.state.time, integerArgument(this.#clock(), 'clock()', 0, MAX_INTEGER));
  }

  #outcome(receipt: Receipt): Outcome {
    const { sequence, code, recorded } = receipt;
    const repeated = !recorded;
    if (code === 0) return { ok: true, sequence, repeated };
    return { ok: false, code: nameOf(RejectCode, code), sequence, repeated };
  }

  #orderOutcome(receipt: Receipt): OrderOutcome {
    const { sequence, code, recorded, order, filled } = receipt;
    const repeated = !recorded;
    if (code === 0) return { ok: true, sequence, repeated, orderId: order, filledLots: filled };
    return { ok: false, code: nameOf(RejectCode, code), sequence, repeated };
  }
}

const NO_DIGEST = [0, 0] as const;
