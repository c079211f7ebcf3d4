import { ed25519 as curve } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToNumberLE, concatBytes } from '@noble/curves/utils.js';
import { sameBytes } from '../core/bytes.ts';
import { toBase64 } from './base64.ts';

/** Who can sign. Ed25519 gives the same signature for the same message each time (RFC 8032). */
export interface Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes */
  sign(message: Uint8Array): Uint8Array;
}

/** A public key that was found fit to be relied on. */
export interface VerifyingKey {
  /** 32 bytes. */
  readonly bytes: Uint8Array;
  /** Whether a signature of a message was made with the secret that goes with this key. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** An implementation of Ed25519. All decide alike, see `verifyingKey`. */
export interface Ed25519 {
  /** @param seed 32 secret bytes @throws TypeError, RangeError */
  signer(seed: Uint8Array): Signer;
  /**
   * A key that is canonically encoded and of the large prime order; undefined for any other bytes. With such keys, a signature
   * counts if S is below the order and R is, byte for byte, the encoding of [S]B - [k]A: there is no signature that one
   * implementation takes and another one refuses.
   */
  verifyingKey(bytes: Uint8Array): VerifyingKey | undefined;
}

const KEY_SIZE = 32;
const SIGNATURE_SIZE = 64;

const { Point } = curve;
const ORDER: bigint = Point.Fn.ORDER;
type EdwardsPoint = InstanceType<typeof Point>;

/** That of @noble/curves. About a thousandth of a second to verify. */
export const portableEd25519: Ed25519 = {
  signer(seed) {
    const secret = seedArgument(seed);
    const publicKey = curve.getPublicKey(secret);
    return { publicKey, sign: (message) => curve.sign(message, secret) };
  },
  verifyingKey: (bytes) =>
    keyOf(bytes, (point, key) => (message, signature) => {
      const [r, s] = [
        signature.subarray(0, KEY_SIZE),
        bytesToNumberLE(signature.subarray(KEY_SIZE)),
      ];
      if (s >= ORDER) return false;
      const k = bytesToNumberLE(sha512(concatBytes(r, key, message))) % ORDER;
      // One point from two: the library's own `verify` multiplies by the cofactor, and takes more.
      const found = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k));
      return sameBytes(found.toBytes(), r);
    }),
};

/** What is used of Node's crypto, so that the declarations do not need Node's. */
interface NativeCrypto {
  createPrivateKey(key: { key: Uint8Array; format: 'der'; type: 'pkcs8' }): object;
  createPublicKey(key: { key: object; format: 'jwk' }): object;
  sign(algorithm: null, message: Uint8Array, key: object): Uint8Array;
  verify(algorithm: null, message: Uint8Array, key: object, signature: Uint8Array): boolean;
}

interface Platform {
  readonly process?: { getBuiltinModule?(id: 'node:crypto'): NativeCrypto | undefined };
}

/** What stands before the seed in the one form of a private key that OpenSSL reads; RFC 8410. */
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

/** Ed25519 of the platform, some ten times as fast: undefined where there is none, as in a browser. */
export function nativeEd25519(platform: Platform = globalThis as Platform): Ed25519 | undefined {
  const crypto = platform.process?.getBuiltinModule?.('node:crypto');
  if (crypto === undefined) return undefined;
  return {
    signer(seed) {
      const key = concatBytes(PKCS8, seedArgument(seed));
      const secret = crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
      const publicKey = curve.getPublicKey(seed);
      return { publicKey, sign: (message) => plain(crypto.sign(null, message, secret)) };
    },
    verifyingKey: (bytes) =>
      keyOf(bytes, (_, key) => {
        const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(key) };
        const known = crypto.createPublicKey({ key: jwk, format: 'jwk' });
        return (message, signature) => crypto.verify(null, message, known, signature);
      }),
  };
}

/** That of the platform, or else the portable one. */
export const ed25519: Ed25519 = nativeEd25519() ?? portableEd25519;

function keyOf(
  bytes: Uint8Array,
  verifier: (
    point: EdwardsPoint,
    key: Uint8Array,
  ) => (message: Uint8Array, signature: Uint8Array) => boolean,
): VerifyingKey | undefined {
  const point = pointOf(bytes);
  if (point === undefined || point.isSmallOrder() || !point.isTorsionFree()) return undefined;
  const key = bytes.slice();
  const verify = verifier(point, key);
  return {
    bytes: key.slice(),
    verify: (message, signature) =>
      signature.length === SIGNATURE_SIZE && verify(message, signature),
  };
}

/** The point that bytes encode, unless they are another encoding of it than the canonical one. */
function pointOf(bytes: Uint8Array): EdwardsPoint | undefined {
  if (!(bytes instanceof Uint8Array) || bytes.length !== KEY_SIZE) return undefined;
  try {
    const point = Point.fromBytes(bytes);
    return sameBytes(point.toBytes(), bytes) ? point : undefined;
  } catch {
    return undefined;
  }
}

function seedArgument(seed: Uint8Array): Uint8Array {
  if (!(seed instanceof Uint8Array)) throw new TypeError('seed must be a Uint8Array');
  if (seed.length === KEY_SIZE) return seed.slice();
  throw new RangeError(`seed must have ${KEY_SIZE} bytes, got ${seed.length}`);
}

function base64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Node gives a Buffer. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
