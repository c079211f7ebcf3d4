import { slotsOf } from '../src/market/calendar.ts';

const QUARTER = 15 * 60_000;
const DAY = 96 * QUARTER;

export const ZONES: readonly string[] = Intl.supportedValuesOf('timeZone');

const walls = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a zone show, as text that sorts as time does: '2026-10-25 02:15'. */
export function wall(zone: string, at: number): string {
  let format = walls.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
    walls.set(zone, format);
  }
  return format.format(at);
}

export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** By how many minutes the clocks are ahead of UTC. */
function ahead(zone: string, at: number): number {
  return (Date.parse(`${wall(zone, at).replace(' ', 'T')}Z`) - at) / 60_000;
}

/** Days at whose noon in UTC the clocks are ahead by more or less than on the day before, found by steps of ten days. */
export function daysOfChange(zone: string, from: number, to: number): string[] {
  const days: string[] = [];
  for (let at = from; at < to; at += 10 * DAY) {
    if (ahead(zone, at) === ahead(zone, at + 10 * DAY)) continue;
    for (let day = at; day < at + 10 * DAY; day += DAY) {
      if (ahead(zone, day) !== ahead(zone, day + DAY)) days.push(dayText(day));
    }
  }
  return days;
}

/** What was shown around the day before is not asked again. */
let latest = { zone: '', first: 0, shown: [] as string[] };

/** What the clocks of a zone show at each quarter of an hour from `first` on. */
function quarters(zone: string, first: number, count: number): string[] {
  const passed = (first - latest.first) / QUARTER;
  const known = zone === latest.zone && passed > 0 ? latest.shown.slice(passed) : [];
  for (let i = known.length; i < count; i++) known.push(wall(zone, first + i * QUARTER));
  latest = { zone, first, shown: known };
  return known;
}

/**
 * Compares the quarter hours of a day with what the clocks show at each quarter of an hour around it.
 * @throws Error telling where they differ
 */
export function checkDay(zone: string, day: string): void {
  const midnight = Date.parse(`${day}T00:00Z`);
  const first = midnight - 15 * 4 * QUARTER;
  const shown = quarters(zone, first, 55 * 4 + 1);
  const begins = shown.findIndex((text) => text >= `${day} 00:00`);
  const ends = shown.findIndex((text) => text >= `${dayText(midnight + DAY)} 00:00`);
  const slots = slotsOf(zone, day, 'PT15M');
  const expected = shown.slice(begins, ends).map((text, i) => {
    const start = first + (begins + i) * QUARTER;
    return `${i + 1} ${start} ${start + QUARTER} ${text}`;
  });
  const found = slots.map(({ position, start, end, localStart }) => {
    return `${position} ${start} ${end} ${localStart.slice(0, 16).replace('T', ' ')}`;
  });
  const times = slots.map(({ label }) => label);
  const bare = times.filter((label) => label.length === 5);
  const same = expected.join() === found.join();
  const lettered = times.every((label, i) => label.slice(0, 5) === shown[begins + i]!.slice(11));
  const unlettered = bare.every((label) => !times.some((other) => other === `${label}A`));
  if (same && lettered && unlettered && new Set(times).size === times.length) return;
  throw new Error(
    `${zone} ${day}: ${found.length} slots from ${found[0]}, not ${expected.length} from ${expected[0]}`,
  );
}
