import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../src/core/sha256.ts';
import { fileStorage } from '../src/file/index.ts';
import { Exchange, type OrderReceipt, type Receipt } from '../src/index.ts';
import type { StorageAdapter } from '../src/storage/contract.ts';
import { decodeFrame, DIGEST_SIZE, type Frame, recordStarts } from '../src/storage/frame.ts';
import {
  type OpeningRequest,
  openingRequests,
  perform,
  requestsOf,
  workload,
  type Workload,
  type WorkloadRequest,
} from '../src/testing/index.ts';
import { inFolder } from './folders.ts';
import { type Timed, timeInFlight } from './in-flight.ts';
import { FEES, openedEngine } from './opening.ts';
import { collectGarbage, median } from './rounds.ts';
import { STORES } from './stores.ts';
import type { Case, Measured } from './suite.ts';

/** Requests under way at any time, and how many are timed: about a second's worth. */
const CASES = { 1: 4000, 64: 80_000, 512: 200_000, 4096: 300_000 };
const PREFILL = 50_000;
/** Records that the slowest of the stores gets: some seconds' worth. */
const MOST_RECORDS = { 1: 500, 64: 10_000, 512: 40_000, 4096: 100_000 };

type Answer = Promise<Receipt | OrderReceipt>;

/** One turn of each: seconds for what was timed. */
interface Round {
  readonly exchange: Timed;
  readonly frames: number;
  readonly bytes: number;
  /** The same frames by write and fdatasync alone, and by the storage without an exchange. */
  readonly raw: number;
  readonly storage: number;
  /** Records per second. */
  readonly stores: Readonly<Record<string, number>>;
  readonly marketHash: string;
}

/** Flow A through an exchange with its journal in files, beside what the disk and other stores take for the same bytes. */
export function durableCases(): Case[] {
  return Object.keys(CASES).map((name) => ({
    name,
    async measure(plan, note) {
      const inFlight = Number(name) as keyof typeof CASES;
      const [commands, prefill] = [plan.size(CASES[inFlight]), plan.size(PREFILL)];
      const load = workload('A', { commands, prefill });
      const expected = marketHashOf(load);
      const mostRecords = plan.size(MOST_RECORDS[inFlight]);
      const rounds: Round[] = [];
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        collectGarbage();
        const found = await inFolder((folder) => turns(folder, load, inFlight, mostRecords));
        if (found.marketHash !== expected) throw new Error('files led to another market');
        rounds.push(found);
      }
      // The first one warms up.
      return { ...figures(rounds.slice(1)), checksum: expected.slice(0, 16) };
    },
  }));
}

/** What an engine without storage comes to. */
export function marketHashOf(load: Workload): string {
  const engine = openedEngine(load);
  for (const each of requestsOf(load)) perform(engine, each);
  return engine.marketHash();
}

/** What a market on a storage came to. */
export interface MarketTurn {
  readonly exchange: Timed;
  /** What the timed requests led to. */
  readonly frames: readonly Frame[];
  readonly marketHash: string;
}

/** A workload through an exchange on a new storage: opened and prefilled outside the clock, then so many requests under way. */
export async function marketTurn(
  storage: StorageAdapter,
  load: Workload,
  inFlight: number,
): Promise<MarketTurn> {
  const requests: WorkloadRequest[] = [...requestsOf(load)];
  const open = await Exchange.open({ storage });
  const send = (request: OpeningRequest | WorkloadRequest): Answer =>
    perform<Answer>(open, request);
  await Promise.all([...openingRequests(load, FEES)].map(send));
  await Promise.all(requests.slice(0, load.prefill).map(send));
  const first = open.status().storedSequence;
  const timed = requests.slice(load.prefill);
  const exchange = await timeInFlight(timed.length, inFlight, (i) => send(timed[i]!));
  const marketHash = await open.read((market) => market.marketHash());
  await open.close();
  const frames: Frame[] = [];
  for await (const bytes of storage.read(first)) frames.push(decodeFrame(bytes, sha256));
  return { exchange, frames, marketHash };
}

async function turns(
  folder: string,
  load: Workload,
  inFlight: number,
  mostRecords: number,
): Promise<Round> {
  const storage = fileStorage(join(folder, 'journal'));
  const { exchange, frames, marketHash } = await marketTurn(storage, load, inFlight);
  return {
    exchange,
    frames: frames.length,
    bytes: frames.reduce((sum, { bytes }) => sum + bytes.length, 0),
    raw: rawSeconds(join(folder, 'raw'), frames),
    storage: await storageSeconds(join(folder, 'storage'), frames),
    stores: await storeRates(folder, frames, inFlight, mostRecords),
    marketHash,
  };
}

/** The fastest that this can be: calls that wait, and nothing else in between. */
function rawSeconds(path: string, frames: readonly Frame[]): number {
  const fd = openSync(path, 'wx');
  const before = performance.now();
  let at = 0;
  for (const { bytes } of frames) {
    at += writeSync(fd, bytes, 0, bytes.length, at);
    fdatasyncSync(fd);
  }
  const seconds = (performance.now() - before) / 1000;
  closeSync(fd);
  return seconds;
}

async function storageSeconds(folder: string, frames: readonly Frame[]): Promise<number> {
  const writer = await fileStorage(folder).open({ takeOver: false });
  const before = performance.now();
  for (const frame of frames) await writer.append(frame);
  const seconds = (performance.now() - before) / 1000;
  await writer.close();
  return seconds;
}

/** The command records of frames, without what stands behind each. */
export function recordsIn(frames: readonly Frame[]): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (const frame of frames) {
    const starts = recordStarts(frame);
    for (let i = 1; i < starts.length; i++) {
      records.push(frame.bytes.subarray(starts[i - 1], starts[i]! - DIGEST_SIZE));
    }
  }
  return records;
}

async function storeRates(
  folder: string,
  frames: readonly Frame[],
  inFlight: number,
  most: number,
): Promise<Record<string, number>> {
  const records = recordsIn(frames);
  const count = Math.min(records.length, most);
  const rates: Record<string, number> = {};
  for (const [name, open] of Object.entries(STORES)) {
    const store = await open(join(folder, name));
    const { seconds } = await timeInFlight(count, inFlight, (i) => store.put(i, records[i]!));
    await store.close();
    rates[name] = count / seconds;
  }
  return rates;
}

/** The median of each percentile of several turns. */
export function percentiles(turns: readonly Timed[]): Pick<Measured, 'p50ns' | 'p99ns'> {
  const sorted = turns.map(({ latenciesNs }) => latenciesNs.slice().sort());
  const at = (share: number): number =>
    Math.round(median(sorted.map((times) => times[Math.ceil(times.length * share) - 1]!)));
  return { p50ns: at(0.5), p99ns: at(0.99) };
}

function figures(rounds: readonly Round[]): Omit<Measured, 'checksum'> {
  const middle = (of: (round: Round) => number): number => median(rounds.map(of));
  const count = rounds[0]!.exchange.latenciesNs.length;
  const stores = Object.keys(STORES).map((name) => [name, middle((it) => it.stores[name]!)]);
  return {
    unit: 'commands/s',
    median: middle(({ exchange }) => count / exchange.seconds),
    ...percentiles(rounds.map(({ exchange }) => exchange)),
    against: 'write and fdatasync of the same frames, and nothing else',
    ratio: middle(({ raw, exchange }) => raw / exchange.seconds),
    details: {
      perFrame: middle(({ frames }) => count / frames),
      bytesPerFrame: middle(({ bytes, frames }) => bytes / frames),
      raw: middle(({ raw }) => count / raw),
      storageAlone: middle(({ raw, storage }) => raw / storage),
      ...Object.fromEntries(stores),
    },
  };
}
