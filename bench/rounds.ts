import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bench } from 'tinybench';

/** One of several that take turns. */
export interface Contestant {
  readonly name: string;
  readonly isAsync: boolean;
  /** Makes what a run needs, outside the clock; returns the run. */
  ready(): Promise<() => void | Promise<void>>;
  /** Looks at what the latest run came to, outside the clock; throws if it is wrong. */
  check(): Promise<void>;
}

/**
 * Lets the contestants take turns, round after round, in this process.
 * @param note told before each turn
 * @returns seconds by contestant and round
 */
export async function timeRounds(
  contestants: readonly Contestant[],
  rounds: number,
  note: (text: string) => void,
): Promise<number[][]> {
  const bench = new Bench({
    iterations: 1,
    time: 0,
    warmup: false,
    throws: true,
    timestampProvider: 'hrtimeNow',
  });
  let round = 0;
  for (const { name, isAsync, ready, check } of contestants) {
    let run: () => void | Promise<void>;
    bench.add(name, () => run(), {
      async: isAsync,
      async beforeEach() {
        note(`round ${round} of ${rounds}: ${name}`);
        run = await ready();
        collectGarbage();
      },
      afterEach: check,
    });
  }
  const seconds: number[][] = contestants.map(() => []);
  for (round = 1; round <= rounds; round++) {
    bench.reset();
    const tasks = await bench.run();
    for (const [index, { name, result }] of tasks.entries()) {
      if (result.state !== 'completed') throw new Error(`${name} is ${result.state}`);
      seconds[index]!.push(result.latency.mean / 1000);
    }
  }
  return seconds;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** So that nobody sweeps up what another has left. */
export const collectGarbage: () => void = garbageCollector();

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
