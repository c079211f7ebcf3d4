/** Homes with what they use and what their roofs give, in whole Wh per period. */
export interface Neighbourhood {
  readonly names: readonly string[];
  /** By home, then by period. */
  readonly load: readonly (readonly number[])[];
  readonly pv: readonly (readonly number[])[];
  readonly periods: number;
  /** Length of a period: 15, 30 or 60. */
  readonly minutes: number;
}

/** A small seeded source of numbers in [0, 1): mulberry32. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// Shape of a household's day, relative to its mean, one value per hour: a small morning peak and a
// large one in the evening.
const HOUSEHOLD_DAY = [
  0.55, 0.48, 0.44, 0.43, 0.45, 0.58, 0.92, 1.24, 1.18, 1.02, 0.96, 1.0, 1.12, 1.05, 0.94, 0.92,
  1.02, 1.3, 1.66, 1.8, 1.62, 1.34, 1.0, 0.72,
];

/**
 * A made-up neighbourhood in early summer. Only + - * / on whole steps go into it, so that every
 * machine makes the same one.
 */
export function makeNeighbourhood(
  homes: number,
  days: number,
  seed: number,
  minutes = 15,
): Neighbourhood {
  const random = randomSource(seed);
  const skies = Array.from({ length: days }, () => 0.35 + 0.65 * random());
  const made = Array.from({ length: homes }, (_, i) => makeHome(i, skies, 60 / minutes, random));
  return {
    names: made.map(({ name }) => name),
    load: made.map(({ load }) => load),
    pv: made.map(({ pv }) => pv),
    periods: (days * 24 * 60) / minutes,
    minutes,
  };
}

interface Home {
  name: string;
  load: number[];
  pv: number[];
}

/** @param parts periods of an hour */
function makeHome(
  index: number,
  skies: readonly number[],
  parts: number,
  random: () => number,
): Home {
  const meanWh = 250 + 350 * random();
  const peakWh = random() < 0.5 ? 1_500 + 4_500 * random() : 0;
  const rhythm = Math.floor(3 * random()) - 1;
  const load: number[] = [];
  const pv: number[] = [];
  for (const sky of skies) {
    for (let period = 0; period < 24 * parts; period++) {
      const hour = Math.floor(period / parts);
      const usual = HOUSEHOLD_DAY[(hour + rhythm + 24) % 24] as number;
      const sun = sunlight((period + 0.5) / parts);
      load.push(Math.floor((meanWh * usual * (0.6 + 0.8 * random())) / parts));
      pv.push(Math.floor((peakWh * sun * sky * (0.85 + 0.15 * random())) / parts));
    }
  }
  return { name: `home-${index + 1}`, load, pv };
}

/** Share of a roof's peak at a time of day, in hours: a parabola between sunrise at 5 and sunset at 21. */
function sunlight(time: number): number {
  const fromNoon = (time - 13) / 8;
  return Math.max(0, 1 - fromNoon * fromNoon);
}

/** PV of every home as it is; or doubled on odd homes and none on even ones (numbered from 1). */
export const CASES = ['all-pv', 'odd-double-pv'] as const;
export type PvCase = (typeof CASES)[number];

export function withCase(homes: Neighbourhood, which: PvCase): Neighbourhood {
  if (which === 'all-pv') return homes;
  const pv = homes.pv.map((series, i) => series.map((wh) => (i % 2 === 0 ? 2 * wh : 0)));
  return { ...homes, pv };
}

/** The first periods only. */
export function firstPeriods(homes: Neighbourhood, limit: number): Neighbourhood {
  const periods = Math.min(limit, homes.periods);
  const cut = (series: readonly number[]): number[] => series.slice(0, periods);
  return { ...homes, load: homes.load.map(cut), pv: homes.pv.map(cut), periods };
}

/** The same in shorter periods: each is cut into equal parts, where Wh that cannot be cut go to the first of them. */
export function inPeriodsOf(homes: Neighbourhood, minutes: number): Neighbourhood {
  const parts = homes.minutes / minutes;
  const cut = (series: readonly number[]): number[] =>
    series.flatMap((wh) =>
      Array.from({ length: parts }, (_, i) => Math.floor((wh + parts - 1 - i) / parts)),
    );
  const periods = homes.periods * parts;
  return { ...homes, load: homes.load.map(cut), pv: homes.pv.map(cut), periods, minutes };
}
