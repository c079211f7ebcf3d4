import { Engine, type Outcome } from '../src/index.ts';
import { openingRequests, perform, type Workload } from '../src/testing/index.ts';

/** 0.1% on each side. */
export const FEES = { makerPpm: 1000, takerPpm: 1000 } as const;

/** An engine with the products, accounts and deposits of a workload; it keeps no history. */
export function openedEngine(load: Workload): Engine {
  const engine = new Engine({ history: 'drop' });
  for (const each of openingRequests(load, FEES)) {
    if (!perform<Outcome>(engine, each).ok) throw new Error(`${each.command} was refused`);
  }
  return engine;
}
