import type { StoredSnapshot } from '../storage/contract.ts';
import type { Place } from './place.ts';
import { Table } from './table.ts';
import { AGAIN, isDuplicateKey, untilKnown } from './faults.ts';
import { bytesOf } from './journal.ts';

/** A snapshot that is there whole: it is stored behind all its parts. */
interface Head {
  /** `EPOCH-NUMBER`. */
  readonly _id: string;
  /** Of its writer, and which of that writer's snapshots it is. */
  readonly epoch: number;
  readonly number: number;
  readonly sequence: number;
  readonly hash: Uint8Array;
  readonly size: number;
  readonly parts: number;
}

/** So many of its bytes. */
interface Part {
  /** `SNAPSHOT/N`, counted from 0. */
  readonly _id: string;
  readonly snapshot: string;
  readonly epoch: number;
  readonly bin: Uint8Array;
}

const KEPT = 2;
/** The latest first; of one sequence, the one that was saved last. */
const LATEST_FIRST = { sequence: -1, epoch: -1, number: -1 } as const;
/** Half of what a document may have. */
const PART_BYTES = 8 * 1024 * 1024;

/** States of the market, each in as many documents as it takes. */
export class Snapshots {
  readonly #heads: Table<Head>;
  readonly #parts: Table<Part>;
  readonly #timeoutMs: number;
  #saved = 0;

  constructor(place: Place) {
    this.#heads = new Table<Head>(place, 'snapshots');
    this.#parts = new Table<Part>(place, 'snapshot_parts');
    this.#timeoutMs = place.timeoutMs;
  }

  async createIndexes(): Promise<void> {
    await this.#heads.createIndex(LATEST_FIRST);
    await this.#parts.createIndex({ snapshot: 1 });
  }

  /** Stores a snapshot, and lets all go but the latest two. */
  async save({ sequence, hash, bytes }: StoredSnapshot, epoch: number): Promise<void> {
    const number = ++this.#saved;
    const _id = `${epoch}-${number}`;
    const parts = Math.ceil(bytes.length / PART_BYTES);
    for (let i = 0; i < parts; i++) {
      const bin = bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
      await this.#insert(this.#parts, { _id: `${_id}/${i}`, snapshot: _id, epoch, bin });
    }
    await this.#insert(this.#heads, {
      _id,
      epoch,
      number,
      sequence,
      hash,
      size: bytes.length,
      parts,
    });
    await this.#dropOld(epoch);
  }

  /** The latest of no later sequence that is there whole. */
  latest(notAfter: number | undefined): Promise<StoredSnapshot | undefined> {
    const filter = notAfter === undefined ? {} : { sequence: { $lte: notAfter } };
    return untilKnown('the latest snapshot', this.#timeoutMs, async () => {
      const heads = await this.#heads.findAll(filter, { sort: LATEST_FIRST });
      for (const head of heads) {
        const bytes = await this.#bytesOf(head);
        if (bytes !== undefined) {
          return { sequence: head.sequence, hash: bytesOf(head.hash), bytes };
        }
        // Gone, since a later one was saved meanwhile; or its parts are, since its writer was taken over before it had stored the head.
        if ((await this.#heads.findOne({ _id: head._id })) === null) return AGAIN;
      }
      return undefined;
    });
  }

  /** Undefined where a part is not there. */
  async #bytesOf({ _id, size, parts }: Head): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(size);
    for (let i = 0, at = 0; i < parts; i++) {
      const part = await this.#parts.findOne({ _id: `${_id}/${i}` });
      if (part === null) return undefined;
      bytes.set(part.bin, at);
      at += part.bin.length;
    }
    return bytes;
  }

  async #insert<T extends Head | Part>(table: Table<T>, document: T): Promise<void> {
    await untilKnown(`whether ${document._id} is stored`, this.#timeoutMs, async () => {
      try {
        // The name of a snapshot is given out once: what has it is this document.
        await table.insertOne(document);
      } catch (fault) {
        if (!isDuplicateKey(fault)) throw fault;
      }
    });
  }

  /**
   * Takes away what there are two later ones of, and what the dead have left over. By name, or of earlier writers: a delete may be carried out long after it was
   * sent, and must not take what was stored since.
   */
  async #dropOld(epoch: number): Promise<void> {
    await untilKnown('whether old snapshots are gone', this.#timeoutMs, async () => {
      const heads = await this.#heads.findAll({}, { sort: LATEST_FIRST });
      // Of a writer that has taken over meanwhile: what this one has stored may lack parts, and is no reason to drop any.
      if (heads.some((head) => head.epoch > epoch)) return;
      const names = heads.map(({ _id }) => _id);
      const gone = names.slice(KEPT);
      if (gone.length > 0) {
        await this.#heads.deleteMany({ _id: { $in: gone } });
        await this.#parts.deleteMany({ snapshot: { $in: gone } });
      }
      await this.#parts.deleteMany({ epoch: { $lt: epoch }, snapshot: { $nin: names } });
    });
  }
}
