import { Engine } from '../src/index.ts';
import { openingRequests, type Workload } from '../src/testing/index.ts';

/** 0.1% on each side. */
export const FEES = { makerPpm: 1000, takerPpm: 1000 } as const;

/** An engine with the products, accounts and deposits of a workload; it keeps no history. */
export function openedEngine(load: Workload): Engine {
  const engine = new Engine({ history: 'drop' });
  type Call = (request: unknown) => { readonly ok: boolean };
  const methods = engine as unknown as Readonly<Record<string, Call>>;
  for (const { command, request } of openingRequests(load, FEES)) {
    if (!methods[command]!(request).ok) throw new Error(`${command} was refused`);
  }
  return engine;
}
