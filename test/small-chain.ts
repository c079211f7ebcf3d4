import { type ChainOptions, verifyChain } from '../src/verify/index.ts';
import { chainOf, joined, pieces } from './chain-files.ts';
import { limit, stage } from './stage.ts';

/** The commands of a market in which one trade happened. */
export function market(): Uint8Array {
  const engine = stage();
  limit(engine, 'alice', 'sell', 3, 50);
  limit(engine, 'bob', 'buy', 2, 50);
  return engine.commandLog();
}

/** Commands in each block; what is left is not sealed. */
export const SIZES = [3, 0, 6, 2, 0];
export const PIECES = pieces(market(), SIZES);
export const CHAIN = chainOf(PIECES);
export const FILE = joined(...CHAIN.entries);
/** Where the entry of the genesis begins, those of the blocks, and the end. */
export const STARTS = CHAIN.entries.reduce((all, each) => [...all, all.at(-1)! + each.length], [0]);

export const blockAt = (offset: number): number =>
  STARTS.filter((start) => start <= offset).length - 1;

export type Found = Awaited<ReturnType<typeof verifyChain>>;

export const checked = (file: Uint8Array, options?: ChainOptions): Promise<Found> =>
  verifyChain([file], options);

/** The fault as one word each; 'ok' if there is none. */
export const told = (found: Found): string =>
  found.ok ? 'ok' : `${found.block} ${found.field} ${found.code}`;
