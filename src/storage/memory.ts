import type { AbortSignalLike } from '../core/abort.ts';
import { WattbookError } from '../core/errors.ts';
import { adapterOf } from './adapter.ts';
import { frameArgument, snapshotArgument } from './checks.ts';
import type { JournalEnd, JournalWriter, StorageAdapter, StoredSnapshot } from './contract.ts';
import { type Frame, NO_FRAME } from './frame.ts';

/**
 * A journal in memory, for tests, simulations and browsers: gone with the process. It stores the same
 * frames as other adapters; an exchange that is opened on it again goes on where the last one ended.
 * Misuse of it and of its writer throws, or rejects with, TypeError or RangeError.
 */
export function memoryStorage(): StorageAdapter {
  return adapterOf('executed', new MemoryJournal());
}

class MemoryJournal {
  readonly #frames: Frame[] = [];
  #snapshots: readonly StoredSnapshot[] = [];
  #epoch = 0;
  #inUse = false;
  /** Called at the next append. */
  readonly #waiting = new Set<() => void>();

  open(takeOver: boolean): JournalWriter {
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
        frameArgument(frame);
        mustBeLatest();
        this.#frames.push(frame);
        for (const wake of this.#waiting) wake();
        return this.#end();
      },
      saveSnapshot: async (snapshot) => {
        snapshotArgument(snapshot);
        mustBeLatest();
        const others = this.#snapshots.filter(({ sequence }) => sequence !== snapshot.sequence);
        const all = [...others, copyOf(snapshot)].sort((a, b) => a.sequence - b.sequence);
        this.#snapshots = all.slice(-2);
      },
      close: async () => {
        if (epoch === this.#epoch) this.#inUse = false;
      },
    };
  }

  async *read(afterSequence: number): AsyncGenerator<Uint8Array> {
    const { length } = this.#frames;
    for (let i = this.#indexAfter(afterSequence); i < length; i++) {
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
      let wake!: () => void;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      // The signal is somebody else's code: what it throws is for this reader and not for who appends.
      signal.addEventListener('abort', wake);
      this.#waiting.add(wake);
      await woken;
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }

  latestSnapshot(notAfter = Infinity): StoredSnapshot | undefined {
    const latest = this.#snapshots.filter(({ sequence }) => sequence <= notAfter).at(-1);
    return latest && copyOf(latest);
  }

  #end(): JournalEnd {
    const last = this.#frames.at(-1);
    return { sequence: last?.lastSequence ?? 0, hash: new Uint8Array(last?.hash ?? NO_FRAME) };
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

/** What is given out and taken in is copied, so that nobody changes what is stored. */
function copyOf({ sequence, hash, bytes }: StoredSnapshot): StoredSnapshot {
  return { sequence, hash: new Uint8Array(hash), bytes: new Uint8Array(bytes) };
}
