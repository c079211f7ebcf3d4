import { CommandType, RejectCode } from '../core/codes.ts';
import { readI64, readId } from '../core/bytes.ts';
import { COMMANDS, HEADER, offsetsOf } from '../core/registry.ts';
import { recordType, type RecordCursor } from '../core/records.ts';
import { WattbookError } from '../core/errors.ts';
import { isSigned } from '../core/signed.ts';
import { LAYOUTS } from '../core/registry.ts';
import { NONE } from '../orderbook/orders.ts';
import { setAccountLimits } from './account-limits.ts';
import * as administration from './administration.ts';
import { amend } from './amend.ts';
import { archiveProduct } from './archive.ts';
import { runAuction } from './auction.ts';
import { enterExits } from './brackets.ts';
import { cancel, cancelAll, kill } from './cancel.ts';
import { setCircuit } from './circuit.ts';
import { stampEvents, writeEvent, writeRejected } from './events.ts';
import * as funds from './funds.ts';
import { setAccountKey, signatureRefusal, takeNonce } from './keys.ts';
import { runTimers } from './life-cycle.ts';
import * as networks from './network-administration.ts';
import { submitInNetwork } from './network-orders.ts';
import { takeInNetwork } from './network-take.ts';
import { knownAccount } from './permission.ts';
import { movePegs } from './pegs.ts';
import { recallTrade } from './recall-trade.ts';
import type { MarketState, Outbox, Receipt } from './state.ts';
import { sealBlock } from './seal-block.ts';
import { endSession } from './session.ts';
import { settleProduct } from './settle.ts';
import * as settlement from './readings.ts';
import { submit } from './submit.ts';
import { submitSpecial } from './submit-special.ts';
import { take } from './take.ts';

/** Where the fields stand that all commands have. */
const STAMP = offsetsOf(COMMANDS.advanceTime);

type Command = (state: MarketState, view: DataView, at: number, outbox: Outbox) => number;

const advanceTime: Command = (state, _view, _at, outbox) => {
  writeEvent(state, outbox, 'timeAdvanced', []);
  return 0;
};

const COMMAND_BY_TYPE: readonly (Command | undefined)[] = commandTable({
  openAccount: administration.openAccount,
  freezeAccount: administration.freezeAccount,
  closeAccount: administration.closeAccount,
  deposit: funds.deposit,
  withdraw: funds.withdraw,
  transfer: funds.transfer,
  listAsset: administration.listAsset,
  listProduct: administration.listProduct,
  setFees: administration.setFees,
  setBand: administration.setBand,
  haltProduct: administration.haltProduct,
  resumeProduct: administration.resumeProduct,
  closeProduct: administration.closeProduct,
  submit,
  amend,
  cancel,
  cancelAll,
  take,
  advanceTime,
  endSession,
  setCircuit,
  setAccountLimits,
  kill,
  recallTrade,
  submitSpecial,
  archiveProduct,
  runAuction,
  listNetwork: networks.listNetwork,
  addZone: networks.addZone,
  setGridFee: networks.setGridFee,
  setCapacity: networks.setCapacity,
  setPartner: networks.setPartner,
  submitInNetwork,
  takeInNetwork,
  recallInNetwork: networks.recallInNetwork,
  recordReading: settlement.recordReading,
  setImbalancePrices: settlement.setImbalancePrices,
  settleProduct,
  sealBlock,
  setAccountKey,
});

function commandTable(commands: Record<keyof typeof CommandType, Command>): Command[] {
  const table: Command[] = [];
  for (const [name, command] of Object.entries(commands)) {
    table[CommandType[name as keyof typeof CommandType]] = command;
  }
  return table;
}

/**
 * The market as a function of its commands: applies one stamped, well-formed command record to the
 * state and writes what happened to the outbox. Synchronous and total: every command gets an
 * outcome, a refused one included, and the same commands always give the same bytes.
 *
 * A repeated command id changes nothing: the earlier outcome stands in the receipt.
 * @returns the receipt, overwritten by the next call
 */
export function apply(state: MarketState, command: RecordCursor, outbox: Outbox): Receipt {
  const { view, at } = command;
  const type = recordType(view, at);
  const { receipt } = state;
  receipt.order = 0;
  receipt.filled = 0;
  receipt.recorded = true;
  const eventsStart = outbox.length;
  const commandId = readId(view, at + stringsOf(type));
  const named = commandId !== '';
  if (named && recall(state, commandId, digestHigh(view, at), digestLow(view, at))) return receipt;

  const sequence = ++state.sequence;
  state.window.advance(sequence);
  receipt.sequence = sequence;
  const code = perform(state, type, view, at, outbox);
  receipt.code = code;
  if (code !== 0) {
    receipt.order = 0;
    // What was asked for is the same, whichever record it stands in.
    writeRejected(state, outbox, view.getUint32(at + STAMP.actor), askedFor(type), code);
  }
  if (state.orders.pegs.size > 0) movePegs(state, outbox, eventsStart);
  if (named) remember(state, commandId, digestHigh(view, at), digestLow(view, at));
  return receipt;
}

/** What was asked for with a record of some type. */
function askedFor(type: number): number {
  switch (type) {
    case CommandType.submitSpecial:
    case CommandType.submitInNetwork:
      return CommandType.submit;
    case CommandType.takeInNetwork:
      return CommandType.take;
    case CommandType.recallInNetwork:
      return CommandType.recallTrade;
    default:
      return type;
  }
}

function digestHigh(view: DataView, at: number): number {
  return view.getUint32(at + STAMP.digestHigh);
}

function digestLow(view: DataView, at: number): number {
  return view.getUint32(at + STAMP.digestLow);
}

/** Keeps what a command came to for when its id is met again. */
function remember(
  { receipt, window }: MarketState,
  commandId: string,
  digestHigh: number,
  digestLow: number,
): void {
  const { sequence, code, order, filled } = receipt;
  window.remember({ commandId, sequence, digestHigh, digestLow, code, order, filled });
}

/** Time first, then the timers that it makes due, then the command itself. */
function perform(
  state: MarketState,
  type: number,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const time = readI64(view, at + HEADER.time);
  const isLate = time < state.time;
  // Before anything can be refused.
  const fresh = isSigned(view, at) ? takeNonce(state, view, at) : undefined;
  if (!isLate) state.time = time;
  stampEvents(state);
  if (isLate) return RejectCode.TIME_BACKWARDS;
  if (time >= state.nextPlanned || state.timers.due(time) !== NONE) runTimers(state, outbox);
  if (!knownAccount(state, view.getUint32(at + STAMP.actor))) return RejectCode.UNKNOWN_ACTOR;
  if (fresh !== undefined || state.keys.size > 0) {
    const refused = signatureRefusal(state, type, view, at, fresh);
    if (refused !== 0) return refused;
  }
  const code = (COMMAND_BY_TYPE[type] as Command)(state, view, at, outbox);
  if (state.exits.length > 0) enterExits(state, outbox);
  return code;
}

/**
 * Answers a command whose id is in the window: the receipt says what came of the earlier command, or
 * ID_REUSED if that one was another.
 * @returns whether there was such a command
 */
export function recall(
  state: MarketState,
  commandId: string,
  digestHigh: number,
  digestLow: number,
): boolean {
  const earlier = state.window.find(commandId);
  if (earlier === undefined) return false;
  const same = state.window.isRepetition(commandId, digestHigh, digestLow);
  const { receipt } = state;
  receipt.recorded = false;
  receipt.sequence = earlier.sequence;
  receipt.code = same ? earlier.code : RejectCode.ID_REUSED;
  receipt.order = same ? earlier.order : 0;
  receipt.filled = same ? earlier.filled : 0;
  return true;
}

const STRINGS_BY_TYPE: number[] = [];
for (const layout of Object.values(COMMANDS))
  STRINGS_BY_TYPE[layout.type] = offsetsOf(layout).strings;

function stringsOf(type: number): number {
  const strings = STRINGS_BY_TYPE[type];
  if (strings !== undefined) return strings;
  const name = LAYOUTS.get(type)?.name ?? `type ${type}`;
  throw new WattbookError('UNKNOWN_TYPE', `${name} is no command`);
}
