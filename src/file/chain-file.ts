import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { shown } from '../core/decimal.ts';
import { type BlockStore, mustBeLast, mustFollow } from '../sealing/block-store.ts';
import { codeOf, ifThere } from './disk.ts';
import { nodeDisk } from './node-disk.ts';

/** Names of a chain file, and of the note of its head. */
export const CHAIN_NAME = 'chain.wbc';
export const CHECKPOINT_NAME = 'checkpoint';

const LENGTH = 4;
/** Bytes that are read at once where only the lengths of entries are looked for. */
const CHUNK = 1 << 16;
const LONGEST = 2 ** 32 - 1;

/**
 * The blocks of a chain in a file of a folder, `chain.wbc`, and the note of its head beside it, `checkpoint`. The folder may be that of
 * the journal. One process appends at a time; any number read. Blocks are synced before an append resolves.
 * @throws TypeError
 */
export function fileBlocks(folder: string): BlockStore {
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError(`folder must be a path, got ${shown(folder)}`);
  }
  return new ChainFile(resolve(folder));
}

class ChainFile implements BlockStore {
  readonly #folder: string;
  readonly #path: string;
  /** Where the entries begin that were seen so far, and where the last of them ends. Changed by `#inTurn` alone. */
  readonly #starts: number[] = [];
  #end = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, CHAIN_NAME);
  }

  async *read(from: number): AsyncGenerator<Uint8Array> {
    const file = await ifThere(fs.open(this.#path, 'r'));
    if (file === undefined) return;
    try {
      await this.#inTurn(() => this.#scan(file));
      const [starts, end] = [this.#starts.slice(from), this.#end];
      for (const [i, start] of starts.entries()) {
        const length = (starts[i + 1] ?? end) - start - LENGTH;
        const entry = new Uint8Array(length);
        if ((await readAt(file, entry, start + LENGTH)) < length) return;
        yield entry;
      }
    } finally {
      await file.close();
    }
  }

  append(entries: readonly Uint8Array[], from: number): Promise<void> {
    if (entries.some(({ length }) => length === 0 || length > LONGEST)) {
      return Promise.reject(new RangeError(`an entry must have from 1 to ${LONGEST} bytes`));
    }
    return this.#inTurn(async () => {
      const file = await this.#open();
      try {
        await this.#scan(file);
        mustFollow(from, this.#starts.length);
        const size = entries.reduce((sum, entry) => sum + LENGTH + entry.length, 0);
        const bytes = new Uint8Array(size);
        const view = new DataView(bytes.buffer);
        const starts: number[] = [];
        let at = 0;
        for (const entry of entries) {
          starts.push(this.#end + at);
          view.setUint32(at, entry.length);
          bytes.set(entry, at + LENGTH);
          at += LENGTH + entry.length;
        }
        // What was being written when a process died is no entry.
        await file.truncate(this.#end);
        await writeAll(file, bytes, this.#end);
        await file.datasync();
        this.#starts.push(...starts);
        this.#end += size;
      } finally {
        await file.close();
      }
    });
  }

  drop(number: number): Promise<void> {
    return this.#inTurn(async () => {
      const file = await this.#open();
      try {
        await this.#scan(file);
        mustBeLast(number, this.#starts.length);
        await file.truncate(this.#starts.at(-1));
        await file.datasync();
        this.#end = this.#starts.pop()!;
      } finally {
        await file.close();
      }
    });
  }

  async publish(checkpoint: string): Promise<void> {
    const path = join(this.#folder, CHECKPOINT_NAME);
    const draft = await fs.open(`${path}.draft`, 'w');
    try {
      await draft.writeFile(checkpoint);
      await draft.datasync();
    } finally {
      await draft.close();
    }
    await fs.rename(`${path}.draft`, path);
  }

  published(): Promise<string | undefined> {
    return ifThere(fs.readFile(join(this.#folder, CHECKPOINT_NAME), 'utf8'));
  }

  /** One after the other: what is known of the file is changed only by who is alone with it. */
  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(call);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Looks for entries behind those that are known, also of another process. Only their lengths are read. */
  async #scan(file: fs.FileHandle): Promise<void> {
    const { size } = await file.stat();
    // Another process has dropped its last one.
    while (this.#end > size) this.#end = this.#starts.pop() ?? 0;
    const chunk = new Uint8Array(CHUNK);
    const view = new DataView(chunk.buffer);
    let [from, filled] = [0, 0];
    while (this.#end + LENGTH < size) {
      if (this.#end + LENGTH > from + filled || this.#end < from) {
        from = this.#end;
        filled = await readAt(file, chunk, from);
        if (filled < LENGTH) return;
      }
      const length = view.getUint32(this.#end - from);
      if (length === 0 || this.#end + LENGTH + length > size) return;
      this.#starts.push(this.#end);
      this.#end += LENGTH + length;
    }
  }

  async #open(): Promise<fs.FileHandle> {
    const made = await fs.mkdir(this.#folder, { recursive: true });
    if (made !== undefined) await nodeDisk.syncFolder(dirname(made));
    try {
      return await fs.open(this.#path, 'r+');
    } catch (fault) {
      if (codeOf(fault) !== 'ENOENT') throw fault;
    }
    const file = await fs.open(this.#path, 'wx+');
    await nodeDisk.syncFolder(this.#folder);
    return file;
  }
}

/** @returns how many bytes there were */
async function readAt(file: fs.FileHandle, into: Uint8Array, at: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function writeAll(file: fs.FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
