import { ed25519 } from '../chain/ed25519.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { KEY_SIZE, SIGNATURE_SIZE } from '../core/signed.ts';
import { bytesArgument, integerArgument, objectArgument } from './arguments.ts';
import type { Encoding } from './encoding.ts';
import type { AccountRequest } from './requests.ts';

/** What signs a request, as `signRequest` makes it. */
export interface Signed {
  /** From 1 to 2^53-1, each once for an account; 64 or more below the highest that was used it is too late for one. */
  readonly nonce: number;
  /** Last instant at which the request may be carried out, epoch ms UTC. */
  readonly expiresAt: number;
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A request that the actor may sign; one about an account that has a key must be signed by it, all but cancels and `kill`. */
export interface Signable {
  /** The host needs the option `chainId` for it. What signs a request is no part of its content: sent again with its command id, it may be signed anew. */
  readonly signed?: Signed;
}

/** What an account is to sign with from now on. */
export interface SetAccountKeyRequest extends AccountRequest, Signable {
  /** Ed25519 public key, 32 bytes; null takes the key away. */
  readonly key: Uint8Array | null;
}

const CHAIN_ID_SIZE = 32;
const FIELDS: readonly string[] = ['nonce', 'expiresAt', 'signature'];

/** Checks what signs a request, but not whether it does. @throws TypeError, RangeError */
export function signedArgument(signed: Signed): Signed {
  objectArgument(signed, 'signed', FIELDS);
  const { nonce, expiresAt, signature } = signed;
  return {
    nonce: integerArgument(nonce, 'signed.nonce', 1, MAX_INTEGER),
    expiresAt: integerArgument(expiresAt, 'signed.expiresAt', 0, MAX_INTEGER),
    signature: sizedArgument(signature, 'signed.signature', SIGNATURE_SIZE),
  };
}

/** Checks and copies a chain id, which may be left out. @throws TypeError, RangeError */
export function chainIdArgument(chainId: Uint8Array | undefined): Uint8Array | undefined {
  if (chainId === undefined) return undefined;
  return sizedArgument(chainId, 'chainId', CHAIN_ID_SIZE).slice();
}

/** Writes the fields of a new key. A key that nobody could rely on is none: see `Ed25519.verifyingKey`. */
export function encodeAccountKey(to: Encoding, request: SetAccountKeyRequest): void {
  to.party(request);
  const { key } = request;
  if (key === undefined) throw new TypeError('key is missing; null takes it away');
  to.u8(key === null ? 0 : 1);
  if (key !== null && ed25519.verifyingKey(sizedArgument(key, 'key', KEY_SIZE)) === undefined) {
    throw new RangeError('key must be an Ed25519 public key of the large prime order');
  }
  to.raw(key ?? new Uint8Array(KEY_SIZE));
}

function sizedArgument(value: unknown, argument: string, size: number): Uint8Array {
  const bytes = bytesArgument(value, argument);
  if (bytes.length === size) return bytes;
  throw new RangeError(`${argument} must have ${size} bytes, got ${bytes.length}`);
}
