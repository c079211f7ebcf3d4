import { AccountStatus, RejectCode } from '../../src/core/codes.ts';
import type { Bytes } from './bytes.ts';
import type { Command, CommandOf, Reference } from './commands.ts';
import { tell } from './events.ts';
import { type Account, type Market, mayActFor, rowOf } from './market.ts';

/** What signs a command. The market trusts the signature, so any bytes will do. */
export interface Signed {
  readonly nonce: number;
  readonly expiresAt: number;
  readonly signature: readonly number[];
}

/** What an account signs with, and all that it ever signed. */
export interface Keys {
  key: readonly number[] | undefined;
  readonly nonces: Set<number>;
}

const WORDS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** Whose orders and funds they are about. */
const WITH_ACCOUNT: readonly Command['type'][] = [
  'submit',
  'submitInNetwork',
  'take',
  'takeInNetwork',
  'transfer',
  'withdraw',
  'closeAccount',
  'setAccountKey',
  'setPartner',
];
/** Commands that may be signed. */
export const MAY_BE_SIGNED: readonly Command['type'][] = [
  ...WITH_ACCOUNT,
  'amend',
  'cancel',
  'cancelAll',
  'kill',
];

function holder(market: Market, reference: Reference): Account | undefined {
  const row = rowOf(market.accounts, reference);
  return row === undefined ? undefined : market.accounts[row];
}

/** Counts a nonce as used, unless it was, or is too old to tell. */
export function countNonce(market: Market, { actor, signed }: Command): boolean {
  const keys = holder(market, actor)?.keys;
  if (signed === undefined || keys?.key === undefined) return true;
  const { nonce } = signed;
  if (keys.nonces.has(nonce) || nonce <= Math.max(0, ...keys.nonces) - 64) return false;
  keys.nonces.add(nonce);
  return true;
}

/** Why a command is refused for how it is signed, or 0. */
export function refusal(market: Market, command: Command, isNew: boolean): number {
  const { actor, signed } = command;
  if (signed !== undefined) {
    if (holder(market, actor)?.keys?.key === undefined) return RejectCode.NO_KEY;
    if (market.time > signed.expiresAt) return RejectCode.SIGNATURE_EXPIRED;
    if (!isNew) return RejectCode.NONCE_USED;
  }
  const whose = concerned(market, command);
  const needed = whose !== undefined && holder(market, whose)?.keys?.key !== undefined;
  const given = signed !== undefined && whose === actor;
  return needed && !given ? RejectCode.SIGNATURE_MISSING : 0;
}

function concerned(market: Market, command: Command): Reference | undefined {
  if (command.type === 'amend') return market.orders.get(command.order)?.account;
  if (!WITH_ACCOUNT.includes(command.type)) return undefined;
  return (command as CommandOf<'withdraw'>).account;
}

export function setAccountKey(market: Market, command: CommandOf<'setAccountKey'>): number {
  const row = rowOf(market.accounts, command.account);
  if (row === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (!mayActFor(market, command.actor, row)) return RejectCode.FORBIDDEN;
  if (row <= 2) return RejectCode.SYSTEM_ACCOUNT;
  const account = market.accounts[row]!;
  if (account.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  const words = WORDS.map((i) => command[`key${i}`]);
  if (command.hasKey === 1) {
    account.keys ??= { key: undefined, nonces: new Set() };
    account.keys.key = words;
  } else if (account.keys !== undefined) account.keys.key = undefined;
  tell(market, 'accountKeySet', [row, command.hasKey, ...words]);
  return 0;
}

/** List 9 of the control bytes. */
export function keyBytes(market: Market, to: Bytes): void {
  const all = [...market.accounts.entries()].filter(([, { keys }]) => keys !== undefined);
  to.u32(all.length);
  for (const [row, { keys }] of all) {
    const { key, nonces } = keys!;
    to.u32(row);
    to.u8(key === undefined ? 0 : 1);
    for (const i of WORDS) to.u32(key?.[i] ?? 0);
    const highest = Math.max(0, ...nonces);
    to.i64(highest);
    for (const first of [63, 31]) {
      let word = 0;
      for (let behind = first; behind > first - 32; behind--) {
        word = word * 2 + (nonces.has(highest - behind) ? 1 : 0);
      }
      to.u32(word);
    }
  }
}

/** Appends what signs a record, as docs/format.md says. */
export function signedBytes({ nonce, expiresAt, signature }: Signed, to: Bytes): void {
  to.i64(nonce);
  to.i64(expiresAt);
  for (const byte of signature) to.u8(byte);
}
