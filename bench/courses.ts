import type { Workload } from '../src/testing/index.ts';
import type { Size, Work } from './checksums.ts';
import { combined, Fills } from './fills.ts';
import { type Outcome, reference } from './flows.ts';
import type { RestingMarket, RestingPath } from './market.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case, Plan } from './suite.ts';

/** A workload of which only some stretches are timed; all other rows are run as well. */
export interface Course {
  readonly load: Workload;
  /** From which row to which, in order. */
  readonly timed: readonly (readonly [from: number, to: number])[];
}

export const SIZES: readonly (readonly [Size, orders: number])[] = [
  ['1k', 1000],
  ['10k', 10_000],
  ['100k', 100_000],
  ['1M', 1_000_000],
];

/** What the timed stretches of a round were like. */
interface Tally {
  seconds: number;
  stretches: number;
  /** Resting orders where stretches begin, and where they end: sums. */
  atFirst: number;
  atLast: number;
}

/**
 * Takes a path of ours through courses, each on a market of its own: commands per second of their timed
 * stretches together.
 * @param orders how many rest, within 15%
 */
export function courseCase(
  name: string,
  work: Work,
  pathOf: (load: Workload) => RestingPath,
  orders: number,
  coursesOf: (plan: Plan) => Course[],
): Case {
  return {
    name,
    work,
    async measure(plan, note) {
      const courses = coursesOf(plan);
      const paths = courses.map(({ load }) => pathOf(load));
      const outcomes: Outcome[] = [];
      note('reference run');
      for (const [index, { load }] of courses.entries()) {
        outcomes.push(...(await reference(load, paths[index]!, [load.length])));
      }
      const tallies: Tally[] = [];
      for (let round = 1; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        tallies.push(timedRound(courses, paths, outcomes));
      }
      const timed = courses.flatMap((course) => course.timed);
      const commands = timed.reduce((sum, [from, to]) => sum + to - from, 0);
      return {
        unit: 'commands/s',
        median: commands / median(tallies.map(({ seconds }) => seconds)),
        details: restingOrders(tallies[0]!, plan.size(orders)),
        checksum: combined(outcomes.map(({ checksum }) => checksum)),
      };
    },
  };
}

/** Every course once, each on a fresh market. @throws Error if one comes to something else than before */
function timedRound(
  courses: readonly Course[],
  paths: readonly RestingPath[],
  outcomes: readonly Outcome[],
): Tally {
  const tally: Tally = { seconds: 0, stretches: 0, atFirst: 0, atLast: 0 };
  // Not before each stretch: that would push a small market out of the processor's caches.
  collectGarbage();
  for (const [index, course] of courses.entries()) {
    const market = paths[index]!.open(new Fills(course.load.orders));
    passThrough(market, course, tally);
    if (market.proof() === outcomes[index]!.proof) continue;
    throw new Error('a timed run came to something else than the first');
  }
  return tally;
}

function passThrough(market: RestingMarket, { load, timed }: Course, tally: Tally): void {
  let row = 0;
  for (const [from, to] of timed) {
    market.run(row, from);
    tally.atFirst += market.resting();
    const before = performance.now();
    market.run(from, to);
    tally.seconds += (performance.now() - before) / 1000;
    tally.atLast += market.resting();
    tally.stretches++;
    row = to;
  }
  market.run(row, load.length);
}

/** How many rested on average, at the beginning of stretches and at the end. @throws Error if too few or too many */
function restingOrders(tally: Tally, orders: number): Record<string, number> {
  const first = Math.round(tally.atFirst / tally.stretches);
  const last = Math.round(tally.atLast / tally.stretches);
  // The 5 are for the small markets of a smoke run.
  if (Math.max(Math.abs(first - orders), Math.abs(last - orders)) > 0.15 * orders + 5) {
    throw new Error(`${first} orders rested, then ${last}, which is not about ${orders}`);
  }
  return { orders: Math.round((first + last) / 2), first, last };
}
