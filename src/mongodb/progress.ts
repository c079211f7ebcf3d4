import { WattbookError } from '../core/errors.ts';
import type { JournalEnd } from '../storage/contract.ts';
import { NO_FRAME } from '../storage/frame.ts';
import type { Place } from './place.ts';
import { Table } from './table.ts';
import { isDuplicateKey } from './faults.ts';
import { bytesOf } from './journal.ts';

/** Up to where the read models have come: one document. */
interface ProgressDocument {
  readonly _id: 'applied';
  /** Last command that all documents have. */
  readonly sequence: number;
  /** SHA-256 of the frame that it ends, zeros before the first. */
  readonly hash: Uint8Array;
  /** Of the documents. */
  readonly schema: number;
  /** Counts up with each rebuild: who goes on from before one does not get further. */
  readonly generation: number;
  /** Whether documents are being taken away, before they are made anew. */
  readonly clearing: boolean;
}

/** Up to where the read models have come, and in which of their lives. */
export interface Progress extends JournalEnd {
  readonly generation: number;
  readonly clearing: boolean;
}

/** Of the documents that this release makes. */
const SCHEMA = 1;
const _id = 'applied';
const START: Progress = {
  sequence: 0,
  hash: new Uint8Array(NO_FRAME),
  generation: 1,
  clearing: false,
};

/** Keeps account of the last sequence that was applied. */
export class ProgressRecord {
  readonly #table: Table<ProgressDocument>;

  constructor(place: Place) {
    this.#table = new Table<ProgressDocument>(place, 'progress');
  }

  /** Where to go on: at 0 where there is nothing. @throws WattbookError STORAGE_MISMATCH for documents of another release */
  async read(): Promise<Progress> {
    const found = await this.#table.findOne({ _id });
    if (found === null) return { ...START };
    const { sequence, hash, schema, generation, clearing } = found;
    if (schema !== SCHEMA && !clearing) {
      const what = `the read models are of schema ${schema}, this release makes ${SCHEMA}`;
      throw new WattbookError('STORAGE_MISMATCH', `${what}: rebuild them`);
    }
    return { sequence, hash: bytesOf(hash), generation, clearing };
  }

  /** Sees to it that there is something to count on from. */
  async begin(): Promise<void> {
    try {
      await this.#table.insertOne({ _id, schema: SCHEMA, ...START });
    } catch (fault) {
      if (!isDuplicateKey(fault)) throw fault;
    }
  }

  /** Notes that all documents have what came up to an end. @throws WattbookError FENCED after a rebuild by another */
  async advance({ sequence, hash }: JournalEnd, generation: number): Promise<void> {
    const mine = { _id, generation } as const;
    const behind = { ...mine, sequence: { $lt: sequence } };
    const found = await this.#table.updateOne(behind, { $set: { sequence, hash } });
    // Another one may be ahead with the same documents.
    if (found > 0 || (await this.#table.findOne(mine)) !== null) return;
    throw new WattbookError('FENCED', 'the read models were rebuilt by another one meanwhile');
  }

  /** Begins another life, in which the documents of the one before are to be taken away. */
  async renew(): Promise<void> {
    await this.begin();
    const { generation } = (await this.#table.findOne({ _id }))!;
    // Not where another one has been quicker: that life is as good, and an answer that was lost is no second one.
    await this.#table.updateOne(
      { _id, generation },
      {
        $set: { ...START, schema: SCHEMA, generation: generation + 1, clearing: true },
      },
    );
  }

  /** Notes that the documents of the life before are gone. */
  async cleared(generation: number): Promise<void> {
    await this.#table.updateOne({ _id, generation }, { $set: { clearing: false } });
  }
}
