import { EventType, Role, Standing, TimeInForce, TrailBy } from '../core/codes.ts';
import { recordLength, recordType } from '../core/records.ts';
import { COMMANDS, EVENTS, offsetsOf, ORDER_AT } from '../core/registry.ts';
import { integerArgument, objectArgument } from '../engine/arguments.ts';
import type { Encoding } from '../engine/encoding.ts';
import type { Sequencer } from '../engine/sequencer.ts';
import type { TurnedAway } from './receipts.ts';

/** What one account may ask of an exchange. Operators are not limited. */
export interface AccountLimits {
  /** Commands that an actor may send each second of the exchange's clock, on average. 1 to 1,000,000. */
  readonly commandsPerSecond?: number;
  /** Commands that an actor may send at once after a pause. Default: as many as in a second. 1 to 1,000,000. */
  readonly burst?: number;
  /**
   * Orders that an account may have in the books when it submits one that could rest; one whose expiry
   * has come is there until the next command. 0 to 1,000,000.
   */
  readonly openOrders?: number;
}

const SUBMIT = offsetsOf(COMMANDS.submit);
const SPECIAL = offsetsOf(COMMANDS.submitSpecial);
const AMENDED = offsetsOf(EVENTS.orderAmended);
const ENDED = offsetsOf(EVENTS.orderEnded);
const MOST = 1_000_000;
/** What a command takes off an allowance: so many that each millisecond gives back a whole number. */
const COMMAND_PARTS = 1_000;

interface Allowance {
  parts: number;
  /** Latest time that it was looked at. */
  at: number;
}

/**
 * Limits with Infinity for those that are not set.
 * @returns undefined if none is
 * @throws TypeError, RangeError
 */
export function limitsOf(limits: AccountLimits): Required<AccountLimits> | undefined {
  objectArgument(limits, 'limits', ['commandsPerSecond', 'burst', 'openOrders']);
  const { commandsPerSecond: perSecond, burst = perSecond, openOrders } = limits;
  if (burst !== undefined && perSecond === undefined) {
    throw new TypeError('limits.burst needs limits.commandsPerSecond');
  }
  if (perSecond === undefined && openOrders === undefined) return undefined;
  return {
    commandsPerSecond: optional(perSecond, 'limits.commandsPerSecond', 1),
    burst: optional(burst, 'limits.burst', 1),
    openOrders: optional(openOrders, 'limits.openOrders', 0),
  };
}

/**
 * Keeps off what an account asks for too often. A refused command is stored like any other, so that
 * without a limit anyone with an account could fill the storage.
 */
export class Limits {
  readonly #sequencer: Sequencer;
  readonly #partsPerMs: number;
  readonly #burstParts: number;
  readonly #openOrders: number;
  /** By account row. Actors that nobody has registered share the row UNKNOWN, so made-up names help nobody. */
  readonly #allowances = new Map<number, Allowance>();
  /** Open orders by account row: in the books, and stop orders that wait. */
  readonly #resting = new Map<number, number>();

  constructor(sequencer: Sequencer, limits: Required<AccountLimits>) {
    this.#sequencer = sequencer;
    // So many parts each millisecond are so many commands each second.
    this.#partsPerMs = limits.commandsPerSecond;
    this.#burstParts = limits.burst * COMMAND_PARTS;
    this.#openOrders = limits.openOrders;
    const { orders } = sequencer.state;
    for (const slot of orders.select(() => true)) this.#count(orders.account(slot), 1);
  }

  /** Why a request is not carried out, if so. */
  refusal(encoding: Encoding, time: number): TurnedAway | undefined {
    const actor = encoding.actorRow;
    if (this.#sequencer.state.accounts.list[actor]?.role === Role.operator) return undefined;
    const retryAfterMs = this.#waitMs(actor, time);
    if (retryAfterMs > 0) return { ok: false, code: 'RATE_LIMIT', level: 'none', retryAfterMs };
    const more = mayRest(encoding);
    if (more === 0) return undefined;
    const resting = this.#resting.get(encoding.view.getUint32(SUBMIT.account)) ?? 0;
    if (resting + more <= this.#openOrders) return undefined;
    return { ok: false, code: 'OPEN_ORDER_LIMIT', level: 'none' };
  }

  /** Takes in a command that was executed; its events begin at a place in the sequencer's log. */
  add(actor: number, eventsStart: number): void {
    const { events } = this.#sequencer;
    const allowance = this.#allowances.get(actor);
    if (allowance !== undefined) allowance.parts -= COMMAND_PARTS;
    if (this.#openOrders === Infinity) return;
    const { view } = events;
    for (let at = eventsStart; at < events.length; at += recordLength(view, at)) {
      const type = recordType(view, at);
      const enters = type === EventType.orderRested || type === EventType.stopPlaced;
      if (enters) this.#count(view.getUint32(at + ORDER_AT.account), 1);
      const leaves =
        type === EventType.stopTriggered ||
        (type === EventType.orderEnded &&
          view.getUint8(at + ENDED.standing) !== Standing.outside) ||
        (type === EventType.orderAmended && view.getUint8(at + AMENDED.keepsPlace) === 0);
      if (leaves) this.#count(view.getUint32(at + ORDER_AT.account), -1);
    }
  }

  /** How long an actor has to wait for its next command. */
  #waitMs(row: number, time: number): number {
    if (this.#partsPerMs === Infinity) return 0;
    let allowance = this.#allowances.get(row);
    if (allowance === undefined) {
      allowance = { parts: this.#burstParts, at: time };
      this.#allowances.set(row, allowance);
    }
    // A clock that stepped back gives nothing again until it is where it was.
    if (time > allowance.at) {
      const refilled = allowance.parts + (time - allowance.at) * this.#partsPerMs;
      allowance.parts = Math.min(this.#burstParts, refilled);
      allowance.at = time;
    }
    const missing = COMMAND_PARTS - allowance.parts;
    return missing <= 0 ? 0 : allowance.at - time + Math.ceil(missing / this.#partsPerMs);
  }

  #count(account: number, change: number): void {
    this.#resting.set(account, (this.#resting.get(account) ?? 0) + change);
  }
}

/** How many orders a request could leave in a book, or waiting. */
function mayRest(encoding: Encoding): number {
  const { view } = encoding;
  const timeInForce = view.getUint8(SUBMIT.timeInForce);
  const immediate = timeInForce === TimeInForce.ioc || timeInForce === TimeInForce.fok;
  const { command } = encoding;
  if (command === 'submit' || command === 'submitInNetwork') return immediate ? 0 : 1;
  if (command !== 'submitSpecial') return 0;
  const pair = view.getUint8(SPECIAL.hasOco) + view.getUint8(SPECIAL.hasBracket) > 0;
  if (pair) return 2;
  const trails = view.getUint8(SPECIAL.trailBy) !== TrailBy.none;
  return immediate && !trails && view.getUint8(SPECIAL.hasStop) === 0 ? 0 : 1;
}

function optional(value: unknown, argument: string, min: number): number {
  return value === undefined ? Infinity : integerArgument(value, argument, min, MOST);
}
