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
   * MUST reject, and store none, where `from` is not the number behind its last entry.
   */
  append(entries: readonly Uint8Array[], from: number): Promise<void>;
  /** Forgets the last entry, which is damaged. MUST reject where it has another number. */
  drop(number: number): Promise<void>;
  /** Puts the signed note of the head in the place of the one before. */
  publish(checkpoint: string): Promise<void>;
  /** The note that was published last. */
  published(): Promise<string | undefined>;
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
      kept.push(...entries.map((entry) => entry.slice()));
    },
    drop: async (number) => {
      mustBeLast(number, kept.length);
      kept.pop();
    },
    publish: async (checkpoint) => {
      note = checkpoint;
    },
    published: async () => note,
  };
}

/** Checks that entries go where the others end. @throws WattbookError BAD_CHAIN */
export function mustFollow(from: number, end: number): void {
  if (from === end) return;
  throw new WattbookError('BAD_CHAIN', `blocks: entry ${from} does not follow on ${end} entries`);
}

/** Checks that an entry is the last one, and not the genesis. @throws WattbookError BAD_CHAIN */
export function mustBeLast(number: number, end: number): void {
  if (number === end - 1 && number > 0) return;
  throw new WattbookError('BAD_CHAIN', `blocks: entry ${number} is not the last of ${end} entries`);
}
