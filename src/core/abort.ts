import { shown } from './decimal.ts';

/** What is used of an `AbortSignal`, so that the declarations need neither the DOM's nor Node's. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  /** Throws `reason` if the signal has aborted. */
  throwIfAborted(): void;
  /** Calls the listener once the signal aborts. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Takes a listener back. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Checks a signal, if there is one. @throws TypeError */
export function signalArgument(signal: unknown): void {
  if (signal === undefined) return;
  const { aborted, throwIfAborted, addEventListener, removeEventListener } = Object(
    signal,
  ) as Partial<AbortSignalLike>;
  const functions = [throwIfAborted, addEventListener, removeEventListener];
  if (typeof aborted === 'boolean' && functions.every((each) => typeof each === 'function')) return;
  throw new TypeError(`signal must be an AbortSignal, got ${shown(signal)}`);
}

/**
 * Waits for a promise, but no longer than until the signal aborts. What the promise comes to after that
 * is nobody's business, a rejection included.
 * @throws the signal's reason
 */
export function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignalLike | undefined,
): Promise<T> {
  return signal === undefined ? promise : raced(promise, signal);
}

async function raced<T>(promise: Promise<T>, signal: AbortSignalLike): Promise<T> {
  let aborted!: () => void;
  const abort = new Promise<never>((_, reject) => {
    aborted = () => reject(signal.reason);
  });
  const first = Promise.race([abort, promise]);
  // The signal is somebody else's code: should it throw, nobody waits for this any more.
  first.catch(() => {});
  try {
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted);
    return await first;
  } finally {
    signal.removeEventListener('abort', aborted);
  }
}
