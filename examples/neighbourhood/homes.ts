/** Homes with what they use and what their roofs give, in whole Wh per period. */
export interface Neighbourhood {
  readonly names: readonly string[];
  /** By home, then by period. */
  readonly load: readonly (readonly number[])[];
  readonly pv: readonly (readonly number[])[];
  readonly periods: number;
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
 * A made-up neighbourhood in early summer, hour by hour. Only + - * / on whole steps go into it,
 * so that every machine makes the same one.
 */
export function makeNeighbourhood(homes: number, days: number, seed: number): Neighbourhood {
  const random = randomSource(seed);
  const skies = Array.from({ length: days }, () => 0.35 + 0.65 * random());
  const made = Array.from({ length: homes }, (_, i) => makeHome(i, skies, random));
  return {
    names: made.map(({ name }) => name),
    load: made.map(({ load }) => load),
    pv: made.map(({ pv }) => pv),
    periods: days * 24,
  };
}

interface Home {
  name: string;
  load: number[];
  pv: number[];
}

function makeHome(index: number, skies: readonly number[], random: () => number): Home {
  const meanWh = 250 + 350 * random();
  const peakWh = random() < 0.5 ? 1_500 + 4_500 * random() : 0;
  const rhythm = Math.floor(3 * random()) - 1;
  const load: number[] = [];
  const pv: number[] = [];
  for (const sky of skies) {
    for (let hour = 0; hour < 24; hour++) {
      const usual = HOUSEHOLD_DAY[(hour + rhythm + 24) % 24] as number;
      load.push(Math.floor(meanWh * usual * (0.6 + 0.8 * random())));
      pv.push(Math.floor(peakWh * sunlight(hour) * sky * (0.85 + 0.15 * random())));
    }
  }
  return { name: `home-${index + 1}`, load, pv };
}

/** Share of a roof's peak at an hour: a parabola between sunrise at 5 and sunset at 21. */
function sunlight(hour: number): number {
  const fromNoon = (hour + 0.5 - 13) / 8;
  return Math.max(0, 1 - fromNoon * fromNoon);
}

/** PV of every home as it is; or doubled on odd homes and none on even ones (numbered from 1). */
export type PvCase = 'all-pv' | 'odd-double-pv';

export function withCase(homes: Neighbourhood, which: PvCase): Neighbourhood {
  if (which === 'all-pv') return homes;
  const pv = homes.pv.map((series, i) => series.map((wh) => (i % 2 === 0 ? 2 * wh : 0)));
  return { ...homes, pv };
}

/** The first periods only. */
export function firstPeriods(homes: Neighbourhood, limit: number): Neighbourhood {
  const periods = Math.min(limit, homes.periods);
  const cut = (series: readonly number[]): number[] => series.slice(0, periods);
  return { names: homes.names, load: homes.load.map(cut), pv: homes.pv.map(cut), periods };
}
