import type { AbortSignalLike } from '../core/abort.ts';
import { WattbookError } from '../core/errors.ts';
import type { JournalEnd, JournalWriter, StorageAdapter, StoredSnapshot } from './contract.ts';
import { type Frame, NO_FRAME } from './frame.ts';

/**
 * A journal in memory, for tests, simulations and browsers: gone with the process. It stores the same
 * frames as other adapters; an exchange that is opened on it again goes on where the last one ended.
 */
export function memoryStorage(): StorageAdapter {
  return new MemoryStorage();
}

class MemoryStorage implements StorageAdapter {
  readonly supports = { level: 'executed' } as const;
  readonly #frames: Frame[] = [];
  readonly #snapshots: StoredSnapshot[] = [];
  #epoch = 0;
  #inUse = false;
  /** Called at the next append. */
  #wake: (() => void)[] = [];

  async open({ takeOver }: { readonly takeOver: boolean }): Promise<JournalWriter> {
    if (this.#inUse && !takeOver) {
      throw new WattbookError('STORAGE_IN_USE', 'another exchange writes to this storage');
    }
    this.#inUse = true;
    const epoch = ++this.#epoch;
    const mustBeLatest = (): void => {
      if (epoch === this.#epoch && this.#inUse) return;
      throw new WattbookError('FENCED', `writer ${epoch} may not write any more`);
    };
    return {
      epoch,
      end: this.#end(),
      append: async (frame) => {
        mustBeLatest();
        this.#frames.push(frame);
        for (const wake of this.#wake.splice(0)) wake();
        return this.#end();
      },
      saveSnapshot: async (snapshot) => {
        mustBeLatest();
        this.#snapshots.push({ ...snapshot, bytes: new Uint8Array(snapshot.bytes) });
        this.#snapshots.splice(0, this.#snapshots.length - 2);
      },
      close: async () => {
        if (epoch === this.#epoch) this.#inUse = false;
      },
    };
  }

  async *read(afterSequence: number): AsyncGenerator<Uint8Array> {
    for (let i = this.#indexAfter(afterSequence); i < this.#frames.length; i++) {
      yield this.#frames[i]!.bytes.slice();
    }
  }

  async *follow(afterSequence: number, signal: AbortSignalLike): AsyncGenerator<Uint8Array> {
    let i = this.#indexAfter(afterSequence);
    while (!signal.aborted) {
      if (i < this.#frames.length) {
        yield this.#frames[i++]!.bytes.slice();
        continue;
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake.push(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  async latestSnapshot(): Promise<StoredSnapshot | undefined> {
    return this.#snapshots.at(-1);
  }

  #end(): JournalEnd {
    const last = this.#frames.at(-1);
    return { sequence: last?.lastSequence ?? 0, hash: last?.hash ?? NO_FRAME };
  }

  /** Index of the first frame with a command after a sequence; the frames are in order of sequence. */
  #indexAfter(sequence: number): number {
    let [low, high] = [0, this.#frames.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#frames[middle]!.lastSequence > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
