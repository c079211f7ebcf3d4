import { describe, expect, it } from 'vitest';
import { compareChains } from '../src/verify/index.ts';
import { HEADER_FIELDS } from '../src/verify/header.ts';
import {
  blockOf,
  chainOf,
  chunksOf,
  flipped,
  genesisOf,
  hashOf,
  joined,
  pieces,
  signerOf,
  u32,
} from './chain-files.ts';
import { stage } from './stage.ts';

const CHAIN = chainOf(pieces(stage().commandLog(), [3, 0, 5, 1]));
const FILE = joined(...CHAIN.entries);
const STARTS = CHAIN.entries.reduce((all, each) => [...all, all.at(-1)! + each.length], [0]);

const compared = (b: Uint8Array, a: Uint8Array = FILE): ReturnType<typeof compareChains> =>
  compareChains([a], chunksOf(b, 100));

describe('two chains', () => {
  it('are the same, whatever pieces they come in', async () => {
    expect(await compared(FILE)).toEqual({ ok: true, blocks: 4 });
    expect(await compared(new Uint8Array(), new Uint8Array())).toEqual({ ok: true, blocks: 0 });
    expect(await compared(CHAIN.entries[0]!, CHAIN.entries[0])).toEqual({ ok: true, blocks: 0 });
  });

  it('differ in a field of a header, or in the signature', async () => {
    for (const [field, start] of Object.entries(HEADER_FIELDS)) {
      const other = flipped(FILE, STARTS[3]! + 4 + start + 1, 3);
      const found = { ok: false, code: 'OTHER', block: 3, field, offset: 1, record: undefined };
      expect(await compared(other), field).toMatchObject(found);
    }
    const signature = flipped(FILE, STARTS[2]! + 4 + 300 + 63, 0);
    expect(await compared(signature)).toMatchObject({ block: 2, field: 'signature', offset: 63 });
    const genesis = flipped(FILE, 4 + 20, 0);
    expect(await compared(genesis)).toMatchObject({ block: 0, field: 'genesis', offset: 20 });
  });

  it('differ in an event', async () => {
    const [first, second] = CHAIN.drafts[2]!.events as [Uint8Array, Uint8Array];
    const start = STARTS[3]! + 4 + 364;
    const at = [start + 5, start + first.length, start + first.length + second.length - 1];
    const places = [
      [0, 5],
      [1, 0],
      [1, second.length - 1],
    ];
    for (const [i, [record, offset]] of places.entries()) {
      const found = await compared(flipped(FILE, at[i]!, 1));
      expect(found).toMatchObject({ code: 'OTHER', block: 3, field: 'events', record, offset });
    }
    expect(await compareChains([flipped(FILE, at[1]!, 1)], [FILE])).toMatchObject({ block: 3 });
  });

  it('differ where a block is another one, not in its length alone', async () => {
    const [, second] = CHAIN.drafts;
    const fields = { ...second!.fields, stateRoot: hashOf(u32(9)) };
    const fork = blockOf({ ...CHAIN.drafts[2]!, fields }, signerOf(1));
    const found = await compared(joined(...CHAIN.entries.slice(0, 2), fork));
    expect(found).toMatchObject({ code: 'OTHER', block: 2, field: 'stateRoot', offset: 0 });
    const other = chainOf([], { genesis: genesisOf([signerOf(1)], 'longer') });
    const genesis = await compared(joined(...other.entries));
    expect(genesis).toMatchObject({ code: 'OTHER', block: 0, field: 'genesis' });
    const length = flipped(CHAIN.entries[1]!, 3, 0);
    const alone = await compared(length, CHAIN.entries[1]);
    expect(alone).toMatchObject({ code: 'OTHER', block: 0, field: 'length', offset: 3 });
  });

  it('are not as long', async () => {
    const shorter = FILE.subarray(0, STARTS[3]);
    const found = { ok: false, code: 'LONGER', block: 3, longer: 'a' };
    expect(await compared(shorter)).toMatchObject({ ...found, field: 'length', offset: 0 });
    expect(await compared(FILE, shorter)).toMatchObject({ ...found, longer: 'b' });
    const torn = FILE.subarray(0, STARTS[3]! + 4 + 400);
    const inside = await compared(torn);
    expect(inside).toMatchObject({ ...found, field: 'events', record: 1, offset: 1 });
    const detail = 'b breaks off in block 3, after 404 bytes, a goes on';
    expect(inside).toMatchObject({ detail });
  });
});
