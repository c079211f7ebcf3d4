import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naiveCrc32c } from './naive-checksums.ts';
import { verifyChain } from '../src/verify/index.ts';
import {
  chainOf,
  flipped,
  framesOf,
  hashOf,
  i64,
  joined,
  recordOf,
  type Piece,
  u16,
  u32,
} from './chain-files.ts';
import { CHAIN, FILE, type Found, PIECES, told } from './small-chain.ts';

const checked = (journal: readonly Uint8Array[], file: Uint8Array = FILE): Promise<Found> =>
  verifyChain([file], { journal });

/** The frames with one of them changed. */
const changed = (index: number, change: (frame: Uint8Array) => Uint8Array): Uint8Array[] =>
  CHAIN.frames.map((frame, i) => (i === index ? change(frame) : frame));

/** A frame with other bytes at an offset, and checksums that are right again. */
function forged(frame: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  const other = frame.slice();
  other.set(bytes, at);
  const body = other.subarray(72, other.length - 4);
  other.set(u32(naiveCrc32c(body)), 64);
  other.set(u32(naiveCrc32c(other.subarray(0, 68))), 68);
  return other;
}

/** The same commands in other frames. */
const commands = PIECES.flatMap((piece) => piece.commands);

describe('a journal beside a chain', () => {
  it('proves all command roots', async () => {
    const found = await checked(CHAIN.frames);
    expect(found).toMatchObject({ ok: true, commands: 16, commandRootChecked: true });
    expect(found).toMatchObject({ commandRoots: 5, unsealed: 0 });
  });

  it('may go on behind the last block', async () => {
    const some = CHAIN.entries.slice(0, 4);
    const found = await checked(CHAIN.frames, joined(...some));
    expect(found).toMatchObject({ ok: true, blocks: 3, commands: 12, unsealed: 4 });
    const none = await checked(CHAIN.frames, CHAIN.entries[0]);
    expect(none).toMatchObject({ ok: true, blocks: 0, commands: 0, unsealed: 16 });
  });

  it('may begin later: then the blocks before are not proven by it', async () => {
    const found = await checked(CHAIN.frames.slice(1));
    expect(told(found)).toBe('ok');
    // The fourth command, that of the first seal, begins the second frame.
    expect(found).toMatchObject({ commandRoots: 4, commandRootChecked: false, commands: 12 });
    const late = await checked(CHAIN.frames.slice(5));
    expect(late).toMatchObject({ ok: true, commandRoots: 1, commands: 1, unsealed: 0 });
  });

  it('that ends too early is named', async () => {
    const found = await checked(CHAIN.frames.slice(0, 4));
    expect(told(found)).toBe('4 commandRoot MISSING');
    expect(told(await checked([]))).toBe('1 commandRoot MISSING');
  });

  it('of other commands is named by the block', async () => {
    const other = commands.map((each, i) => (i === 6 ? flipped(each, each.length - 3, 0) : each));
    expect(told(await checked(framesOf(other, 3)))).toBe('3 commandRoot MISMATCH');
  });

  it('ends a block with a sealBlock alone', async () => {
    const [first] = PIECES as [Piece];
    const seal = recordOf(18, 4, 0);
    const cut = chainOf([{ ...first, commands: [...first.commands.slice(0, -1), seal] }]);
    const found = await checked(cut.frames, joined(...cut.entries));
    expect(told(found)).toBe('1 lastSequence MISMATCH');
  });

  it('tells epoch and rules of a header that is signed wrong', async () => {
    const last = CHAIN.frames.at(-1)!;
    const index = CHAIN.frames.length - 1;
    const later = changed(index, () => forged(last, 24, i64(3)));
    expect(told(await checked(later))).toBe('5 epoch MISMATCH');
    const ruled = changed(index, () => forged(last, 6, u16(1)));
    expect(told(await checked(ruled))).toBe('5 rulesVersion MISMATCH');
  });
});

describe('a frame', () => {
  it('with one flipped bit is found out', async () => {
    const [frame] = CHAIN.frames as [Uint8Array];
    const start = CHAIN.entries[0];
    for (let at = 0; at < frame.length; at++) {
      const found = await checked(
        changed(0, (each) => flipped(each, at, (at * 3) % 8)),
        start,
      );
      expect(found, `at ${at}`).toMatchObject({ ok: false, block: 1, code: 'BAD_FRAME' });
    }
  });

  it('is named by what is wrong with it', async () => {
    const [first] = CHAIN.frames as [Uint8Array];
    const end = first.length - 4;
    const faults: readonly (readonly [Uint8Array, string])[] = [
      [first.subarray(0, 75), 'length'],
      [flipped(first, 0, 0), 'magic'],
      [flipped(first, 20, 0), 'headerChecksum'],
      [forged(first, 4, u16(1)), 'version'],
      [joined(first, Uint8Array.of(0)), 'length'],
      [flipped(first, 80, 0), 'bodyChecksum'],
      [flipped(first, end, 0), 'trailer'],
      [forged(first, 8, u32(0)), 'count'],
      [forged(first, 8, u32(2)), 'body'],
      [forged(first, 8, u32(4)), 'body'],
      [forged(first, 16, i64(0)), 'firstSequence'],
      [forged(first, 16, i64(2)), 'body'],
      [forged(first, 16, i64(Number.MAX_SAFE_INTEGER)), 'firstSequence'],
      [forged(first, 24, i64(0)), 'epoch'],
      [forged(first, 40, u32(1)), 'previousHash'],
      [forged(first, 72, u32(23)), 'body'],
    ];
    for (const [frame, field] of faults) {
      expect(told(await checked(changed(0, () => frame)))).toBe(`1 ${field} BAD_FRAME`);
    }
  });

  it('follows on the one before', async () => {
    const [first, second, third] = CHAIN.frames as [Uint8Array, Uint8Array, Uint8Array];
    const faults: readonly (readonly [readonly Uint8Array[], string])[] = [
      [[first, third], 'previousHash'],
      [[first, first], 'previousHash'],
      [[first, forged(third, 32, hashOf(first))], 'firstSequence'],
      [[forged(first, 24, i64(2)), second], 'previousHash'],
    ];
    for (const [frames, field] of faults) {
      const found = await checked(frames, joined(...CHAIN.entries.slice(0, 2)));
      expect(told(found)).toBe(`1 ${field} BAD_FRAME`);
    }
    const high = forged(first, 24, i64(2));
    const low = forged(second, 32, hashOf(high));
    const found = await checked([high, low], joined(...CHAIN.entries.slice(0, 2)));
    expect(told(found)).toBe('1 epoch BAD_FRAME');
  });

  it('that is anything at all throws nothing', async () => {
    const [frame] = CHAIN.frames as [Uint8Array];
    const place = fc.record({
      at: fc.nat(frame.length - 5),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(place, async ({ at, bytes }) => {
        const other = forged(frame, at, bytes);
        const isSame = other.every((byte, i) => byte === frame[i]);
        const { ok } = await checked(changed(0, () => other));
        if (isSame) expect(ok).toBe(true);
        else expect(ok).toBe(false);
      }),
      { numRuns: 100, seed: 21 },
    );
  });
});
