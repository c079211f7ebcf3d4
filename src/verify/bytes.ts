import { type AbortSignalLike, untilAborted } from '../core/abort.ts';

/** Bytes in pieces of any size. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const FIRST_CAPACITY = 1 << 16;
/** Most characters of an id, each of them a byte. */
export const ID_LENGTH = 64;

/** Whether two runs of bytes are the same. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Bytes as hex, for people. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A view of bytes, to read numbers from. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The i64 at an offset; NaN, which no comparison takes, where it is not safe. */
export function i64(view: DataView, at: number): number {
  const value = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
  return Number.isSafeInteger(value) ? value : NaN;
}

/** Characters of an id as docs/format.md has them; undefined where one of them is none. */
export function idOf(bytes: Uint8Array): string | undefined {
  if (bytes.length > ID_LENGTH) return undefined;
  const text = String.fromCharCode(...bytes);
  return /^[A-Za-z0-9._:/@+|-]*$/.test(text) ? text : undefined;
}

/** Items of an iterable one by one, ended when nobody wants more of them. */
export class Items {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  readonly #name: string;
  readonly #signal: AbortSignalLike | undefined;
  #isOver = false;

  /** @throws TypeError */
  constructor(items: Chunks, name: string, signal: AbortSignalLike | undefined) {
    const source = Object(items) as Chunks;
    if (Symbol.asyncIterator in source) this.#iterator = source[Symbol.asyncIterator]();
    else if (Symbol.iterator in source) this.#iterator = source[Symbol.iterator]();
    else throw new TypeError(`${name} must be an iterable of Uint8Arrays`);
    this.#name = name;
    this.#signal = signal;
  }

  /** The next one; undefined behind the last. @throws what the iterable throws, TypeError, the signal's reason */
  async next(): Promise<Uint8Array | undefined> {
    this.#signal?.throwIfAborted();
    if (this.#isOver) return undefined;
    const { done, value } = await untilAborted(
      Promise.resolve(this.#iterator.next()),
      this.#signal,
    );
    if (done === true) {
      this.#isOver = true;
      return undefined;
    }
    if (value instanceof Uint8Array) return value;
    throw new TypeError(`${this.#name} must give Uint8Arrays`);
  }

  /** Lets the source go. What it throws then says nothing about what was read. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      await this.#iterator.return?.();
    } catch {
      // Whatever was to be read from it has been.
    }
  }
}

/** Reads bytes that come in pieces of any size: each is copied once. */
export class ByteReader {
  /** Holds what is ready, from `at` on. */
  bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  view: DataView = viewOf(this.bytes);
  at = 0;
  /** How many bytes came before `at`. */
  offset = 0;
  #end = 0;
  readonly #items: Items;

  /** @throws TypeError */
  constructor(chunks: Chunks, name: string, signal?: AbortSignalLike) {
    this.#items = new Items(chunks, name, signal);
  }

  /** How many bytes can be read at once. */
  get ready(): number {
    return this.#end - this.at;
  }

  /** Waits for some bytes, or for the end. @returns how many are ready, at most as many as asked for */
  async fill(count: number): Promise<number> {
    while (this.ready < count) {
      const chunk = await this.#items.next();
      if (chunk === undefined) break;
      this.#append(chunk);
    }
    return Math.min(count, this.ready);
  }

  /** The next bytes, as a copy; fewer at the end. */
  async take(count: number): Promise<Uint8Array> {
    const found = await this.fill(count);
    const bytes = this.bytes.slice(this.at, this.at + found);
    this.skip(found);
    return bytes;
  }

  /** Goes on by some bytes that are ready. */
  skip(count: number): void {
    this.at += count;
    this.offset += count;
  }

  /** Reads some bytes without looking at them. @returns how many there were */
  async pass(count: number): Promise<number> {
    let left = count;
    while (left > 0 && (await this.fill(1)) > 0) {
      const some = Math.min(left, this.ready);
      this.skip(some);
      left -= some;
    }
    return count - left;
  }

  /** Lets the source go. */
  close(): Promise<void> {
    return this.#items.close();
  }

  #append(chunk: Uint8Array): void {
    const needed = this.ready + chunk.length;
    if (this.#end + chunk.length > this.bytes.length) {
      const capacity = this.bytes.length;
      // Moved only where as much room comes free as is moved: so each byte is moved but a few times.
      const room =
        needed <= capacity / 2 ? this.bytes : new Uint8Array(Math.max(needed, 2 * capacity));
      room.set(this.bytes.subarray(this.at, this.#end));
      [this.#end, this.at] = [this.ready, 0];
      if (room !== this.bytes) [this.bytes, this.view] = [room, viewOf(room)];
    }
    this.bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }
}
