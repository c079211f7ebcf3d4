import type {
  AbortSignalLike,
  Frame,
  JournalWriter,
  StorageAdapter,
  StorageLevel,
  StoredSnapshot,
} from '../src/index.ts';

/** Calls that a storage can be told to do otherwise. */
export type StorageCall = 'open' | 'append' | 'saveSnapshot' | 'latestSnapshot' | 'close' | 'read';
/** What to do instead of a call; `ordinary` does the call. */
export type Deed = (ordinary: () => unknown) => unknown;

/** A storage that does what another does, but for the calls that it is told to do otherwise. */
export class MisbehavingStorage implements StorageAdapter {
  readonly supports: { readonly level: StorageLevel };
  /** What is done instead, from now on; writers that are open follow it too. */
  readonly instead: { [C in StorageCall]?: Deed } = {};
  /** Every call that was made. */
  readonly calls: StorageCall[] = [];
  /** Every frame that was to be appended. */
  readonly appended: Frame[] = [];
  readonly #inner: StorageAdapter;

  constructor(inner: StorageAdapter) {
    this.#inner = inner;
    this.supports = inner.supports;
  }

  open(options: { readonly takeOver: boolean }): Promise<JournalWriter> {
    return this.#call('open', async () => {
      const writer = await this.#inner.open(options);
      return {
        epoch: writer.epoch,
        end: writer.end,
        append: (frame: Frame) => {
          this.appended.push(frame);
          return this.#call('append', () => writer.append(frame));
        },
        saveSnapshot: (snapshot: StoredSnapshot) =>
          this.#call('saveSnapshot', () => writer.saveSnapshot(snapshot)),
        close: () => this.#call('close', () => writer.close()),
      };
    });
  }

  read(afterSequence: number): AsyncIterable<Uint8Array> {
    return this.#call('read', () => this.#inner.read(afterSequence));
  }

  follow(afterSequence: number, signal: AbortSignalLike): AsyncIterable<Uint8Array> {
    return this.#inner.follow(afterSequence, signal);
  }

  latestSnapshot(): Promise<StoredSnapshot | undefined> {
    return this.#call('latestSnapshot', () => this.#inner.latestSnapshot());
  }

  #call<T>(call: StorageCall, ordinary: () => T): T {
    this.calls.push(call);
    return (this.instead[call] ?? ((does: () => unknown) => does()))(ordinary) as T;
  }
}

export const throws =
  (cause: unknown): Deed =>
  () => {
    throw cause;
  };
export const rejects =
  (cause: unknown): Deed =>
  () =>
    Promise.reject(cause);
export const hangs: Deed = () => new Promise(() => {});
/** Resolves without having done anything. */
export const resolves =
  (value: unknown): Deed =>
  async () =>
    value;
/** Does it, and answers something else. */
export const answers =
  (change: (answer: unknown) => unknown): Deed =>
  async (ordinary) =>
    change(await ordinary());

/** A read whose iterator does this when it is asked for the next frame. */
export const iterates =
  (next: Deed): Deed =>
  () => ({ [Symbol.asyncIterator]: () => ({ next }) });
/** A read that gives these. */
export const gives = (...items: readonly unknown[]): Deed =>
  async function* () {
    yield* items;
  };

/** Calls that wait until they are let go. */
export class Held {
  /** Those that wait, oldest first. */
  readonly waiting: (() => void)[] = [];
  readonly deed: Deed = (ordinary) =>
    new Promise((resolve, reject) => {
      this.waiting.push(() => {
        Promise.resolve(ordinary()).then(resolve, reject);
      });
    });

  /** Lets the oldest go; fails if there is none. */
  release(): Promise<void> {
    const oldest = this.waiting.shift();
    if (oldest === undefined) throw new Error('nothing waits');
    oldest();
    return turn();
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
