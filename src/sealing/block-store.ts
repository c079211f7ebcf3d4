import { WattbookError } from '../core/errors.ts';

/**
 * Where the blocks of a chain are kept: entries as docs/format.md has them, without their lengths. Entry 0 is the genesis, entry n the
 * block of height n. There is nothing in it that the journal does not lead to again, but for the genesis.
 */
export interface BlockStore {
  /**
   * The entries from a number on, in order, up to the last one that is whole. MUST NOT give other bytes than those that were
   * appended.
   */
  read(from: number): AsyncIterable<Uint8Array>;
  /**
   * Adds entries, of which the first one gets the number `from`. MUST resolve once they are stored as durably as the store can.
   * MUST reject, and store none, where `from` is neither the number behind its last entry nor that of its last entry; in place of
   * that one come the new ones then.
   */
  append(entries: readonly Uint8Array[], from: number): Promise<void>;
  /** Puts the signed note of the head in the place of the one before. */
  publish(checkpoint: string): Promise<void>;
  /** The note that was published last. */
  published(): Promise<string | undefined>;
  /** Nothing follows. */
  close(): Promise<void>;
}

/** Blocks in memory, as durable as the process. */
export function memoryBlocks(): BlockStore {
  const kept: Uint8Array[] = [];
  let note: string | undefined;
  return {
    async *read(from) {
      for (let i = from; i < kept.length; i++) yield kept[i]!.slice();
    },
    append: async (entries, from) => {
      mustFollow(from, kept.length);
      kept.length = from;
      kept.push(...entries.map((entry) => entry.slice()));
    },
    publish: async (checkpoint) => {
      note = checkpoint;
    },
    published: async () => note,
    close: async () => {},
  };
}

/** Checks that entries go where the others end, or in place of the last one. @throws WattbookError BAD_CHAIN */
export function mustFollow(from: number, end: number): void {
  if (from === end || (from === end - 1 && from > 0)) return;
  throw new WattbookError('BAD_CHAIN', `blocks: entry ${from} does not follow on ${end} entries`);
}
