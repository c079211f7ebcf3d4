/**
 * Whether what orders in networks lock suffices, with grid fees, premiums and prices below zero:
 *
 *   npx tsx scripts/locks.ts --fills 5000000 --seed 1
 *
 * so many random fills, each compared with what the lock of its order gives up for it; and as many hundredths of them in markets of an
 * engine, of accounts that have just the money that their orders lock. There a lock that is short brings a ledger row
 * below zero, which throws.
 */
import { parseArgs } from 'node:util';
import { lockMarket } from '../test/lock-fills.ts';
import { splitOrders, type SplitTally } from '../test/lock-splits.ts';

const { values } = parseArgs({
  options: {
    fills: { type: 'string', default: '5000000' },
    seed: { type: 'string', default: '1' },
  },
});
const [least, first] = [Number(values.fills), Number(values.seed)];
if (!(least >= 1)) throw new Error(`--fills must be at least 1, got '${values.fills}'`);
if (!Number.isSafeInteger(first)) throw new Error(`--seed must be whole, got '${values.seed}'`);

/** Goes through seeds until so many fills are together, and says what they were. */
function run(name: string, wanted: number, play: (seed: number) => Readonly<SplitTally>): void {
  const total: SplitTally = { fills: 0, negative: 0, carried: 0, raised: 0, exact: 0 };
  const started = performance.now();
  let seed = first;
  for (; total.fills < wanted; seed++) {
    let tally: Readonly<SplitTally>;
    try {
      tally = play(seed);
    } catch (error) {
      console.log(`${name}: seed ${seed}`);
      throw error;
    }
    for (const each of Object.keys(total) as (keyof SplitTally)[]) total[each] += tally[each];
  }
  const { fills, negative, carried, raised, exact } = total;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${name}: ${fills} fills, seeds ${first} to ${seed - 1}, ${seconds} s: shortage 0`);
  console.log(
    `  ${negative} below zero, ${carried} with a grid fee, ${raised} beyond the limit by a premium, ${exact} times all was spent`,
  );
}

run('orders in parts', least, (seed) => splitOrders(seed, 100_000));
run('markets', least / 100, lockMarket);
