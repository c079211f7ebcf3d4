import { collectGarbage } from './rounds.ts';

/** Seconds of each, in turns; a first round warms up. */
export function inTurns(
  rounds: number,
  note: (text: string) => void,
  runs: readonly (() => void)[],
): number[][] {
  const seconds: number[][] = runs.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    note(`round ${round} of ${rounds}`);
    for (const [i, run] of runs.entries()) {
      collectGarbage();
      const before = performance.now();
      run();
      if (round > 0) seconds[i]!.push((performance.now() - before) / 1000);
    }
  }
  return seconds;
}
