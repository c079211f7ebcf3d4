import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beginSealing, type ChainResult } from './chain.ts';
import { StoredDesk } from './desk.ts';
import type { Neighbourhood } from './homes.ts';
import { type MarketResult, type Mechanism, NeighbourhoodMarket, type Tariffs } from './market.ts';

/** Says which run a folder holds, so that no other goes on in it. */
const RUN = 'run.json';

/** A market in files, and the chain of its blocks. */
export type StoredResult = MarketResult & { readonly chain: ChainResult };

/**
 * As `runMarket`, with the market in the files of a folder, and blocks made of it meanwhile, which are verified in the end. It may be killed at any moment: run again it goes on behind the last
 * period that was stored, and ends as if it had never stopped. A period is sent in one go, so that it is stored whole or
 * not at all.
 */
export async function runStored(
  folder: string,
  homes: Neighbourhood,
  tariffs: Tariffs,
  mechanism: Mechanism,
  seed: number,
  progress: (done: number, of: number) => void = () => {},
): Promise<StoredResult> {
  const goesOn = claimFor(folder, runText(homes, tariffs, mechanism, seed));
  const sealing = await beginSealing(folder);
  try {
    const result = await traded(folder, goesOn, homes, tariffs, mechanism, seed, progress);
    return { ...result, chain: await sealing.finish() };
  } finally {
    await sealing.abandon();
  }
}

async function traded(
  folder: string,
  goesOn: boolean,
  homes: Neighbourhood,
  tariffs: Tariffs,
  mechanism: Mechanism,
  seed: number,
  progress: (done: number, of: number) => void,
): Promise<MarketResult> {
  const start = performance.now();
  const desk = await StoredDesk.open(folder, goesOn);
  try {
    const market = new NeighbourhoodMarket(desk, homes, tariffs, mechanism, seed);
    if (!market.hasBegun) market.begin();
    const { traded } = market;
    for (let period = 0; period < homes.periods; period++) {
      if (period < traded) market.skip(period);
      else market.trade(period);
      // Files are written when the program waits; it waits for them only where they fall far behind.
      if (desk.isBehind) await desk.stored();
      else await new Promise(setImmediate);
      for await (const trade of desk.newTrades()) market.count(trade);
      progress(period + 1, homes.periods);
    }
    await desk.stored();
    for await (const trade of desk.newTrades()) market.count(trade);
    return market.result((performance.now() - start) / 1000);
  } finally {
    await desk.close();
  }
}

function runText(
  { names, load, pv, minutes }: Neighbourhood,
  tariffs: Tariffs,
  mechanism: Mechanism,
  seed: number,
): string {
  const homes = createHash('sha256')
    .update(JSON.stringify([names, load, pv]))
    .digest('hex');
  return `${JSON.stringify({ minutes, ...tariffs, mechanism, seed, homes })}\n`;
}

/** Writes down which run a new folder is for. @returns whether it holds this run already */
function claimFor(folder: string, run: string): boolean {
  const path = join(folder, RUN);
  mkdirSync(folder, { recursive: true });
  const hasMarket = readdirSync(folder).some((name) => name.startsWith('HEAD-'));
  if (existsSync(path) && readFileSync(path, 'utf8') === run) return hasMarket;
  if (hasMarket) {
    throw new Error(`--store ${folder} holds another run; give its options, or another directory`);
  }
  const file = openSync(`${path}.draft`, 'w');
  writeFileSync(file, run);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.draft`, path);
  return false;
}
