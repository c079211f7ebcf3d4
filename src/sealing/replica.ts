import { sameBytes } from '../core/bytes.ts';
import { ByteLog } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { murmur3 } from '../core/murmur3.ts';
import { recordLength } from '../core/records.ts';
import { encodeHeader, HEADER_BYTES } from '../chain/block.ts';
import type { Signer } from '../chain/ed25519.ts';
import { RootStream } from '../chain/root-stream.ts';
import { Sequencer } from '../engine/sequencer.ts';
import type { MarketState } from '../matching/state.ts';
import { DIGEST_SIZE, type Frame, recordStarts, viewOf } from '../storage/frame.ts';
import { BLOCK_HEAD, type Chain } from './chain.ts';
import { StateTree } from './state-tree.ts';

/**
 * A market that goes through the commands of a journal once more, and makes blocks of them: every root comes from bytes that were read
 * back, and from what they lead to here.
 */
export class Replica {
  readonly #sequencer: Sequencer;
  readonly #chain: Chain;
  readonly #commands = new RootStream();
  readonly #results = new RootStream();
  /** The events of the block under way. */
  readonly #body = new ByteLog(1 << 16);
  /** From the end of the last sealed block on. */
  #tree: StateTree | undefined;

  constructor(state: MarketState, chain: Chain) {
    this.#sequencer = new Sequencer(state, undefined, false);
    this.#chain = chain;
    if (state.height === chain.height) this.#meetHead();
  }

  get state(): MarketState {
    return this.#sequencer.state;
  }

  /** What the market had come to with the last block; undefined before it has got there. */
  get tree(): StateTree | undefined {
    return this.#tree;
  }

  /**
   * Goes through the commands of a frame, and makes the blocks that end in it, of which the chain takes note.
   * @returns the blocks as entries
   * @throws WattbookError DIVERGED, BAD_FRAME, BAD_RECORD, UNKNOWN_TYPE, SEQUENCE_GAP
   */
  goThrough(frame: Frame, signer: Signer): Uint8Array[] {
    const blocks: Uint8Array[] = [];
    const { state, events } = this.#sequencer;
    const view = viewOf(frame.bytes);
    const starts = recordStarts(frame);
    for (let i = 1; i < starts.length; i++) {
      const [start, end] = [starts[i - 1]!, starts[i]! - DIGEST_SIZE];
      const { height } = state;
      this.#sequencer.replay(view, start);
      if (murmur3(events.view, 0, events.length) !== view.getUint32(end)) {
        throw diverged(`command ${state.sequence} led to other events than when it was recorded`);
      }
      if (this.#tree !== undefined) this.#gather(frame.bytes, start, end);
      if (state.height === height) continue;
      if (this.#tree !== undefined) blocks.push(this.#block(frame, signer));
      else if (state.height === this.#chain.height) this.#meetHead();
    }
    // Nobody reads what this market once had.
    state.archived.forget(state.sequence);
    return blocks;
  }

  #gather(bytes: Uint8Array, start: number, end: number): void {
    this.#commands.add(bytes, start, end);
    const { events } = this.#sequencer;
    for (let at = 0; at < events.length;) {
      const next = at + recordLength(events.view, at);
      this.#results.add(events.bytes, at, next);
      at = next;
    }
    this.#tree!.note(events.view, 0, events.length);
    this.#body.append(events.bytes.subarray(0, events.length));
  }

  /** The end of the last block that there is: from here on blocks are made. */
  #meetHead(): void {
    this.#tree = new StateTree(this.state);
    const { head } = this.#chain;
    if (head === undefined || sameBytes(head.header.stateRoot, this.#tree.root)) return;
    throw diverged(`block ${head.header.height} has another state root than its commands lead to`);
  }

  #block(frame: Frame, signer: Signer): Uint8Array {
    const { state } = this;
    const { previous, lastSequence } = this.#chain.next;
    const header = encodeHeader({
      rulesVersion: frame.rulesVersion,
      chainId: this.#chain.id,
      height: state.height,
      epoch: frame.epoch,
      previous,
      firstSequence: lastSequence + 1,
      lastSequence: state.sequence,
      events: this.#results.count,
      commandRoot: this.#commands.root(),
      resultRoot: this.#results.root(),
      stateRoot: this.#tree!.update(),
      historyRoot: this.#chain.history.root(),
      time: state.time,
      proposer: signer.publicKey,
    });
    const body = this.#body;
    const block = new Uint8Array(BLOCK_HEAD + body.length);
    block.set(header);
    block.set(signer.sign(header), HEADER_BYTES);
    block.set(body.bytes.subarray(0, body.length), BLOCK_HEAD);
    body.length = 0;
    this.#commands.clear();
    this.#results.clear();
    this.#chain.add(block);
    return block;
  }
}

function diverged(what: string): WattbookError {
  return new WattbookError('DIVERGED', what);
}
