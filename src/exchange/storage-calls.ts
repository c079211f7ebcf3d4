import { bytesToHex } from '@noble/hashes/utils.js';
import type { AbortSignalLike } from '../core/abort.ts';
import { sameBytes } from '../core/bytes.ts';
import { shown } from '../core/decimal.ts';
import { WattbookError } from '../core/errors.ts';
import { RULES_VERSION } from '../core/rules.ts';
import type {
  JournalEnd,
  JournalWriter,
  StorageAdapter,
  StoredSnapshot,
} from '../storage/contract.ts';
import { decodeFrame, type Frame, NO_FRAME, type Sha256 } from '../storage/frame.ts';

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

/** Becomes the writer of a storage. @throws as `storageCall`, and WattbookError STORAGE_MISMATCH */
export async function openWriter(
  storage: StorageAdapter,
  takeOver: boolean,
  timeoutMs: number,
): Promise<JournalWriter> {
  const opening = (async () => storage.open({ takeOver }))();
  try {
    const writer = await storageCall('open', timeoutMs, () => opening);
    checkWriter(writer);
    return writer;
  } catch (fault) {
    // A right to write that comes too late is given back.
    opening.then((late) => late.close()).catch(() => {});
    throw fault;
  }
}

/** Each of what a storage gives, waiting for it as `storageCall` does. */
async function* storageItems<T>(
  what: string,
  timeoutMs: number,
  items: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const iterator = await storageCall(what, timeoutMs, async () => {
    const given = items();
    const { [Symbol.asyncIterator]: iterate } = Object(given) as Partial<AsyncIterable<T>>;
    if (typeof iterate === 'function') return iterate.call(given);
    return storageMismatch(`${what}() must give an async iterable, gave ${shown(given)}`);
  });
  let done = false;
  try {
    for (;;) {
      const item = await storageCall(what, timeoutMs, () => iterator.next());
      if (typeof item !== 'object' || item === null) storageMismatch(`${what} gave no item`);
      done = item.done === true;
      if (done) return;
      yield item.value;
    }
  } finally {
    // Not waited for: a storage that hangs would hang here too.
    if (!done) (async () => iterator.return?.())().catch(() => {});
  }
}

/**
 * The frames behind a place in the journal, each of which follows on the one before. A storage may
 * begin with the frame that ends at that place; it is asked for, since it tells by which rules the place was reached.
 * @param signal follows the journal until it aborts, waiting as long as it takes; without one the end of now is the end
 * @throws WattbookError BAD_FRAME, OTHER_RULES and those of `storageCall`
 */
export async function* framesAfter(
  place: JournalEnd,
  storage: StorageAdapter,
  sha256: Sha256,
  timeoutMs: number,
  signal?: AbortSignalLike,
): AsyncGenerator<Frame> {
  let before: JournalEnd | undefined;
  let epoch = 1;
  const after = Math.max(0, place.sequence - 1);
  const items =
    signal === undefined
      ? storageItems('read', timeoutMs, () => storage.read(after))
      : storage.follow(after, signal);
  for await (const bytes of items) {
    const frame = decodeFrame(bytes, sha256);
    const end = endOf(frame);
    const isPlace = before === undefined && isSameEnd(end, place);
    before ??= place;
    const follows =
      frame.firstSequence === before.sequence + 1 &&
      sameBytes(frame.previousHash, before.hash) &&
      frame.epoch >= epoch;
    if (!follows && !isPlace) {
      const what = `frame from ${frame.firstSequence} on, of epoch ${frame.epoch}`;
      throw new WattbookError('BAD_FRAME', `${what}, does not follow on ${before.sequence}`);
    }
    mustBeOfTheseRules(frame);
    before = end;
    epoch = frame.epoch;
    if (!isPlace) yield frame;
  }
}

function mustBeOfTheseRules({ rulesVersion, firstSequence }: Frame): void {
  if (rulesVersion === RULES_VERSION) return;
  const what = `frame from ${firstSequence} on was written by rules ${rulesVersion}`;
  throw new WattbookError('OTHER_RULES', `${what}, this release has rules ${RULES_VERSION}`);
}

/** Where a journal ends whose last frame this is. */
export function endOf({ lastSequence, hash }: Frame): JournalEnd {
  return { sequence: lastSequence, hash };
}

const WRITER_CALLS = ['append', 'saveSnapshot', 'close'] as const;

/** Checks that opening a storage gave the right to write. @throws WattbookError STORAGE_MISMATCH */
function checkWriter(writer: JournalWriter): void {
  const given = Object(writer) as Partial<JournalWriter>;
  const { epoch = 0, end } = given;
  const missing: string[] = WRITER_CALLS.filter((call) => typeof given[call] !== 'function');
  if (!Number.isSafeInteger(epoch) || epoch < 1) missing.push('an epoch from 1 upward');
  if (!isEnd(end)) missing.push('an end');
  if (missing.length === 0) return;
  storageMismatch(`open() must give a writer, gave ${shown(writer)} without ${missing.join(', ')}`);
}

/** Checks that a storage told an end, and no other than expected. @throws WattbookError STORAGE_MISMATCH */
export function checkEnd(end: JournalEnd, expected: JournalEnd, when: string): void {
  if (isEnd(end) && isSameEnd(end, expected)) return;
  const where = isEnd(end) ? `at ${endText(end)}` : 'nowhere';
  storageMismatch(`${when} the journal ends ${where}, not at ${endText(expected)}`);
}

/** Checks that a storage gave a snapshot, or none. @throws WattbookError STORAGE_MISMATCH */
export function checkSnapshot(snapshot: StoredSnapshot | undefined): void {
  if (snapshot === undefined) return;
  if (isEnd(snapshot) && snapshot.bytes instanceof Uint8Array) return;
  storageMismatch('gave something that is no snapshot');
}

function isEnd(value: JournalEnd | undefined): value is JournalEnd {
  if (typeof value !== 'object' || value === null) return false;
  const { sequence, hash } = value;
  return Number.isSafeInteger(sequence) && hash instanceof Uint8Array;
}

function isSameEnd(a: JournalEnd, b: JournalEnd): boolean {
  return a.sequence === b.sequence && sameBytes(a.hash, b.hash);
}

function endText({ sequence, hash }: JournalEnd): string {
  return `${sequence} with ${bytesToHex(hash.subarray(0, 4))}`;
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
  checkSnapshot(back);
  const same =
    back !== undefined && isSameEnd(back, snapshot) && sameBytes(back.bytes, snapshot.bytes);
  // A later one is of a later writer.
  if (!same && !(back !== undefined && back.sequence > snapshot.sequence)) {
    storageMismatch(`the snapshot of ${snapshot.sequence} is not there after it was saved`);
  }
}

/**
 * Reads the last frame that was written back: it is there, as it was stored. What a later writer has
 * put behind it is that one's business.
 */
export async function readBackEnd(
  storage: StorageAdapter,
  end: JournalEnd,
  sha256: Sha256,
  timeoutMs: number,
): Promise<void> {
  if (end.sequence === 0) return;
  let found: JournalEnd = { sequence: 0, hash: NO_FRAME };
  const frames = storageItems('read', timeoutMs, () => storage.read(end.sequence - 1));
  try {
    for await (const bytes of frames) {
      found = endOf(decodeFrame(bytes, sha256));
      if (found.sequence >= end.sequence) break;
    }
  } catch (fault) {
    // A later writer has dropped it, and had read it before.
    if (fault instanceof WattbookError && fault.code === 'NOT_KEPT') return;
    throw fault;
  }
  checkEnd(found, end, 'when closed');
}

/** Stops: what the storage says does not fit what it was given. */
export function storageMismatch(what: string): never {
  throw new WattbookError('STORAGE_MISMATCH', `storage: ${what}`);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : shown(cause);
}
