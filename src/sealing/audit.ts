import { readI64, sameBytes } from '../core/bytes.ts';
import { type ErrorCode, WattbookError } from '../core/errors.ts';
import { murmur3 } from '../core/murmur3.ts';
import { checkCommand, recordLength } from '../core/records.ts';
import { HEADER, HEADER_SIZE } from '../core/registry.ts';
import { sha256 } from '../core/sha256.ts';
import { decodeHeader, HEADER_BYTES, SIGNATURE_BYTES } from '../chain/block.ts';
import { functionArgument, integerArgument, objectArgument } from '../engine/arguments.ts';
import { Sequencer } from '../engine/sequencer.ts';
import { signatureFault } from '../engine/signatures.ts';
import { framesAfter, storageCall } from '../exchange/storage-calls.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import type { JournalEnd, StorageAdapter } from '../storage/contract.ts';
import { DIGEST_SIZE, type Frame, NO_FRAME, recordStarts, viewOf } from '../storage/frame.ts';
import type { BlockStore } from './block-store.ts';
import { StateTree } from './state-tree.ts';

/** What an audit is made of. */
export interface AuditOptions {
  /** Where the market's journal is. It is read, never written. */
  readonly storage: StorageAdapter;
  /** The chain, which `verifyChain` has found good. */
  readonly blocks: Pick<BlockStore, 'read'>;
  /** Height of the last block to look at. Default: all that there are. */
  readonly to?: number;
  /** How long the storage may take for one call, from 1 to 3,600,000 ms. Default 30,000 ms. */
  readonly storageTimeoutMs?: number;
  /** Is called with the height of each block that is good. */
  readonly onBlock?: (height: number) => void;
}

/** A chain that says what its commands lead to. */
export interface AuditFound {
  readonly ok: true;
  /** Height of the first block that was looked at, and how many were. */
  readonly from: number;
  readonly blocks: number;
  /** Commands that were carried out, and events that they led to. */
  readonly commands: number;
  readonly events: number;
  /**
   * The command whose snapshot the market was taken from, because the journal has dropped what came before; 0 where every command was
   * carried out. A snapshot is the word of whoever keeps the journal, which the state roots behind it bear out.
   */
  readonly snapshot: number;
}

/**
 * The first block that says something else than its commands lead to.
 *
 * - `OTHER_EVENTS`: a command leads to other events than the block has.
 * - `OTHER_DIGEST`: it leads to those of the block, and the journal tells of others.
 * - `OTHER_STATE`: the market has come to another state than the header says.
 * - `NOT_SIGNED`: a command bears a signature that is not that of its actor's key, over the chain's id.
 * - `MISSING`: the journal ends before the block does.
 */
export interface AuditFault {
  readonly ok: false;
  readonly code: 'OTHER_EVENTS' | 'OTHER_DIGEST' | 'OTHER_STATE' | 'NOT_SIGNED' | 'MISSING';
  /** Its height. */
  readonly block: number;
  /** Of the first command that differs; undefined where it cannot be told, as all events are the same. */
  readonly sequence: number | undefined;
  /** Which event record of the block it is, from 0; undefined where it is none. */
  readonly record: number | undefined;
  /** A sentence for people. */
  readonly detail: string;
}

const OPTIONS: readonly (keyof AuditOptions)[] = [
  'storage',
  'blocks',
  'to',
  'storageTimeoutMs',
  'onBlock',
];
const HOUR_MS = 3_600_000;
const BLOCK_HEAD = HEADER_BYTES + SIGNATURE_BYTES;

/**
 * Carries out the commands of a journal once more, and compares what each leads to with the events in the blocks, and the state after each
 * block with its state root: what whoever signed says is what the rules give. Signatures of commands are checked, over the chain's id. It takes the journal from the first command on; where
 * that is gone, from the latest snapshot, and then says nothing of blocks that end before it. Links, signatures and roots of the records are
 * not looked at: that is `verifyChain`. Memory: the market, a frame and a block. Time: that of replaying, and of hashing what changes.
 * @throws TypeError, RangeError; WattbookError NOT_KEPT where no block can be judged, BAD_CHAIN for a block that cannot be read, BAD_FRAME,
 *   BAD_RECORD, BAD_SNAPSHOT, OTHER_RULES, SEQUENCE_GAP, UNKNOWN_TYPE, and those of the storage
 */
export async function auditChain(options: AuditOptions): Promise<AuditFound | AuditFault> {
  objectArgument(options, 'options', OPTIONS);
  const { storage, blocks, to = Number.MAX_SAFE_INTEGER, onBlock = () => {} } = options;
  for (const [argument, value] of Object.entries({ storage, blocks })) {
    objectArgument(value, argument);
  }
  integerArgument(to, 'to', 0, Number.MAX_SAFE_INTEGER);
  functionArgument(onBlock, 'onBlock');
  const timeoutMs = integerArgument(
    options.storageTimeoutMs ?? 30_000,
    'storageTimeoutMs',
    1,
    HOUR_MS,
  );
  const start = await beginning(storage, timeoutMs);
  const entries = sealedBlocks(blocks, to);
  try {
    const audit = new Audit(start.state, entries, onBlock);
    return await audit.run(framesAfter(start.end, storage, sha256, timeoutMs));
  } finally {
    await entries.return(undefined);
  }
}

/** An empty market; the latest snapshot where the commands before it are not kept. */
async function beginning(
  storage: StorageAdapter,
  timeoutMs: number,
): Promise<{ readonly state: MarketState; readonly end: JournalEnd }> {
  const none = { sequence: 0, hash: NO_FRAME };
  try {
    for await (const _ of framesAfter(none, storage, sha256, timeoutMs)) break;
    return { state: new MarketState(), end: none };
  } catch (fault) {
    if (!isNotKept(fault)) throw fault;
    const snapshot = await storageCall('latestSnapshot', timeoutMs, () => storage.latestSnapshot());
    if (snapshot === undefined) throw fault;
    return { state: restore(snapshot.bytes), end: snapshot };
  }
}

const NOT_KEPT: ErrorCode = 'NOT_KEPT';

function isNotKept(fault: unknown): boolean {
  return fault instanceof WattbookError && fault.code === NOT_KEPT;
}

/** What is compared of a block. */
interface SealedBlock {
  readonly height: number;
  readonly lastSequence: number;
  readonly stateRoot: Uint8Array;
  readonly chainId: Uint8Array;
  /** Its entry, from which on the events stand. */
  readonly bytes: Uint8Array;
}

/** The blocks of a chain up to a height. */
async function* sealedBlocks(
  blocks: Pick<BlockStore, 'read'>,
  to: number,
): AsyncGenerator<SealedBlock, undefined> {
  let height = 0;
  for await (const bytes of to === 0 ? [] : blocks.read(1)) {
    height++;
    const header = decodeHeader(bytes.slice(0, HEADER_BYTES));
    if (header === undefined || bytes.length < BLOCK_HEAD) {
      throw new WattbookError('BAD_CHAIN', `chain: block ${height} is damaged`);
    }
    const { lastSequence, stateRoot, chainId } = header;
    yield { height, lastSequence, stateRoot, chainId, bytes };
    if (height >= to) return;
  }
}

class Audit {
  readonly #sequencer: Sequencer;
  readonly #tree: StateTree;
  readonly #entries: AsyncGenerator<SealedBlock, undefined>;
  readonly #onBlock: (height: number) => void;
  /** Of the snapshot that it began with. */
  readonly #snapshot: number;
  #block: SealedBlock | undefined;
  /** How far the events of the block were compared: bytes of its entry, and records. */
  #at = BLOCK_HEAD;
  #records = 0;
  #from = 0;
  #blocks = 0;
  #events = 0;

  constructor(
    state: MarketState,
    entries: AsyncGenerator<SealedBlock, undefined>,
    onBlock: (height: number) => void,
  ) {
    this.#sequencer = new Sequencer(state, undefined, false);
    this.#tree = new StateTree(state);
    this.#entries = entries;
    this.#onBlock = onBlock;
    this.#snapshot = state.sequence;
  }

  async run(frames: AsyncIterable<Frame>): Promise<AuditFound | AuditFault> {
    const early = await this.#begin();
    if (early !== undefined) return early;
    const { state } = this.#sequencer;
    if (this.#block !== undefined) {
      for await (const frame of frames) {
        const fault = await this.#goThrough(frame);
        if (fault !== undefined) return fault;
        if (this.#block === undefined) break;
      }
    }
    if (this.#block !== undefined) {
      const detail = `the journal ends with command ${state.sequence}, the block with ${this.#block.lastSequence}`;
      return this.#fault('MISSING', undefined, undefined, detail);
    }
    const snapshot = this.#snapshot;
    const commands = state.sequence - snapshot;
    return {
      ok: true,
      from: this.#from,
      blocks: this.#blocks,
      commands,
      events: this.#events,
      snapshot,
    };
  }

  /** Goes to the block in which the market begins. */
  async #begin(): Promise<AuditFault | undefined> {
    const sequence = this.#snapshot;
    await this.#next();
    while (this.#block !== undefined && this.#block.lastSequence < sequence) await this.#next();
    if (this.#block === undefined) {
      if (sequence === 0) return undefined;
      const what = `the journal has dropped the commands before ${sequence}, and no block ends behind it`;
      throw new WattbookError(NOT_KEPT, `nothing can be said of any block: ${what}`);
    }
    this.#from = this.#block.height;
    const view = viewOf(this.#block.bytes);
    // What the snapshot stands for has had its events.
    while (this.#sequenceAt(view) <= sequence) this.#passRecord(view);
    return this.#block.lastSequence === sequence ? this.#endBlock() : undefined;
  }

  async #goThrough(frame: Frame): Promise<AuditFault | undefined> {
    const { state, events } = this.#sequencer;
    const view = viewOf(frame.bytes);
    const starts = recordStarts(frame);
    for (let i = 1; i < starts.length && this.#block !== undefined; i++) {
      const unsigned = this.#unsigned(view, starts[i - 1]!, this.#block);
      if (unsigned !== undefined) return unsigned;
      this.#sequencer.replay(view, starts[i - 1]!);
      const digest = view.getUint32(starts[i]! - DIGEST_SIZE);
      const isRecorded = murmur3(events.view, 0, events.length) === digest;
      const fault = this.#compare(this.#block, isRecorded);
      if (fault !== undefined) return fault;
      this.#tree.note(events.view, 0, events.length);
      if (state.sequence < this.#block.lastSequence) continue;
      const end = await this.#endBlock();
      if (end !== undefined) return end;
    }
    // Nobody reads what this market once had.
    state.archived.forget(state.sequence);
    return undefined;
  }

  /** What the host was to see to before it took a command, and the rules take its word for. */
  #unsigned(view: DataView, at: number, { chainId }: SealedBlock): AuditFault | undefined {
    checkCommand(view, at);
    const { state } = this.#sequencer;
    const reason = signatureFault(state, view, at, chainId);
    if (reason === undefined) return undefined;
    return this.#fault('NOT_SIGNED', state.sequence + 1, undefined, reason);
  }

  /** Holds the events of the last command against those in the block. */
  #compare(block: SealedBlock, isRecorded: boolean): AuditFault | undefined {
    const { state, events } = this.#sequencer;
    const { sequence } = state;
    const view = viewOf(block.bytes);
    for (let at = 0; at < events.length;) {
      const end = at + recordLength(events.view, at);
      const length = end - at;
      const there = block.bytes.subarray(this.#at, this.#at + length);
      if (!sameBytes(there, events.bytes.subarray(at, end))) {
        return this.#otherEvents(sequence, isRecorded);
      }
      this.#at += length;
      this.#records++;
      this.#events++;
      at = end;
    }
    if (this.#sequenceAt(view) <= sequence) return this.#otherEvents(sequence, isRecorded);
    if (isRecorded) return undefined;
    const detail = `command ${sequence} leads to the events in the block, and to others by what the journal tells of it`;
    return this.#fault('OTHER_DIGEST', sequence, undefined, detail);
  }

  #otherEvents(sequence: number, isRecorded: boolean): AuditFault {
    const journal = isRecorded
      ? 'the journal tells of the same as came out now'
      : 'what came out now is not what the journal tells of either';
    const record = this.#records;
    const detail = `command ${sequence} leads to other events than the block has, from record ${record} on; ${journal}`;
    return this.#fault('OTHER_EVENTS', sequence, record, detail);
  }

  /** Compares the state, and goes on to the next block. */
  async #endBlock(): Promise<AuditFault | undefined> {
    const { height, stateRoot, lastSequence } = this.#block!;
    const detail = `after command ${lastSequence} the market has come to another state root than the header says`;
    if (!sameBytes(this.#tree.update(), stateRoot)) {
      return this.#fault('OTHER_STATE', undefined, undefined, detail);
    }
    this.#blocks++;
    this.#onBlock(height);
    await this.#next();
    return undefined;
  }

  async #next(): Promise<void> {
    this.#block = (await this.#entries.next()).value;
    this.#at = BLOCK_HEAD;
    this.#records = 0;
  }

  /** The sequence of the next event in the block; none is behind its last. */
  #sequenceAt(view: DataView): number {
    const isThere = this.#at + HEADER_SIZE <= view.byteLength;
    return isThere ? readI64(view, this.#at + HEADER.sequence) : Infinity;
  }

  #passRecord(view: DataView): void {
    this.#at += Math.max(HEADER_SIZE, recordLength(view, this.#at));
    this.#records++;
  }

  #fault(
    code: AuditFault['code'],
    sequence: number | undefined,
    record: number | undefined,
    detail: string,
  ): AuditFault {
    return { ok: false, code, block: this.#block!.height, sequence, record, detail };
  }
}
