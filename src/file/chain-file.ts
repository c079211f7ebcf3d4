import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { shown } from '../core/decimal.ts';
import { type BlockStore, mustFollow } from '../sealing/block-store.ts';
import { codeOf, ifThere } from './disk.ts';
import { nodeDisk } from './node-disk.ts';

/** Names of a chain file, and of the note of its head. */
export const CHAIN_NAME = 'chain.wbc';
export const CHECKPOINT_NAME = 'checkpoint';

const LENGTH = 4;
const CHUNK = 1 << 20;

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
  /** Where the entries begin that were seen so far, and where the last of them ends. */
  readonly #starts: number[] = [];
  #end = 0;
  #file: fs.FileHandle | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, CHAIN_NAME);
  }

  async *read(from: number): AsyncGenerator<Uint8Array> {
    if (from > this.#starts.length)
      for await (const _ of this.#entries(this.#starts.length)) void _;
    if (from <= this.#starts.length) yield* this.#entries(from);
  }

  async append(entries: readonly Uint8Array[], from: number): Promise<void> {
    // Whatever another process has appended is seen.
    for await (const _ of this.#entries(this.#starts.length)) void _;
    mustFollow(from, this.#starts.length);
    const file = (this.#file ??= await this.#open());
    if (from < this.#starts.length) this.#end = this.#starts.pop()!;
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

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** The whole entries from one on that is known, or follows on those. */
  async *#entries(from: number): AsyncGenerator<Uint8Array> {
    const file = await ifThere(fs.open(this.#path, 'r'));
    if (file === undefined) return;
    try {
      let index = from;
      let at = this.#starts[from] ?? this.#end;
      let left = new Uint8Array(0);
      for (;;) {
        const chunk = new Uint8Array(CHUNK);
        const { bytesRead } = await file.read(chunk, 0, CHUNK, at + left.length);
        if (bytesRead === 0) return;
        left = joined(left, chunk.subarray(0, bytesRead));
        let taken = 0;
        for (let end = entryEnd(left, 0); end > 0; end = entryEnd(left, taken)) {
          if (index === this.#starts.length) {
            this.#starts.push(at + taken);
            this.#end = at + end;
          }
          yield left.slice(taken + LENGTH, end);
          index++;
          taken = end;
        }
        at += taken;
        left = left.slice(taken);
      }
    } finally {
      await file.close();
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

/** Where the entry ends that begins at a place; 0 where not all of it is there. */
function entryEnd(bytes: Uint8Array, at: number): number {
  if (at + LENGTH > bytes.length) return 0;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
  const end = at + LENGTH + length;
  return length > 0 && end <= bytes.length ? end : 0;
}

async function writeAll(file: fs.FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
