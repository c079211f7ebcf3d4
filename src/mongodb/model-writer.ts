import type { Document } from 'mongodb';
import type { Place } from './place.ts';
import { type Change, type CollectionName, COLLECTIONS, mergedChanges } from './documents.ts';
import { isDuplicateKey, untilKnown } from './faults.ts';
import { INDEXES, tablesOf } from './queries.ts';
import type { Table } from './table.ts';

/** So many documents go to the server at once. */
const BULK = 100;
/** A bulk may take as long as a whole call of another kind, and be sent again as often as those. */
const TRIES = 4;
/** A field that a document has from its first change on, and that no later one sets. Of the others every change has all fields. */
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
  /** Documents that are known to be there, of those whose every change might be the first. */
  readonly #known = new Set<string>();

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
        await this.#bulk(name, each.slice(at, at + BULK));
      }
    }
  }

  /** Takes all documents away. */
  async clear(): Promise<void> {
    this.#known.clear();
    for (const name of COLLECTIONS) {
      await untilKnown(`whether ${name} are gone`, this.#timeoutMs, async () => {
        await this.#tables[name].deleteMany({});
        return true;
      });
    }
  }

  /**
   * Makes the documents that are not there, and brings the others up to date. Only a first change makes one: another whose document is gone comes from
   * before a rebuild, and would make a part of one. Not by upserts: FerretDB leaves out what stands behind one that is refused.
   */
  async #bulk(name: CollectionName, changes: readonly Change[]): Promise<void> {
    const table = this.#tables[name];
    const first = changes.filter((change) => this.#isFirst(change));
    const others = changes.filter((change) => !this.#isFirst(change));
    await untilKnown(`what became of ${name}`, TRIES * this.#timeoutMs, async () => {
      const refused = await this.#insert(table, first.map(documentOf));
      const updates = [...others, ...first.filter((_, i) => refused.has(i))].map(updateOf);
      if (updates.length > 0) await table.bulkWrite(updates);
      return true;
    });
    for (const change of changes) {
      if (FIRST_FIELD[name] === undefined) this.#known.add(`${name} ${change.id}`);
    }
  }

  #isFirst({ collection, id, fields }: Change): boolean {
    const first = FIRST_FIELD[collection];
    return first === undefined ? !this.#known.has(`${collection} ${id}`) : first in fields;
  }

  /** @returns which of them are there already */
  async #insert(table: Table<Document>, documents: readonly Document[]): Promise<Set<number>> {
    if (documents.length === 0) return new Set();
    try {
      await table.bulkWrite(documents.map((document) => ({ insertOne: { document } })));
      return new Set();
    } catch (fault) {
      const refused = refusedIn(fault);
      if (refused === undefined) throw fault;
      return new Set(refused);
    }
  }
}

function documentOf({ id, fields, seq }: Change): Document {
  return { _id: id, ...fields, seq };
}

function updateOf({ id, fields, seq }: Change): {
  readonly updateOne: { filter: Document; update: Document };
} {
  const filter = { _id: id, seq: { $lt: seq } };
  return { updateOne: { filter, update: { $set: { ...fields, seq } } } };
}

/** Which inserts were refused since their documents are there; undefined where anything else was wrong too. */
function refusedIn(fault: unknown): number[] | undefined {
  const { writeErrors, result } = Object(fault) as {
    readonly writeErrors?: unknown;
    readonly result?: { readonly getWriteConcernError?: () => unknown };
  };
  const errors = [writeErrors ?? []].flat() as unknown as readonly { readonly index: number }[];
  if (errors.length === 0 || result?.getWriteConcernError?.() !== undefined) return undefined;
  return errors.every(isDuplicateKey) ? errors.map(({ index }) => index) : undefined;
}
