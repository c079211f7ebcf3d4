import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { applyPath } from './apply.ts';
import { type Outcome, reference } from './flows.ts';
import type { RestingMarket } from './market.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case, Plan } from './suite.ts';

/** Flow A through `apply`, command by command, and what the garbage collector does meanwhile. */
export function latencyCases(): Case[] {
  return [
    {
      name: 'apply-A',
      work: 'A',
      async measure(plan, note) {
        const { rounds, checksum } = await passes(plan, note, (market, from, to) =>
          latenciesNs(market, from, to).sort(),
        );
        const at = (share: number): number =>
          Math.round(median(rounds.map((times) => times[Math.ceil(times.length * share) - 1]!)));
        const [p50ns, p99ns, p999ns] = [at(0.5), at(0.99), at(0.999)];
        return { unit: 'ns', median: p50ns, p50ns, p99ns, p999ns, checksum };
      },
    },
    {
      name: 'gc-apply-A',
      work: 'A',
      async measure(plan, note) {
        const { rounds, checksum } = await passes(plan, note, (market, from, to) =>
          collections(() => market.run(from, to)),
        );
        const scavenges = median(rounds.map((kinds) => kinds.filter(isScavenge).length));
        const all = median(rounds.map((kinds) => kinds.length));
        return { unit: 'collections', median: all, details: { scavenges }, checksum };
      },
    },
  ];
}

/** Several passes through flow A, each on a fresh market: what `look` finds in each. */
async function passes<Found>(
  plan: Plan,
  note: (text: string) => void,
  look: (market: RestingMarket, from: number, to: number) => Found | Promise<Found>,
): Promise<{ rounds: Found[]; checksum: string }> {
  const load = plan.load('A');
  const path = applyPath(load);
  note('reference run');
  const [{ checksum, proof }] = (await reference(load, path, [load.length])) as [Outcome];
  const rounds: Found[] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    note(`round ${round} of ${plan.rounds}`);
    const market = path.open();
    market.run(0, load.prefill);
    collectGarbage();
    rounds.push(await look(market, load.prefill, load.length));
    if (market.proof() !== proof) throw new Error('a pass came to something else than the first');
  }
  return { rounds, checksum };
}

/** Times each operation of the rows by itself: nanoseconds, the clock's own reading included. */
function latenciesNs(market: RestingMarket, from: number, to: number): Float64Array {
  const times = new Float64Array(to - from);
  let before = performance.now();
  for (let row = from; row < to; row++) {
    market.run(row, row + 1);
    const now = performance.now();
    times[row - from] = (now - before) * 1e6;
    before = now;
  }
  return times;
}

/** The kinds of all garbage collections while something runs. */
export async function collections(run: () => void): Promise<number[]> {
  const entries: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  const from = performance.now();
  run();
  const to = performance.now();
  // Node tells of collections some turns later.
  await setTimeout(20);
  observer.disconnect();
  const within = entries.filter(({ startTime }) => startTime >= from && startTime <= to);
  return within.map((entry) => (entry as unknown as { detail: { kind: number } }).detail.kind);
}

export function isScavenge(kind: number): boolean {
  return kind === constants.NODE_PERFORMANCE_GC_MINOR;
}
