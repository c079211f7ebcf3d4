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
  'session',
  'buy by money',
  'one cancels other',
  'bracket',
  'trailing',
  'pegged',
] as const;

/** A section of test/golden/trailing.txt. */
const AS_ANY_KIND = 'as any kind of order: at market, fill or kill, hidden, all-or-none, iceberg';

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
  'stop x one cancels other': 'the stop is triggered and takes all: the limit order ends',
  'self-trade x one cancels other':
    'own order met, decrement: a leg loses lots, and its partner as many',
  'take x bracket': 'a take of it, and a self-trade that takes lots off it',
  'iceberg x trailing': AS_ANY_KIND,
  'hidden x trailing': AS_ANY_KIND,
  'all-or-none x trailing': AS_ANY_KIND,
  'fill or kill x trailing': AS_ANY_KIND,
  'good till date x trailing': 'it is cancelled, expires, and ends with its product',
  'take x trailing': 'a take moves no trigger, nor does a self-trade that was prevented',
  'self-trade x trailing': 'a take moves no trigger, nor does a self-trade that was prevented',
  'good till date x pegged': 'it is taken from, cancelled, expires, and ends with its product',
  'self-trade x pegged':
    'an incoming order meets it like any other: post-only, fill or kill, self-trade prevention',
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
