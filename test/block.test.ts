import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BlockHeader,
  decodeGenesis,
  decodeHeader,
  encodeGenesis,
  encodeHeader,
  originOf,
} from 'wattbook/chain';
import { mulberry32 } from './mulberry32.ts';

const SEED = 20_261_124;
/** More of them by hand: FUZZ=2000000 npx vitest run test/block.test.ts. */
const FUZZED = Number(process.env['FUZZ'] ?? 5_000);

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const ID = [...'abcXYZ019._:/@|-'];

const genesis = fc.record({
  name: fc.string({ unit: fc.constantFrom(...ID), minLength: 1, maxLength: 64 }),
  nonce: bytes(16),
  keys: fc.uniqueArray(bytes(32), { minLength: 1, maxLength: 16, selector: (key) => key.join() }),
});

const header: fc.Arbitrary<BlockHeader> = fc
  .record({
    rulesVersion: fc.integer({ min: 0, max: 65_535 }),
    chainId: bytes(32),
    height: count,
    epoch: count,
    previous: bytes(32),
    firstSequence: count,
    lastSequence: count,
    events: fc.maxSafeNat(),
    commandRoot: bytes(32),
    resultRoot: bytes(32),
    stateRoot: bytes(32),
    historyRoot: bytes(32),
    time: fc.maxSafeNat(),
    proposer: bytes(32),
  })
  .map((each) => ({
    ...each,
    firstSequence: Math.min(each.firstSequence, each.lastSequence),
    lastSequence: Math.max(each.firstSequence, each.lastSequence),
  }));

describe('a header and a genesis', () => {
  it(`come back from their bytes, seed ${SEED}`, () => {
    const options = { seed: SEED, numRuns: 500 };
    fc.assert(
      fc.property(header, (each) => {
        expect(decodeHeader(encodeHeader(each))).toEqual(each);
      }),
      options,
    );
    fc.assert(
      fc.property(genesis, (each) => {
        expect(decodeGenesis(encodeGenesis(each))).toEqual(each);
      }),
      options,
    );
  });

  it(`have one encoding: whatever is read is written so again, ${FUZZED} times each`, () => {
    const draw = mulberry32(SEED);
    const [head] = fc.sample(header, { seed: SEED, numRuns: 1 });
    const [first] = fc.sample(genesis, { seed: SEED, numRuns: 1 });
    let taken = 0;
    for (let i = 0; i < FUZZED; i++) {
      for (const [good, decode, encode] of [
        [encodeHeader(head!), decodeHeader, encodeHeader],
        [encodeGenesis(first!), decodeGenesis, encodeGenesis],
      ] as const) {
        const bent = bend(good, draw);
        const found = decode(bent) as never;
        if (found === undefined) continue;
        taken++;
        const again = (encode as (value: never) => Uint8Array)(found);
        expect(Buffer.from(again).equals(bent)).toBe(true);
      }
    }
    expect(taken).toBeGreaterThan(FUZZED / 2);
  });

  it('have nothing behind them', () => {
    const [head] = fc.sample(header, { seed: SEED, numRuns: 1 });
    const [first] = fc.sample(genesis, { seed: SEED, numRuns: 1 });
    for (const [good, decode] of [
      [encodeHeader(head!), decodeHeader],
      [encodeGenesis(first!), decodeGenesis],
    ] as const) {
      expect(decode(good)).toBeDefined();
      expect(decode(Uint8Array.from([...good, 0]))).toBeUndefined();
      for (let kept = 0; kept < good.length; kept++) {
        expect(decode(good.slice(0, kept))).toBeUndefined();
      }
    }
  });

  it('refuse what cannot be', () => {
    const [head] = fc.sample(header, { seed: SEED, numRuns: 1 });
    const [first] = fc.sample(genesis, { seed: SEED, numRuns: 1 });
    const wrong: Partial<BlockHeader>[] = [
      { height: 0 },
      { epoch: 0 },
      { firstSequence: 0 },
      { events: -1 },
      { time: -1 },
      { height: 2 ** 53 },
      { firstSequence: 9, lastSequence: 8 },
      { chainId: new Uint8Array(31) },
      { proposer: new Uint8Array(33) },
    ];
    for (const each of wrong) expect(() => encodeHeader({ ...head!, ...each })).toThrow(RangeError);
    const key = new Uint8Array(32);
    for (const each of [
      { name: '' },
      { name: 'a+b' },
      { name: 'a b' },
      { name: 'é' },
      { name: 'a'.repeat(65) },
      { nonce: new Uint8Array(15) },
      { keys: [] },
      { keys: [key, key] },
      { keys: [new Uint8Array(31)] },
      { keys: Array.from({ length: 17 }, (_, i) => new Uint8Array(32).fill(i)) },
    ]) {
      expect(() => encodeGenesis({ ...first!, ...each })).toThrow(RangeError);
    }
    expect(originOf(encodeGenesis({ ...first!, name: 'street' }))).toMatch(
      /^street\/[0-9a-f]{64}$/,
    );
  });
});

/** A copy with some bytes changed, cut off or added. */
function bend(good: Uint8Array, draw: (below: number) => number): Uint8Array {
  const kind = draw(8);
  if (kind === 0) return good.slice(0, draw(good.length));
  if (kind === 1) return Uint8Array.from([...good, draw(256)]);
  const bent = good.slice();
  for (let left = draw(3); left >= 0; left--) {
    const at = draw(bent.length);
    bent[at] = draw(2) === 0 ? draw(256) : bent[at]! ^ (1 << draw(8));
  }
  return bent;
}
