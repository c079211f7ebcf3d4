import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Period, type Slot, slotsOf } from '../src/market/calendar.ts';
import { checkDay, dayText, daysOfChange, wall, ZONES } from './calendar-days.ts';
import { thrownBy } from './stage.ts';

const DAY = 86_400_000;

const utc = (text: string): number => Date.parse(text);
const labels = (slots: readonly Slot[]): string => slots.map(({ label }) => label).join(' ');

describe('the slots of a day', () => {
  it('are told with position, bounds, local start and label', () => {
    const slots = slotsOf('Europe/Berlin', '2026-06-15', 'PT15M');
    expect(slots).toHaveLength(96);
    expect(slots[9]).toEqual({
      day: '2026-06-15',
      position: 10,
      start: utc('2026-06-15T00:15Z'),
      end: utc('2026-06-15T00:30Z'),
      localStart: '2026-06-15T02:15+02:00',
      label: '02:15',
    });
  });

  it('have an A or a B where the clocks go back', () => {
    const slots = slotsOf('Europe/Berlin', '2026-10-25', 'PT15M');
    expect(slots).toHaveLength(100);
    expect(labels(slots.slice(7, 17))).toBe(
      '01:45 02:00A 02:15A 02:30A 02:45A 02:00B 02:15B 02:30B 02:45B 03:00',
    );
    expect(slots[13]).toMatchObject({
      position: 14,
      start: utc('2026-10-25T01:15Z'),
      localStart: '2026-10-25T02:15+01:00',
    });
    expect(labels(slotsOf('Europe/Berlin', '2026-10-25', 'PT1H').slice(1, 5))).toBe(
      '01:00 02:00A 02:00B 03:00',
    );
  });

  it('pass over the hour that the clocks pass over', () => {
    const slots = slotsOf('Europe/Berlin', '2026-03-29', 'PT30M');
    expect(slots).toHaveLength(46);
    expect(labels(slots.slice(2, 6))).toBe('01:00 01:30 03:00 03:30');
  });

  it.each([
    ['Africa/Cairo', '2026-04-24', 92, '2026-04-24T01:00+03:00'],
    ['Asia/Kathmandu', '2026-06-15', 96, '2026-06-15T00:00+05:45'],
    ['Australia/Lord_Howe', '2026-04-05', 98, '2026-04-05T00:00+11:00'],
    ['Australia/Lord_Howe', '2026-10-04', 94, '2026-10-04T00:00+10:30'],
    // Back by an hour from the first minute of the day, which begins the first time that it does.
    ['America/St_Johns', '2010-11-07', 100, '2010-11-07T00:00-02:30'],
    ['America/St_Johns', '2010-11-06', 96, '2010-11-06T00:00-02:30'],
    ['Pacific/Apia', '2011-12-29', 96, '2011-12-29T00:00-10:00'],
    ['Pacific/Apia', '2011-12-31', 96, '2011-12-31T00:00+14:00'],
  ])('%s %s: %d quarter hours, the first one %s', (zone, day, count, first) => {
    const slots = slotsOf(zone, day, 'PT15M');
    expect(slots).toHaveLength(count);
    expect(slots[0]?.localStart).toBe(first);
  });

  it('are none on a day that the zone has left out', () => {
    expect(slotsOf('Pacific/Apia', '2011-12-30', 'PT15M')).toEqual([]);
  });

  it.each([
    [
      ['Australia/Lord_Howe', '2026-04-05', 'PT60M'],
      'RangeError: period "PT60M" does not divide 2026-04-05 in Australia/Lord_Howe, which has 1470 minutes',
    ],
    [
      ['Europe/Berlin', '2026-03-29', 'PT2H'],
      'RangeError: period "PT2H" does not divide 2026-03-29 in Europe/Berlin, which has 1380 minutes',
    ],
    [
      ['Mars/Olympus', '2026-03-29', 'PT15M'],
      'RangeError: timeZone "Mars/Olympus" is not known here',
    ],
    [
      ['Europe/Berlin', '2026-02-29', 'PT15M'],
      `RangeError: day must be one such as '2026-10-25', from 1900 to 9998, got "2026-02-29"`,
    ],
    [
      ['Europe/Berlin', '26-2-3', 'PT15M'],
      `RangeError: day must be one such as '2026-10-25', from 1900 to 9998, got "26-2-3"`,
    ],
    [
      ['Europe/Berlin', '9999-01-01', 'PT15M'],
      `RangeError: day must be one such as '2026-10-25', from 1900 to 9998, got "9999-01-01"`,
    ],
    [
      ['Europe/Berlin', '2026-03-29', 'PT0M'],
      `RangeError: period must be from one minute to a day, such as 'PT15M', got "PT0M"`,
    ],
    [
      ['Europe/Berlin', '2026-03-29', 'PT25H'],
      `RangeError: period must be from one minute to a day, such as 'PT15M', got "PT25H"`,
    ],
    [
      ['Europe/Berlin', '2026-03-29', 'PT'],
      `RangeError: period must be from one minute to a day, such as 'PT15M', got "PT"`,
    ],
    [['Europe/Berlin', '2026-03-29', 15], `TypeError: period must be text such as 'PT15M', got 15`],
    [
      ['Europe/Berlin', 20260329, 'PT15M'],
      `TypeError: day must be text such as '2026-10-25', got 20260329`,
    ],
    [
      [undefined, '2026-03-29', 'PT15M'],
      `TypeError: timeZone must be a name such as 'Europe/Berlin', got undefined`,
    ],
  ] as const)('are refused: %j', (asked, message) => {
    const ask = () => slotsOf(...(asked as unknown as [string, string, Period]));
    expect(String(thrownBy(ask))).toBe(message);
  });
});

const VECTORS = new URL('../../shared/data/reference/calendar_vectors.json', import.meta.url);

interface Vector {
  readonly tz: string;
  readonly day: string;
  readonly start: string;
  readonly end: string;
  readonly local_start: string;
  readonly pt15m: number;
  readonly pt30m: number;
  readonly pt60m: number;
}

describe('reference vectors', () => {
  const found = existsSync(VECTORS);
  const vectors = found ? (JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[]) : [];
  it.skipIf(!found)(`are met${found ? '' : `: skipped, there is no ${VECTORS.pathname}`}`, () => {
    expect(vectors.length).toBeGreaterThan(0);
    for (const { tz, day, start, end, local_start: local, pt15m, pt30m, pt60m } of vectors) {
      for (const [period, count] of [
        ['PT15M', pt15m],
        ['PT30M', pt30m],
        ['PT60M', pt60m],
      ] as const) {
        if (!Number.isInteger(count)) {
          expect(() => slotsOf(tz, day, period)).toThrow(RangeError);
          continue;
        }
        const slots = slotsOf(tz, day, period);
        expect([tz, day, slots.length]).toEqual([tz, day, count]);
        expect(slots[0]!.start).toBe(utc(start));
        expect(slots.at(-1)!.end).toBe(utc(end));
        expect(slots[0]!.localStart.slice(11).replace(/:(?=..$)/, '')).toBe(local);
      }
    }
  });
});

describe('every change of the clocks since 1990', () => {
  it('is met by the days around it', { timeout: 60_000 }, () => {
    const [from, to] = [utc('1990-01-01T12:00Z'), utc('2027-01-01T12:00Z')];
    const known = new Set<string>();
    let days = 0;
    for (const zone of ZONES) {
      for (const day of daysOfChange(zone, from, to)) {
        const noon = utc(`${day}T12:00Z`);
        // Zones that change alike are looked at once.
        const change = [day, wall(zone, noon), wall(zone, noon + DAY)].join();
        if (known.has(change)) continue;
        known.add(change);
        for (const near of [noon, noon + DAY, noon + 2 * DAY]) {
          checkDay(zone, dayText(near));
          days++;
        }
      }
    }
    expect(days).toBeGreaterThan(6_000);
  });
});
