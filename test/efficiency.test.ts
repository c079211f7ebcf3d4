import { describe, expect, it } from 'vitest';
import { GOALS, session } from './zero-intelligence.ts';

const SEEDS = [...Array(25).keys()].map((i) => i + 1);

describe('traders of zero intelligence', () => {
  it.each(GOALS)('reach $least of the gains in $name sessions', ({ offers, least }) => {
    const reached = SEEDS.map((seed) => session(seed, offers));
    const mean =
      reached.reduce((sum, { surplus, optimum }) => sum + surplus / optimum, 0) / SEEDS.length;
    expect(mean).toBeGreaterThanOrEqual(least);
    // No trade gains more than there is: the optimum is one.
    for (const { surplus, optimum } of reached) expect(surplus).toBeLessThanOrEqual(optimum);
  });
});
