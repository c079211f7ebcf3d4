import { WattbookError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import { Queries } from '../engine/queries.ts';
import { Sequencer } from '../engine/sequencer.ts';
import { replayFrame } from '../exchange/recovery.ts';
import { framesAfter } from '../exchange/storage-calls.ts';
import { fileStorage } from '../file/index.ts';
import { contentsOf, NOWHERE } from '../file/folder.ts';
import { nodeDisk } from '../file/node-disk.ts';
import { latestWriter } from '../file/writers.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import type { JournalEnd } from '../storage/contract.ts';
import { EXIT, mustBeDirectory, type Outcome, progressOf } from './outcome.ts';

const HOUR_MS = 3_600_000;

/** A market that was brought back. */
export interface Replayed {
  readonly sequencer: Sequencer;
  readonly market: Queries;
  /** What came up to here stands in a snapshot; 0 where every command was gone through. */
  readonly from: number;
  /** Epoch of the writer that is at work, if there is one. */
  readonly writerEpoch: number | undefined;
}

/**
 * Goes through the commands of a journal up to a sequence, from the first one that is kept. Claims nothing and changes nothing.
 * @param seen is called after each frame, while `sequencer.events` holds its events
 * @throws WattbookError, RangeError if the journal ends before the sequence
 */
export async function replayed(
  folder: string,
  to: number | undefined,
  seen: (sequencer: Sequencer) => void | Promise<void> = () => {},
): Promise<Replayed> {
  mustBeDirectory(folder);
  const writer = await latestWriter(nodeDisk, folder);
  const { mark } = await contentsOf(nodeDisk, folder);
  if (mark === undefined) throw new Error(`${folder} holds no journal`);
  const start = await beginning(folder, to);
  const sequencer = new Sequencer(start.state, undefined);
  const { state } = sequencer;
  const from = state.sequence;
  const progress = progressOf('commands replayed');
  const storage = fileStorage(folder);
  for await (const frame of framesAfter(start.end, storage, sha256, HOUR_MS)) {
    if (frame.firstSequence > (to ?? Infinity)) break;
    replayFrame(sequencer, frame, to);
    await seen(sequencer);
    sequencer.dropBefore(sequencer.commands.length, sequencer.events.length);
    progress(state.sequence, to ?? Math.max(mark.sequence, state.sequence + 1));
  }
  if (to !== undefined && state.sequence < to) {
    throw new RangeError(`--to ${to}: the journal ends at ${state.sequence}`);
  }
  const writerEpoch = writer?.isAlive === true ? writer.epoch : undefined;
  return { sequencer, market: new Queries(state), from, writerEpoch };
}

/** An empty market; the latest snapshot where the commands before it are not kept. */
async function beginning(
  folder: string,
  to: number | undefined,
): Promise<{ readonly state: MarketState; readonly end: JournalEnd }> {
  const storage = fileStorage(folder);
  try {
    for await (const _ of storage.read(0)) break;
    return { state: new MarketState(), end: NOWHERE };
  } catch (fault) {
    if (!(fault instanceof WattbookError && fault.code === 'NOT_KEPT')) throw fault;
    const snapshot = await storage.latestSnapshot();
    if (snapshot === undefined || snapshot.sequence > (to ?? Infinity)) throw fault;
    return { state: restore(snapshot.bytes), end: snapshot };
  }
}

/** How far a reading came. */
export function reachText({ from, market, writerEpoch }: Replayed): string {
  const start = from === 0 ? 'command 1' : `the snapshot of command ${from}`;
  const reach = `from ${start} to command ${market.sequence}`;
  if (writerEpoch === undefined) return reach;
  return `${reach}, which is how far the writer of epoch ${writerEpoch}, at work, had come`;
}

/** Replays a journal, comparing each command with what it led to when it was recorded. */
export async function replay(folder: string, to: number | undefined): Promise<Outcome> {
  const startedAt = performance.now();
  const all = await replayed(folder, to);
  const { market, from, writerEpoch } = all;
  const seconds = (performance.now() - startedAt) / 1000;
  const conserved = market.isConserved();
  const found = {
    from,
    sequence: market.sequence,
    time: market.time,
    accounts: market.accounts().length,
    products: market.products().length,
    openOrders: market.openOrders().length,
    conserved,
    marketHash: market.marketHash(),
    stateHash: market.stateHash(),
  };
  const lines = [
    `replayed ${reachText(all)}, each as it was recorded`,
    `in              ${seconds.toFixed(2)} s`,
    `time            ${found.time} (${new Date(found.time).toISOString()})`,
    `accounts        ${found.accounts}`,
    `products        ${found.products}`,
    `open orders     ${found.openOrders}`,
    `books balance   ${conserved ? 'yes' : 'NO'}`,
    `market hash     ${found.marketHash}`,
    `state hash      ${found.stateHash}`,
  ];
  const exit = conserved ? EXIT.fine : EXIT.otherResult;
  return { exit, text: lines.join('\n'), json: { ok: conserved, ...found, writerEpoch } };
}
