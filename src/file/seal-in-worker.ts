import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { shown } from '../core/decimal.ts';
import { type ErrorCode, WattbookError } from '../core/errors.ts';
import { codeOf, ifThere } from './disk.ts';
import { nodeDisk } from './node-disk.ts';
import type { WorkerNotice, WorkerTask } from './seal-worker.ts';

/** What a worker seals. */
export interface SealInWorkerOptions {
  /** The folder of a market's journal; `chain.wbc` and `checkpoint` go there too. */
  readonly folder: string;
  /** Of the key that signs: 32 secret bytes, such as `signingSeed` keeps. */
  readonly seed: Uint8Array;
  /** What the chain is called where there is none yet: an id without `+`. Default `wattbook`. */
  readonly name?: string;
  /** Told where the chain ends, with each block that ends a frame. */
  readonly onSealed?: (head: SealedHead) => void;
  /** Told of the fault that has stopped it, at once; `stop` rejects with the same. */
  readonly onFault?: (fault: WattbookError) => void;
}

/** Where a chain ends. */
export interface SealedHead {
  readonly height: number;
  /** Of the last command in it, 0 in a chain of no block. */
  readonly sequence: number;
  /** The hash of the last block; the chain id where there is none. */
  readonly hash: Uint8Array;
}

/** A worker that seals. */
export interface SealingWorker {
  /** What its heads are signed with, as text to be handed on. */
  readonly key: string;
  readonly head: SealedHead;
  /** Seals what the journal holds by now, and ends. @throws WattbookError of what stopped it earlier */
  stop(): Promise<void>;
}

const SEED_SIZE = 32;

/**
 * Makes blocks of a market in files, in a thread of its own: see `Sealer`. It ends with the process; whoever starts another one goes on
 * where the chain ends.
 * @throws TypeError, RangeError; WattbookError BAD_CHAIN and those of the storage
 */
export async function sealInWorker(options: SealInWorkerOptions): Promise<SealingWorker> {
  const { folder, seed, name = 'wattbook', onSealed, onFault } = options;
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError(`folder must be a path, got ${shown(folder)}`);
  }
  if (!(seed instanceof Uint8Array) || seed.length !== SEED_SIZE) {
    throw new TypeError(`seed must be ${SEED_SIZE} bytes`);
  }
  const task: WorkerTask = { folder: resolve(folder), seed, name };
  const worker = new Worker(workerUrl(), { workerData: task });
  return new Promise((opened, failed) => {
    const running = new RunningWorker(worker, { opened, failed, onSealed, onFault });
    worker.on('message', (notice: WorkerNotice) => running.told(notice));
    worker.on('error', (cause) => running.ended(faultOf('STORAGE_FAILED', cause.message)));
    worker.on('exit', () => running.ended(undefined));
  });
}

/** Run from its sources it needs a loader of TypeScript. */
function workerUrl(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../scripts/seal-worker.mjs' : './seal-worker.js', here);
}

interface Listeners {
  readonly opened: (worker: SealingWorker) => void;
  readonly failed: (fault: WattbookError) => void;
  readonly onSealed: SealInWorkerOptions['onSealed'];
  readonly onFault: SealInWorkerOptions['onFault'];
}

class RunningWorker implements SealingWorker {
  key = '';
  head: SealedHead = { height: 0, sequence: 0, hash: new Uint8Array() };
  readonly #worker: Worker;
  readonly #listeners: Listeners;
  readonly #over: Promise<WattbookError | undefined>;
  #end!: (fault: WattbookError | undefined) => void;
  #fault: WattbookError | undefined;

  constructor(worker: Worker, listeners: Listeners) {
    this.#worker = worker;
    this.#listeners = listeners;
    this.#over = new Promise((end) => (this.#end = end));
  }

  async stop(): Promise<void> {
    this.#worker.postMessage('stop');
    const fault = await this.#over;
    if (fault !== undefined) throw fault;
  }

  told(notice: WorkerNotice): void {
    const { opened, failed, onSealed, onFault } = this.#listeners;
    if (notice.kind === 'stopped') {
      const { fault } = notice;
      if (fault === undefined) return;
      this.#fault = faultOf(fault.code as ErrorCode, fault.message);
      // Of both only the one that comes first has an effect.
      failed(this.#fault);
      if (this.key !== '') onFault?.(this.#fault);
      return;
    }
    const { height, sequence, hash, key } = notice;
    this.key = key;
    this.head = { height, sequence, hash };
    if (notice.kind === 'opened') opened(this);
    else onSealed?.(this.head);
  }

  ended(fault: WattbookError | undefined): void {
    this.#fault ??= fault;
    this.#listeners.failed(this.#fault ?? faultOf('STORAGE_FAILED', 'ended before it began'));
    this.#end(this.#fault);
  }
}

function faultOf(code: ErrorCode, message: string): WattbookError {
  return new WattbookError(code, `sealing: ${message}`);
}

/**
 * A secret that is kept in a file, in hex, for its owner's eyes alone (mode 600); drawn where there is no such file yet.
 * @returns 32 bytes, for `ed25519.signer`
 * @throws TypeError, RangeError for a file that holds something else
 */
export async function signingSeed(path: string): Promise<Uint8Array> {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`path must be text, got ${shown(path)}`);
  }
  const found = await seedIn(path);
  if (found !== undefined) return found;
  await fs.mkdir(dirname(path), { recursive: true });
  // Under its name there is all of it or nothing, whenever the process dies; and of two that draw at once the first one counts.
  const draft = `${path}.${bytesToHex(randomBytes(4))}.draft`;
  const file = await fs.open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${bytesToHex(randomBytes(SEED_SIZE))}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  try {
    await fs.link(draft, path);
  } catch (fault) {
    if (codeOf(fault) !== 'EEXIST') throw fault;
  } finally {
    await fs.unlink(draft);
  }
  await nodeDisk.syncFolder(dirname(path));
  return (await seedIn(path))!;
}

async function seedIn(path: string): Promise<Uint8Array | undefined> {
  const hex = (await ifThere(fs.readFile(path, 'utf8')))?.trim();
  if (hex === undefined) return undefined;
  if (/^[0-9a-f]{64}$/.test(hex)) return hexToBytes(hex);
  throw new RangeError(`${path} must hold 64 hexadecimal digits`);
}
