import { sha256 as portable } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { createHash, type Hash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nativeSha256, type Platform, sha256 } from '../src/core/sha256.ts';
import { mulberry32 } from './mulberry32.ts';

const SEED = 20_261_122;
// FIPS 180-2, appendix B.
const OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function drawn(length: number, draw: (n: number) => number): Uint8Array {
  return Uint8Array.from({ length }, () => draw(256));
}

/** A platform with what `getBuiltinModule` is given for `node:crypto`. */
function platform(crypto: unknown): Platform {
  return { process: { getBuiltinModule: () => crypto } } as Platform;
}

/** The module as it is where the process is another one. */
async function loadedWith(getBuiltinModule: unknown): Promise<typeof sha256> {
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(getBuiltinModule as () => undefined);
  vi.resetModules();
  return (await import('../src/core/sha256.ts')).sha256;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

describe('sha256', () => {
  it('gives published digests', () => {
    expect(bytesToHex(sha256(utf8ToBytes('abc')))).toBe(OF_ABC);
    expect(bytesToHex(sha256(new Uint8Array(0)))).toBe(OF_NOTHING);
    expect(bytesToHex(sha256(utf8ToBytes('a'), new Uint8Array(0), utf8ToBytes('bc')))).toBe(OF_ABC);
  });

  it('is the same natively and portably, whatever the length', async () => {
    const draw = mulberry32(SEED);
    const fallback = await loadedWith(() => undefined);
    for (const length of [...Array(301).keys(), 1_000_000]) {
      const bytes = drawn(length, draw);
      const expected = bytesToHex(portable(bytes));
      const at = draw(length + 1);
      const parts = [bytes.subarray(0, at), bytes.subarray(at)];
      for (const hash of [sha256, fallback]) {
        expect(bytesToHex(hash(bytes)), `length ${length}, seed ${SEED}`).toBe(expected);
        expect(bytesToHex(hash(...parts)), `length ${length} at ${at}, seed ${SEED}`).toBe(
          expected,
        );
      }
    }
  });

  it('gives bytes of its own, and no Buffer', () => {
    const digest = sha256(utf8ToBytes('abc'));
    expect(Object.getPrototypeOf(digest)).toBe(Uint8Array.prototype);
    expect(digest.buffer.byteLength).toBe(32);
    digest.fill(0);
    expect(bytesToHex(sha256(utf8ToBytes('abc')))).toBe(OF_ABC);
  });

  it('leaves what it is given alone', () => {
    const bytes = drawn(200, mulberry32(SEED));
    const before = bytes.slice();
    sha256(bytes.subarray(8, 108));
    expect(bytes).toEqual(before);
  });

  it('takes the native one where there is one', async () => {
    const begun: string[] = [];
    const crypto = {
      createHash(name: string): Hash {
        begun.push(name);
        return createHash(name);
      },
    };
    const hash = await loadedWith(() => crypto);
    expect(begun).toEqual(['sha256']);
    expect(bytesToHex(hash(utf8ToBytes('abc')))).toBe(OF_ABC);
    expect(begun).toEqual(['sha256', 'sha256']);
  });
});

describe('nativeSha256', () => {
  const refused = {
    throws: (): never => {
      throw new Error('not here');
    },
  };

  it.each<[string, Platform]>([
    ['no process', {}],
    ['a process without getBuiltinModule', { process: {} }],
    ['no crypto', platform(undefined)],
    ['a getBuiltinModule that throws', { process: { getBuiltinModule: refused.throws } }],
    ['null for a module', platform(null)],
    ['a module without hashes', platform({})],
    ['a createHash that throws', platform({ createHash: refused.throws })],
    ['another hash', platform({ createHash: () => createHash('sha512') })],
    ['a hash of something else', platform({ createHash: () => createHash('sha256').update('x') })],
    ['text for a digest', platform({ createHash: () => ({ digest: () => OF_NOTHING }) })],
    ['a promise for a digest', platform({ createHash: () => ({ digest: async () => {} }) })],
  ])('is not there with %s', (_, found) => {
    expect(nativeSha256(found)).toBeUndefined();
  });

  it('is there on Node', () => {
    expect(nativeSha256(globalThis as Platform)).toBeDefined();
  });
});
