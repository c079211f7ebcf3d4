import { AccountStatus, RejectCode } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import { payDebts } from './debts.ts';
import { writeEvent } from './events.ts';
import {
  accountRefusal,
  isOperator,
  knownAccount,
  knownAsset,
  ownsOrOperates,
} from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const DEPOSIT = offsetsOf(COMMANDS.deposit);
const WITHDRAW = offsetsOf(COMMANDS.withdraw);
const TRANSFER = offsetsOf(COMMANDS.transfer);

/** Operators bring amounts in from outside, within the mint guard. */
export function deposit(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const account = view.getUint32(at + DEPOSIT.account);
  const asset = view.getUint32(at + DEPOSIT.asset);
  const amount = readI64(view, at + DEPOSIT.amount);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownAsset(state, asset)) return RejectCode.UNKNOWN_ASSET;
  if (!isOperator(state, view.getUint32(at + DEPOSIT.actor))) return RejectCode.FORBIDDEN;
  const refused = receiverRefusal(state, account);
  if (refused !== 0) return refused;
  if (!state.ledger.mayMint(asset, amount)) return RejectCode.MINT_LIMIT;
  state.ledger.transfer(OUTSIDE, account, asset, amount);
  writeEvent(state, outbox, 'deposited', [account, asset, amount]);
  payDebts(state, account, asset, outbox);
  return 0;
}

/** An owner or operator takes available amounts out. */
export function withdraw(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const account = view.getUint32(at + WITHDRAW.account);
  const asset = view.getUint32(at + WITHDRAW.asset);
  const amount = readI64(view, at + WITHDRAW.amount);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownAsset(state, asset)) return RejectCode.UNKNOWN_ASSET;
  const actor = view.getUint32(at + WITHDRAW.actor);
  if (!ownsOrOperates(state, actor, account)) return RejectCode.FORBIDDEN;
  const refused = accountRefusal(state, account);
  if (refused !== 0) return refused;
  if (amount > state.ledger.availableOf(account, asset)) return RejectCode.INSUFFICIENT_FUNDS;
  state.ledger.transfer(account, OUTSIDE, asset, amount);
  writeEvent(state, outbox, 'withdrawn', [account, asset, amount]);
  return 0;
}

/** An owner or operator moves available amounts to another account. */
export function transfer(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const from = view.getUint32(at + TRANSFER.account);
  const to = view.getUint32(at + TRANSFER.to);
  const asset = view.getUint32(at + TRANSFER.asset);
  const amount = readI64(view, at + TRANSFER.amount);
  if (!knownAccount(state, from) || !knownAccount(state, to)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownAsset(state, asset)) return RejectCode.UNKNOWN_ASSET;
  const actor = view.getUint32(at + TRANSFER.actor);
  if (!ownsOrOperates(state, actor, from)) return RejectCode.FORBIDDEN;
  if (from === OUTSIDE || to === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  const closed = receiverRefusal(state, to);
  if (closed !== 0) return closed;
  const refused = accountRefusal(state, from);
  if (refused !== 0) return refused;
  if (amount > state.ledger.availableOf(from, asset)) return RejectCode.INSUFFICIENT_FUNDS;
  state.ledger.transfer(from, to, asset, amount);
  writeEvent(state, outbox, 'transferred', [from, to, asset, amount]);
  payDebts(state, to, asset, outbox);
  return 0;
}

/** A frozen account may receive, a closed one may not. */
export function receiverRefusal(state: MarketState, account: number): number {
  if (account === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  const closed = state.accounts.list[account]!.status === AccountStatus.closed;
  return closed ? RejectCode.ACCOUNT_CLOSED : 0;
}
