import { shown } from '../core/decimal.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A delivery period of a day. */
export interface Slot {
  /** Local day that it belongs to, such as '2026-10-25'. */
  readonly day: string;
  /** Place within the day, from 1. */
  readonly position: number;
  /** First instant, epoch ms, UTC. */
  readonly start: number;
  /** First instant after it, epoch ms, UTC. */
  readonly end: number;
  /** The start as the clocks of the zone show it, with the offset from UTC: '2026-10-25T02:15+01:00'. */
  readonly localStart: string;
  /** The time of day at the start; where the clocks show it twice on that day, with an A or a B: '02:15B'. */
  readonly label: string;
}

/** The length of a slot as an ISO 8601 duration: 'PT15M', 'PT30M', 'PT60M', 'PT1H', 'PT1H30M'. */
export type Period = `PT${string}`;

/**
 * The delivery periods of a local day, in order: 96 quarter hours on most days, 92 or 100 where the clocks
 * change by an hour. They follow each other without a gap, also from day to day: a day begins when the clocks of
 * the zone first show its 00:00, or a later time if they never do, and ends where the next one begins. A day that a zone
 * has left out (Samoa, 2011-12-30) has none.
 *
 * What is known of time zones is what the platform's `Intl` knows. O(slots); some 0.2 ms for a day.
 * @param timeZone IANA name, such as 'Europe/Berlin'
 * @param day 'yyyy-mm-dd', from 1900 to 9998
 * @param period of whole minutes, from one minute to a day
 * @throws TypeError for what is no text; RangeError for an unknown zone, no such day or period, or a day that is no
 * whole number of periods: on Lord Howe the clocks change by half an hour, which leaves no whole hours
 */
export function slotsOf(timeZone: string, day: string, period: Period): readonly Slot[] {
  const clock = clockOf(timeZone);
  const midnight = midnightOf(day);
  const length = lengthOf(period);
  const stretches = stretchesOf(clock, midnight);
  const start = beginningOf(stretches, midnight);
  const end = beginningOf(stretches, midnight + DAY);
  if ((end - start) % length !== 0) {
    const minutes = (end - start) / MINUTE;
    throw new RangeError(
      `period ${shown(period)} does not divide ${day} in ${timeZone}, which has ${minutes} minutes`,
    );
  }
  const slots: Slot[] = [];
  const times = new Map<string, number>();
  let place = 0;
  for (let at = start; at < end; at += length) {
    while (at >= stretches[place]!.end) place++;
    const localStart = localText(at, stretches[place]!.offset);
    const label = localStart.slice(11, 16);
    times.set(label, (times.get(label) ?? 0) + 1);
    slots.push({ day, position: slots.length + 1, start: at, end: at + length, localStart, label });
  }
  return times.size === slots.length ? slots : lettered(slots, times);
}

/** With a letter behind the times that there are more than one of. */
function lettered(slots: readonly Slot[], times: ReadonlyMap<string, number>): readonly Slot[] {
  const met = new Map<string, number>();
  return slots.map((slot) => {
    if (times.get(slot.label) === 1) return slot;
    const before = met.get(slot.label) ?? 0;
    met.set(slot.label, before + 1);
    return { ...slot, label: slot.label + String.fromCharCode(65 + before) };
  });
}

/** Made once for each zone: to make one takes longer than to ask it a hundred times. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** @throws TypeError or RangeError naming `timeZone` */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  if (typeof timeZone !== 'string') {
    throw new TypeError(`timeZone must be a name such as 'Europe/Berlin', got ${shown(timeZone)}`);
  }
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = newClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

function newClock(timeZone: string): Intl.DateTimeFormat {
  const number = 'numeric';
  const date = { year: number, month: number, day: number } as const;
  const time = { hour: number, minute: number, second: number, hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...date, ...time });
  } catch (cause) {
    throw new RangeError(`timeZone ${shown(timeZone)} is not known here`, { cause });
  }
}

/** By how much the clocks of a zone are ahead of UTC at an instant, in ms. */
function offsetAt(clock: Intl.DateTimeFormat, at: number): number {
  const fields = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of clock.formatToParts(at)) {
    if (type in fields) fields[type as keyof typeof fields] = Number(value);
  }
  const { year, month, day, hour, minute, second } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}

/** A time over which the clocks of a zone are ahead of UTC by the same offset. Another one may follow that has the same. */
interface Stretch {
  readonly start: number;
  /** First instant after it. */
  readonly end: number;
  readonly offset: number;
}

/** The stretches from before a local day begins until its end, one after the other. */
function stretchesOf(clock: Intl.DateTimeFormat, midnight: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  // Clocks are ahead of UTC by -12 to 14 hours. In between they show time as it passes, apart from their changes.
  let start = midnight - 15 * HOUR;
  let offset = offsetAt(clock, start);
  for (;;) {
    const { end, next } = endOf(clock, start, offset);
    stretches.push({ start, end, offset });
    if (end + offset > midnight + DAY) return stretches;
    start = end;
    offset = next;
  }
}

/** Where a stretch ends: at the next change, or some hours later if there is none; and the offset from there on. */
function endOf(
  clock: Intl.DateTimeFormat,
  start: number,
  offset: number,
): { readonly end: number; readonly next: number } {
  // Shorter than the time between any two changes.
  let end = start + 6 * HOUR;
  let next = offsetAt(clock, end);
  if (next === offset) return { end, next };
  let same = start;
  while (end - same > 1000) {
    const middle = same + Math.floor((end - same) / 2000) * 1000;
    const there = offsetAt(clock, middle);
    if (there === offset) same = middle;
    else [end, next] = [middle, there];
  }
  return { end, next };
}

/**
 * The first instant at which the clocks show a time or a later one.
 * @param time as ms since the epoch if the clocks were UTC
 */
function beginningOf(stretches: readonly Stretch[], time: number): number {
  const { start, offset } = stretches.find((each) => each.end + each.offset > time)!;
  return Math.max(start, time - offset);
}

/** @throws TypeError or RangeError naming `day` */
function midnightOf(day: string): number {
  if (typeof day !== 'string') {
    throw new TypeError(`day must be text such as '2026-10-25', got ${shown(day)}`);
  }
  const midnight = /^(19|[2-9]\d)\d\d-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00Z`) : NaN;
  const exists = new Date(midnight).getTime() === midnight && dayText(midnight) === day;
  if (!exists || day >= '9999') {
    throw new RangeError(
      `day must be one such as '2026-10-25', from 1900 to 9998, got ${shown(day)}`,
    );
  }
  return midnight;
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** @throws TypeError or RangeError naming `period` */
function lengthOf(period: Period): number {
  if (typeof period !== 'string') {
    throw new TypeError(`period must be text such as 'PT15M', got ${shown(period)}`);
  }
  const [, hours = '0', minutes = '0'] =
    /^PT(?=\d)(?:(\d{1,4})H)?(?:(\d{1,4})M)?$/.exec(period) ?? [];
  const length = Number(hours) * HOUR + Number(minutes) * MINUTE;
  if (length >= MINUTE && length <= DAY) return length;
  throw new RangeError(
    `period must be from one minute to a day, such as 'PT15M', got ${shown(period)}`,
  );
}

/** An instant as clocks show it that are ahead of UTC by an offset. */
function localText(at: number, offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ahead = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return new Date(at + offset).toISOString().slice(0, 16) + ahead;
}
