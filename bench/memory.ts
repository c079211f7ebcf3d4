import { MarketState } from '../src/matching/state.ts';
import { restore } from '../src/matching/snapshot.ts';
import { PAGE_SIZE } from '../src/orderbook/ladder.ts';
import { workload } from '../src/testing/index.ts';
import { applyPath } from './apply.ts';
import { applyAll } from './commands.ts';
import { Fills } from './fills.ts';
import { openedEngine } from './opening.ts';
import { collectGarbage } from './rounds.ts';
import type { Case, Measured } from './suite.ts';

/** What resting orders take up, and the pages of a ladder. */
export function memoryCases(): Case[] {
  return [
    perOrder('1M', 1_000_000),
    perOrder('10M', 10_000_000),
    perOrder('1M-client-id', 1_000_000, (row) => `home-order-${row}`),
    {
      name: 'pages-D',
      work: 'D',
      async measure(plan, note) {
        const load = plan.load('D');
        const fills = new Fills(load.orders);
        const market = applyPath(load).open(fills);
        note('one pass');
        let mostPages = 0;
        for (let row = 0; row < load.length; row += 1000) {
          market.run(row, Math.min(row + 1000, load.length));
          market.collect();
          mostPages = Math.max(mostPages, laddersOf(market.state).pages);
        }
        const { pages, levels } = laddersOf(market.state);
        return {
          unit: 'bytes/level',
          median: (pages * PAGE_SIZE * BYTES_PER_PLACE) / levels,
          details: { levels, pages, mostPages },
          checksum: fills.checksum(),
        };
      },
    },
  ];
}

function perOrder(name: string, full: number, clientOrderId?: (row: number) => string): Case {
  return {
    name,
    async measure(plan, note): Promise<Measured> {
      const orders = plan.size(full);
      note('making orders');
      const load = workload('A', { prefill: orders, commands: 0 });
      const state = restore(openedEngine(load).snapshot());
      const before = bytesInUse();
      note('entering orders');
      applyAll(state, load, clientOrderId);
      const bytes = bytesInUse() - before;
      const { resting } = state.orders;
      if (resting !== orders) throw new Error(`${resting} of ${orders} orders rest`);
      return {
        unit: 'bytes/order',
        median: bytes / resting,
        details: { orders: resting },
        checksum: '',
      };
    },
  };
}

/** Of the heap and of typed arrays, without garbage. */
function bytesInUse(): number {
  // Memory of typed arrays that died is given back after the collection that finds them.
  for (let time = 0; time < 3; time++) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A key and the number of a level. */
const BYTES_PER_PLACE = 12;

function laddersOf(state: MarketState): { pages: number; levels: number } {
  let [pages, levels] = [0, 0];
  for (const book of state.books) {
    if (book === undefined) continue;
    const { bids, asks } = book;
    pages += bids.pages + asks.pages;
    for (const ladder of [bids, asks]) ladder.walk(() => ++levels > 0);
  }
  return { pages, levels };
}
