import { readI64 } from '../core/bytes.ts';
import { AccountStatus, RejectCode, SYSTEM_ACCOUNTS } from '../core/codes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { KEY_SIZE, NEEDS_SIGNATURE, NONCE_WINDOW, SIGNED_AT, signedAt } from '../core/signed.ts';
import { NONE } from '../orderbook/orders.ts';
import { writeEvent } from './events.ts';
import { knownAccount, ownsOrOperates, statusRefusal } from './permission.ts';
import type { Reader } from './reader.ts';
import type { MarketState, Outbox } from './state.ts';
import { inOrder, type Writer } from './writer.ts';

/** What an account signs with. */
export interface AccountKey {
  /** Ed25519 public key; undefined once it was taken away: its nonces stay used. */
  readonly key: Uint8Array | undefined;
  /** The highest nonce that was used; 0 for none. */
  readonly highest: number;
  /** Of that nonce and the 63 below it, which were used: bit n for the one n below. */
  readonly used: bigint;
}

const KEY = offsetsOf(COMMANDS.setAccountKey);
const AMEND = offsetsOf(COMMANDS.amend);
const STAMP = offsetsOf(COMMANDS.advanceTime);

/**
 * The set-account-key command. Once there is a key only who has it gets here, see `signatureRefusal`: the key is the account's
 * word against the operator's.
 */
export function setAccountKey(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const account = view.getUint32(at + KEY.account);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!ownsOrOperates(state, view.getUint32(at + KEY.actor), account)) return RejectCode.FORBIDDEN;
  const refused = statusRefusal(state, account);
  if (refused !== 0) return refused;
  const hasKey = view.getUint8(at + KEY.hasKey);
  const before = state.keys.get(account);
  if (hasKey === 1 || before !== undefined) {
    const key = hasKey === 1 ? bytesAt(view, at + KEY.key0) : undefined;
    const { highest, used } = before ?? { highest: 0, used: 0n };
    state.keys.set(account, { key, highest, used });
  }
  const words = Array.from({ length: KEY_SIZE / 4 }, (_, i) =>
    view.getUint32(at + KEY.key0 + 4 * i),
  );
  writeEvent(state, outbox, 'accountKeySet', [account, hasKey, ...words]);
  return 0;
}

function bytesAt(view: DataView, at: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, KEY_SIZE).slice();
}

/**
 * Uses up the nonce of a signed command, whatever comes of the command: else one that was refused could be sent once more when it
 * would be accepted.
 * @returns whether it could be used; true also where the actor has no key
 */
export function takeNonce({ keys }: MarketState, view: DataView, at: number): boolean {
  const actor = view.getUint32(at + STAMP.actor);
  const known = keys.get(actor);
  if (known?.key === undefined) return true;
  const nonce = readI64(view, signedAt(view, at) + SIGNED_AT.nonce);
  const { key, highest, used } = known;
  const behind = highest - nonce;
  if (behind >= NONCE_WINDOW) return false;
  if (behind >= 0) {
    const bit = 1n << BigInt(behind);
    if ((used & bit) !== 0n) return false;
    keys.set(actor, { key, highest, used: used | bit });
    return true;
  }
  const kept = -behind < NONCE_WINDOW ? BigInt.asUintN(NONCE_WINDOW, used << BigInt(-behind)) : 0n;
  keys.set(actor, { key, highest: nonce, used: kept | 1n });
  return true;
}

/**
 * Why a command is not carried out on account of its signature or the lack of one, or 0. Whether the signature is right was found out
 * before the command took its sequence.
 * @param fresh what `takeNonce` said of a signed command; undefined if it is not signed
 */
export function signatureRefusal(
  state: MarketState,
  type: number,
  view: DataView,
  at: number,
  fresh: boolean | undefined,
): number {
  const actor = view.getUint32(at + STAMP.actor);
  if (fresh !== undefined) {
    if (state.keys.get(actor)?.key === undefined) return RejectCode.NO_KEY;
    const expiresAt = readI64(view, signedAt(view, at) + SIGNED_AT.expiresAt);
    if (state.time > expiresAt) return RejectCode.SIGNATURE_EXPIRED;
    if (!fresh) return RejectCode.NONCE_USED;
  }
  const account = signatory(state, type, view, at);
  if (state.keys.get(account)?.key === undefined) return 0;
  return fresh !== undefined && actor === account ? 0 : RejectCode.SIGNATURE_MISSING;
}

/** Whose signature a command needs if they have a key; NONE for nobody's. */
function signatory({ orders }: MarketState, type: number, view: DataView, at: number): number {
  const whose = NEEDS_SIGNATURE[type];
  if (whose === 'account') return view.getUint32(at + KEY.account);
  if (whose !== 'order') return NONE;
  const slot = orders.slotOf(readI64(view, at + AMEND.order));
  return slot === NONE ? NONE : orders.account(slot);
}

/** Writes the accounts that have a key, or had one. */
export function encodeKeys({ keys }: MarketState, to: Writer): void {
  to.u32(keys.size);
  for (const [account, { key, highest, used }] of inOrder(keys)) {
    to.u32(account);
    to.u8(key === undefined ? 0 : 1);
    to.log.append(key ?? new Uint8Array(KEY_SIZE));
    to.i64(highest);
    to.u32(Number(used >> 32n));
    to.u32(Number(BigInt.asUintN(32, used)));
  }
}

/** Reads what `encodeKeys` wrote. */
export function decodeKeys(from: Reader, { keys, accounts }: MarketState): void {
  for (let left = from.u32(); left > 0; left--) {
    const account = from.row(accounts.list);
    const hasKey = from.u8() === 1;
    const key = bytesAt(from.view, from.next(KEY_SIZE));
    const highest = from.i64();
    const used = (BigInt(from.u32()) << 32n) | BigInt(from.u32());
    keys.set(account, { key: hasKey ? key : undefined, highest, used });
  }
}

/** What makes the keys such that no command log could lead to them, or undefined. */
export function keysFault({ keys, accounts }: MarketState): string | undefined {
  for (const [row, { key, highest, used }] of keys) {
    const { id, status } = accounts.list[row]!;
    if (row < SYSTEM_ACCOUNTS.length || status === AccountStatus.closed) {
      return `it has a key of ${id}, who has none`;
    }
    // A nonce is 1 at least, the highest one was used, and to take a key away takes a nonce.
    const room = highest < NONCE_WINDOW ? highest : NONCE_WINDOW;
    const isUsed = highest === 0 ? key !== undefined : (used & 1n) === 1n;
    if (highest < 0 || !isUsed || used >> BigInt(room) !== 0n) {
      return `it has nonces of ${id} that cannot have been used`;
    }
  }
  return undefined;
}
