import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Flow, workload } from 'wattbook/testing';
import { bookPath } from '../bench/book.ts';
import { type Checksums, FULL_CHECKSUMS, SMOKE_CHECKSUMS } from '../bench/checksums.ts';
import { bench, type Surroundings } from '../bench/command-line.ts';
import { courseCase } from '../bench/courses.ts';
import { combined, Fills } from '../bench/fills.ts';
import { flowCases } from '../bench/flows.ts';
import { collections, isScavenge } from '../bench/latency.ts';
import type { Path } from '../bench/market.ts';
import { memoryCases } from '../bench/memory.ts';
import { markdown, table } from '../bench/report.ts';
import { collectGarbage, median } from '../bench/rounds.ts';
import { scalePicture } from '../bench/scale-picture.ts';
import { type Figure, FULL, type Plan } from '../bench/suite.ts';
import { SUITES } from '../bench/suites.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattbook-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A few thousand operations, so that a case takes milliseconds; C has one roll. */
const SHORT: Plan = {
  rounds: 1,
  load: (flow) => workload(flow, { commands: flow === 'C' ? 10_200 : 2000, prefill: 300 }),
  stretch: (flow) => (flow === 'C' ? 10_100 : 800),
  size: (full) => Math.ceil(full / 1000),
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
  it('finds a wrong checksum, and writes figures of the promised form', async () => {
    const file = join(folder, 'figures.json');
    const names = Object.keys(SMOKE_CHECKSUMS) as (keyof Checksums)[];
    const planted = Object.fromEntries(names.map((name) => [name, '0123456789abcdef']));
    const args = ['book', '--smoke', '--json', file];
    const around = { smokePlan: SHORT, smokeChecksums: planted as unknown as Checksums };
    const { code, out, error } = await run(args, around);
    expect(code).toBe(1);
    const figures = JSON.parse(readFileSync(file, 'utf8')) as Figure[];
    const found = new Map(figures.map(({ name, checksum }) => [name, checksum]));
    const flows = ['A', 'B', 'C', 'D', 'E'] as const;
    const yardsticks = ['yardstick/sha256', 'yardstick/walk', 'yardstick/clock'];
    const cases = [...flows, 'special'].map((flow) => `book/${flow}`);
    expect(figures.map(({ name }) => name)).toEqual([...yardsticks, ...cases]);
    expect(error.split('\n').slice(0, -1)).toEqual(
      cases.map((name) => {
        return `${name}: the fills have the checksum ${found.get(name)} instead of 0123456789abcdef`;
      }),
    );
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
        checksum: found.get(`book/${flow}`),
      });
    }
    expect(figures[0]!.checksum).toMatch(/^[0-9a-f]{16}$/);
    // Timed in turns with flow A instead of the peer.
    expect(figures.at(-1)).toEqual({
      name: 'book/special',
      unit: 'commands/s',
      median: expect.any(Number),
      details: { percentOfA: expect.any(Number) },
      checksum: found.get('book/special'),
    });
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
    const undrawn = await run(['book', '--svg', join(folder, 'none.svg')]);
    expect(undrawn).toMatchObject({
      code: 2,
      error: '--svg draws the suite scale, which is not run\n',
    });
  });
});

describe('a machine without a server', () => {
  it('skips the suite that needs one, says so, and finds nothing wrong', async () => {
    vi.stubEnv('MONGODB_URL', undefined);
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'empty'));
    vi.stubEnv('PATH', '');
    try {
      const { code, out, error } = await run(['mongodb', '--smoke'], { yardsticks: () => [] });
      expect(code).toBe(0);
      const lines = error.split('\n').slice(0, -1);
      expect(lines).toEqual([1, 64, 512].map(() => expect.stringMatching(/go is not on the PATH/)));
      expect(lines[2]).toMatch(/^mongodb\/512 is skipped: no MONGODB_URL is given, and FerretDB /);
      expect(out).not.toContain('mongodb');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('suites', () => {
  it('come to the same fills on every path of ours', async () => {
    const found: Record<string, string> = {};
    const figures = new Map<string, Figure>();
    for (const { name, cases } of SUITES) {
      // Needs a server: test/mongodb/bench.mongo.ts.
      if (name === 'mongodb') continue;
      for (const { name: ofCase, work, measure } of cases) {
        const figure = { name: `${name}/${ofCase}`, ...(await measure(SHORT, silent)) };
        figures.set(figure.name, figure);
        if (work === undefined) continue;
        found[work] ??= figure.checksum;
        expect(figure.checksum, figure.name).toBe(found[work]);
      }
    }
    expect(Object.keys(found).sort()).toEqual(Object.keys(FULL_CHECKSUMS).sort());
    const flows = ['A', 'B', 'C', 'D', 'E', 'special'];
    expect(new Set(flows.map((flow) => found[flow])).size).toBe(6);
    for (const { name, median: value } of figures.values()) {
      // Of so few orders the memory is lost in what else comes and goes.
      if (name === 'latency/gc-apply-A' || name.startsWith('memory/1')) continue;
      expect(value, name).toBeGreaterThan(0);
    }
    const { median: p50, p50ns, p99ns, p999ns } = figures.get('latency/apply-A') as Figure;
    expect(p50).toBe(p50ns);
    expect([p50ns, p99ns, p999ns].sort((a, b) => a! - b!)).toEqual([p50ns, p99ns, p999ns]);
    const { scavenges } = figures.get('latency/gc-apply-A')!.details as { scavenges: number };
    expect(scavenges).toBeLessThanOrEqual(figures.get('latency/gc-apply-A')!.median);
    expect(figures.get('scale/cancel-1M')!.details).toEqual({
      orders: 1000,
      first: 1050,
      last: 950,
    });
    expect(figures.get('memory/10M')!.details).toEqual({ orders: 10_000 });
    expect(figures.get('replay/A')!.details).toEqual({ commands: 3003 + 300 + 2000 });
    const day = figures.get('energy/year17')!.details as Record<string, number>;
    expect(day['periods']).toBe(24);
    // Each home enters an order in almost every hour, and most amend it.
    expect(day['commands']).toBeGreaterThan(2 * 17 * 24);
    expect(day['trades']).toBeGreaterThan((17 * 24) / 2);
    // Bids and asks are drawn from the same prices: half of each is at the middle or better.
    const auction = figures.get('energy/auction1M')!.details as Record<string, number>;
    expect(auction['orders']).toBe(1000);
    expect(auction['trades']).toBeGreaterThan(400);
    expect(auction['trades']).toBeLessThan(600);
    // A day of both.
    const { details: traded, checksum } = figures.get('energy/homes1000-week')!;
    expect(traded).toMatchObject({ days: 1, products: 96, refused: 0 });
    expect(traded!['orders']).toBeGreaterThan(0.99 * 96_000);
    expect(traded!['trades']).toBeGreaterThan(0.3 * 96_000);
    expect(figures.get('energy-year/homes1000')!.checksum).toBe(checksum);
    const pages = figures.get('memory/pages-D')!.details as Record<string, number>;
    // The lowest page of each side always stays.
    expect(pages['mostPages']).toBeGreaterThanOrEqual(Math.max(2, pages['pages']!));
    expect(pages['pages']).toBeLessThanOrEqual(pages['levels']! + 2);
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
    const [tamperedCase] = flowCases(['A'], (load): Path => {
      const path = bookPath(load);
      return {
        ...path,
        open(fills) {
          change(fills, ++opened);
          return path.open(fills);
        },
      };
    });
    return tamperedCase!;
  }

  it('fail where the peer has other fills', async () => {
    const measuring = tampered((fills) => fills.add(1, 2, 3, 4)).measure(SHORT, silent);
    await expect(measuring).rejects.toThrow('other fills than nodejs-order-book');
  });

  it('fail where a timed run comes to something else than the first', async () => {
    const second = (fills: Fills, opened: number) => opened === 2 && fills.add(1, 2, 3, 4);
    const measuring = tampered(second).measure(SHORT, silent);
    await expect(measuring).rejects.toThrow('ours: not what it came to before');
  });
});

describe('courses', () => {
  const load = workload('A', { commands: 200, prefill: 100 });
  const course = { load, timed: [[100, 150] as const, [180, 300] as const] };

  it('run every row, time some of them and say how many orders rested', async () => {
    const runs: [number, number][] = [];
    const path = bookPath(load);
    const open = (fills: Fills) => {
      const market = path.open(fills);
      const { run: through } = market;
      market.run = (from, to) => {
        runs.push([from, to]);
        through.call(market, from, to);
      };
      return market;
    };
    const watched = courseCase(
      'x',
      'A',
      () => ({ ...path, open }),
      100_000,
      () => [course],
    );
    const { details } = await watched.measure(SHORT, silent);
    const rows = [
      [0, 300],
      [0, 100],
      [100, 150],
      [150, 180],
      [180, 300],
      [300, 300],
    ];
    expect(runs).toEqual(rows);
    const restingAt = (row: number): number => {
      const market = path.open(new Fills(load.orders));
      market.run(0, row);
      return market.resting();
    };
    const first = Math.round((restingAt(100) + restingAt(180)) / 2);
    const last = Math.round((restingAt(150) + restingAt(300)) / 2);
    expect(details).toEqual({ orders: Math.round((first + last) / 2), first, last });
  });

  it('fail where too few or too many orders rest', async () => {
    for (const orders of [70_000, 130_000]) {
      const measuring = courseCase('x', 'A', bookPath, orders, () => [course]).measure(
        SHORT,
        silent,
      );
      await expect(measuring).rejects.toThrow(/orders rested, then .* not about/);
    }
  });

  it('fail where a timed market comes to something else than the first', async () => {
    let opened = 0;
    const tampered = courseCase('x', 'A', bookPathOf, 100_000, () => [course]);
    function bookPathOf() {
      const path = bookPath(load);
      const open = (fills: Fills) => {
        if (++opened === 2) fills.add(1, 2, 3, 4);
        return path.open(fills);
      };
      return { ...path, open };
    }
    await expect(tampered.measure(SHORT, silent)).rejects.toThrow('something else than the first');
  });
});

describe('what the bench is made of', () => {
  it('makes one checksum of several', () => {
    expect(combined(['a'])).toBe('a');
    // SHA-256 of the text 'a,b'.
    expect(combined(['a', 'b'])).toBe('1eb7c54d52831bbf');
    expect(combined(['b', 'a'])).not.toBe(combined(['a', 'b']));
  });

  it('counts the garbage collections of a run and no others', async () => {
    collectGarbage();
    expect(await collections(() => {})).toEqual([]);
    const kinds = await collections(collectGarbage);
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds.some(isScavenge)).toBe(false);
    const littered = await collections(() => {
      for (let i = 0, kept: unknown; i < 3e6; i++) kept = [i, kept === undefined];
    });
    expect(littered.filter(isScavenge).length).toBeGreaterThan(0);
  });

  it('weighs resting orders', async () => {
    const plan = { ...SHORT, size: () => 30_000 };
    const [bare, , named] = memoryCases();
    const bytes = (await bare!.measure(plan, silent)).median;
    expect(bytes).toBeGreaterThan(40);
    expect(bytes).toBeLessThan(300);
    // A string of 16 characters and its place in a map are more than this.
    expect((await named!.measure(plan, silent)).median).toBeGreaterThan(bytes + 30);
  });

  it('draws the suite scale', () => {
    const at = (name: string, orders: number, commands: number): Figure => ({
      name: `scale/${name}`,
      unit: 'commands/s',
      median: commands,
      details: { orders },
      checksum: '',
    });
    const cancels = [at('cancel-1k', 1000, 4e6), at('cancel-1M', 1e6, 1e6)];
    const others = [{ ...at('1k', 1, 1), name: 'limit/1k' }];
    const picture = scalePicture([at('1k', 1000, 2e6), at('1M', 1e6, 5e5), ...cancels, ...others]);
    const lines = [...picture.matchAll(/<polyline[^>]* points="([^"]*)"/g)];
    const [apply, cancel] = lines.map(([, points]) =>
      (points as string).split(' ').map((point) => point.split(',').map(Number)),
    ) as [number[][], number[][]];
    const [[left, top], [right, bottom]] = apply as [[number, number], [number, number]];
    expect(right).toBeGreaterThan(left);
    expect(bottom).toBeGreaterThan(top);
    expect(cancel.map(([x]) => x)).toEqual([left, right]);
    // Twice as many commands are as far up everywhere, and the axis ends where the fastest is.
    expect(top - cancel[0]![1]!).toBeCloseTo(bottom - cancel[1]![1]!, 0);
    for (const label of ['1k', '1M', 'resting orders', 'commands/s', 'prefers-color-scheme']) {
      expect(picture).toContain(label);
    }
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  });

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
    const many = Array.from({ length: 11 }, (): [number, number, number, number] => [1, 2, 3, 4]);
    expect(() => of(...many)).toThrow('more fills than orders');
  });

  it('takes the middle', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 10])).toBe(3);
  });

  it('prints tables', () => {
    const details = { orders: 1234, first: 7 };
    const figures: Figure[] = [
      { name: 'restore/1M', unit: 's', median: 1.23456, details, checksum: 'a' },
      {
        name: 'apply/A',
        unit: 'commands/s',
        median: 1234567.8,
        p50ns: 1500.4,
        ratio: 4.25,
        checksum: 'b',
      },
    ];
    expect(table(figures).split('\n').slice(1, 3)).toEqual([
      'restore/1M       1.23  s                                                 orders 1,234, first 7  a',
      'apply/A     1,234,568  commands/s  1,500 ns                         4.3                         b',
    ]);
    const [heading, , machine, , ...rows] = markdown(figures).split('\n');
    expect(heading).toMatch(/^## \d{4}-\d\d-\d\d$/);
    expect(machine).toContain(process.version);
    expect(rows.slice(1)).toEqual([
      '| ---------- | --------: | ---------- | -------: | --: | ----: | -------------: | --------------------- | -------- |',
      '| restore/1M |      1.23 | s          |          |     |       |                | orders 1,234, first 7 | a        |',
      '| apply/A    | 1,234,568 | commands/s | 1,500 ns |     |       |            4.3 |                       | b        |',
      '',
    ]);
  });
});
