import { WattbookError } from '../core/errors.ts';

/** What a driver's error says of itself; its classes are not asked, since they are those of the user's copy of the driver. */
interface DriverFault {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly hasErrorLabel?: (label: string) => boolean;
  /** Of a bulk that went wrong as a whole, why. */
  readonly errorResponse?: unknown;
}

const DUPLICATE_KEY = 11_000;
/** Errors after which nobody knows what became of a write, and after which another attempt may find out. */
const PASSING_NAMES: ReadonlySet<unknown> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoOperationTimeoutError',
  'MongoPoolClearedError',
  'MongoServerSelectionError',
  'MongoWaitQueueTimeoutError',
  'MongoWriteConcernError',
]);
/**
 * The same as codes of the server: it steps down, shuts down, is no primary, or ran out of time. Source: the state change errors and
 * retryable errors of MongoDB's specifications for drivers.
 */
const PASSING_CODES: ReadonlySet<unknown> = new Set([
  6, 7, 43, 50, 64, 89, 91, 134, 189, 202, 237, 262, 9001, 10_058, 10_107, 11_600, 11_602, 13_435,
  13_436,
]);

/** The same as codes of the system: version 7.9 of the driver lets some of them through as they are. */
const PASSING_SYSTEM_CODES: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/** Of this library: an attempt had no answer. */
const NO_ANSWER = 'STORAGE_TIMEOUT';

/** Whether a unique index refused a document. */
export function isDuplicateKey(fault: unknown): boolean {
  return (Object(fault) as DriverFault).code === DUPLICATE_KEY;
}

/** Whether a fault leaves open what became of a call, and may be gone at the next attempt. */
export function isPassing(fault: unknown): boolean {
  const { name, code, hasErrorLabel, errorResponse } = Object(fault) as DriverFault;
  if (PASSING_NAMES.has(name) || PASSING_CODES.has(code)) return true;
  if (PASSING_SYSTEM_CODES.has(code) || code === NO_ANSWER) return true;
  if (errorResponse !== undefined && isPassing(errorResponse)) return true;
  return typeof hasErrorLabel === 'function' && hasErrorLabel.call(fault, 'RetryableWriteError');
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Says that the server did not answer in time: nobody knows what became of the call. */
export function noAnswer(limitMs: number): WattbookError {
  return new WattbookError(NO_ANSWER, `no answer from the server within ${limitMs} ms`);
}

/** What an attempt tells that has come to nothing, and may come to something the next time. */
export const AGAIN: unique symbol = Symbol('again');

/**
 * Tries until an attempt tells something, with growing pauses, and for as long as only passing faults come in between.
 * @returns what it told
 * @throws WattbookError STORAGE_FAILED with the fault as cause where one does not pass, or once the time is up; what is one already, TypeError and
 *   RangeError as they are
 */
export async function untilKnown<T>(
  what: string,
  limitMs: number,
  attempt: () => Promise<T | typeof AGAIN>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  let cause: unknown;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      const found = await attempt();
      if (found !== AGAIN) return found;
    } catch (fault) {
      // After a server that was never reached the driver closes itself, which is not what went wrong.
      if (cause !== undefined && isClosed(fault)) throw failed(what, cause);
      if (!isPassing(fault)) throw failed(what, fault);
      cause = fault;
    }
    if (performance.now() + pauseMs > deadline) throw failed(what, cause, limitMs);
    await pause(pauseMs);
  }
}

/** A fault with a code and what it was about, if it is none yet. */
function failed(what: string, cause: unknown, limitMs?: number): unknown {
  if (limitMs === undefined && isOurs(cause)) return cause;
  const time = limitMs === undefined ? '' : ` after ${limitMs} ms`;
  const why = cause === undefined ? '' : `: ${String(cause)}`;
  return new WattbookError('STORAGE_FAILED', `${what} is not known${time}${why}`, { cause });
}

function isOurs(fault: unknown): boolean {
  return [WattbookError, TypeError, RangeError].some((each) => fault instanceof each);
}

function isClosed(fault: unknown): boolean {
  return (Object(fault) as DriverFault).name === 'MongoTopologyClosedError';
}
