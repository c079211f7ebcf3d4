import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import {
  blockHash,
  type BlockHeader,
  decodeGenesis,
  decodeHeader,
  encodeGenesis,
  type Genesis,
  HEADER_BYTES,
  originOf,
  SIGNATURE_BYTES,
} from '../chain/block.ts';
import { formatCheckpoint } from '../chain/checkpoint.ts';
import { ed25519, type Signer } from '../chain/ed25519.ts';
import { RootStream } from '../chain/root-stream.ts';
import { recordLength } from '../core/records.ts';
import { HEADER_SIZE } from '../core/registry.ts';
import { viewOf } from '../storage/frame.ts';
import { MerkleTree } from '../chain/merkle.ts';
import { signNote } from '../chain/note.ts';
import type { BlockStore } from './block-store.ts';

/** Bytes of a block before its events. */
export const BLOCK_HEAD = HEADER_BYTES + SIGNATURE_BYTES;

/** The last block of a chain. */
export interface ChainHead {
  readonly header: BlockHeader;
  /** The header's bytes, and their hash. */
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
}

/** The headers of a chain as a log, and where the chain ends. 64 bytes of memory a block. */
export class Chain {
  readonly genesis: Genesis;
  /** SHA-256 of the genesis. */
  readonly id: Uint8Array;
  /** What it is called as a log. */
  readonly origin: string;
  /** The tree of all headers. */
  readonly history = new MerkleTree();
  /** Whether there was one more block, which does not count. */
  hasDamagedEnd = false;
  #head: ChainHead | undefined;

  private constructor(genesis: Uint8Array) {
    const decoded = decodeGenesis(genesis);
    if (decoded === undefined) throw badChain('the genesis is damaged');
    this.genesis = decoded;
    this.id = sha256(genesis);
    this.origin = originOf(genesis);
  }

  /**
   * Reads a chain, and checks that its blocks follow on each other; of what is in them it looks at nothing, that is `wattbook verify`. A
   * last block that is damaged does not count. O(bytes of the chain).
   * @param first the genesis of a chain that is to begin here; without one, undefined is the answer where there is none
   * @throws WattbookError BAD_CHAIN
   */
  static async open(blocks: BlockStore, first: Genesis): Promise<Chain>;
  static async open(blocks: BlockStore): Promise<Chain | undefined>;
  static async open(blocks: BlockStore, first?: Genesis): Promise<Chain | undefined> {
    let chain: Chain | undefined;
    let last: Uint8Array | undefined;
    for await (const entry of blocks.read(0)) {
      if (chain === undefined) chain = new Chain(entry);
      else {
        if (last !== undefined) chain.add(last);
        last = entry;
      }
    }
    // What a machine was writing when it lost its power is made again, and comes out the same.
    if (chain !== undefined && last !== undefined) {
      if (chain.isSound(last)) chain.add(last);
      else chain.hasDamagedEnd = true;
    }
    if (chain !== undefined || first === undefined) return chain;
    const genesis = encodeGenesis(first);
    await blocks.append([genesis], 0);
    return new Chain(genesis);
  }

  /** The last block; undefined in a chain of none. */
  get head(): ChainHead | undefined {
    return this.#head;
  }

  /** Height of the last block. */
  get height(): number {
    return this.history.size;
  }

  /** Takes the next block. @throws WattbookError BAD_CHAIN where it does not follow */
  add(block: Uint8Array): void {
    const bytes = block.slice(0, HEADER_BYTES);
    const header = decodeHeader(bytes);
    const height = this.height + 1;
    if (header === undefined || block.length < BLOCK_HEAD)
      throw badChain(`block ${height} is damaged`);
    const { previous, lastSequence } = this.next;
    const follows =
      header.height === height &&
      sameBytes(header.chainId, this.id) &&
      sameBytes(header.previous, previous) &&
      header.firstSequence === lastSequence + 1 &&
      sameBytes(header.historyRoot, this.history.root());
    if (!follows) throw badChain(`block ${height} does not follow on the one before`);
    this.history.append(bytes);
    this.#head = { header, bytes, hash: blockHash(bytes) };
  }

  /** What the next block goes on from. */
  get next(): { readonly previous: Uint8Array; readonly lastSequence: number } {
    const head = this.#head;
    return { previous: head?.hash ?? this.id, lastSequence: head?.header.lastSequence ?? 0 };
  }

  /** The head as a C2SP checkpoint in a signed note. */
  checkpoint(signer: Signer): string {
    const { origin, height: size } = this;
    const text = formatCheckpoint({ origin, size, root: this.history.root(), extensions: [] });
    return signNote(text, { name: origin, algorithm: 'ed25519', signer });
  }

  /** Whether a block is signed by a key of the genesis, and holds the events that it says. */
  isSound(block: Uint8Array): boolean {
    const header = decodeHeader(block.slice(0, HEADER_BYTES));
    const key = this.genesis.keys.find((each) => header && sameBytes(each, header.proposer));
    const verifying = key && ed25519.verifyingKey(key);
    const signature = block.slice(HEADER_BYTES, BLOCK_HEAD);
    if (verifying?.verify(block.slice(0, HEADER_BYTES), signature) !== true) return false;
    const results = new RootStream();
    const view = viewOf(block);
    for (let at = BLOCK_HEAD; at < block.length;) {
      const next = at + (at + HEADER_SIZE <= block.length ? recordLength(view, at) : Infinity);
      if (next > block.length || next === at) return false;
      results.add(block, at, next);
      at = next;
    }
    return sameBytes(results.root(), header!.resultRoot);
  }
}

function badChain(what: string): WattbookError {
  return new WattbookError('BAD_CHAIN', `chain: ${what}`);
}
