import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleRoot } from '../src/chain/merkle.ts';
import { type ChainOptions, verifyChain } from '../src/verify/index.ts';
import {
  blockOf,
  type Chain,
  chainOf,
  chunksOf,
  type Draft,
  entryOf,
  flipped,
  genesisOf,
  hashOf,
  type HeaderFields,
  hexOf,
  i64,
  joined,
  type Piece,
  pieces,
  recordOf,
  signerOf,
  u32,
} from './chain-files.ts';
import {
  blockAt,
  CHAIN,
  checked,
  FILE,
  type Found,
  market,
  SIZES,
  STARTS,
  told,
} from './small-chain.ts';

/** With ALL_BITS=1 every length. */
const ALL = process.env['ALL_BITS'] === '1';

const ofBlocks = (...entries: readonly Uint8Array[]): Promise<Found> =>
  checked(joined(CHAIN.entries[0]!, ...entries));

describe('a chain that is as it should be', () => {
  it('is good, and says what was checked', async () => {
    const heights: number[] = [];
    const found = await checked(FILE, { onBlock: ({ height }) => heights.push(height) });
    const events = CHAIN.drafts.reduce((sum, draft) => sum + draft.events.length, 0);
    expect(found).toMatchObject({ ok: true, name: 'test', blocks: 5, records: events });
    expect(found).toMatchObject({ commands: 0, commandRootChecked: false, unsealed: 0 });
    expect(heights).toEqual([1, 2, 3, 4, 5]);
    if (!found.ok) return;
    const { head, chainId } = found;
    expect(hexOf(chainId)).toBe(hexOf(hashOf(CHAIN.genesis)));
    expect(head).toMatchObject({ height: 5, lastSequence: 16 });
    expect(hexOf(head.hash)).toBe(hexOf(hashOf(CHAIN.headers[4]!)));
    const longer = chainOf([...CHAIN.drafts, ...pieces(market(), [...SIZES, 0]).slice(5)]);
    expect(hexOf(head.historyRoot)).toBe(hexOf(longer.drafts[5]!.fields.historyRoot));
  });

  it('comes in pieces of any size', async () => {
    const whole = await checked(FILE, { journal: CHAIN.frames });
    expect(told(whole)).toBe('ok');
    for (const size of [1, 7, 300, 1000]) {
      expect(await verifyChain(chunksOf(FILE, size), { journal: CHAIN.frames })).toEqual(whole);
    }
  });

  it('may be a genesis alone', async () => {
    const found = await checked(CHAIN.entries[0]!);
    expect(found).toMatchObject({ ok: true, blocks: 0, head: { height: 0, lastSequence: 0 } });
  });

  it('is held against known keys and a chain id', async () => {
    const [own, other] = [signerOf(1).publicKey, signerOf(2).publicKey];
    const chainId = hashOf(CHAIN.genesis);
    expect(told(await checked(FILE, { keys: [other, own], chainId }))).toBe('ok');
    expect(told(await checked(FILE, { keys: [other] }))).toBe('0 keys NOT_TRUSTED');
    const strange = { chainId: hashOf(chainId) };
    expect(told(await checked(FILE, strange))).toBe('0 chainId NOT_TRUSTED');
  });

  it('is asked for in the right form', async () => {
    const wrong = (options: unknown): Promise<unknown> => checked(FILE, options as ChainOptions);
    await expect(wrong({ keys: [] })).rejects.toThrow(RangeError);
    await expect(wrong({ keys: [new Uint8Array(31)] })).rejects.toThrow(RangeError);
    await expect(wrong({ keys: 'key' })).rejects.toThrow(TypeError);
    await expect(wrong({ chainId: 'id' })).rejects.toThrow(TypeError);
    await expect(wrong({ onBlock: 1 })).rejects.toThrow(TypeError);
    await expect(wrong({ jurnal: [] })).rejects.toThrow(TypeError);
    await expect(wrong({ journal: 1 })).rejects.toThrow(/journal must be/);
    await expect(verifyChain(['text'] as never)).rejects.toThrow(/chunks must give/);
    await expect(verifyChain(1 as never)).rejects.toThrow(/chunks must be/);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(wrong({ signal })).rejects.toThrow('enough');
  });

  it('lets its sources go', async () => {
    const ended: string[] = [];
    function* source(name: string, items: readonly Uint8Array[]): Generator<Uint8Array> {
      try {
        yield* items;
      } finally {
        ended.push(name);
      }
    }
    const broken = flipped(FILE, STARTS[2]! + 4, 0);
    const chunks = source('chain', [broken, broken]);
    const found = await verifyChain(chunks, { journal: source('journal', CHAIN.frames) });
    expect(told(found)).toBe('2 tag MALFORMED');
    expect(ended).toEqual(['chain', 'journal']);
  });
});

describe('blocks', () => {
  const [, first, second, third, fourth, fifth] = CHAIN.entries as Uint8Array[];

  it('that are missing, swapped, doubled or strange are named', async () => {
    const other = chainOf(pieces(market(), SIZES), {
      genesis: genesisOf([signerOf(1)], 'other'),
    }).entries;
    const faults = [
      [[second!], '1 height MISMATCH'],
      [[first!, third!], '2 height MISMATCH'],
      [[first!, third!, second!], '2 height MISMATCH'],
      [[first!, first!], '2 height MISMATCH'],
      [[first!, second!, third!, fourth!, fifth!, fifth!], '6 height MISMATCH'],
      [[first!, other[2]!], '2 chainId MISMATCH'],
      [[other[1]!], '1 chainId MISMATCH'],
      [[first!, CHAIN.entries[0]!], '2 length MALFORMED'],
    ] as const;
    for (const [entries, fault] of faults) expect(told(await ofBlocks(...entries))).toBe(fault);
    expect(told(await checked(joined(...CHAIN.entries.slice(1))))).toBe('0 length MALFORMED');
  });

  it('that another key has signed are of no use', async () => {
    const foreign = blockOf(CHAIN.drafts[1]!, signerOf(2));
    expect(told(await ofBlocks(first!, foreign, third!))).toBe('2 proposer MISMATCH');
    const genesis = genesisOf([signerOf(1), signerOf(2)]);
    const both = chainOf(pieces(market(), SIZES), { genesis });
    const [start, one, ...rest] = both.entries as [Uint8Array, Uint8Array, ...Uint8Array[]];
    const mine = blockOf(both.drafts[1]!, signerOf(2));
    expect(told(await checked(joined(start, one, mine)))).toBe('ok');
    const found = await checked(joined(start, one, mine, ...rest.slice(1)));
    expect(told(found)).toBe('3 previous MISMATCH');
    expect(found).toMatchObject({ signed: true, detail: expect.stringContaining('block 2') });
    const stolen = joined(mine.subarray(0, 304), both.entries[2]!.subarray(304));
    expect(told(await checked(joined(start, one, stolen)))).toBe('2 signature BAD_SIGNATURE');
  });

  it('that the right key has signed anew show where they meet the others', async () => {
    const found = await ofBlocks(first!, resigned(1, { stateRoot: hashOf(u32(99)) }), third!);
    expect(told(found)).toBe('3 previous MISMATCH');
    expect(found).toMatchObject({ signed: true });
  });

  it('that a key holder has signed wrong are named by what is wrong', async () => {
    const { fields } = CHAIN.drafts[2]!;
    const hash = hashOf(u32(5));
    const faults: readonly (readonly [Partial<HeaderFields>, string])[] = [
      [{ height: 4 }, 'height'],
      [{ chainId: hash }, 'chainId'],
      [{ previous: hash }, 'previous'],
      [{ firstSequence: fields.firstSequence + 1 }, 'firstSequence'],
      [{ lastSequence: fields.firstSequence - 1 }, 'lastSequence'],
      [{ lastSequence: fields.lastSequence + 1 }, 'events'],
      [{ events: fields.events + 1 }, 'events'],
      [{ events: fields.events - 1 }, 'events'],
      [{ resultRoot: hash }, 'resultRoot'],
      [{ historySize: 3 }, 'historySize'],
      [{ historyRoot: hash }, 'historyRoot'],
      [{ time: -1 }, 'time'],
      [{ epoch: 0 }, 'epoch'],
    ];
    for (const [change, field] of faults) {
      const found = await ofBlocks(first!, second!, resigned(2, change));
      expect(told(found)).toBe(`3 ${field} MISMATCH`);
      expect(found).toMatchObject({ signed: true });
    }
    const low = { rulesVersion: 1 };
    const lower = await ofBlocks(resigned(0, low), follower(CHAIN, resigned(0, low)));
    expect(told(lower)).toBe('2 rulesVersion MISMATCH');
  });

  it('whose events are others are named', async () => {
    const events = CHAIN.drafts[2]!.events;
    const [a, b, ...rest] = events as [Uint8Array, Uint8Array, ...Uint8Array[]];
    const faults: readonly (readonly [readonly Uint8Array[], string])[] = [
      [[b, a, ...rest], 'events'],
      [[a, ...rest], 'events'],
      [[a, a, b, ...rest], 'events'],
      [[...events, recordOf(121, 12, 0)], 'length'],
      [[...events, Uint8Array.of(0)], 'length'],
      [[...events.slice(0, -1), events.at(-1)!.subarray(1)], 'events'],
    ];
    for (const [other, field] of faults) {
      const entry = blockOf({ ...CHAIN.drafts[2]!, events: other }, signerOf(1));
      expect(told(await ofBlocks(first!, second!, entry))).toBe(`3 ${field} ${'MISMATCH'}`);
    }
  });

  it('have events of each command, in order', async () => {
    const { events, fields } = CHAIN.drafts[2]!;
    const sequences = events.map((event) => Buffer.from(event).readBigInt64BE(8));
    const middle = sequences[Math.floor(events.length / 2)];
    const without = events.filter((_, i) => sequences[i] !== middle);
    const [a, ...rest] = events.slice(0, -1) as [Uint8Array, ...Uint8Array[]];
    const swapped = [a, ...rest.reverse(), events.at(-1)!];
    const noFirst = events.filter((_, i) => sequences[i] !== sequences[0]);
    for (const other of [without, swapped, noFirst]) {
      const changed = { ...fields, events: other.length, resultRoot: merkleRoot(other) };
      const entry = blockOf({ commands: [], events: other, fields: changed }, signerOf(1));
      expect(told(await ofBlocks(first!, second!, entry))).toBe('3 events MISMATCH');
    }
  });

  it('may be larger than what is read at once', async () => {
    const [piece, ...more] = pieces(market(), SIZES) as [Piece, ...Piece[]];
    const large = Array.from({ length: 300 }, (_, i) =>
      recordOf(121, 1, 0, new Uint8Array(1 + ((i * 37) % 900)).fill(i)),
    );
    const chain = chainOf([{ ...piece, events: [...large, ...piece.events] }, ...more]);
    const bytes = joined(...chain.entries);
    expect(bytes.length).toBeGreaterThan(130_000);
    for (const size of [5_000, 40_000, bytes.length]) {
      expect(told(await verifyChain(chunksOf(bytes, size)))).toBe('ok');
    }
  });

  it('end with the one command that seals them', async () => {
    const { events, fields } = CHAIN.drafts[2]!;
    const seal = events.at(-1)!;
    const { height, firstSequence, lastSequence, time } = fields;
    const of = (...numbers: readonly number[]): Uint8Array =>
      recordOf(157, lastSequence, time, ...numbers.map(i64));
    const others = [
      [recordOf(121, lastSequence, time)],
      [seal, seal],
      [of(height + 1, firstSequence)],
      [of(height, firstSequence + 1)],
      [of(height, firstSequence, 0)],
      [
        recordOf(157, lastSequence - 1, time, i64(height), i64(firstSequence)),
        recordOf(121, lastSequence, time),
      ],
    ];
    for (const end of others) {
      const all = [...events.slice(0, -1), ...end];
      const changed = { ...fields, events: all.length, resultRoot: merkleRoot(all) };
      const entry = blockOf({ commands: [], events: all, fields: changed }, signerOf(1));
      expect(told(await ofBlocks(first!, second!, entry))).toBe('3 events MISMATCH');
    }
    expect(told(await ofBlocks(first!, second!, third!))).toBe('ok');
  });

  it('may be made of a sealed command alone, but of one', async () => {
    const none = { ...CHAIN.drafts[4]!, events: [] };
    const fields = { ...none.fields, events: 0, resultRoot: hashOf(new Uint8Array()) };
    const entry = blockOf({ ...none, fields }, signerOf(1));
    const found = await ofBlocks(first!, second!, third!, fourth!, entry);
    expect(told(found)).toBe('5 events MISMATCH');
  });
});

function resigned(index: number, change: Partial<HeaderFields>): Uint8Array {
  const draft = CHAIN.drafts[index]!;
  return blockOf({ ...draft, fields: { ...draft.fields, ...change } }, signerOf(1));
}

/** The second block, made to follow on another first one. */
function follower({ drafts }: Chain, first: Uint8Array): Uint8Array {
  const header = first.subarray(4, 304);
  const historyRoot = hashOf(joined(Uint8Array.of(0), header));
  const fields = { ...drafts[1]!.fields, previous: hashOf(header), historyRoot };
  return blockOf({ ...(drafts[1] as Draft), fields }, signerOf(1));
}

describe('an end', () => {
  it('inside an entry is torn, wherever it is', async () => {
    for (let length = 0; length < FILE.length; length++) {
      // Everywhere near where an entry begins, and here and there in it.
      const isNear = STARTS.some((start) => Math.abs(length - start) < 6);
      if (!ALL && !isNear && length % 41 > 0) continue;
      const found = await checked(FILE.subarray(0, length));
      const block = STARTS.indexOf(length);
      if (block > 0) {
        expect(told(found)).toBe('ok');
        continue;
      }
      const height = blockAt(length);
      expect(told(found)).toBe(`${height} length TORN`);
      const there = `${length - STARTS[height]!} of `;
      expect(found).toMatchObject({ detail: expect.stringContaining(there) });
    }
  });

  it('with something behind it is no end', async () => {
    expect(told(await checked(joined(FILE, Uint8Array.of(0))))).toBe('6 length TORN');
    expect(told(await checked(joined(FILE, u32(0))))).toBe('6 length MALFORMED');
    expect(told(await checked(joined(FILE, entryOf(new Uint8Array(364)))))).toBe('6 tag MALFORMED');
  });

  it('that a wrong length makes look torn is not', async () => {
    const found = await checked(flipped(FILE, STARTS[3]!, 0));
    expect(told(found)).toBe('3 length MALFORMED');
  });
});

describe('a genesis', () => {
  it('has sound keys, each once, and a name', async () => {
    const own = signerOf(1);
    const twice = genesisOf([own, own]);
    const small = genesisOf([{ ...own, publicKey: new Uint8Array(32).fill(1, 0, 1) }]);
    const faults = [
      [twice, 'keys'],
      [small, 'keys'],
      [genesisOf([]), 'keys'],
      [genesisOf(Array.from({ length: 17 }, (_, i) => signerOf(i + 1))), 'keys'],
      [genesisOf([own], ''), 'name'],
      [genesisOf([own], 'a+b'), 'name'],
      [genesisOf([own], 'a b'), 'name'],
      [genesisOf([own], 'a'.repeat(65)), 'name'],
      [joined(genesisOf([own]), Uint8Array.of(0)), 'length'],
      [genesisOf([own]).subarray(0, 34), 'length'],
    ] as const;
    for (const [genesis, field] of faults) {
      expect(told(await checked(entryOf(genesis)))).toBe(`0 ${field} MALFORMED`);
    }
    const most = genesisOf(Array.from({ length: 16 }, (_, i) => signerOf(i + 1)));
    expect(told(await checked(entryOf(most)))).toBe('ok');
  });
});

describe('whatever is done to a file', () => {
  it('does not go unnoticed, and throws nothing', async () => {
    const place = fc.nat(FILE.length - 1);
    const change = fc.record({
      from: place,
      count: fc.nat(40),
      put: fc.uint8Array({ maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ from, count, put }) => {
        const other = joined(FILE.subarray(0, from), put, FILE.subarray(from + count));
        const isSame = hexOf(other) === hexOf(FILE);
        const isShorter = STARTS.includes(other.length) && hexOf(FILE).startsWith(hexOf(other));
        expect((await checked(other)).ok).toBe(isSame || isShorter);
      }),
      { numRuns: 100, seed: 20 },
    );
  });
});
