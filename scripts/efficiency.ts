/**
 * What part of the gains from trade a continuous double auction reaches among traders of zero intelligence:
 *
 *   npx tsx scripts/efficiency.ts --sessions 300
 *
 * over as many seeded sessions, short and long ones. Exits with 1 if it is less than it should be.
 */
import { parseArgs } from 'node:util';
import { GOALS, session } from '../test/zero-intelligence.ts';

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '300' } } });
const sessions = Number(values.sessions);
if (!(sessions >= 1)) throw new Error(`--sessions must be at least 1, got '${values.sessions}'`);

for (const { name, offers, least } of GOALS) {
  const reached = [...Array(sessions).keys()].map((i) => {
    const { surplus, optimum } = session(i + 1, offers);
    return surplus / optimum;
  });
  reached.sort((a, b) => a - b);
  const mean = reached.reduce((sum, each) => sum + each, 0) / sessions;
  const [worst, median] = [reached[0]!, reached[sessions >> 1]!];
  const figures = [mean, median, worst].map((each) => each.toFixed(3));
  console.log(`${name}: ${sessions} sessions of ${offers} offers, seeds 1 to ${sessions}`);
  console.log(
    `  efficiency ${figures[0]} (median ${figures[1]}, worst ${figures[2]}), at least ${least}`,
  );
  if (mean < least) process.exitCode = 1;
}
