import { type AbortSignalLike, signalArgument } from '../core/abort.ts';
import { openArgument, sequenceArgument } from './checks.ts';
import type { JournalWriter, StorageAdapter, StorageLevel, StoredSnapshot } from './contract.ts';

/** A journal whose arguments have been checked. */
export interface Journal {
  open(takeOver: boolean): JournalWriter | Promise<JournalWriter>;
  read(afterSequence: number): AsyncIterable<Uint8Array>;
  follow(afterSequence: number, signal: AbortSignalLike): AsyncIterable<Uint8Array>;
  latestSnapshot(
    notAfter?: number,
  ): StoredSnapshot | undefined | Promise<StoredSnapshot | undefined>;
}

/** A storage that checks what it is given. Its methods are its own: who wraps an adapter may spread it. */
export function adapterOf(level: StorageLevel, journal: Journal): StorageAdapter {
  return {
    supports: { level },
    open: async (options) => {
      openArgument(options);
      return journal.open(options.takeOver);
    },
    read: (afterSequence) => {
      sequenceArgument(afterSequence, 'afterSequence');
      return journal.read(afterSequence);
    },
    follow: (afterSequence, signal) => {
      sequenceArgument(afterSequence, 'afterSequence');
      if (signal === undefined) throw new TypeError('signal is missing');
      signalArgument(signal);
      return journal.follow(afterSequence, signal);
    },
    latestSnapshot: async (notAfter) => journal.latestSnapshot(notAfter),
  };
}
