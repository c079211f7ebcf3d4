import { applyLatency, applyPath } from './apply.ts';
import { bookPath } from './book.ts';
import { exchangePath } from './exchange.ts';
import { submitPath } from './submit.ts';
import { type Suite, suite } from './suite.ts';

/** All suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  suite('book', ['A', 'B', 'C', 'D', 'E'], bookPath),
  suite('apply', ['A', 'B', 'C', 'D', 'E'], applyPath, applyLatency),
  suite('submit', ['A'], submitPath),
  suite('exchange', ['A'], exchangePath),
];
