/**
 * What a browser and every Node have to agree on: a seeded stream of commands and the hash of the
 * state behind it. Bundled by main.ts out of the built package; the same bytes run everywhere.
 */
import { Engine } from 'wattbook';
import { openingRequests, requestsOf, workload } from 'wattbook/testing';

export interface Report {
  readonly commands: number;
  readonly trades: number;
  readonly conserved: boolean;
  readonly stateHash: string;
}

const COMMANDS = 50_000;
const FEES = { makerPpm: 500, takerPpm: 1000 };

type Sent = { readonly command: string; readonly request: object };
type Market = Record<string, (request: object) => { readonly ok: boolean }>;

/** Flow A on an Engine, with its prefill and with fees. */
export function engineReport(): Report {
  const load = workload('A', { commands: COMMANDS });
  const market = new Engine();
  const ask = (each: Sent): void => {
    const outcome = (market as unknown as Market)[each.command]!(each.request);
    // An order that traded away can no longer be cancelled; nothing else may be refused.
    if (!outcome.ok && each.command !== 'cancel') throw new Error(JSON.stringify(each));
  };
  for (const each of openingRequests(load, FEES)) ask(each);
  for (const each of requestsOf(load, FEES)) ask(each);
  return {
    commands: market.sequence,
    trades: [...market.trades()].length,
    conserved: market.isConserved(),
    stateHash: market.stateHash(),
  };
}

/** Every way in that is compared, by name. One that awaits may return a promise. */
export const REPORTS: Readonly<Record<string, () => Report | Promise<Report>>> = {
  Engine: engineReport,
};
