import { sha256 } from '@noble/hashes/sha2.js';
import { WattbookError } from '../src/core/errors.ts';
import {
  type ErrorCode,
  Exchange,
  type ExchangeOptions,
  type JournalEnd,
  memoryStorage,
  type StorageAdapter,
  type StoredSnapshot,
} from '../src/index.ts';
import {
  decodeFrame,
  DIGEST_SIZE,
  type Frame,
  NO_FRAME,
  recordStarts,
} from '../src/storage/frame.ts';
import { collected } from './collected.ts';
import { naiveCrc32c } from './naive-checksums.ts';
import { must } from './stage.ts';

/** An exchange whose clock stands still. */
export function opened(
  storage: StorageAdapter,
  options: Partial<ExchangeOptions> = {},
): Promise<Exchange> {
  return Exchange.open({
    storage,
    clock: () => 1_000,
    drawSalt: () => new Uint8Array(16),
    ...options,
  });
}

/** The market of `stage`, on a storage: in two frames and 9 commands. */
export async function stagedOn(
  storage: StorageAdapter,
  options: Partial<ExchangeOptions> = {},
): Promise<Exchange> {
  const exchange = await opened(storage, options);
  must(await exchange.listAsset({ id: 'kWh', decimals: 3 }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
  const requests = [
    exchange.listAsset({ id: 'EUR', decimals: 6 }),
    exchange.listProduct({ id: 'noon', ...grid }),
  ];
  for (const account of ['alice', 'bob']) {
    requests.push(exchange.openAccount({ id: account }));
    requests.push(exchange.deposit({ account, asset: 'kWh', amount: '1000' }));
    requests.push(exchange.deposit({ account, asset: 'EUR', amount: '1000' }));
  }
  for (const outcome of await Promise.all(requests)) must(outcome);
  return exchange;
}

/** The sequence that the market of `stagedOn` ends at. */
export const STAGED = 9;

/** A journal of four frames, with the state hash after each: two for the stage, an order, a trade. */
export async function journal(): Promise<{
  readonly storage: StorageAdapter;
  readonly frames: Uint8Array[];
  readonly hashes: string[];
}> {
  const storage = memoryStorage();
  const hashes: string[] = [];
  const exchange = await stagedOn(storage);
  for (const [account, side] of [['alice', 'buy'] as const, ['bob', 'sell'] as const]) {
    hashes.push(await hashOf(exchange));
    const order = { product: 'noon', quantityLots: 3, priceTicks: 5 };
    must(await exchange.submit({ ...order, account, side }));
  }
  hashes.push(await hashOf(exchange));
  await exchange.close();
  return { storage, frames: await framesOf(storage), hashes };
}

export function hashOf(exchange: Exchange): Promise<string> {
  return exchange.read((market) => market.stateHash(), { at: 'executed' });
}

export async function framesOf(storage: StorageAdapter, after = 0): Promise<Uint8Array[]> {
  return collected(storage.read(after));
}

/** Where the records of a frame stand. */
export function recordsOf(frame: Frame): { readonly at: number; readonly end: number }[] {
  const starts = [...recordStarts(frame)];
  return starts.slice(1).map((next, i) => ({ at: starts[i]!, end: next - DIGEST_SIZE }));
}

export const decoded = (bytes: Uint8Array): Frame => decodeFrame(bytes, sha256);

/** The end of a journal whose last frame this is. */
export function endAfter(bytes: Uint8Array | undefined): JournalEnd {
  if (bytes === undefined) return { sequence: 0, hash: NO_FRAME };
  const { lastSequence, hash } = decoded(bytes);
  return { sequence: lastSequence, hash };
}

/** A storage that holds these bytes, in order, and tells that the journal ends at `end`. */
export function holding(
  frames: readonly Uint8Array[],
  end: JournalEnd,
  snapshot?: StoredSnapshot,
): StorageAdapter {
  const nothing = async (): Promise<void> => {};
  return {
    supports: { level: 'executed' },
    open: async () => ({
      epoch: 1_000,
      end,
      append: () => Promise.reject(new Error('a journal to be read only')),
      saveSnapshot: nothing,
      close: nothing,
    }),
    async *read(after) {
      for (const bytes of frames) {
        // What cannot be read is given out, as an adapter that knows nothing of frames would.
        if (lastSequenceOf(bytes) > after) yield bytes;
      }
    },
    async *follow() {},
    latestSnapshot: async () => snapshot,
  };
}

function lastSequenceOf(bytes: Uint8Array): number {
  try {
    return decoded(bytes).lastSequence;
  } catch {
    return Infinity;
  }
}

/** The bytes with some of them changed. */
export function altered(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = new Uint8Array(bytes);
  change(new DataView(copy.buffer));
  return copy;
}

/** The frame with some bytes changed, and checksums that say that this is as it should be. */
export function forged(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  return altered(bytes, (view) => {
    change(view);
    const all = new Uint8Array(view.buffer);
    view.setUint32(64, naiveCrc32c(all.subarray(72, -4)));
    view.setUint32(68, naiveCrc32c(all.subarray(0, 68)));
  });
}

/** What a promise rejects with; fails if it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<WattbookError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof WattbookError) return error;
    throw new Error(`rejected with no WattbookError: ${String(error)}`, { cause: error });
  }
  throw new Error('was not rejected');
}

export async function codeOfRejection(promise: Promise<unknown>): Promise<ErrorCode> {
  return (await rejectionOf(promise)).code;
}
