import { sameBytes } from '../core/bytes.ts';
import { sha256 } from '../core/sha256.ts';

/** A function that computes SHA-256. It must not change the bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** What is used of Node's crypto, so that the declarations do not need Node's. */
interface NativeHash {
  hash?(name: 'sha256', bytes: Uint8Array, encoding: 'binary'): string;
}

interface Platform {
  readonly process?: { getBuiltinModule?(id: 'node:crypto'): NativeHash | undefined };
}

/** SHA-256 that is written to a place. */
export type HashInto = (bytes: Uint8Array, into: Uint8Array, at: number) => void;

const HASH_SIZE = 32;

/**
 * SHA-256 for many short inputs. A tree hashes 65 bytes at a time: Node's `hash`, which makes no object, takes 0.4 us for them as text that
 * is copied into bytes, 1.0 as a Buffer, and `createHash` 1.4; @noble/hashes takes 2.6.
 * @returns undefined where the platform has no such thing, or it computes something else
 */
export function oneShotSha256(platform: Platform = globalThis as Platform): HashInto | undefined {
  const crypto = platform.process?.getBuiltinModule?.('node:crypto');
  if (crypto?.hash === undefined) return undefined;
  const native: HashInto = (bytes, into, at) => {
    const text = crypto.hash!('sha256', bytes, 'binary');
    for (let i = 0; i < HASH_SIZE; i++) into[at + i] = text.charCodeAt(i);
  };
  const probe = Uint8Array.of(1, 2, 3);
  const found = new Uint8Array(HASH_SIZE);
  try {
    native(probe, found, 0);
    return sameBytes(found, sha256(probe)) ? native : undefined;
  } catch {
    return undefined;
  }
}

/** A hash that gives bytes as one that writes them. */
export function hashInto(hash: Sha256): HashInto {
  return (bytes, into, at) => into.set(hash(bytes), at);
}
