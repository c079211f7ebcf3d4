/**
 * What a browser and every Node have to agree on: a seeded stream of commands and the hash of the
 * state behind it. Bundled by main.ts out of the built package; the same bytes run everywhere.
 */
import { Engine, Exchange, memoryStorage, type Queries } from 'wattbook';
import { ed25519, formatCheckpoint, MerkleTree, signNote } from 'wattbook/chain';
import { openingRequests, requestsOf, workload } from 'wattbook/testing';

export interface Report {
  readonly commands: number;
  readonly trades: number;
  readonly conserved: boolean;
  readonly stateHash: string;
}

const COMMANDS = 50_000;
const FEES = { makerPpm: 500, takerPpm: 1000 };
/** Requests to an exchange that are under way together. */
const AT_ONCE = 1000;

type Market<R> = Record<string, (request: object) => R>;

/** Flow A with its prefill and what it needs before, sent to a market of either kind. */
function* send<R>(market: object): Generator<R> {
  const load = workload('A', { commands: COMMANDS });
  const methods = market as Market<R>;
  for (const each of openingRequests(load, FEES)) yield methods[each.command]!(each.request);
  for (const each of requestsOf(load, FEES)) yield methods[each.command]!(each.request);
}

function reportOf(market: Queries, trades: number): Report {
  return {
    commands: market.sequence,
    trades,
    conserved: market.isConserved(),
    stateHash: market.stateHash(),
  };
}

function engineReport(): Report {
  const market = new Engine();
  for (const _ of send(market));
  return reportOf(market, [...market.trades()].length);
}

/** The same stream through an exchange, which is then opened again on what it stored. */
async function exchangeReport(): Promise<Report> {
  const storage = memoryStorage();
  const clock = (): number => 0;
  const market = await Exchange.open({ storage, clock });
  let waiting: Promise<unknown>[] = [];
  for (const answer of send<Promise<unknown>>(market)) {
    waiting.push(answer);
    if (waiting.length < AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  let trades = 0;
  for await (const _ of market.subscribe('trades', { after: 0, follow: false })) trades++;
  await market.close();
  const again = await Exchange.open({ storage, clock });
  const report = await again.read((queries) => reportOf(queries, trades));
  await again.close();
  return report;
}

const RUN = 1000;

/** The signed head of a log over what an engine was told, in runs of a thousand bytes. */
export function signedHead(): string {
  const market = new Engine();
  for (const _ of send(market));
  const told = market.commandLog();
  const log = new MerkleTree();
  for (let at = 0; at < told.length; at += RUN) log.append(told.subarray(at, at + RUN));
  const head = { origin: 'stream', size: log.size, root: log.root(), extensions: [] };
  const signer = ed25519.signer(new Uint8Array(32).fill(7));
  return signNote(formatCheckpoint(head), { name: 'stream', algorithm: 'ed25519', signer });
}

/** Every way in, by name. */
export const REPORTS: Readonly<Record<string, () => Report | Promise<Report>>> = {
  Engine: engineReport,
  Exchange: exchangeReport,
};
