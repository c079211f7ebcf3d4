import { marketHash, restore, snapshot } from '../src/matching/snapshot.ts';
import type { MarketState } from '../src/matching/state.ts';
import { workload } from '../src/testing/index.ts';
import { applyAll } from './commands.ts';
import { openedEngine } from './opening.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case, Measured, Plan } from './suite.ts';

const ORDERS = 1_000_000;
const ACCOUNTS = 100_000;

/** A market of a million resting orders of 100,000 accounts becomes bytes. */
export function snapshotCase(): Case {
  return stateCase((state, bytes) => {
    const run = (): Uint8Array => snapshot(state);
    const isRight = (found: Uint8Array): boolean => Buffer.compare(found, bytes) === 0;
    return { run, isRight };
  });
}

/** And those bytes a market. */
export function restoreCase(): Case {
  return stateCase((state, bytes) => {
    const hash = marketHash(state);
    const run = (): MarketState => restore(bytes);
    const isRight = (found: MarketState): boolean => marketHash(found) === hash;
    return { run, isRight };
  });
}

/** Something that is timed, and whether what it came to is right. */
interface Trial<Result> {
  run(): Result;
  isRight(result: Result): boolean;
}

function stateCase<Result>(
  trialOf: (state: MarketState, bytes: Uint8Array) => Trial<Result>,
): Case {
  return {
    name: '1M',
    async measure(plan, note): Promise<Measured> {
      note('entering orders');
      const state = heldByMany(plan);
      const bytes = snapshot(state);
      const { run, isRight } = trialOf(state, bytes);
      const seconds: number[] = [];
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        collectGarbage();
        const before = performance.now();
        const result = run();
        seconds.push((performance.now() - before) / 1000);
        if (!isRight(result)) throw new Error('the bytes and the market are not the same');
      }
      return {
        unit: 's',
        // The first one warms up.
        median: median(seconds.slice(1)),
        details: { orders: state.orders.resting, bytes: bytes.length },
        checksum: marketHash(state).slice(0, 16),
      };
    },
  };
}

/** A market after the prefill of flow A, whose thousand accounts are a hundred each here. */
function heldByMany(plan: Plan): MarketState {
  const few = workload('A', { prefill: plan.size(ORDERS), commands: 0 });
  const accounts = Math.max(few.accounts, plan.size(ACCOUNTS));
  const share = accounts / few.accounts;
  const account = few.account.map((of, row) => of + few.accounts * (row % share));
  const load = { ...few, accounts, account };
  const state = restore(openedEngine(load).snapshot());
  applyAll(state, load);
  return state;
}
