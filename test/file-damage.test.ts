import { beforeAll, describe, expect, it } from 'vitest';
import { damagedBits, outcomeOf, type SmallMarket, smallMarket } from './damaged-files.ts';
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

  it('that cuts it short anywhere is found, since HEAD knows how far it went', async () => {
    const name = named(/^journal/);
    const bytes = market.files.get(name)!;
    for (let length = 0; length < bytes.length; length++) {
      const outcome = await outcomeOf(market, name, bytes.slice(0, length));
      expect(outcome, `at ${length}`).toBe('BAD_FRAME');
    }
  });
});
