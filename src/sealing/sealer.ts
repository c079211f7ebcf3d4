import { type AbortSignalLike, signalArgument } from '../core/abort.ts';
import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import type { Genesis } from '../chain/block.ts';
import { ed25519, type Signer } from '../chain/ed25519.ts';
import { type Checkpoint, parseCheckpoint } from '../chain/checkpoint.ts';
import { formatNoteKey, openNote } from '../chain/note.ts';
import { functionArgument, integerArgument, objectArgument } from '../engine/arguments.ts';
import { endOf, framesAfter, storageCall } from '../exchange/storage-calls.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import type { JournalEnd, StorageAdapter } from '../storage/contract.ts';
import { type Frame, NO_FRAME } from '../storage/frame.ts';
import type { BlockStore } from './block-store.ts';
import { Chain, type ChainHead } from './chain.ts';
import { Replica } from './replica.ts';
import type { AccountProof } from './state-tree.ts';

/** What a sealer is made of. */
export interface SealerOptions {
  /** Where the market's journal is. It is read, never written. */
  readonly storage: StorageAdapter;
  /** Where the blocks go. */
  readonly blocks: BlockStore;
  /** Signs blocks, with a key of the genesis. */
  readonly signer: Signer;
  /** What the chain is called where there is none yet: an id without `+`. Default `wattbook`. */
  readonly name?: string;
  /** Keys that may sign blocks beside the signer's, where there is no chain yet. */
  readonly otherKeys?: readonly Uint8Array[];
  /** How long the storage may take for one call, from 1 to 3,600,000 ms. Default 30,000 ms. */
  readonly storageTimeoutMs?: number;
  /** Told of each block once it is stored. What it throws stops the sealer. */
  readonly onSealed?: (head: ChainHead) => void;
}

const OPTIONS: readonly (keyof SealerOptions)[] = [
  'storage',
  'blocks',
  'signer',
  'name',
  'otherKeys',
  'storageTimeoutMs',
  'onSealed',
];
const NONCE_SIZE = 16;
const HOUR_MS = 3_600_000;
/** How long a frame may take to be known to stay: a writer that lives says so within a tenth of it. */
const PATIENCE_MS = 1_000;

/**
 * Makes the blocks of a market from its journal, beside the market and not within it: it reads back what the storage has, goes through the
 * commands itself, and signs what they lead to. Blocks follow from the journal alone, so that a sealer that stops at any moment is
 * followed by one that makes the same blocks, and two of the same key never differ.
 *
 * It has a market of its own in memory, and takes as much time as replaying does: on a server it belongs into a worker.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #timeoutMs: number;
  readonly #chain: Chain;
  readonly #replica: Replica;
  #end: JournalEnd;
  /** The head that was published last, whoever did. */
  #promised: Checkpoint | undefined;
  #busy = false;
  #fault: unknown;

  private constructor(
    options: SealerOptions,
    timeoutMs: number,
    chain: Chain,
    replica: Replica,
    end: JournalEnd,
    promised: Checkpoint | undefined,
  ) {
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#chain = chain;
    this.#replica = replica;
    this.#end = end;
    this.#promised = promised;
  }

  /**
   * Opens a chain, or begins one where the store is empty. O(blocks), and the state where there is a snapshot of no later than the
   * last block: without one the whole journal is gone through when sealing begins.
   * @throws TypeError, RangeError for options, also for a signer whose key is none of the genesis; WattbookError BAD_CHAIN,
   *   BAD_SNAPSHOT, DIVERGED, STORAGE_FAILED, STORAGE_TIMEOUT
   */
  static async open(options: SealerOptions): Promise<Sealer> {
    objectArgument(options, 'options', OPTIONS);
    const { storage, blocks, signer, onSealed = () => {} } = options;
    const { name = 'wattbook', otherKeys = [], storageTimeoutMs: limit = 30_000 } = options;
    for (const [argument, value] of Object.entries({ storage, blocks, signer })) {
      objectArgument(value, argument);
    }
    functionArgument(onSealed, 'onSealed');
    const timeoutMs = integerArgument(limit, 'storageTimeoutMs', 1, HOUR_MS);
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
    const genesis: Genesis = { name, nonce, keys: [signer.publicKey, ...otherKeys] };
    const chain = await Chain.open(blocks, genesis);
    if (chain.hasDamagedEnd) await blocks.drop(chain.height + 1);
    const promised = await promisedBy(chain, blocks);
    if (!chain.genesis.keys.some((key) => sameBytes(key, signer.publicKey))) {
      throw new RangeError('signer must have a key that the genesis of the chain names');
    }
    const { lastSequence } = chain.next;
    const snapshot = await storageCall('latestSnapshot', timeoutMs, () =>
      storage.latestSnapshot(lastSequence),
    );
    const useful = snapshot !== undefined && snapshot.sequence <= lastSequence;
    const state = useful ? restore(snapshot.bytes) : new MarketState();
    const end = useful ? snapshot : { sequence: 0, hash: NO_FRAME };
    return new Sealer(options, timeoutMs, chain, new Replica(state, chain), end, promised);
  }

  /** SHA-256 of the genesis. */
  get chainId(): Uint8Array {
    return this.#chain.id.slice();
  }

  /** What its heads are signed with, as text to be handed on: see `parseNoteKey`. */
  get key(): string {
    const { origin: name } = this.#chain;
    const key = ed25519.verifyingKey(this.#options.signer.publicKey)!;
    return formatNoteKey({ name, algorithm: 'ed25519', key });
  }

  /** The last block; undefined before the first. */
  get head(): ChainHead | undefined {
    return this.#chain.head;
  }

  /** Sequence of the last command that was gone through. */
  get sequence(): number {
    return this.#replica.state.sequence;
  }

  /**
   * Makes the blocks of what the journal holds by now and is known to stay; where nobody knows that of its last frame, since whoever wrote it
   * has died, it waits for a second and leaves that frame out. O(commands), and their hashes.
   * @throws WattbookError of the storage and the blocks, after which the sealer does nothing any more; DIVERGED where a command
   *   leads to something else than recorded; BAD_CHAIN where the journal ends before the chain does, or leads to another head than was
   *   published
   */
  seal(): Promise<void> {
    return this.#run(undefined);
  }

  /** The same, and goes on with what is stored later, until the signal aborts. @throws TypeError, and as `seal` */
  follow(signal: AbortSignalLike): Promise<void> {
    if (signal === undefined) throw new TypeError('signal is missing');
    signalArgument(signal);
    return this.#run(signal);
  }

  /** Shows what an account had after the last block; undefined for one that was not there then, or before the first block was made here. */
  proveAccount(id: string): AccountProof | undefined {
    const { state, tree } = this.#replica;
    const row = state.accounts.find(id);
    return row === undefined ? undefined : tree?.proveAccount(row);
  }

  async #run(signal: AbortSignalLike | undefined): Promise<void> {
    if (this.#busy) throw new WattbookError('BAD_CHAIN', 'the sealer is at work already');
    if (this.#fault !== undefined) throw this.#fault;
    this.#busy = true;
    try {
      await this.#publish();
      for await (const frame of this.#frames(signal)) {
        const from = this.#chain.height + 1;
        const blocks = this.#replica.goThrough(frame, this.#options.signer);
        this.#end = endOf(frame);
        if (blocks.length > 0) await this.#store(blocks, from);
      }
      if (signal === undefined) this.#mustHaveReached();
    } catch (fault) {
      this.#fault = fault;
      throw fault;
    } finally {
      this.#busy = false;
    }
  }

  async #store(blocks: readonly Uint8Array[], from: number): Promise<void> {
    this.#keepsPromise();
    await this.#options.blocks.append(blocks, from);
    await this.#publish();
    this.#options.onSealed?.(this.#chain.head!);
  }

  async #publish(): Promise<void> {
    const { height, origin, history } = this.#chain;
    if (height <= (this.#promised?.size ?? 0)) return;
    await this.#options.blocks.publish(this.#chain.checkpoint(this.#options.signer));
    this.#promised = { origin, size: height, root: history.root(), extensions: [] };
  }

  /** Whoever has seen the published head must find it in this chain. @throws WattbookError BAD_CHAIN */
  #keepsPromise(): void {
    mustLeadTo(this.#chain, this.#promised);
  }

  /** A journal that has lost what was sealed leads to other blocks, and none of them is signed. @throws WattbookError BAD_CHAIN */
  #mustHaveReached(): void {
    const { lastSequence } = this.#chain.next;
    if (this.sequence >= lastSequence) return;
    const what = `the journal ends with command ${this.sequence}, the chain with ${lastSequence}`;
    throw new WattbookError('BAD_CHAIN', `${what}: commands are lost that were sealed`);
  }

  /** What the journal holds and is known to stay: up to now, or on until a signal aborts. */
  async *#frames(signal: AbortSignalLike | undefined): AsyncGenerator<Frame> {
    const { storage } = this.#options;
    if (signal !== undefined || storage.supports.level === 'executed') {
      return yield* framesAfter(this.#end, storage, sha256, this.#timeoutMs, signal);
    }
    let last = this.#end.sequence;
    for await (const frame of framesAfter(this.#end, storage, sha256, this.#timeoutMs)) {
      last = frame.lastSequence;
    }
    if (last === this.#end.sequence) return;
    const enough = new AbortController();
    let timer = setTimeout(() => enough.abort(), PATIENCE_MS);
    try {
      const frames = framesAfter(this.#end, storage, sha256, this.#timeoutMs, enough.signal);
      for await (const frame of frames) {
        clearTimeout(timer);
        yield frame;
        if (frame.lastSequence >= last) return;
        timer = setTimeout(() => enough.abort(), PATIENCE_MS);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The head that was published of a chain. @throws WattbookError BAD_CHAIN where it is of another one */
async function promisedBy(chain: Chain, blocks: BlockStore): Promise<Checkpoint | undefined> {
  const text = await blocks.published();
  if (text === undefined) return undefined;
  const { origin: name, genesis } = chain;
  const keys = genesis.keys.flatMap((bytes) => {
    const key = ed25519.verifyingKey(bytes);
    return key === undefined ? [] : [{ name, algorithm: 'ed25519', key } as const];
  });
  const note = openNote(text, keys);
  const promised = note && parseCheckpoint(note.text);
  if (promised?.origin !== name) {
    throw new WattbookError('BAD_CHAIN', 'chain: the published head is of another chain');
  }
  mustLeadTo(chain, promised);
  return promised;
}

/** Checks that a chain, as soon as it is as long as a head, has that head. @throws WattbookError BAD_CHAIN */
function mustLeadTo({ height, history }: Chain, head: Checkpoint | undefined): void {
  if (head === undefined || head.size > height || sameBytes(history.root(head.size), head.root)) {
    return;
  }
  const what = `the journal leads to other blocks than the ${head.size} that were published`;
  throw new WattbookError('BAD_CHAIN', `chain: ${what}`);
}
