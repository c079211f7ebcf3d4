import { createHash } from 'node:crypto';
import { ed25519, type Signer } from '../src/chain/ed25519.ts';
import { MerkleTree, merkleRoot } from '../src/chain/merkle.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import { MarketState } from '../src/matching/state.ts';
import { decodeFrame, encodeFrame, NO_FRAME, recordStarts } from '../src/storage/frame.ts';
import { SEAL_BLOCK } from '../src/verify/journal.ts';

/** Chain files, made straight from docs/format.md. */

export const hashOf = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(bytes).digest());
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Who signs: all seeds of the tests are a byte, 32 times. */
export const signerOf = (seed: number): Signer => ed25519.signer(new Uint8Array(32).fill(seed));

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

export function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return new Uint8Array(bytes);
}

export function i64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return new Uint8Array(bytes);
}

export const id = (text: string): Uint8Array => joined(Uint8Array.of(text.length), ascii(text));

/** A record with whatever behind its head. */
export function recordOf(
  type: number,
  sequence: number,
  time: number,
  ...fields: readonly Uint8Array[]
): Uint8Array {
  const rest = joined(...fields);
  return joined(u32(24 + rest.length), u16(type), u16(0), i64(sequence), i64(time), rest);
}

/** Records that stand one behind the other. */
export function recordsIn(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
    found.push(bytes.slice(at, at + view.getUint32(at)));
  }
  return found;
}

const BLOCK_SEALED = 157;
const sequenceOf = (record: Uint8Array): number => Number(Buffer.from(record).readBigInt64BE(8));
const timeOf = (record: Uint8Array): number => Number(Buffer.from(record).readBigInt64BE(16));

/** The records of a block, with those of the command that seals it. */
export interface Piece {
  readonly commands: readonly Uint8Array[];
  readonly events: readonly Uint8Array[];
}

/** The command log of an engine as blocks of so many commands each, and one of a seal alone for each 0. */
export function pieces(log: Uint8Array, sizes: readonly number[]): Piece[] {
  const sequencer = new Sequencer(new MarketState(), undefined);
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  for (let at = 0; at < log.length;) at = sequencer.replay(view, at);
  const commands = recordsIn(log);
  const events = recordsIn(sequencer.events.slice());
  let [done, time] = [0, 0];
  return sizes.map((size, seals) => {
    const renumbered = (record: Uint8Array): Uint8Array =>
      joined(record.subarray(0, 8), i64(sequenceOf(record) + seals), record.subarray(16));
    const own = commands.slice(done, done + size);
    const led = events.filter((each) => sequenceOf(each) > done && sequenceOf(each) <= done + size);
    done += size;
    time = own.length === 0 ? time : timeOf(own.at(-1)!);
    const sequence = done + seals + 1;
    const seal = recordOf(SEAL_BLOCK, sequence, time, u32(2), u32(0), u32(0), id(''));
    const first = sequence - own.length;
    const sealed = recordOf(BLOCK_SEALED, sequence, time, i64(seals + 1), i64(first));
    return {
      commands: [...own.map(renumbered), seal],
      events: [...led.map(renumbered), sealed],
    };
  });
}

/** The blocks that the `sealBlock` commands of a journal end, and the epochs of their last frames. */
export function sealedIn(frames: readonly Uint8Array[]): { pieces: Piece[]; epochs: number[] } {
  const sequencer = new Sequencer(new MarketState(), undefined);
  const [found, epochs]: [Piece[], number[]] = [[], []];
  let [commands, from]: [Uint8Array[], number] = [[], 0];
  for (const bytes of frames) {
    const frame = decodeFrame(bytes, hashOf);
    for (const start of recordStarts(frame).slice(0, -1)) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const end = sequencer.replay(view, start);
      commands.push(bytes.slice(start, end));
      if (view.getUint16(start + 4) !== SEAL_BLOCK) continue;
      const events = recordsIn(sequencer.events.slice(from));
      from = sequencer.events.length;
      found.push({ commands, events });
      epochs.push(frame.epoch);
      commands = [];
    }
  }
  return { pieces: found, epochs };
}

/** A genesis. */
export function genesisOf(
  signers: readonly Signer[],
  name = 'test',
  nonce: Uint8Array = new Uint8Array(16).fill(7),
): Uint8Array {
  const keys = signers.map((signer) => signer.publicKey);
  const head = [ascii('wattbook/genesis'), u16(0), nonce, Uint8Array.of(keys.length)];
  return joined(...head, ...keys, id(name));
}

/** What a header says; hashes as they are. */
export interface HeaderFields {
  readonly rulesVersion: number;
  readonly chainId: Uint8Array;
  readonly height: number;
  readonly epoch: number;
  readonly previous: Uint8Array;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly events: number;
  readonly commandRoot: Uint8Array;
  readonly resultRoot: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly historySize: number;
  readonly historyRoot: Uint8Array;
  readonly time: number;
}

export function headerOf(fields: HeaderFields, proposer: Uint8Array): Uint8Array {
  const { rulesVersion, chainId, height, epoch, previous, historySize, time } = fields;
  const head = [ascii('wattbook/header\0'), u16(0), u16(rulesVersion), chainId, i64(height)];
  const place = [i64(epoch), previous, i64(fields.firstSequence), i64(fields.lastSequence)];
  const roots = [i64(fields.events), fields.commandRoot, fields.resultRoot, fields.stateRoot];
  const end = [i64(historySize), fields.historyRoot, i64(time), proposer];
  return joined(...head, ...place, ...roots, ...end);
}

/** A block before it is signed. */
export interface Draft extends Piece {
  readonly fields: HeaderFields;
}

/** A chain as it is made. */
export interface Chain {
  readonly genesis: Uint8Array;
  readonly drafts: readonly Draft[];
  readonly headers: readonly Uint8Array[];
  /** Genesis and blocks, each as its entry, with its length in front. */
  readonly entries: readonly Uint8Array[];
  readonly frames: readonly Uint8Array[];
}

export const entryOf = (bytes: Uint8Array): Uint8Array => joined(u32(bytes.length), bytes);

/** A block as its entry. */
export function blockOf({ fields, events }: Draft, signer: Signer): Uint8Array {
  const header = headerOf(fields, signer.publicKey);
  return entryOf(joined(header, signer.sign(header), ...events));
}

export interface ChainShape {
  readonly signer?: Signer;
  readonly genesis?: Uint8Array;
  /** Commands in a frame. */
  readonly perFrame?: number;
  readonly stateRoot?: (height: number) => Uint8Array;
  /** Of each block; left out, as in `framesOf`. */
  readonly epochs?: readonly number[];
}

/** A chain of these blocks, and its journal; the epoch goes up with the fourth frame. */
export function chainOf(blocks: readonly Piece[], shape: ChainShape = {}): Chain {
  const { signer = signerOf(1), perFrame = 3 } = shape;
  const genesis = shape.genesis ?? genesisOf([signer]);
  const chainId = hashOf(genesis);
  const history = new MerkleTree();
  const drafts: Draft[] = [];
  const headers: Uint8Array[] = [];
  const entries = [entryOf(genesis)];
  for (const [i, piece] of blocks.entries()) {
    const { commands, events } = piece;
    const last = sequenceOf(commands.at(-1)!);
    const fields = {
      rulesVersion: 0,
      chainId,
      height: i + 1,
      epoch: shape.epochs?.[i] ?? epochOf(last, perFrame),
      previous: i === 0 ? chainId : hashOf(headers[i - 1]!),
      firstSequence: sequenceOf(commands[0]!),
      lastSequence: last,
      events: events.length,
      commandRoot: merkleRoot(commands),
      resultRoot: merkleRoot(events),
      stateRoot: shape.stateRoot?.(i + 1) ?? hashOf(u32(i)),
      historySize: i,
      historyRoot: history.root(),
      time: timeOf(commands.at(-1)!),
    };
    const draft = { ...piece, fields };
    drafts.push(draft);
    headers.push(headerOf(fields, signer.publicKey));
    history.append(headers[i]!);
    entries.push(blockOf(draft, signer));
  }
  const frames = framesOf(
    blocks.flatMap(({ commands }) => commands),
    perFrame,
  );
  return { genesis, drafts, headers, entries, frames };
}

const epochOf = (sequence: number, perFrame: number): number => (sequence > 3 * perFrame ? 2 : 1);

/** A journal of these commands. */
export function framesOf(commands: readonly Uint8Array[], perFrame: number): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < commands.length; at += perFrame) {
    const some = commands.slice(at, at + perFrame);
    const body = joined(...some.flatMap((each) => [each, u32(0xdeadbeef)]));
    const previous = frames.length === 0 ? NO_FRAME : hashOf(frames.at(-1)!);
    const epoch = epochOf(at + 1, perFrame);
    frames.push(encodeFrame(body, some.length, at + 1, epoch, previous, hashOf).bytes);
  }
  return frames;
}

/** Bytes in pieces of a size. */
export function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The same bytes with one bit the other way. */
export function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const other = bytes.slice();
  other[at]! ^= 1 << bit;
  return other;
}
