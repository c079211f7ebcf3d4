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
/** A field that a document has from its first change on, which has all fields, and that no later one sets. Every change of a balance has all. */
const FIRST_FIELD: Partial<Record<CollectionName, string>> = {
  users: 'openedAt',
  products: 'listedAt',
  orders: 'acceptedAt',
  trades: 'time',
  blocks: 'firstSequence',
};
/** So many balances are known to be there at most; those that are not are inserted in vain, and then updated. */
const MOST_KNOWN = 100_000;

/**
 * Writes changes to their documents, each of which takes none that is older than what it has. What was sent may be carried out long after it was given up:
 * so every write tells of its generation, and changes nothing of a later one.
 */
export class ModelWriter {
  readonly #tables: Readonly<Record<CollectionName, Table<Document>>>;
  readonly #timeoutMs: number;
  readonly #known = new Set<unknown>();
  /** That of which `#known` is. */
  #generation = 0;

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
  async write(changes: readonly Change[], generation: number): Promise<void> {
    if (generation !== this.#generation || this.#known.size > MOST_KNOWN) this.#known.clear();
    this.#generation = generation;
    const merged = mergedChanges(changes);
    for (const name of COLLECTIONS) {
      const each = merged.filter(({ collection }) => collection === name);
      for (let at = 0; at < each.length; at += BULK) {
        await this.#bulk(name, each.slice(at, at + BULK));
      }
    }
  }

  /** Takes all documents of earlier generations away, and nothing else that is in their collections. */
  async clear(generation: number): Promise<void> {
    for (const name of COLLECTIONS) {
      await untilKnown(`whether ${name} are gone`, TRIES * this.#timeoutMs, () =>
        this.#tables[name].deleteMany({ generation: { $lt: generation } }),
      );
    }
  }

  /**
   * Makes the documents that are not there, and brings the others up to date. Only a first change makes one: another would make a part of one. Not by
   * upserts: FerretDB leaves out what stands behind one that is refused.
   */
  async #bulk(name: CollectionName, changes: readonly Change[]): Promise<void> {
    const table = this.#tables[name];
    const whole = changes.filter((change) => isWhole(change));
    const first = whole.filter(({ id }) => !this.#known.has(id));
    const others = changes.filter((change) => !first.includes(change));
    await untilKnown(`what became of ${name}`, TRIES * this.#timeoutMs, async () => {
      const refused = await this.#insert(table, first);
      const updates = [...others, ...first.filter((_, i) => refused.has(i))];
      if (updates.length > 0) await table.bulkWrite(updates.map((each) => this.#updateOf(each)));
    });
    if (name === 'balances') for (const { id } of changes) this.#known.add(id);
  }

  /** @returns which of them are there already */
  async #insert(table: Table<Document>, changes: readonly Change[]): Promise<Set<number>> {
    if (changes.length === 0) return new Set();
    const generation = this.#generation;
    const inserts = changes.map(({ id, fields, seq }) => {
      return { insertOne: { document: { _id: id, ...fields, seq, generation } as Document } };
    });
    try {
      await table.bulkWrite(inserts);
      return new Set();
    } catch (fault) {
      const refused = refusedIn(fault);
      if (refused === undefined) throw fault;
      return new Set(refused);
    }
  }

  /** A whole change also takes the place of what an earlier generation has left; a part would mix the two. */
  #updateOf(change: Change): { readonly updateOne: { filter: Document; update: Document } } {
    const { id, fields, seq } = change;
    const generation = this.#generation;
    const older = { generation, seq: { $lt: seq } };
    const guard = isWhole(change) ? { $or: [older, { generation: { $lt: generation } }] } : older;
    const update = { $set: { ...fields, seq, generation } };
    return { updateOne: { filter: { _id: id as unknown as Document['_id'], ...guard }, update } };
  }
}

function isWhole({ collection, fields }: Change): boolean {
  const first = FIRST_FIELD[collection];
  return first === undefined || first in fields;
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
