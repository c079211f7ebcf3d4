import { Engine } from '../src/index.ts';
import { openingRequests, perform, requestsOf, type Workload } from '../src/testing/index.ts';
import { Fills } from './fills.ts';
import { FEES } from './opening.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case } from './suite.ts';

/** `Engine.replay` of the command log of flow A, opening and prefill included. */
export function replayCase(): Case {
  return {
    name: 'A',
    work: 'A',
    async measure(plan, note) {
      note('writing the log');
      const written = writtenLog(plan.load('A'));
      const seconds: number[] = [];
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        collectGarbage();
        const before = performance.now();
        const engine = Engine.replay(written.log, { history: 'drop' });
        seconds.push((performance.now() - before) / 1000);
        if (engine.marketHash() !== written.marketHash) {
          throw new Error('the replay came to another market than the engine that wrote the log');
        }
      }
      return {
        unit: 'commands/s',
        // The first one warms up.
        median: written.commands / median(seconds.slice(1)),
        details: { commands: written.commands },
        checksum: written.checksum,
      };
    },
  };
}

function writtenLog(load: Workload) {
  const engine = new Engine();
  for (const each of openingRequests(load, FEES)) perform(engine, each);
  for (const each of requestsOf(load, FEES)) perform(engine, each);
  const fills = new Fills(load.orders);
  for (const { makerOrder, takerOrder, priceTicks, quantityLots } of engine.trades()) {
    fills.add(makerOrder, takerOrder, priceTicks, quantityLots);
  }
  return {
    log: engine.commandLog(),
    commands: engine.sequence,
    marketHash: engine.marketHash(),
    checksum: fills.checksum(),
  };
}
