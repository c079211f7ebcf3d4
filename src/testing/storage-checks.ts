import { shown } from '../core/decimal.ts';
import { sha256 } from '../core/sha256.ts';
import type { JournalEnd, JournalWriter, StorageAdapter } from '../storage/contract.ts';
import { encodeFrame, type Frame, NO_FRAME } from '../storage/frame.ts';

/** The end of a journal without frames. */
export const NOWHERE: JournalEnd = { sequence: 0, hash: NO_FRAME };

/** Fails a case. */
export function fail(what: string): never {
  throw new Error(what);
}

/** Fails unless two values are the same in all their parts; bytes are compared one by one. */
export function mustEqual(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [textOf(found), textOf(expected)];
  if (a !== b) fail(`${what}: found ${shortened(a)}, expected ${shortened(b)}`);
}

export function mustBe(isSo: boolean, what: string): void {
  if (!isSo) fail(what);
}

/** What a promise is rejected with; fails if it resolves. */
export async function rejectionOf(promise: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await promise;
  } catch (fault) {
    return fault;
  }
  return fail(`${what} resolved`);
}

export async function mustReject(
  promise: Promise<unknown>,
  code: string,
  what: string,
): Promise<void> {
  const fault = await rejectionOf(promise, what);
  mustEqual((fault as { readonly code?: unknown }).code, code, `code of what ${what} rejects with`);
}

/** What a promise resolves to; fails if that takes too long. */
export async function soon<T>(promise: Promise<T>, what: string, patienceMs = 5_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took over ${patienceMs} ms`)), patienceMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A frame of `count` commands behind an end; to a storage it is nothing but bytes with a place. */
export function frameBehind({ sequence, hash }: JournalEnd, count: number, epoch: number): Frame {
  const body = Uint8Array.from({ length: 40 * count }, (_, i) => (sequence + i) & 0xff);
  return encodeFrame(body, count, sequence + 1, epoch, hash, sha256);
}

/** Appends frames of so many commands each. */
export async function appended(
  writer: JournalWriter,
  from: JournalEnd,
  ...counts: readonly number[]
): Promise<{ readonly frames: readonly Frame[]; readonly end: JournalEnd }> {
  const frames: Frame[] = [];
  let end = from;
  for (const count of counts) {
    const frame = frameBehind(end, count, writer.epoch);
    end = await writer.append(frame);
    frames.push(frame);
  }
  return { frames, end };
}

export const bytesOf = (frames: readonly Frame[]): Uint8Array[] => frames.map(({ bytes }) => bytes);

export const openOn = (storage: StorageAdapter): Promise<JournalWriter> =>
  storage.open({ takeOver: false });

export const takeOver = (storage: StorageAdapter): Promise<JournalWriter> =>
  storage.open({ takeOver: true });

function textOf(value: unknown): string {
  // Asked of the holder: a Buffer has become something else by the time that it is passed.
  const text = JSON.stringify(
    value,
    function (this: Readonly<Record<string, unknown>>, key, part: unknown) {
      const raw = this[key];
      return raw instanceof Uint8Array ? `bytes ${raw.join(' ')}` : part;
    },
  );
  return text ?? shown(value);
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}... (${text.length} characters)`;
}
