import { beforeAll, describe, expect, it } from 'vitest';
import { damagedBits, outcomeOf, type SmallMarket, smallMarket } from './damaged-files.ts';
import { decodeMarks, encodeMark } from '../src/file/head.ts';
import { mulberry32 } from './mulberry32.ts';

let market: SmallMarket;
const named = (pattern: RegExp): string =>
  [...market.files.keys()].find((each) => pattern.test(each))!;

beforeAll(async () => {
  market = await smallMarket();
});

describe('damage to a journal', () => {
  it('is none at first', async () => {
    expect(await outcomeOf(market, '', new Uint8Array())).toBe('same');
  });

  // `npm run test:faults` flips every bit.
  it.each([
    [/^journal/, ['BAD_FRAME', 'TAIL_IN_DOUBT']],
    [/^HEAD/, ['same', 'BAD_FRAME']],
    [/^snapshot/, ['same', 'BAD_SNAPSHOT']],
  ])('of any byte of %s is found, and never leads to another state', async (pattern, allowed) => {
    const draw = mulberry32(7);
    const outcomes = await damagedBits(market, named(pattern), () => draw(8));
    expect([...outcomes.keys()].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
  });

  it('of its last frame is not taken for a torn one where anything stands behind', async () => {
    const name = named(/^journal/);
    const bytes = market.files.get(name)!.slice();
    const at = Buffer.from(bytes).lastIndexOf('WBFR');
    bytes[at + 80]! ^= 1;
    // As a machine that stops may leave it.
    const head = market.files.get(named(/^HEAD/))!.slice();
    const [mark] = decodeMarks(head);
    for (const turn of [0, 1]) {
      const slot = encodeMark({ ...mark!, turn, sequence: mark!.sequence - 1 });
      head.set(slot.bytes, slot.at);
    }
    const files = new Map([...market.files, [named(/^HEAD/), head]]);
    const outcomes = new Map<string, string>();
    const torn = bytes.slice(at, at + 40);
    for (const [what, behind] of Object.entries({ none: [], torn, zeros: new Uint8Array(2048) })) {
      const damaged = new Uint8Array([...bytes, ...behind]);
      outcomes.set(what, await outcomeOf({ ...market, files }, name, damaged));
    }
    expect(Object.fromEntries(outcomes)).toEqual({
      none: 'TAIL_IN_DOUBT',
      torn: 'BAD_FRAME',
      zeros: 'BAD_FRAME',
    });
  });

  it('that cuts it short anywhere is found, since HEAD knows how far it went', async () => {
    const name = named(/^journal/);
    const bytes = market.files.get(name)!;
    for (let length = 0; length < bytes.length; length++) {
      const outcome = await outcomeOf(market, name, bytes.slice(0, length));
      expect(outcome, `at ${length}`).toBe('BAD_FRAME');
    }
  });
});
