import type { Change, ChangeOf, CollectionName, Documents, FieldsOf } from './documents.ts';

/** The changes of a frame, as they come together. */
export class Drafts {
  readonly #collections: { [C in CollectionName]: Map<Documents[C]['_id'], FieldsOf<C>> } = {
    users: new Map(),
    products: new Map(),
    orders: new Map(),
    trades: new Map(),
    balances: new Map(),
    blocks: new Map(),
  };

  /** Puts fields over those that a document is to get so far. */
  put<C extends CollectionName>(collection: C, id: Documents[C]['_id'], fields: FieldsOf<C>): void {
    const drafts = this.of(collection);
    drafts.set(id, { ...drafts.get(id), ...fields });
  }

  /** What a collection is to get so far, by id, in the order in which it came up. */
  of<C extends CollectionName>(collection: C): Map<Documents[C]['_id'], FieldsOf<C>> {
    return this.#collections[collection];
  }

  /** All of it as changes, and forgets it. */
  take(seq: number): Change[] {
    const changes: Change[] = [];
    for (const [collection, drafts] of Object.entries(this.#collections)) {
      for (const [id, fields] of drafts) {
        changes.push({ collection, id, fields, seq } as ChangeOf<CollectionName> as Change);
      }
      drafts.clear();
    }
    return changes;
  }
}

/** What a field is of where views have undefined for nothing. */
type Plain<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> | NullIfLeftOut<T[K]> };
type NullIfLeftOut<V> = undefined extends V ? null : never;

/** The fields as they can be stored: null where a view has undefined. */
export function plain<T extends object>(fields: T): Plain<T> {
  const entries = Object.entries(fields).map(([name, value]) => [name, value ?? null]);
  return Object.fromEntries(entries) as Plain<T>;
}
