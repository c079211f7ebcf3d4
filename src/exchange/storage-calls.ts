import { bytesToHex } from '@noble/hashes/utils.js';
import { WattbookError } from '../core/errors.ts';
import type {
  JournalEnd,
  JournalWriter,
  StorageAdapter,
  StoredSnapshot,
} from '../storage/contract.ts';
import { decodeFrame, NO_FRAME, sameBytes, type Sha256 } from '../storage/frame.ts';

/**
 * Waits for a storage, which may reject, throw or hang.
 * @throws WattbookError STORAGE_TIMEOUT; STORAGE_FAILED with the cause; a WattbookError of the adapter as it is
 */
export async function storageCall<T>(
  what: string,
  timeoutMs: number,
  call: () => Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new WattbookError('STORAGE_TIMEOUT', `storage: ${what} took over ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([call(), timeout]);
  } catch (cause) {
    if (cause instanceof WattbookError) throw cause;
    throw new WattbookError('STORAGE_FAILED', `storage: ${what} failed: ${reason(cause)}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Each of what a storage gives, waiting for it as `storageCall` does. */
export async function* storageItems<T>(
  what: string,
  timeoutMs: number,
  items: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const iterator = await storageCall(what, timeoutMs, async () => items()[Symbol.asyncIterator]());
  let done = false;
  try {
    for (;;) {
      const item = await storageCall(what, timeoutMs, () => iterator.next());
      done = item.done === true;
      if (done) return;
      yield item.value;
    }
  } finally {
    // Not waited for: a storage that hangs would hang here too.
    if (!done) iterator.return?.().catch(() => {});
  }
}

/** Checks that a storage told an end, and no other than expected. @throws WattbookError STORAGE_MISMATCH */
export function checkEnd(end: JournalEnd, expected: JournalEnd, when: string): void {
  const told = typeof end === 'object' && end !== null && end.hash instanceof Uint8Array;
  if (told && end.sequence === expected.sequence && sameBytes(end.hash, expected.hash)) return;
  const where = told ? `at ${end.sequence} with ${hex(end.hash)}` : 'nowhere';
  const should = `${expected.sequence} with ${hex(expected.hash)}`;
  storageMismatch(`${when} the journal ends ${where}, not at ${should}`);
}

function hex(hash: Uint8Array): string {
  return bytesToHex(hash.subarray(0, 4));
}

/** Stores a snapshot, and reads it back. */
export async function saveSnapshot(
  storage: StorageAdapter,
  writer: JournalWriter,
  snapshot: StoredSnapshot,
  timeoutMs: number,
): Promise<void> {
  await storageCall('saveSnapshot', timeoutMs, () => writer.saveSnapshot(snapshot));
  const back = await storageCall('latestSnapshot', timeoutMs, () => storage.latestSnapshot());
  const same = back?.bytes instanceof Uint8Array && sameBytes(back.bytes, snapshot.bytes);
  if (!same)
    storageMismatch(`the snapshot of ${snapshot.sequence} is not there after it was saved`);
}

/** Reads the last frame of the journal back: it is there, as it was stored. */
export async function readBackEnd(
  storage: StorageAdapter,
  end: JournalEnd,
  sha256: Sha256,
  timeoutMs: number,
): Promise<void> {
  let found: JournalEnd = { sequence: 0, hash: NO_FRAME };
  const frames = storageItems('read', timeoutMs, () => storage.read(Math.max(0, end.sequence - 1)));
  for await (const bytes of frames) {
    const { lastSequence, hash } = decodeFrame(bytes, sha256);
    found = { sequence: lastSequence, hash };
  }
  checkEnd(found, end, 'when closed');
}

/** Stops: what the storage says does not fit what it was given. */
export function storageMismatch(what: string): never {
  throw new WattbookError('STORAGE_MISMATCH', `storage: ${what}`);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
