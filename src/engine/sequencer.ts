import { ByteLog, readI64 } from '../core/bytes.ts';
import { RejectCode } from '../core/codes.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { checkCommand, type RecordCursor } from '../core/records.ts';
import { HEADER } from '../core/registry.ts';
import { apply, recall } from '../matching/apply.ts';
import type { MarketState, Receipt } from '../matching/state.ts';
import { functionArgument, integerArgument, objectArgument } from './arguments.ts';
import { FORMS } from './encoders.ts';
import { Encoding, type Salts } from './encoding.ts';
import { checkFields, NO_DIGEST, requestDigest } from './fields.ts';
import type { RequestName, Requests } from './requests.ts';
import { isRightlySigned } from './signatures.ts';

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
  readonly #keep: boolean;
  readonly #drawSalt: Salts | undefined;
  readonly #chainId: Uint8Array | undefined;
  readonly #cursor: RecordCursor = { view: this.commands.view, at: 0 };
  /** Nobody's at present. */
  #idle: Encoding | undefined;
  #fault: unknown;

  /**
   * @param clock time of commands that bring none; without one, time stands still between those that do
   * @param drawSalt gives each new account its salt; without one they get zeros
   * @param keep false keeps the events of the latest command only
   * @param chainId of the market that signed requests are for; without one there can be none
   */
  constructor(
    state: MarketState,
    clock: Clock | undefined,
    keep = true,
    drawSalt?: Salts,
    chainId?: Uint8Array,
  ) {
    if (clock !== undefined) functionArgument(clock, 'clock');
    if (drawSalt !== undefined) functionArgument(drawSalt, 'drawSalt');
    this.#drawSalt = drawSalt;
    this.#chainId = chainId;
    this.state = state;
    this.#clock = clock;
    this.#keep = keep;
    // What the kept events are about can be read as long as they are.
    state.archived.keepsAll = keep;
  }

  /** What stopped the market, if anything did. */
  get fault(): unknown {
    return this.#fault;
  }

  /** The clock's time, or the market's where that is later. */
  now(): number {
    if (this.#clock === undefined) return this.state.time;
    const time = integerArgument(this.#clock(), 'clock()', 0, MAX_INTEGER);
    return Math.max(time, this.state.time);
  }

  /**
   * Carries out a request. A malformed one throws and leaves no trace.
   * @returns the receipt, overwritten by the next command
   * @throws TypeError, RangeError; WattbookError ENGINE_STOPPED, BROKEN_INVARIANT
   */
  perform<C extends RequestName>(command: C, request: Requests[C]): Receipt {
    const encoding = this.encode(command, request);
    if (encoding === undefined) return this.state.receipt;
    const { at } = request;
    const time = at === undefined ? this.now() : integerArgument(at, 'at', 0, MAX_INTEGER);
    return this.isForged(encoding) ? this.#forged() : this.carryOut(encoding, time);
  }

  /**
   * Reads a request, and leaves no trace of it.
   * @returns undefined if it was carried out before: what came of it stands in the receipt
   * @throws TypeError, RangeError; WattbookError ENGINE_STOPPED
   */
  encode<C extends RequestName>(command: C, request: Requests[C]): Encoding | undefined {
    this.#mustRun();
    objectArgument(request, command);
    const form = FORMS[command];
    checkFields(form.fields, request);
    const { commandId } = request;
    let digest = NO_DIGEST;
    if (commandId !== undefined) {
      digest = requestDigest(form.fields, request);
      // A repetition is known by its id and content alone: by now the text might mean something else.
      if (this.state.window.isRepetition(commandId, digest.high, digest.low)) {
        recall(this.state, commandId, digest.high, digest.low);
        return undefined;
      }
    }
    const encoding = this.#idle ?? new Encoding(this.state, this.#drawSalt);
    // The request is the user's, and may send another one while it is read.
    this.#idle = undefined;
    encoding.read(form, request, digest);
    if (encoding.isSigned && this.#chainId === undefined) {
      throw new TypeError('chainId is missing in the options: a signature is for one chain');
    }
    return encoding;
  }

  /** Whether what was read is signed, and not by the actor's key. About a thousandth of a second, with Node's crypto a tenth of that. */
  isForged(encoding: Encoding): boolean {
    if (!encoding.isSigned) return false;
    encoding.stamp(this.state.sequence + 1, this.state.time);
    return !isRightlySigned(this.state, encoding.view, 0, this.#chainId!);
  }

  /**
   * Carries out what was read, at a time that is a clock's or was asked for. The next request may be
   * read into the same encoding.
   * @returns the receipt, overwritten by the next command
   */
  carryOut(encoding: Encoding, time: number): Receipt {
    encoding.stamp(this.state.sequence + 1, time);
    this.#idle = encoding;
    if (!this.#keep) return this.#apply(encoding.view, 0);
    const { commands } = this;
    const start = commands.length;
    // Before it is applied: what stops the market is the last of the log.
    commands.append(encoding.bytes.subarray(0, encoding.length));
    const receipt = this.#apply(commands.view, start);
    if (!receipt.recorded) commands.length = start;
    return receipt;
  }

  /**
   * Goes through a command record that was written earlier. Its owner keeps it.
   * @returns where it ends
   * @throws WattbookError BAD_RECORD, UNKNOWN_TYPE, SEQUENCE_GAP
   */
  replay(view: DataView, at: number): number {
    this.#mustRun();
    const end = at + checkCommand(view, at);
    const expected = this.state.sequence + 1;
    const sequence = readI64(view, at + HEADER.sequence);
    if (sequence !== expected || !this.#apply(view, at).recorded) {
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

  /** What is said of a wrong signature: it takes no sequence, so that nobody fills the log with them. */
  #forged(): Receipt {
    const { receipt } = this.state;
    receipt.recorded = false;
    receipt.sequence = 0;
    receipt.code = RejectCode.SIGNATURE_WRONG;
    receipt.order = 0;
    receipt.filled = 0;
    return receipt;
  }

  #apply(view: DataView, at: number): Receipt {
    const { events } = this;
    const eventsStart = events.length;
    if (!this.#keep) events.length = 0;
    this.#cursor.view = view;
    this.#cursor.at = at;
    try {
      const receipt = apply(this.state, this.#cursor, events);
      // A repetition has no events, and leaves those of the latest command where they are.
      if (!receipt.recorded) events.length = eventsStart;
      return receipt;
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
