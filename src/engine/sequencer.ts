import { ByteLog, readI64 } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { checkCommand, type RecordCursor, writeRecord } from '../core/records.ts';
import { type CommandName, COMMANDS, HEADER } from '../core/registry.ts';
import { apply, recall } from '../matching/apply.ts';
import type { MarketState, Receipt } from '../matching/state.ts';
import { functionArgument, integerArgument, objectArgument } from './arguments.ts';
import { ENCODERS, Encoding, requestDigest } from './encoding.ts';
import type { Requests } from './requests.ts';

/** Tells the time, epoch ms UTC. */
export type Clock = () => number;

/**
 * The one writer of a market: makes of each request a stamped command record, applies it, and
 * gathers commands and events until its owner takes them.
 */
export class Sequencer {
  readonly state: MarketState;
  readonly commands: ByteLog = new ByteLog();
  readonly events: ByteLog = new ByteLog();
  readonly #clock: Clock | undefined;
  readonly #cursor: RecordCursor = { view: this.commands.view, at: 0 };
  #fault: unknown;

  /** @param clock time of commands that bring none; without one, time stands still between those that do */
  constructor(state: MarketState, clock: Clock | undefined) {
    if (clock !== undefined) functionArgument(clock, 'clock');
    this.state = state;
    this.#clock = clock;
  }

  /** What stopped the market, if anything did. */
  get fault(): unknown {
    return this.#fault;
  }

  /** The clock's time, or the market's where that is later. */
  now(): number {
    if (this.#clock === undefined) return this.state.time;
    return Math.max(this.state.time, integerArgument(this.#clock(), 'clock()', 0, MAX_INTEGER));
  }

  /**
   * Carries out a request. A malformed one throws and leaves no trace.
   * @param time what the command is stamped with; left out, what the request or the clock says
   * @returns the receipt, overwritten by the next command
   * @throws TypeError, RangeError; WattbookError ENGINE_STOPPED, BROKEN_INVARIANT
   */
  perform<C extends CommandName>(command: C, request: Requests[C], time?: number): Receipt {
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
    const stamp = time ?? this.#timeOf(request.at);
    const { values, strings, unknown } = encoding;
    const start = this.commands.length;
    const sequence = this.state.sequence + 1;
    writeRecord(this.commands, COMMANDS[command], sequence, stamp, values, [
      ...strings,
      ...unknown,
    ]);
    const receipt = this.#apply(start);
    if (!receipt.recorded) this.commands.length = start;
    return receipt;
  }

  /**
   * Goes through a command record that was written earlier.
   * @returns where it ends in `bytes`
   * @throws WattbookError BAD_RECORD, UNKNOWN_TYPE, SEQUENCE_GAP
   */
  replay(bytes: Uint8Array, at: number): number {
    this.#mustRun();
    const { buffer, byteOffset, byteLength } = bytes;
    const end = at + checkCommand(new DataView(buffer, byteOffset, byteLength), at);
    const start = this.commands.length;
    this.commands.append(bytes.subarray(at, end));
    const expected = this.state.sequence + 1;
    const sequence = readI64(this.commands.view, start + HEADER.sequence);
    if (sequence !== expected || !this.#apply(start).recorded) {
      const where = `command ${expected} of the log`;
      throw new WattbookError('SEQUENCE_GAP', `${where} is numbered ${sequence}, or a repetition`);
    }
    return end;
  }

  /** Forgets the commands and events before two places in their logs. */
  dropBefore(commandsStart: number, eventsStart: number): void {
    this.commands.dropFirst(commandsStart);
    this.events.dropFirst(eventsStart);
  }

  #timeOf(at: unknown): number {
    return at === undefined ? this.now() : integerArgument(at, 'at', 0, MAX_INTEGER);
  }

  #apply(start: number): Receipt {
    this.#cursor.view = this.commands.view;
    this.#cursor.at = start;
    try {
      return apply(this.state, this.#cursor, this.events);
    } catch (fault) {
      this.#fault = fault;
      throw fault;
    }
  }

  #mustRun(): void {
    if (this.#fault === undefined) return;
    throw new WattbookError('ENGINE_STOPPED', 'the engine has stopped after a fault', {
      cause: this.#fault,
    });
  }
}

const NO_DIGEST = [0, 0] as const;
