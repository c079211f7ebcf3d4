import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Flow, workload } from 'wattbook/testing';
import { bookPath } from '../bench/book.ts';
import { FULL_CHECKSUMS, SMOKE_CHECKSUMS } from '../bench/checksums.ts';
import { bench, type Surroundings } from '../bench/command-line.ts';
import { Fills } from '../bench/fills.ts';
import type { Path } from '../bench/market.ts';
import { markdown, table } from '../bench/report.ts';
import { median } from '../bench/rounds.ts';
import { type Figure, FULL, type Plan, suite } from '../bench/suite.ts';
import { SUITES } from '../bench/suites.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattbook-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A few thousand operations, so that a case takes milliseconds; C has one roll. */
const SHORT: Plan = {
  rounds: 1,
  load: (flow) => workload(flow, { commands: flow === 'C' ? 10_200 : 2000, prefill: 300 }),
  stretch: (flow) => (flow === 'C' ? 10_100 : 800),
};
const silent = (): void => {};

async function run(
  args: readonly string[],
  more: Partial<Surroundings> = {},
): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await bench(args, {
    out: (text) => (out += text),
    error: (text) => (error += text),
    ...more,
  });
  return { code, out, error };
}

describe('npm run bench', () => {
  it('finds a wrong checksum in the smoke run, and writes figures of the promised form', async () => {
    const file = join(folder, 'figures.json');
    const planted = { ...SMOKE_CHECKSUMS, C: '0123456789abcdef' };
    const args = ['book', '--smoke', '--json', file];
    const { code, out, error } = await run(args, { smokeChecksums: planted });
    expect(code).toBe(1);
    expect(error).toBe(
      `book/C: the fills have the checksum ${SMOKE_CHECKSUMS.C} instead of 0123456789abcdef\n`,
    );
    const figures = JSON.parse(readFileSync(file, 'utf8')) as Figure[];
    const flows = ['A', 'B', 'C', 'D', 'E'] as const;
    const yardsticks = ['yardstick/sha256', 'yardstick/walk', 'yardstick/clock'];
    const cases = flows.map((flow) => `book/${flow}`);
    expect(figures.map(({ name }) => name)).toEqual([...yardsticks, ...cases]);
    for (const figure of figures) {
      expect(figure.median, figure.name).toBeGreaterThan(0);
      expect(out).toContain(figure.name);
    }
    for (const [index, flow] of flows.entries()) {
      expect(figures[3 + index]).toEqual({
        name: `book/${flow}`,
        unit: 'commands/s',
        median: expect.any(Number),
        against: 'nodejs-order-book 10.1.1',
        ratio: expect.any(Number),
        checksum: SMOKE_CHECKSUMS[flow],
      });
    }
    expect(figures[0]!.checksum).toMatch(/^[0-9a-f]{16}$/);
  });

  it('tells how it is called, and when it is called wrongly', async () => {
    const help = await run(['--help']);
    expect(help).toMatchObject({ code: 0, error: '' });
    expect(help.out).toContain('book, apply, submit');
    expect(await run(['speed'])).toEqual({
      code: 2,
      out: '',
      error: 'there is no suite speed; --help names them\n',
    });
    expect((await run(['--fast'])).code).toBe(2);
    expect((await run(['--json'])).code).toBe(2);
  });
});

describe('suites', () => {
  it('come to the same fills on every path of ours', async () => {
    const found: Record<string, string> = {};
    const timed: Figure[] = [];
    for (const { name, flows, measure } of SUITES) {
      for (const flow of flows) {
        const figure = await measure(flow, SHORT, silent);
        expect(figure.name).toBe(`${name}/${flow}`);
        found[flow] ??= figure.checksum;
        expect(figure.checksum, figure.name).toBe(found[flow]);
        if (figure.p50ns !== undefined) timed.push(figure);
      }
    }
    expect(Object.keys(found)).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(new Set(Object.values(found)).size).toBe(5);
    expect(timed.map(({ name }) => name)).toEqual(['apply/A']);
    const { p50ns, p99ns, p999ns } = timed[0] as Required<Figure>;
    expect([p50ns, p99ns, p999ns].sort((a, b) => a - b)).toEqual([p50ns, p99ns, p999ns]);
    expect(p50ns).toBeGreaterThan(0);
  });

  it('take whole flows', () => {
    expect(FULL.rounds).toBe(5);
    expect(['A', 'B'].map((flow) => FULL.stretch(flow as Flow))).toEqual([100_000, 2000]);
    expect(FULL.load('E')).toMatchObject({ length: 1_000_500, prefill: 500 });
    expect(Object.keys(FULL_CHECKSUMS)).toEqual(Object.keys(SMOKE_CHECKSUMS));
  });

  /** The book, except that `change` gets at its fills each time it is opened. */
  function tampered(change: (fills: Fills, opened: number) => void) {
    let opened = 0;
    return suite('tampered', ['A'], (load): Path => {
      const path = bookPath(load);
      return {
        ...path,
        open(fills) {
          change(fills, ++opened);
          return path.open(fills);
        },
      };
    });
  }

  it('fail where the peer has other fills', async () => {
    const measuring = tampered((fills) => fills.add(1, 2, 3, 4)).measure('A', SHORT, silent);
    await expect(measuring).rejects.toThrow('tampered/A: other fills than nodejs-order-book');
  });

  it('fail where a timed run comes to something else than the first', async () => {
    const second = (fills: Fills, opened: number) => opened === 2 && fills.add(1, 2, 3, 4);
    const measuring = tampered(second).measure('A', SHORT, silent);
    await expect(measuring).rejects.toThrow('ours: not what it came to before');
  });
});

describe('what the bench is made of', () => {
  it('sums up fills in their order', () => {
    const of = (...all: [number, number, number, number][]): string => {
      const fills = new Fills(10);
      for (const fill of all) fills.add(...fill);
      return fills.checksum();
    };
    // SHA-256 of nothing, and of the bytes 00000001 00000002 fffffffd 00000004.
    expect(of()).toBe('e3b0c44298fc1c14');
    expect(of([1, 2, -3, 4])).toBe('f71265075b42a111');
    expect(of([1, 2, -3, 4], [5, 6, 7, 8])).not.toBe(of([5, 6, 7, 8], [1, 2, -3, 4]));
  });

  it('takes the middle', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 10])).toBe(3);
  });

  it('prints tables', () => {
    const figures: Figure[] = [
      { name: 'yardstick/walk', unit: 'steps/s', median: 1234567.8, checksum: 'a' },
      {
        name: 'apply/A',
        unit: 'commands/s',
        median: 1e6,
        p50ns: 1500.4,
        ratio: 4.25,
        checksum: 'b',
      },
    ];
    expect(table(figures).split('\n').slice(1, 3)).toEqual([
      'yardstick/walk  1,234,568  steps/s                                           a',
      'apply/A         1,000,000  commands/s  1,500 ns                         4.3  b',
    ]);
    const [heading, , machine, , ...rows] = markdown(figures).split('\n');
    expect(heading).toMatch(/^## \d{4}-\d\d-\d\d$/);
    expect(machine).toContain(process.version);
    expect(rows.slice(1)).toEqual([
      '| -------------- | --------: | ---------- | -------: | --: | ----: | -------------: | -------- |',
      '| yardstick/walk | 1,234,568 | steps/s    |          |     |       |                | a        |',
      '| apply/A        | 1,000,000 | commands/s | 1,500 ns |     |       |            4.3 | b        |',
      '',
    ]);
  });
});
