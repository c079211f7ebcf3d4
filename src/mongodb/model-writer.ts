import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { Place } from './place.ts';
import { type Change, type CollectionName, COLLECTIONS, mergedChanges } from './documents.ts';
import { isDuplicateKey, untilKnown } from './faults.ts';
import { tablesOf, INDEXES } from './queries.ts';
import type { Table } from './table.ts';

type Operation = AnyBulkWriteOperation<Document>;

/** So many documents go to the server at once. */
const BULK = 100;
/** A bulk may take as long as a whole call of another kind, and be sent again as often as those. */
const TRIES = 4;
/** A field that a document has from its first change on, and that no later one sets. Left out: every change has all fields. */
const FIRST_FIELD: Partial<Record<CollectionName, string>> = {
  users: 'openedAt',
  products: 'listedAt',
  orders: 'acceptedAt',
  trades: 'time',
};

/** Writes changes to their documents, each of which takes none that is older than what it has. */
export class ModelWriter {
  readonly #tables: Readonly<Record<CollectionName, Table<Document>>>;

  readonly #timeoutMs: number;

  constructor(place: Place) {
    this.#timeoutMs = place.timeoutMs;
    this.#tables = tablesOf(place) as unknown as Record<CollectionName, Table<Document>>;
  }

  async createIndexes(): Promise<void> {
    for (const name of COLLECTIONS) {
      for (const index of INDEXES[name]) await this.#tables[name].createIndex(index);
    }
  }

  /** Writes them all. May be done twice, and by two at once. */
  async write(changes: readonly Change[]): Promise<void> {
    const merged = mergedChanges(changes);
    for (const name of COLLECTIONS) {
      const each = merged.filter(({ collection }) => collection === name);
      for (let at = 0; at < each.length; at += BULK) {
        const bulk = each.slice(at, at + BULK);
        await untilKnown(`what became of ${name}`, TRIES * this.#timeoutMs, async () => {
          await this.#bulk(name, bulk);
          return true;
        });
      }
    }
  }

  /** Takes all documents away. */
  async clear(): Promise<void> {
    for (const name of COLLECTIONS) {
      await untilKnown(`whether ${name} are gone`, this.#timeoutMs, async () => {
        await this.#tables[name].deleteMany({});
        return true;
      });
    }
  }

  async #bulk(name: CollectionName, changes: readonly Change[]): Promise<void> {
    const table = this.#tables[name];
    try {
      await table.bulkWrite(changes.map((change) => operationOf(change, isFirst(change))));
    } catch (fault) {
      const refused = refusedIn(fault);
      if (refused === undefined) throw fault;
      // They are there: as of later than the change, or made by somebody else in this moment. The guard tells which.
      const again = refused.map((i) => operationOf(changes[i]!, false));
      await table.bulkWrite(again);
    }
  }
}

/**
 * Only a first change makes a document: another one whose document is gone comes from before a rebuild, and would make a part of one.
 */
function operationOf({ id, fields, seq }: Change, upsert: boolean): Operation {
  const filter = { _id: id, seq: { $lt: seq } } as Document;
  return { updateOne: { filter, update: { $set: { ...fields, seq } }, upsert } };
}

function isFirst({ collection, fields }: Change): boolean {
  const first = FIRST_FIELD[collection];
  return first === undefined || first in fields;
}

/** Which operations of a bulk were refused since their documents are there; undefined where anything else was wrong too. */
function refusedIn(fault: unknown): number[] | undefined {
  const { writeErrors, result } = Object(fault) as {
    readonly writeErrors?: unknown;
    readonly result?: { readonly getWriteConcernError?: () => unknown };
  };
  const errors = [writeErrors].flat() as readonly { readonly index: number }[];
  if (writeErrors === undefined || errors.length === 0) return undefined;
  if (result?.getWriteConcernError?.() !== undefined) return undefined;
  return errors.every(isDuplicateKey) ? errors.map(({ index }) => index) : undefined;
}
