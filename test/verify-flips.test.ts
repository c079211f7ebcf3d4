import { describe, expect, it } from 'vitest';
import { HEADER_FIELDS } from '../src/verify/header.ts';
import { flipped, hashOf, signerOf } from './chain-files.ts';
import { blockAt, CHAIN, checked, FILE, STARTS, told } from './small-chain.ts';

/** What a flipped bit of a header shows in, where nothing else can tell that it is that field. */
const HIDDEN = new Set(['epoch', 'commandRoot', 'stateRoot', 'time', 'rulesVersion']);

/** The fields by which a flipped bit may be named. */
function fieldsAt(offset: number): readonly string[] {
  const block = blockAt(offset);
  const at = offset - STARTS[block]!;
  if (at < 4) return ['length', 'events'];
  if (block === 0) return genesisFieldsAt(at - 4);
  if (at < 304) {
    const [name] = Object.entries(HEADER_FIELDS)
      .filter(([, start]) => start <= at - 4)
      .at(-1)!;
    return HIDDEN.has(name) ? [name, 'signature'] : [name];
  }
  return at < 368 ? ['signature'] : ['events', 'resultRoot'];
}

function genesisFieldsAt(at: number): readonly string[] {
  if (at < 16) return ['tag'];
  if (at < 18) return ['version'];
  if (at < 34) return ['chainId'];
  if (at < 35) return ['keys', 'length'];
  return at < 67 ? ['keys', 'chainId'] : ['length', 'name', 'chainId'];
}

/** With ALL_BITS=1 every bit of every byte, which takes half a minute. */
const ALL = process.env['ALL_BITS'] === '1';
const bitsAt = (at: number): readonly number[] => (ALL ? [0, 1, 2, 3, 4, 5, 6, 7] : [(at * 5) % 8]);
/** Else every byte of the genesis, every other one of the second block, and every thirteenth of the others. */
const isTried = (at: number): boolean =>
  ALL || at < STARTS[1]! || (blockAt(at) === 2 && at % 2 === 0) || at % 13 === 0;

describe('one flipped bit', () => {
  it('of the file is found, and named', async () => {
    for (let at = 0; at < FILE.length; at++) {
      for (const bit of isTried(at) ? bitsAt(at) : []) {
        const found = await checked(flipped(FILE, at, bit));
        const place = `bit ${bit} at ${at}: ${told(found)}`;
        if (found.ok) throw new Error(place);
        const block = blockAt(at);
        // What the chain id hangs on is seen in the first block.
        const isChainId = block === 0 && found.field === 'chainId';
        expect(found.block, place).toBe(isChainId ? 1 : block);
        expect(fieldsAt(at), place).toContain(found.field);
        if (found.block > 0) expect(found.offset, place).toBe(STARTS[found.block]);
      }
    }
  });

  it('of the genesis is named there, where the chain is known', async () => {
    const known = { chainId: hashOf(CHAIN.genesis), keys: [signerOf(1).publicKey] };
    for (let at = 0; at < STARTS[1]!; at++) {
      const found = await checked(flipped(FILE, at, (at * 3) % 8), known);
      expect(found, `at ${at}`).toMatchObject({ ok: false, block: 0 });
    }
  });

  it('of a header is named by its field, where the journal tells', async () => {
    for (const name of ['epoch', 'commandRoot', 'time', 'rulesVersion'] as const) {
      const at = STARTS[4]! + 4 + HEADER_FIELDS[name] + (name === 'rulesVersion' ? 1 : 7);
      const found = await checked(flipped(FILE, at, 6), { journal: CHAIN.frames });
      expect(told(found), name).toBe(`4 ${name} BAD_SIGNATURE`);
    }
  });
});
