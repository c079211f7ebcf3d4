import { workload, type Workload } from '../src/testing/index.ts';
import { type Course, courseCase, SIZES } from './courses.ts';
import type { RestingPath } from './market.ts';
import type { Case } from './suite.ts';

/** Commands that are timed at each size, on as many markets as it takes. */
const TIMED = 200_000;

/** Flow A with more and more orders at rest, through a path of ours. */
export function scaleCases(prefix: string, pathOf: (load: Workload) => RestingPath): Case[] {
  return SIZES.map(([size, orders]) => {
    const markets = Math.ceil(TIMED / orders);
    return courseCase(`${prefix}${size}`, `scale-${size}`, pathOf, orders, (plan) =>
      steadyCourses(plan.size(orders), plan.size(markets)),
    );
  });
}

/**
 * Of the orders that rest at first a tenth is gone after as many commands: the timed stretch is as long
 * as the book is large, and begins with 5% too many. So the mix of commands is the same at each size.
 */
function steadyCourses(orders: number, markets: number): Course[] {
  const options = { prefill: Math.round(orders * 1.05), commands: orders };
  return Array.from({ length: markets }, (_, index) => {
    const load = workload('A', { ...options, seed: 1 + index });
    return { load, timed: [[load.prefill, load.length]] };
  });
}
