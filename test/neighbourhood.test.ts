import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readHomes } from '../examples/neighbourhood/csv.ts';
import {
  firstPeriods,
  inPeriodsOf,
  makeNeighbourhood,
  type PvCase,
  withCase,
} from '../examples/neighbourhood/homes.ts';
import {
  type MarketResult,
  type Mechanism,
  MECHANISMS,
  runMarket,
} from '../examples/neighbourhood/market.ts';
import { figures } from '../examples/neighbourhood/report.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED = join(ROOT, '..', 'shared', 'data');
const HOMES = join(SHARED, 'citylearn-2022-hourly', 'community17_hourly_wh.csv');
const EXPECTED = join(SHARED, 'reference', 'community_expected.json');
const TARIFFS = { retail: 300_000, feedIn: 80_000 };

/** A year takes seconds: `npm run test:years` has them all. */
const ALL_YEARS = process.env['ALL_YEARS'] === '1';

const available = existsSync(HOMES) && existsSync(EXPECTED);
if (!available) console.log('skipped: the data of 17 real homes is not beside the project');

interface Reference {
  load: number;
  pv: number;
  self_direct: number;
  tradable: number;
  bill_base: number;
  bill_p2p: number;
  self_consumption_no_p2p: number;
  self_sufficiency_no_p2p: number;
  self_consumption_max_p2p: number;
  self_sufficiency_max_p2p: number;
  community_saving_nano_eur: number;
}

function sum(values: readonly (number | bigint)[]): bigint {
  return values.reduce<bigint>((total, value) => total + BigInt(value), 0n);
}

function millionths(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

describe.skipIf(!available)('17 real homes', () => {
  const week = 'citylearn17_odd_homes_double_pv_first_168h';
  const cases: [string, Mechanism, PvCase, number][] = [
    ...(ALL_YEARS ? MECHANISMS : []).map((each): (typeof cases)[number] => {
      return ['citylearn17_all_pv_full_year', each, 'all-pv', Infinity];
    }),
    ...(ALL_YEARS ? MECHANISMS : []).map((each): (typeof cases)[number] => {
      return ['citylearn17_odd_homes_double_pv_full_year', each, 'odd-double-pv', Infinity];
    }),
    ...MECHANISMS.map((each): (typeof cases)[number] => [week, each, 'odd-double-pv', 168]),
  ];
  it.each(cases)('%s, %s, equals the reference to the last Wh and nano-EUR', (...each) => {
    const [name, mechanism, which, limit] = each;
    const all = JSON.parse(readFileSync(EXPECTED, 'utf8')) as Record<string, Reference>;
    const expected = all[name] as Reference;
    const homes = firstPeriods(withCase(readHomes(HOMES), which), limit);
    const result = runMarket(homes, TARIFFS, mechanism, 1);
    const shown = figures(result, homes);
    expect(sum(result.homes.map((home) => home.loadWh))).toBe(BigInt(expected.load));
    expect(sum(result.homes.map((home) => home.pvWh))).toBe(BigInt(expected.pv));
    expect(result.ownUseWh).toBe(expected.self_direct);
    expect(shown.tradedWh).toBe(expected.tradable);
    expect(sum(result.homes.map((home) => home.billWithoutNano))).toBe(BigInt(expected.bill_base));
    expect(sum(result.homes.map((home) => home.billWithNano))).toBe(BigInt(expected.bill_p2p));
    expect(shown.communitySavingNano).toBe(String(expected.community_saving_nano_eur));
    expect(millionths(shown.selfConsumption.without)).toBe(expected.self_consumption_no_p2p);
    expect(millionths(shown.selfConsumption.with)).toBe(expected.self_consumption_max_p2p);
    expect(millionths(shown.selfSufficiency.without)).toBe(expected.self_sufficiency_no_p2p);
    expect(millionths(shown.selfSufficiency.with)).toBe(expected.self_sufficiency_max_p2p);
    expectSoundMarket(result);
  });
});

/** What must hold for any neighbourhood: nobody loses, prices were found in the book, books balance. */
function expectSoundMarket(result: MarketResult): void {
  expect(result.conserved).toBe(true);
  // Buyers who end at the retail tariff bid it, and the middle of the tariffs is one price.
  const { mechanism, lowestPrice, highestPrice } = result;
  const onePrice = mechanism === 'pay-as-bid' || mechanism === 'mid-market';
  if (onePrice) expect(lowestPrice).toBe(highestPrice);
  else expect(lowestPrice).toBeLessThan(highestPrice);
  expect(result.lowestPrice).toBeGreaterThanOrEqual(TARIFFS.feedIn);
  expect(result.highestPrice).toBeLessThanOrEqual(TARIFFS.retail);
  for (const home of result.homes) {
    expect(home.billWithNano).toBeLessThanOrEqual(home.billWithoutNano);
  }
  const bought = sum(result.homes.map((home) => home.boughtWh));
  expect(bought).toBe(sum(result.homes.map((home) => home.soldWh)));
}

describe('a made-up neighbourhood', () => {
  it.each(
    MECHANISMS.flatMap((mechanism) => [15, 30, 60].map((minutes) => ({ mechanism, minutes }))),
  )('trades soundly, and all there is: $mechanism, $minutes minutes', ({ mechanism, minutes }) => {
    const homes = makeNeighbourhood(12, 2, 7, minutes);
    expect(homes.periods).toBe((2 * 24 * 60) / minutes);
    const result = runMarket(homes, TARIFFS, mechanism, 7);
    expectSoundMarket(result);
    let tradable = 0;
    for (let t = 0; t < homes.periods; t++) {
      const net = homes.load.map((load, h) => (load[t] as number) - (homes.pv[h]?.[t] as number));
      const lack = net.reduce((total, wh) => total + Math.max(0, wh), 0);
      const left = net.reduce((total, wh) => total + Math.max(0, -wh), 0);
      tradable += Math.min(lack, left);
    }
    expect(result.tradedWh).toBe(tradable);
    expect(tradable).toBeGreaterThan(0);
  });

  it('is cut into shorter periods, and nothing is lost', () => {
    const hours = makeNeighbourhood(3, 1, 7, 60);
    const quarters = inPeriodsOf(hours, 15);
    expect(quarters.periods).toBe(96);
    for (const series of ['load', 'pv'] as const) {
      quarters[series].forEach((cut, home) => {
        for (let hour = 0; hour < 24; hour++) {
          const parts = cut.slice(4 * hour, 4 * hour + 4);
          expect(sum(parts)).toBe(BigInt(hours[series][home]![hour]!));
          expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
        }
      });
    }
    expect(inPeriodsOf(hours, 60)).toEqual(hours);
  });

  it('is the same for the same seed, and another for another', () => {
    const hash = (seed: number): string =>
      runMarket(makeNeighbourhood(5, 1, seed), TARIFFS, 'continuous', seed).marketHash;
    expect(hash(3)).toBe(hash(3));
    expect(hash(3)).not.toBe(hash(4));
  });
});

describe('npm start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattbook-'));
  // Where the markets go that no other place is named for.
  beforeAll(() => void vi.stubEnv('TMPDIR', folder));
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const main = ['--import', 'tsx', 'examples/neighbourhood/main.ts'];

  it('prints one JSON object and nothing else', () => {
    const options = ['--json', '--homes', '4', '--days', '1', '--seed', '5'];
    const text = execFileSync(process.execPath, [...main, ...options], { cwd: ROOT }).toString();
    const found = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(found).sort()).toEqual(
      [
        'homes',
        'periods',
        'minutes',
        'mechanism',
        'commands',
        'trades',
        'tradedWh',
        'selfConsumption',
        'selfSufficiency',
        'communitySavingNano',
        'conserved',
        'marketHash',
        'seconds',
        'chain',
      ].sort(),
    );
    expect(found).toMatchObject({ homes: 4, periods: 96, minutes: 15, conserved: true });
    expect(found['communitySavingNano']).toMatch(/^\d+$/);
    expect(found['chain']).toMatchObject({ blocks: 2, verified: true });
    // Its commands are those of who trades, as many as without any blocks.
    const { commands } = runMarket(makeNeighbourhood(4, 1, 5), TARIFFS, 'continuous', 5);
    expect(found['commands']).toBe(commands);
  });

  it('prints what a person wants to see', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'wattbook-')), 'two.csv');
    writeFileSync(
      file,
      'sun_load_wh,sun_pv_wh,shade_load_wh,shade_pv_wh\n0,2000,1500,0\n9,9,9,9\n',
    );
    const options = ['--data', file, '--case', 'all-pv', '--limit', '1'];
    const text = execFileSync(process.execPath, [...main, ...options], { cwd: ROOT }).toString();
    rmSync(dirname(file), { recursive: true });
    const [sun, shade] = ['sun', 'shade'].map((name) =>
      new RegExp(`^${name} +(.*)$`, 'm').exec(text)?.[1]?.split(/ +/),
    );
    // 2.0 kWh of sun: 1.5 to the neighbour, 0.5 to the utility; the pair saves 1.5 x 0.22 EUR.
    expect(sun?.slice(0, 5)).toEqual(['0.0', '2.0', '0.0', '1.5', '-0.16']);
    expect(shade?.slice(0, 5)).toEqual(['1.5', '0.0', '1.5', '0.0', '0.45']);
    expect(text).toMatch(/^homes, periods +2, 1 of 60 minutes$/m);
    expect(text).toMatch(/^traded between homes +1\.5 kWh in 1 trades$/m);
    expect(text).toMatch(/^saved by all together +0\.33 EUR$/m);
    expect(text).toMatch(/^self-sufficiency +0\.0% -> 100\.0%$/m);
    expect(text).toMatch(/^books balance to zero +yes$/m);
    expect(text).toMatch(
      /^chain +neighbourhood\/[0-9a-f]{12}, 1 blocks with \d+ events: verified$/m,
    );
    // What it says can be done.
    const [, tell] = /^verify it yourself: npx tsx (.*)$/m.exec(text)!;
    const again = ['--import', 'tsx', ...tell!.split(' ')];
    const told = execFileSync(process.execPath, again, { cwd: ROOT }).toString();
    expect(told).toMatch(/^good: 1 blocks with \d+ events$/m);
    expect(told).toMatch(/^replay +\d+ commands lead to the events and state roots of block 1, /m);
    expect(told).toMatch(/as you said with --key/);
  });

  it('explains itself', () => {
    const text = execFileSync(process.execPath, [...main, '--help'], { cwd: ROOT }).toString();
    const options =
      'homes days seed data case period mechanism limit retail feed-in store json help';
    for (const option of options.split(' ')) expect(text).toContain(`--${option}`);
  });

  it.each([
    [['--homes', '0'], '--homes must be a whole number'],
    [['--case', 'none'], '--case must be'],
    [['--period', 'PT20M'], "--period must be PT15M, PT30M or PT60M, got 'PT20M'"],
    [['--mechanism', 'lottery'], '--mechanism must be continuous, uniform, '],
    [['--retail', '1e3'], '--retail must be a price'],
    [['--retail', '0.05'], '0.000002 below --retail'],
    [['--data', 'no-such-file.csv'], '--data no-such-file.csv is no file'],
    [['--data', 'src'], '--data src is no file'],
    [['--data', 'a.csv', '--days', '2'], 'not for --data'],
    [['--homes', '100', '--days', '90', '--retail', '999'], 'more than 9 million EUR'],
    [['--colour', 'red'], '--colour'],
  ])('%j is refused with a clear word', (options, message) => {
    const run = spawnSync(process.execPath, [...main, ...options], { cwd: ROOT });
    expect(run.status).toBe(1);
    expect(run.stdout.toString()).toBe('');
    expect(run.stderr.toString()).toContain(message);
    expect(run.stderr.toString()).not.toContain('    at ');
  });
});

describe('a CSV of homes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattbook-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'homes.csv');
  const read = (text: string): ReturnType<typeof readHomes> => {
    writeFileSync(file, text);
    return readHomes(file);
  };

  it('is read by column name, in any order', () => {
    const homes = read('﻿a_pv_wh,note,a_load_wh\r\n1,x,2\r\n3,y,4\r\n');
    expect(homes).toEqual({ names: ['a'], load: [[2, 4]], pv: [[1, 3]], periods: 2, minutes: 60 });
  });

  it.each([
    ['', '1: no column ends in _load_wh'],
    ['a_load_wh\n1\n', '1: column a_pv_wh is missing'],
    ['a_load_wh,a_pv_wh\n', '2: no rows below the header'],
    ['a_load_wh,a_pv_wh\n1,2\n3\n', '3: column a_pv_wh is missing (1 fields, the header has 2)'],
    ['a_load_wh,a_pv_wh\n1,2,3\n', '2: nothing after a_pv_wh is known (3 fields'],
    ['a_load_wh,a_pv_wh,a_pv_wh\n1,2,3\n', '1: column a_pv_wh stands there twice'],
    ['fees_load_wh,fees_pv_wh\n1,2\n', '1: column fees_load_wh: no home can be called fees'],
    ['a b_load_wh,a b_pv_wh\n1,2\n', '1: column a b_load_wh: "a b" cannot name a home'],
    ['_load_wh,_pv_wh\n1,2\n', '1: column _load_wh: "" cannot name a home'],
    ['a_load_wh,a_pv_wh\n1,2\n\n3,4\n', '3: column a_pv_wh is missing'],
    ['a_load_wh,a_pv_wh\n1,two\n', '2: column a_pv_wh: "two" is no whole number of Wh'],
    ['a_load_wh,a_pv_wh\n1.5,2\n', '2: column a_load_wh: "1.5" is no whole number of Wh'],
    ['a_load_wh,a_pv_wh\n1,-2\n', '2: column a_pv_wh: "-2" is no whole number of Wh'],
    ['a_load_wh,a_pv_wh\n1,\n', '2: column a_pv_wh: "" is no whole number of Wh'],
    ['a_load_wh,a_pv_wh\n1,9999999999999999999\n', '2: column a_pv_wh: 9999999999999999999 Wh'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => read(text)).toThrow(`${file}:${message}`);
  });
});
