import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SLIP_GROUPS } from './slips/list.ts';
import { plant } from './slips/slip.ts';

const read = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8');

describe('slips', () => {
  it.each(SLIP_GROUPS.map((group) => [group.file, group] as const))('fit %s', (file, group) => {
    const text = read(file);
    for (const slip of group.slips) {
      expect(plant(text, slip), slip.about).not.toBe(text);
      for (const test of slip.tests ?? group.tests)
        expect(read(`test/${test}.test.ts`)).not.toBe('');
    }
  });

  it('are told apart by what they say', () => {
    const all = SLIP_GROUPS.flatMap(({ slips }) => slips.map(({ about }) => about));
    expect(all.filter((about, i) => all.indexOf(about) !== i)).toEqual([]);
    expect(all.length).toBeGreaterThanOrEqual(200);
  });
});

describe('a slip', () => {
  const text = 'function a() {\n  if (x < y) {\n    z();\n  }\n  return x;\n}\nconst b = x < z;\n';
  const about = 'something';

  it('is planted where its text stands', () => {
    expect(plant('a < b', { about, find: '<', replace: '<=' })).toBe('a <= b');
    expect(plant('a < b', { about, find: '<', replace: '$&$1' })).toBe('a $&$1 b');
  });

  it('is planted within a block, as far as the block goes', () => {
    const within = 'function a()';
    expect(plant(text, { about, find: 'x <', replace: 'x >', within })).toBe(
      text.replace('x < y', 'x > y'),
    );
    expect(plant(text, { about, find: 'return x', replace: 'return y', within })).toContain('n y;');
    const faults = [
      { find: 'const b', replace: 'let b', within },
      { find: 'return', replace: 'throw', within: 'if (x' },
    ];
    for (const slip of faults)
      expect(() => plant(text, { about, ...slip })).toThrow('is not there');
  });

  it('is refused where its text is missing, there twice, or no other', () => {
    const refused = (find: string, replace: string, within?: string): void => {
      const slip = { about, find, replace, ...(within === undefined ? {} : { within }) };
      expect(() => plant(text, slip)).toThrow(
        /is not there|is there twice|is replaced with itself/,
      );
    };
    refused('w < y', 'w > y');
    refused('x <', 'x >');
    refused('z()', 'z()');
    refused('z()', 'y()', 'function b()');
    refused('z()', 'y()', 'x');
  });
});
