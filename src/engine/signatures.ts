import { ed25519, type VerifyingKey } from '../chain/ed25519.ts';
import { readI64 } from '../core/bytes.ts';
import { checkCommand } from '../core/records.ts';
import { COMMANDS, HEADER, offsetsOf } from '../core/registry.ts';
import { isSigned, SIGNATURE_SIZE, SIGNED_AT, signedAt } from '../core/signed.ts';
import { MarketState } from '../matching/state.ts';
import { chainIdArgument } from './account-keys.ts';
import { bytesArgument } from './arguments.ts';
import { Sequencer } from './sequencer.ts';
import { signedMessage } from './signed-message.ts';

const STAMP = offsetsOf(COMMANDS.advanceTime);

/** By the bytes in the state. To find out whether they are a key takes as long as to verify a signature. */
const keys = new WeakMap<Uint8Array, VerifyingKey>();

function keyOf(bytes: Uint8Array): VerifyingKey | undefined {
  const key = keys.get(bytes) ?? ed25519.verifyingKey(bytes);
  if (key !== undefined) keys.set(bytes, key);
  return key;
}

/**
 * Whether a signed command is signed by the key that its actor has now. Where the actor has none there is nothing to tell by, and the
 * market refuses the command.
 */
export function isRightlySigned(
  state: MarketState,
  view: DataView,
  at: number,
  chainId: Uint8Array,
): boolean {
  const bytes = state.keys.get(view.getUint32(at + STAMP.actor))?.key;
  if (bytes === undefined) return true;
  const place = view.byteOffset + signedAt(view, at) + SIGNED_AT.signature;
  const signature = new Uint8Array(view.buffer, place, SIGNATURE_SIZE);
  const message = signedMessage(chainId, view, at, state);
  return keyOf(bytes)?.verify(message, signature) === true;
}

/**
 * What is wrong with the signature of a command, or undefined. That a command is signed which needs to be, and that it is not
 * too late for it, the market sees to by its rules when it is carried out again: this is what it took the host's word for.
 * @param state the market before the command
 * @param at where the command's record begins, which must be well-formed
 */
export function signatureFault(
  state: MarketState,
  view: DataView,
  at: number,
  chainId: Uint8Array,
): string | undefined {
  if (!isSigned(view, at) || isRightlySigned(state, view, at, chainId)) return undefined;
  const actor = state.naming('account', view.getUint32(at + STAMP.actor));
  return `command ${readI64(view, at + HEADER.sequence)} is not signed by the key of ${actor}`;
}

/** What `verifySignatures` found. */
export interface SignatureReport {
  /** Commands that were gone through. */
  readonly commands: number;
  /** Signed ones among them whose actor had a key. */
  readonly signed: number;
  /** The first command with a wrong signature. */
  readonly fault?: { readonly sequence: number; readonly reason: string };
}

/**
 * Goes through the commands of a market from its first one, and checks that each that is signed was signed by the key that its actor
 * had then. Together with a replay, whose rules refuse what should be signed and is not, this tells that no order of
 * an account with a key was made up. O(commands), and about a thousandth of a second for each signature, a tenth with Node's crypto.
 * @param log command records as `commandLog` gives them, or as they stand in the frames of a journal without the digests
 * @throws TypeError, RangeError; WattbookError BAD_RECORD, UNKNOWN_TYPE, SEQUENCE_GAP
 */
export function verifySignatures(log: Uint8Array, chainId: Uint8Array): SignatureReport {
  const { buffer, byteOffset, byteLength } = bytesArgument(log, 'log');
  const chain = chainIdArgument(chainId);
  if (chain === undefined) throw new TypeError('chainId is missing');
  const view = new DataView(buffer, byteOffset, byteLength);
  const sequencer = new Sequencer(new MarketState(), undefined, false);
  const { state } = sequencer;
  let signed = 0;
  for (let at = 0; at < byteLength;) {
    const start = at;
    checkCommand(view, start);
    if (isSigned(view, start) && state.keys.get(view.getUint32(start + STAMP.actor))?.key) signed++;
    const reason = signatureFault(state, view, start, chain);
    const { sequence } = state;
    if (reason !== undefined) {
      return { commands: sequence, signed, fault: { sequence: sequence + 1, reason } };
    }
    at = sequencer.replay(view, start);
  }
  return { commands: state.sequence, signed };
}
