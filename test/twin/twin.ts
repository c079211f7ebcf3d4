import { CommandType, RejectCode, UNKNOWN } from '../../src/core/codes.ts';
import * as administration from './administration.ts';
import { runAuction } from './auction.ts';
import type { Command } from './commands.ts';
import { tell } from './events.ts';
import { countNonce, refusal, setAccountKey } from './keys.ts';
import * as limits from './limits.ts';
import { Market, type Receipt, rowOf } from './market.ts';
import { enterExits } from './brackets.ts';
import { submitInNetwork, takeInNetwork } from './network-trading.ts';
import * as networks from './networks.ts';
import { movePegs } from './pegs.ts';
import { archiveProduct } from './archive.ts';
import { runTimers } from './plan.ts';
import * as settle from './settle.ts';
import { take } from './take.ts';
import * as trading from './trading.ts';

const WINDOW = 65_536;

/**
 * The rules of the market a second time, as simply as they can be said: sorted arrays for books,
 * BigInt for money. It shares nothing with the engine but the numbers in codes.ts, so that an error
 * must be made twice to go unseen.
 */
export class Twin {
  readonly market = new Market();

  /** Applies a command; the answer is what it came to and the bytes of its events. */
  run(command: Command): { receipt: Receipt; events: Uint8Array } {
    const { market } = this;
    const repeated = receiptOfRepetition(market, command);
    if (repeated !== undefined) return { receipt: repeated, events: market.events.take() };
    const sequence = ++market.sequence;
    forgetOldest(market);
    market.receipt = { recorded: true, sequence, code: 0, order: 0, filled: 0 };
    const { receipt } = market;
    receipt.code = perform(market, command);
    if (receipt.code !== 0) {
      const actor = typeof command.actor === 'number' ? command.actor : UNKNOWN;
      tell(market, 'rejected', [actor, CommandType[askedFor(command.type)], receipt.code]);
    }
    movePegs(market);
    const { commandId, digestHigh, digestLow } = command;
    if (commandId !== '')
      market.window.set(commandId, { commandId, digestHigh, digestLow, receipt });
    return { receipt, events: market.events.take() };
  }
}

/** What was asked for, whichever record says so. */
function askedFor(type: Command['type']): Command['type'] {
  if (type === 'submitInNetwork') return 'submit';
  if (type === 'takeInNetwork') return 'take';
  return type === 'recallInNetwork' ? 'recallTrade' : type;
}

function receiptOfRepetition(market: Market, command: Command): Receipt | undefined {
  const earlier = market.window.get(command.commandId);
  if (earlier === undefined) return undefined;
  const { digestHigh, digestLow } = command;
  const same = earlier.digestHigh === digestHigh && earlier.digestLow === digestLow;
  if (same) return { ...earlier.receipt, recorded: false };
  const { sequence } = earlier.receipt;
  return { recorded: false, sequence, code: RejectCode.ID_REUSED, order: 0, filled: 0 };
}

function forgetOldest(market: Market): void {
  for (const [commandId, { receipt }] of market.window) {
    if (receipt.sequence > market.sequence - WINDOW) return;
    market.window.delete(commandId);
  }
}

function perform(market: Market, command: Command): number {
  const isNew = countNonce(market, command);
  if (command.time < market.time) return RejectCode.TIME_BACKWARDS;
  const before = market.time;
  market.time = command.time;
  runTimers(market, before);
  if (rowOf(market.accounts, command.actor) === undefined) return RejectCode.UNKNOWN_ACTOR;
  const code = refusal(market, command, isNew) || dispatch(market, command);
  enterExits(market);
  return code;
}

function dispatch(market: Market, command: Command): number {
  if (settle.isOne(command)) return settle.dispatch(market, command);
  switch (command.type) {
    case 'openAccount':
      return administration.openAccount(market, command);
    case 'freezeAccount':
      return administration.freezeAccount(market, command);
    case 'closeAccount':
      return administration.closeAccount(market, command);
    case 'deposit':
      return administration.deposit(market, command);
    case 'withdraw':
      return administration.withdraw(market, command);
    case 'transfer':
      return administration.transfer(market, command);
    case 'listAsset':
      return administration.listAsset(market, command);
    case 'listProduct':
      return administration.listProduct(market, command);
    case 'setFees':
      return administration.setFees(market, command);
    case 'setBand':
      return administration.setBand(market, command);
    case 'haltProduct':
      return administration.haltProduct(market, command);
    case 'resumeProduct':
      return administration.resumeProduct(market, command);
    case 'closeProduct':
      return administration.closeProduct(market, command);
    case 'archiveProduct':
      return archiveProduct(market, command);
    case 'endSession':
      return administration.endSession(market, command);
    case 'runAuction':
      return runAuction(market, command);
    case 'submit':
      return trading.submit(market, command);
    case 'amend':
      return trading.amend(market, command);
    case 'cancel':
      return trading.cancel(market, command);
    case 'cancelAll':
      return trading.cancelAll(market, command);
    case 'take':
      return take(market, command);
    case 'advanceTime':
      tell(market, 'timeAdvanced', []);
      return 0;
    case 'kill':
      return administration.kill(market, command);
    case 'setCircuit':
      return administration.setCircuit(market, command);
    case 'setAccountLimits':
      return limits.setAccountLimits(market, command);
    case 'recallTrade':
      return limits.recallTrade(market, command);
    case 'listNetwork':
      return networks.listNetwork(market, command);
    case 'addZone':
      return networks.addZone(market, command);
    case 'setGridFee':
      return networks.setGridFee(market, command);
    case 'setCapacity':
      return networks.setCapacity(market, command);
    case 'setPartner':
      return networks.setPartner(market, command);
    default:
      return dispatchOther(market, command);
  }
}

type Other = Extract<
  Command,
  { readonly type: `${string}InNetwork` | 'sealBlock' | 'setAccountKey' }
>;

function dispatchOther(market: Market, command: Other): number {
  switch (command.type) {
    case 'sealBlock':
      return administration.sealBlock(market, command);
    case 'setAccountKey':
      return setAccountKey(market, command);
    case 'submitInNetwork':
      return submitInNetwork(market, command);
    case 'takeInNetwork':
      return takeInNetwork(market, command);
    case 'recallInNetwork':
      return limits.recallInNetwork(market, command);
  }
}
