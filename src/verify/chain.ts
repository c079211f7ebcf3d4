import type { AbortSignalLike } from '../core/abort.ts';
import { integerArgument, objectArgument } from '../core/arguments.ts';
import { sha256 } from '../core/sha256.ts';
import { ByteReader, type Chunks, hexOf, isSame, viewOf } from './bytes.ts';
import { type BlockFindings, blockFault } from './block.ts';
import { EventWalk } from './events.ts';
import { demand, type Fault, Refusal } from './faults.ts';
import {
  type Genesis,
  type Header,
  HEADER_SIZE,
  KEY_SIZE,
  readGenesis,
  readHeader,
  SIGNATURE_SIZE,
} from './header.ts';
import { Journal } from './journal.ts';
import type { SignedHead } from './note.ts';
import { Published } from './published.ts';
import { GrowingRoot, HASH_SIZE } from './trees.ts';

/** A block that was found good. */
export interface CheckedBlock {
  readonly height: number;
  /** SHA-256 of its header. */
  readonly hash: Uint8Array;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** How many event records it has. */
  readonly events: number;
  /** Of its last command, epoch ms UTC. */
  readonly time: number;
  /** Where its entry ends in the file, in bytes. */
  readonly end: number;
}

/** What a chain is held against. */
export interface ChainOptions {
  /** Ed25519 public keys, 32 bytes each: whoever may sign by the genesis must be one of them. Left out, the genesis is believed. */
  readonly keys?: readonly Uint8Array[];
  /** The chain that it must be, 32 bytes. */
  readonly chainId?: Uint8Array;
  /**
   * Frames of the market's journal, one Uint8Array each: then the command roots are computed too. It may begin later than the chain, and
   * end later.
   */
  readonly journal?: Chunks;
  /** The signed note of a head of this chain that was published: it must be of the first blocks here, signed by a key of the genesis. */
  readonly checkpoint?: string;
  /** Is called after each block that is good. */
  readonly onBlock?: (block: CheckedBlock) => void;
  /** Ends the check with the signal's reason. */
  readonly signal?: AbortSignalLike;
}

/** The last block of a chain. */
export interface ChainHead {
  readonly height: number;
  /** SHA-256 of its header; without any block the chain id. */
  readonly hash: Uint8Array;
  /** Root of the tree of all headers, this one included: that of the checkpoint of this height. */
  readonly historyRoot: Uint8Array;
  readonly lastSequence: number;
  /** Epoch ms UTC. */
  readonly time: number;
}

/** A chain that is good. */
export interface ChainFound {
  readonly ok: true;
  readonly chainId: Uint8Array;
  readonly name: string;
  /** The keys that may sign, as the genesis has them. */
  readonly keys: readonly Uint8Array[];
  readonly blocks: number;
  /** Event records that were checked. */
  readonly records: number;
  /** Command records that were checked; 0 without a journal. */
  readonly commands: number;
  /** Whether the command root of every block was checked. */
  readonly commandRootChecked: boolean;
  /** Blocks whose command root was checked. */
  readonly commandRoots: number;
  /** Commands of the journal that no block holds yet. */
  readonly unsealed: number;
  readonly head: ChainHead;
  /** What the checkpoint says; undefined where none was given. */
  readonly checkpoint: SignedHead | undefined;
}

/** The first fault of a chain. */
export interface ChainFault extends Fault {
  /** Height of the block; 0 is the genesis. Of a checkpoint that does not hold: that of its head, or of the first block that is missing. */
  readonly block: number;
  /** Where its entry begins in the file, in bytes; of a checkpoint that does not hold where the chain ends. */
  readonly offset: number;
  /**
   * Whether one of the keys of the genesis has signed the header as it stands here: then its signer answers for the fault, else the header
   * was changed later. Undefined where there is no header.
   */
  readonly signed: boolean | undefined;
}

/**
 * Checks the bytes of a chain file by docs/format.md: every block, from the genesis on, up to the first fault. The state root is only under
 * the signature. Memory: the largest piece, or record, or frame of the journal, and no more. Time: about 3 us for each event.
 * @param chunks the bytes of the file in pieces of any size
 * @throws TypeError, RangeError for options that are none; what the iterables throw
 */
export async function verifyChain(
  chunks: Chunks,
  options: ChainOptions = {},
): Promise<ChainFound | ChainFault> {
  checkOptions(options);
  const check = new ChainCheck(chunks, options);
  try {
    return await check.run();
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    return check.faultOf(fault);
  } finally {
    await check.close();
  }
}

function checkOptions(options: ChainOptions): void {
  const known = ['keys', 'chainId', 'journal', 'checkpoint', 'onBlock', 'signal'];
  objectArgument(options, 'options', known);
  const { keys, chainId, checkpoint, onBlock } = options;
  if (keys !== undefined) keysArgument(keys, 'options.keys');
  if (chainId !== undefined) bytesArgument(chainId, 'options.chainId', HASH_SIZE);
  if (checkpoint !== undefined && typeof checkpoint !== 'string') {
    throw new TypeError('options.checkpoint must be text');
  }
  if (onBlock !== undefined && typeof onBlock !== 'function') {
    throw new TypeError('options.onBlock must be a function');
  }
}

/** Checks a list of keys. @throws TypeError, RangeError */
export function keysArgument(keys: unknown, argument: string): void {
  if (!Array.isArray(keys)) throw new TypeError(`${argument} must be an array of keys`);
  if (keys.length === 0) throw new RangeError(`${argument} must have a key`);
  keys.forEach((key, i) => bytesArgument(key, `${argument}[${i}]`, KEY_SIZE));
}

/** Checks bytes of a fixed length. @throws TypeError, RangeError */
export function bytesArgument(bytes: unknown, argument: string, length: number): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${argument} must be a Uint8Array`);
  integerArgument(bytes.length, `${argument}.length`, length, length);
}

/** Where a chain stands after a block: what the next one must follow on. */
export interface ChainState {
  readonly genesis: Genesis;
  readonly height: number;
  readonly hash: Uint8Array;
  readonly lastSequence: number;
  readonly time: number;
  readonly epoch: number;
  readonly rulesVersion: number;
}

class ChainCheck {
  /** Of the block that is looked at, where its entry begins, and whether it is signed. */
  #height = 0;
  #start = 0;
  #signed: boolean | undefined;
  #published: Published | undefined;
  readonly #reader: ByteReader;
  readonly #journal: Journal | undefined;
  readonly #options: ChainOptions;
  readonly #history = new GrowingRoot();
  #records = 0;
  #commandRoots = 0;

  constructor(chunks: Chunks, options: ChainOptions) {
    const { journal, signal } = options;
    this.#options = options;
    this.#reader = new ByteReader(chunks, 'chunks', signal);
    this.#journal = journal === undefined ? undefined : new Journal(journal, signal);
  }

  async run(): Promise<ChainFound | ChainFault> {
    const genesis = await this.#genesis();
    const { chainId, name, keys } = genesis;
    let state: ChainState = {
      genesis,
      height: 0,
      hash: chainId,
      lastSequence: 0,
      time: Number.MIN_SAFE_INTEGER,
      epoch: 1,
      rulesVersion: 0,
    };
    const { checkpoint } = this.#options;
    if (checkpoint !== undefined) this.#published = new Published(checkpoint, genesis);
    this.#published?.passed(this.#history);
    this.#begin();
    while ((await this.#reader.fill(1)) > 0) {
      state = await this.#block(state);
      this.#begin();
    }
    const unsealed = (await this.#journal?.rest()) ?? 0;
    const fault = this.#publishedFault();
    if (fault !== undefined) return fault;
    const { height, hash, lastSequence } = state;
    const time = height === 0 ? 0 : state.time;
    return {
      ok: true,
      chainId,
      name,
      keys: keys.map((key) => key.bytes),
      blocks: height,
      records: this.#records,
      commands: this.#journal?.commands ?? 0,
      commandRootChecked: this.#journal !== undefined && this.#commandRoots === height,
      commandRoots: this.#commandRoots,
      unsealed,
      head: { height, hash, historyRoot: this.#history.root(), lastSequence, time },
      checkpoint: this.#published?.head,
    };
  }

  /** What a refusal comes to. A last entry that is not whole is no excuse where its block was published. */
  faultOf(refusal: Refusal): ChainFault {
    const published = refusal.code === 'TORN' ? this.#publishedFault() : undefined;
    if (published !== undefined) return published;
    const [block, offset, signed] = [this.#height, this.#start, this.#signed];
    return { ...refusal.fault, block, offset, signed };
  }

  /** Why the checkpoint does not hold for the blocks that were good. */
  #publishedFault(): ChainFault | undefined {
    const found = this.#published?.fault(this.#height - 1);
    if (found === undefined) return undefined;
    return { ...found.fault.fault, block: found.block, offset: this.#start, signed: undefined };
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#journal?.close();
  }

  #begin(): void {
    this.#height++;
    this.#start = this.#reader.offset;
    this.#signed = undefined;
  }

  async #genesis(): Promise<Genesis> {
    const length = await this.#length();
    // The largest that there can be: 16 keys and 64 characters.
    const fits = length <= 612;
    demand(fits, 'MALFORMED', 'length', `a genesis of ${length} bytes`);
    const genesis = readGenesis(await this.#bytes(length, 4, length + 4));
    const { keys, chainId } = this.#options;
    const { keys: found, chainId: id } = genesis;
    const isIt = chainId === undefined || isSame(id, chainId);
    const detail = `the genesis is that of chain ${hexOf(id)}, or was changed`;
    demand(isIt, 'NOT_TRUSTED', 'chainId', detail);
    for (const [i, { bytes }] of found.entries()) {
      const isTrusted = keys === undefined || keys.some((key) => isSame(key, bytes));
      demand(isTrusted, 'NOT_TRUSTED', 'keys', `key ${i + 1}, ${hexOf(bytes)}, is not trusted`);
    }
    return genesis;
  }

  async #block(state: ChainState): Promise<ChainState> {
    const length = await this.#length();
    const head = HEADER_SIZE + SIGNATURE_SIZE;
    demand(length >= head, 'MALFORMED', 'length', `a block of ${length} bytes`);
    const bytes = await this.#bytes(head, 4, length + 4);
    const header = headerOf(bytes);
    const events = new EventWalk(header instanceof Refusal ? NaN : header.events);
    const there = await this.#events(events, length - head);
    if (there < length - head) throw tornOrTooLong(events, header, there + head + 4, length + 4);
    if (header instanceof Refusal) throw header;
    const findings: BlockFindings = {
      header,
      signature: bytes.subarray(HEADER_SIZE),
      events,
      length,
      historyRoot: this.#history.root(),
      journal: this.#journal,
    };
    const result = await blockFault(findings, state);
    this.#signed = result.signed;
    if (result.fault !== undefined) throw result.fault;
    if (result.commandRootChecked) this.#commandRoots++;
    this.#history.add(header.bytes, 0, HEADER_SIZE);
    this.#published?.passed(this.#history);
    this.#records += header.events;
    return this.#taken(header, state.genesis);
  }

  #taken(header: Header, genesis: Genesis): ChainState {
    const { height, firstSequence, lastSequence, events, time, epoch, rulesVersion } = header;
    const hash = sha256(header.bytes);
    const end = this.#reader.offset;
    this.#options.onBlock?.({ height, hash, firstSequence, lastSequence, events, time, end });
    return { genesis, height, hash, lastSequence, time, epoch, rulesVersion };
  }

  async #length(): Promise<number> {
    return viewOf(await this.#bytes(4, 0, 4)).getUint32(0);
  }

  /** Some bytes of the entry. @throws Refusal if the file ends before */
  async #bytes(count: number, before: number, of: number): Promise<Uint8Array> {
    const bytes = await this.#reader.take(count);
    if (bytes.length < count) throw torn(before + bytes.length, of);
    return bytes;
  }

  /** Goes over the events of an entry, up to its end. @returns how many of its bytes there are */
  async #events(events: EventWalk, size: number): Promise<number> {
    const reader = this.#reader;
    let left = size;
    for (let needed = 1; left > 0 && needed > 0;) {
      const ready = Math.min(reader.ready, left);
      const before = events.length;
      needed = events.add(reader.bytes, reader.view, reader.at, ready, left);
      const used = events.length - before;
      reader.skip(used);
      left -= used;
      if (needed > 0 && (await reader.fill(needed)) < needed) break;
    }
    return size - left + (await reader.pass(left));
  }
}

function headerOf(bytes: Uint8Array): Header | Refusal {
  try {
    return readHeader(bytes.subarray(0, HEADER_SIZE));
  } catch (fault) {
    if (fault instanceof Refusal) return fault;
    throw fault;
  }
}

function torn(there: number, of: number): Refusal {
  const detail = `the file ends inside its last entry: ${there} of ${of} bytes are there`;
  return new Refusal('TORN', 'length', detail);
}

/** An entry that was being written has no more events than its header tells of; one whose length was changed has. */
function tornOrTooLong(
  { announced }: EventWalk,
  header: Header | Refusal,
  there: number,
  of: number,
): Refusal {
  const isChanged =
    !(header instanceof Refusal) &&
    announced !== undefined &&
    isSame(announced.root, header.resultRoot);
  if (!isChanged) return torn(there, of);
  const end = 4 + HEADER_SIZE + SIGNATURE_SIZE + announced.length;
  const detail = `an entry of ${of} bytes, ${there} of which are there, and whose events end after ${end}`;
  return new Refusal('MALFORMED', 'length', detail);
}
