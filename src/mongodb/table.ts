import type {
  AnyBulkWriteOperation,
  Collection,
  CollectionOptions,
  Filter,
  FindOneAndUpdateOptions,
  FindOptions,
  OptionalUnlessRequiredId,
  UpdateFilter,
} from 'mongodb';
import { noAnswer } from './faults.ts';
import type { Place } from './place.ts';

/** Numbers are numbers and bytes are bytes, whatever the user has set. */
const PLAIN_BSON = {
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: true,
  useBigInt64: false,
  raw: false,
  ignoreUndefined: false,
  serializeFunctions: false,
} as const satisfies CollectionOptions;

/** How many attempts fit into the time of a call: a lost answer must not take all of it. */
const ATTEMPTS = 4;

/**
 * A collection whose every write is acknowledged by a majority that has it in its journals, and whose every read is of such writes
 * alone. How the user's database is set has no say in it. Each call is an attempt that fails with STORAGE_TIMEOUT once its time is up: version 7
 * of the driver takes `timeoutMS` and does nothing with it. What was sent by then may still be carried out, at any time later.
 */
export class Table<T extends object> {
  readonly #collection: Collection<T>;
  readonly #limitMs: number;

  constructor({ db, prefix, timeoutMs }: Place, name: string) {
    this.#limitMs = Math.ceil(timeoutMs / ATTEMPTS);
    this.#collection = db.collection<T>(prefix + name, {
      ...PLAIN_BSON,
      readConcern: { level: 'majority' },
      readPreference: 'primary',
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: this.#limitMs },
    });
  }

  async createIndex(index: Readonly<Record<string, 1 | -1>>): Promise<void> {
    await this.#answer(this.#collection.createIndex(index));
  }

  findOne(filter: Filter<T>, options?: FindOptions): Promise<T | null> {
    return this.#answer(this.#collection.findOne(filter, options)) as Promise<T | null>;
  }

  async findAll(filter: Filter<T>, options?: FindOptions): Promise<T[]> {
    return (await this.#answer(this.#collection.find(filter, options).toArray())) as T[];
  }

  /** One by one, as the server sends them. */
  async *each(filter: Filter<T>, options?: FindOptions): AsyncGenerator<T> {
    const cursor = this.#collection.find(filter, options);
    try {
      for (;;) {
        const next = await this.#answer(cursor.next());
        if (next === null) return;
        yield next as T;
      }
    } finally {
      // Not waited for: a server that is gone does not answer this either.
      cursor.close().catch(() => {});
    }
  }

  async insertOne(document: T): Promise<void> {
    await this.#answer(this.#collection.insertOne(document as OptionalUnlessRequiredId<T>));
  }

  /** @returns how many documents the filter has found */
  async updateOne(filter: Filter<T>, update: UpdateFilter<T>): Promise<number> {
    return (await this.#answer(this.#collection.updateOne(filter, update))).matchedCount;
  }

  findOneAndUpdate(filter: Filter<T>, update: UpdateFilter<T>): Promise<T | null> {
    const options: FindOneAndUpdateOptions = { returnDocument: 'after' };
    const found = this.#collection.findOneAndUpdate(filter, update, options);
    return this.#answer(found) as Promise<T | null>;
  }

  async deleteMany(filter: Filter<T>): Promise<void> {
    await this.#answer(this.#collection.deleteMany(filter));
  }

  /** Carries out many writes, whatever becomes of each; takes as much time as the attempts of another call together. */
  async bulkWrite(operations: readonly AnyBulkWriteOperation<T>[]): Promise<void> {
    const written = this.#collection.bulkWrite(operations, { ordered: false });
    await this.#answer(written, ATTEMPTS * this.#limitMs);
  }

  async #answer<R>(answer: Promise<R>, limitMs = this.#limitMs): Promise<R> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(noAnswer(limitMs)), limitMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
