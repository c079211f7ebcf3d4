import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { idArgument, objectArgument } from '../core/arguments.ts';
import { shown } from '../core/decimal.ts';
import { WattbookError } from '../core/errors.ts';
import { functionArgument } from '../engine/arguments.ts';
import { Observer } from '../exchange/observer.ts';
import { codeOf, ifThere } from './disk.ts';
import { nodeDisk } from './node-disk.ts';
import type { WorkerFault, WorkerNotice, WorkerTask } from './seal-worker.ts';

/** What a worker seals. */
export interface SealInWorkerOptions {
  /** The folder of a market's journal; `chain.wbc` and `checkpoint` go there too. */
  readonly folder: string;
  /** Of the key that signs: 32 secret bytes, such as `signingSeed` keeps. */
  readonly seed: Uint8Array;
  /** What the chain is called where there is none yet: an id without `+`. Default `wattbook`. */
  readonly name?: string;
  /**
   * Told where the chain ends, with each block that ends a frame. What it throws or rejects with is counted
   * (`SealingWorker.observerFaults`) and otherwise ignored.
   */
  readonly onSealed?: (head: SealedHead) => void;
  /**
   * Told once, and at once, of the fault that has stopped it before it was asked to stop: also of a worker that died. `stop` rejects with
   * the same. What it throws or rejects with is counted like that of `onSealed`.
   */
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
  /** How often `onSealed` or `onFault` threw or rejected. */
  readonly observerFaults: number;
  /**
   * Seals what the journal holds by now, and ends.
   * @throws WattbookError of what stopped it earlier, or now; STORAGE_FAILED for a worker that died
   */
  stop(): Promise<void>;
}

const OPTIONS: readonly (keyof SealInWorkerOptions)[] = [
  'folder',
  'seed',
  'name',
  'onSealed',
  'onFault',
];
const SEED_SIZE = 32;

/**
 * Makes blocks of a market in files, in a thread of its own: see `Sealer`. It ends with the process; whoever starts another one goes on
 * where the chain ends.
 * @throws TypeError, RangeError for options, also for a seed whose key is none of the genesis; WattbookError BAD_CHAIN and those of the
 *   storage, STORAGE_FAILED also for a worker that died
 */
export async function sealInWorker(options: SealInWorkerOptions): Promise<SealingWorker> {
  objectArgument(options, 'options', OPTIONS);
  const { folder, seed, name = 'wattbook', onSealed = () => {}, onFault = () => {} } = options;
  if (typeof folder !== 'string' || folder === '') {
    throw new TypeError(`folder must be a path, got ${shown(folder)}`);
  }
  if (!(seed instanceof Uint8Array) || seed.length !== SEED_SIZE) {
    throw new TypeError(`seed must be ${SEED_SIZE} bytes`);
  }
  idArgument(name, 'name');
  functionArgument(onSealed, 'onSealed');
  functionArgument(onFault, 'onFault');
  const task: WorkerTask = { folder: resolve(folder), seed, name };
  const worker = new Worker(workerUrl(), { workerData: task });
  return new Promise((opened, failed) => {
    const running = new RunningWorker(worker, { opened, failed, onSealed, onFault });
    worker.on('message', (notice: WorkerNotice) => running.told(notice));
    worker.on('error', (cause) => running.died(`the worker failed: ${String(cause)}`, cause));
    worker.on('exit', (code) => running.ended(code));
  });
}

/** Run from its sources it needs a loader of TypeScript. */
function workerUrl(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../scripts/seal-worker.mjs' : './seal-worker.js', here);
}

interface Listeners {
  readonly opened: (worker: SealingWorker) => void;
  readonly failed: (fault: Error) => void;
  readonly onSealed: (head: SealedHead) => unknown;
  readonly onFault: (fault: WattbookError) => unknown;
}

class RunningWorker implements SealingWorker {
  key = '';
  head: SealedHead = { height: 0, sequence: 0, hash: new Uint8Array() };
  readonly #worker: Worker;
  readonly #listeners: Listeners;
  readonly #onSealed: Observer<SealedHead>;
  readonly #onFault: Observer<WattbookError>;
  readonly #over: Promise<void>;
  #end!: () => void;
  #isAsked = false;
  /** Whether it has told that it stopped: who has not may have left something unsealed. */
  #hasStopped = false;
  #fault: WattbookError | undefined;

  constructor(worker: Worker, listeners: Listeners) {
    this.#worker = worker;
    this.#listeners = listeners;
    this.#onSealed = new Observer(listeners.onSealed);
    this.#onFault = new Observer(listeners.onFault);
    this.#over = new Promise((end) => (this.#end = end));
  }

  get observerFaults(): number {
    return this.#onSealed.faults + this.#onFault.faults;
  }

  async stop(): Promise<void> {
    this.#isAsked = true;
    this.#worker.postMessage('stop');
    await this.#over;
    if (this.#fault !== undefined) throw this.#fault;
  }

  told(notice: WorkerNotice): void {
    if (notice.kind === 'stopped') {
      this.#hasStopped = true;
      if (notice.fault !== undefined) this.#stoppedBy(notice.fault);
      return;
    }
    const { height, sequence, hash, key } = notice;
    this.key = key;
    this.head = { height, sequence, hash };
    if (notice.kind === 'opened') this.#listeners.opened(this);
    else this.#onSealed.tell(this.head);
  }

  died(message: string, cause?: unknown): void {
    // Only the first fault counts: what comes after it follows from it.
    this.#failed(new WattbookError('STORAGE_FAILED', `sealing: ${message}`, { cause }));
  }

  ended(exitCode: number): void {
    if (!this.#hasStopped) this.died(`the worker is gone, with exit code ${exitCode}`);
    this.#end();
  }

  #stoppedBy({ kind, message }: WorkerFault): void {
    if (kind === 'TypeError') this.#listeners.failed(new TypeError(message));
    else if (kind === 'RangeError') this.#listeners.failed(new RangeError(message));
    else this.#failed(new WattbookError(kind, `sealing: ${message}`));
  }

  #failed(fault: WattbookError): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    // Without effect on one that was opened.
    this.#listeners.failed(fault);
    if (this.key !== '' && !this.#isAsked) this.#onFault.tell(fault);
  }
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
