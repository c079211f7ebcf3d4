import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScript } from './golden-runner.ts';

/** Every two of these have a section of test/golden that is called 'one x other: ...', or one of ELSEWHERE. */
const KINDS = [
  'stop',
  'iceberg',
  'hidden',
  'all-or-none',
  'fill or kill',
  'market to limit',
  'post-only',
  'minimum quantity',
  'good till date',
  'take',
  'self-trade',
] as const;

/** Pairs whose section has another name. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'stop x fill or kill': 'stop, fill or kill: killed when triggered, if it does not find all',
  'iceberg x good till date': 'it expires with what is not seen',
  'hidden x fill or kill': 'fill or kill counts it',
  'hidden x take': 'take: nobody knows it',
  'all-or-none x take': 'take: only whole',
  'all-or-none x self-trade': 'self-trade: with its own order in the way it does not enter',
  'fill or kill x self-trade': 'fill or kill against an own order: killed in every mode but allow',
  'market to limit x minimum quantity': 'a minimum quantity counts what is there at that price',
  'market to limit x good till date': 'seller, good till date',
  'post-only x self-trade': 'post-only against an own order is refused, sliding or not',
  'minimum quantity x self-trade':
    'minimum quantity counts what would trade: nothing behind an own order that ends the taker',
};

const FOLDER = new URL('golden/', import.meta.url);
const titles = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .flatMap((name) => parseScript(readFileSync(new URL(name, FOLDER), 'utf8')).sections)
  .map(({ title }) => title);
const pairs = KINDS.flatMap((one, i) => KINDS.slice(i + 1).map((other) => `${one} x ${other}`));

describe('every two kinds of orders', () => {
  test('have a section', () => {
    const named = new Set(titles.flatMap((title) => /^(.+? x .+?)(?=:|$)/.exec(title)?.[1] ?? []));
    const missing = pairs.filter((pair) => !named.has(pair) && !Object.hasOwn(ELSEWHERE, pair));
    expect(missing).toEqual([]);
    expect(Object.keys(ELSEWHERE).filter((pair) => named.has(pair))).toEqual([]);
  });

  test.each(Object.entries(ELSEWHERE))('%s: there is one by another name', (pair, title) => {
    expect(pairs).toContain(pair);
    expect(titles.filter((each) => each === title)).toEqual([title]);
  });
});
