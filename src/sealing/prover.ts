import { readI64 } from '../core/bytes.ts';
import { brokenInvariant, WattbookError } from '../core/errors.ts';
import { recordLength, recordType } from '../core/records.ts';
import { EVENTS, type EventName, HEADER_SIZE, offsetsOf } from '../core/registry.ts';
import { sha256 } from '../core/sha256.ts';
import { toBase64 } from '../chain/base64.ts';
import { HEADER_BYTES } from '../chain/block.ts';
import { parseCheckpoint } from '../chain/checkpoint.ts';
import { MerkleTree } from '../chain/merkle.ts';
import { SYSTEM_ACCOUNTS } from '../core/codes.ts';
import { integerArgument, objectArgument } from '../engine/arguments.ts';
import { framesAfter } from '../exchange/storage-calls.ts';
import { MarketState } from '../matching/state.ts';
import type { StorageAdapter } from '../storage/contract.ts';
import { NO_FRAME, viewOf } from '../storage/frame.ts';
import type { BlockStore } from './block-store.ts';
import { BLOCK_HEAD, Chain } from './chain.ts';
import { type AccountProof, stateTreeAt } from './state-tree-at.ts';

/** What a prover reads. */
export interface ProverOptions {
  readonly blocks: BlockStore;
  /** The journal, for balances. */
  readonly storage?: StorageAdapter;
}

/** What a proof leads on from. */
export interface ProveOptions {
  /** Size of the checkpoint that the reader of the proof knows: what leads on from there comes along. Default 0, for none. */
  readonly since?: number;
}

/** Which balance. */
export interface ProveBalanceOptions extends ProveOptions {
  /** After which block; default the last that was published. */
  readonly height?: number;
}

/** Events by which things can be found, each with a number of its own that only grows. */
const NUMBERED = {
  trade: offsetsOf(EVENTS.trade).trade,
  accountOpened: offsetsOf(EVENTS.accountOpened).account,
  productListed: offsetsOf(EVENTS.productListed).product,
  assetListed: offsetsOf(EVENTS.assetListed).asset,
} as const;
type Numbered = keyof typeof NUMBERED;
const NAMES = Object.keys(NUMBERED) as Numbered[];
const NAME_OF = new Map(NAMES.map((name) => [EVENTS[name as EventName].type, name]));
const TRADE = offsetsOf(EVENTS.trade);
const LISTED = offsetsOf(EVENTS.productListed);
const TIMEOUT_MS = 30_000;
const MOST = 2 ** 53 - 1;

/** An event, where it stands in its block, and what leads from it to the block's result root. */
interface Found {
  readonly height: number;
  readonly index: number;
  readonly record: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Makes proofs of what is in a chain: files that anyone can check who knows a key of it, with `wattbook/verify` or a program of their
 * own (docs/format.md). 40 bytes of memory a block, and 64 for its header's hash.
 */
export class Prover {
  readonly #blocks: BlockStore;
  readonly #storage: StorageAdapter | undefined;
  readonly #chain: Chain;
  /** By height, from 0: the highest number of each event up to the end of that block. */
  readonly #highest: Record<Numbered, number>[];

  private constructor({ blocks, storage }: ProverOptions, chain: Chain) {
    this.#blocks = blocks;
    this.#storage = storage;
    this.#chain = chain;
    this.#highest = [{ trade: 0, accountOpened: -1, productListed: -1, assetListed: -1 }];
  }

  /** Reads a chain. O(its bytes). @throws TypeError; WattbookError BAD_CHAIN, also where there is no chain */
  static async open(options: ProverOptions): Promise<Prover> {
    objectArgument(options, 'options', ['blocks', 'storage']);
    objectArgument(options.blocks, 'options.blocks');
    const chain = await Chain.open(options.blocks);
    if (chain === undefined) throw new WattbookError('BAD_CHAIN', 'chain: there is none');
    const prover = new Prover(options, chain);
    await prover.#read(1);
    return prover;
  }

  /**
   * Proves a trade, with the names of who and what was in it. O(log blocks + block). @returns the text of a proof; undefined while no
   * published block holds such a trade
   * @throws TypeError, RangeError; WattbookError BAD_CHAIN
   */
  async trade(number: number, options: ProveOptions = {}): Promise<string | undefined> {
    integerArgument(number, 'number', 1, MOST);
    const log = await this.#log(options);
    if (log === undefined) return undefined;
    const trade = await this.#find('trade', number, log.size);
    if (trade === undefined) return undefined;
    const view = viewOf(trade.record);
    const product = await this.#mustFind('productListed', view.getUint32(TRADE.product), log.size);
    const listing = viewOf(product.record);
    const rows = new Set([view.getUint32(TRADE.buyer), view.getUint32(TRADE.seller)]);
    const found = [trade, product];
    for (const row of rows) {
      if (row < SYSTEM_ACCOUNTS.length) continue;
      found.push(await this.#mustFind('accountOpened', row, log.size));
    }
    for (const at of [LISTED.energyAsset, LISTED.moneyAsset]) {
      found.push(await this.#mustFind('assetListed', listing.getUint32(at), log.size));
    }
    const heights = [...new Set(found.map(({ height }) => height))];
    const records = recordsOf(found, heights);
    return textOf({ kind: 'trade', ...(await this.#frame(log, heights)), records });
  }

  /**
   * Proves what an account had after a block. It goes through the journal up to there: O(commands before it).
   * @returns the text of a proof; undefined where there was no such account, or no such block is published
   * @throws TypeError, RangeError, also without a storage; WattbookError BAD_CHAIN, DIVERGED and those of the storage
   */
  async balance(account: string, options: ProveBalanceOptions = {}): Promise<string | undefined> {
    const storage = this.#storage;
    if (typeof account !== 'string') throw new TypeError('account must be an id');
    if (storage === undefined) throw new TypeError('options.storage is needed for balances');
    const log = await this.#log(options);
    const { height = log?.size ?? 0 } = options;
    integerArgument(height, 'options.height', 0, MOST);
    if (log === undefined || height < 1 || height > log.size) return undefined;
    const frames = framesAfter({ sequence: 0, hash: NO_FRAME }, storage, sha256, TIMEOUT_MS);
    const { state, tree } = await stateTreeAt(new MarketState(), frames, height);
    const row = state.accounts.find(account);
    const shown = row === undefined ? undefined : tree.proveAccount(row);
    if (shown === undefined) return undefined;
    return this.#balanceText(shown, held(state, row!), log, height);
  }

  async #balanceText(
    shown: AccountProof,
    assets: readonly number[],
    log: Log,
    height: number,
  ): Promise<string> {
    const { leaf, accounts, proof, beside } = shown;
    const found: Found[] = [];
    for (const asset of assets) found.push(await this.#mustFind('assetListed', asset, log.size));
    const heights = [...new Set([height, ...found.map((each) => each.height)])];
    const account = {
      header: 0,
      leaf: toBase64(leaf),
      accounts,
      proof: proof.map(toBase64),
      beside: beside.map(toBase64),
    };
    const records = recordsOf(found, heights);
    return textOf({ kind: 'balance', ...(await this.#frame(log, heights)), records, account });
  }

  /** The published log, and what leads on to it. */
  async #log(options: ProveOptions): Promise<Log | undefined> {
    objectArgument(options, 'options', ['since', 'height']);
    const { since = 0 } = options;
    // In this order: the blocks of a note are there when it is.
    const checkpoint = await this.#blocks.published();
    await this.#read(this.#chain.height + 1);
    // A note begins with its text, and an empty line ends it.
    const text = checkpoint?.slice(0, checkpoint.indexOf('\n\n') + 1) ?? '';
    const size = Math.min(parseCheckpoint(text)?.size ?? 0, this.#chain.height);
    integerArgument(since, 'options.since', 0, MOST);
    if (checkpoint === undefined || size === 0 || parseCheckpoint(text)!.size !== size) {
      return undefined;
    }
    if (since > size) throw new RangeError(`options.since must be from 0 to ${size}, got ${since}`);
    const consistency = this.#chain.history.consistencyProof(since, size).map(toBase64);
    return { checkpoint, size, consistency };
  }

  /** What every proof begins with. */
  async #frame({ checkpoint, size, consistency }: Log, heights: readonly number[]) {
    const headers: object[] = [];
    for (const height of heights) {
      const header = toBase64((await this.#block(height)).subarray(0, HEADER_BYTES));
      const history = this.#chain.history.inclusionProof(height - 1, size).map(toBase64);
      headers.push({ header, history });
    }
    return { checkpoint, consistency, headers };
  }

  async #block(height: number): Promise<Uint8Array> {
    for await (const entry of this.#blocks.read(height)) return entry;
    throw new WattbookError('BAD_CHAIN', `chain: block ${height} is gone`);
  }

  /** Takes in the blocks from a height on. */
  async #read(from: number): Promise<void> {
    let height = from;
    for await (const block of this.#blocks.read(from)) {
      if (height > this.#chain.height) {
        // One that is damaged is made again by its sealer.
        if (!this.#chain.isSound(block)) return;
        this.#chain.add(block);
      }
      const highest = { ...this.#highest[height - 1]! };
      eachEvent(block, (view, at) => {
        const name = NAME_OF.get(recordType(view, at));
        if (name !== undefined) highest[name] = numberAt(view, at, name);
      });
      this.#highest[height++] = highest;
    }
  }

  async #mustFind(name: Numbered, number: number, most: number): Promise<Found> {
    const found = await this.#find(name, number, most);
    return found ?? brokenInvariant(`no block tells of ${name} ${number}`);
  }

  /** The event of a number, in the first block that comes up to it. */
  async #find(name: Numbered, number: number, most: number): Promise<Found | undefined> {
    let [low, high] = [1, most + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#highest[middle]![name] >= number) high = middle;
      else low = middle + 1;
    }
    if (low > most) return undefined;
    const block = await this.#block(low);
    const results = new MerkleTree();
    let index = -1;
    let record = block;
    eachEvent(block, (view, at) => {
      const bytes = block.subarray(at, at + recordLength(view, at));
      const isIt =
        NAME_OF.get(recordType(view, at)) === name && numberAt(view, at, name) === number;
      if (isIt) [index, record] = [results.size, bytes];
      results.append(bytes);
    });
    if (index < 0) return undefined;
    return { height: low, index, record, proof: results.inclusionProof(index) };
  }
}

interface Log {
  readonly checkpoint: string;
  readonly size: number;
  readonly consistency: readonly string[];
}

/** Events as members of a proof whose headers are of these heights. */
function recordsOf(found: readonly Found[], heights: readonly number[]): object[] {
  return found.map(({ height, index, record, proof }) => ({
    header: heights.indexOf(height),
    index,
    record: toBase64(record),
    proof: proof.map(toBase64),
  }));
}

/** Rows of the assets of which an account has something. */
function held({ ledger, listings }: MarketState, account: number): number[] {
  return listings.assetRows().filter((asset) => {
    const row = ledger.find(account, asset);
    return row >= 0 && (ledger.available(row) !== 0 || ledger.locked(row) !== 0);
  });
}

function eachEvent(block: Uint8Array, visit: (view: DataView, at: number) => void): void {
  const view = viewOf(block);
  for (let at = BLOCK_HEAD; at < block.length;) {
    const next = at + (at + HEADER_SIZE <= block.length ? recordLength(view, at) : 0);
    if (next < at + HEADER_SIZE || next > block.length) {
      throw new WattbookError('BAD_CHAIN', 'chain: the events of a block are damaged');
    }
    visit(view, at);
    at = next;
  }
}

function numberAt(view: DataView, at: number, name: Numbered): number {
  const field = at + NUMBERED[name];
  return name === 'trade' ? readI64(view, field) : view.getUint32(field);
}

function textOf(members: object): string {
  return `${JSON.stringify({ format: 'wattbook-proof', version: 0, ...members })}\n`;
}
