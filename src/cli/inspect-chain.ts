import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  blockHash,
  decodeGenesis,
  decodeHeader,
  HEADER_BYTES,
  SIGNATURE_BYTES,
} from '../chain/block.ts';
import { parseCheckpoint } from '../chain/checkpoint.ts';
import { EventType } from '../core/codes.ts';
import { recordLength, recordType } from '../core/records.ts';
import { HEADER_SIZE } from '../core/registry.ts';
import { sha256 } from '../core/sha256.ts';
import { CHAIN_NAME } from '../file/chain-file.ts';
import { fileBlocks } from '../file/index.ts';
import { tableOf } from './outcome.ts';
import { dateOf, hexOf } from './verify.ts';

/** A block as it says of itself. */
interface BlockRow {
  readonly height: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly events: number;
  readonly trades: number;
  /** Of its entry, the length in front included. */
  readonly bytes: number;
  readonly time: number;
  readonly hash: string;
  /** The key that it says it is sealed by. */
  readonly proposer: string;
}

/** What the chain file of a folder says; that all of it is as it should be says `wattbook verify`. */
export interface ChainReport {
  readonly name: string | undefined;
  readonly chainId: string;
  readonly blocks: number;
  readonly events: number;
  /** Of the whole file, and behind its last whole entry. */
  readonly bytes: number;
  readonly tornBytes: number;
  /** Height of the first entry that is no block; 0 is the genesis. Nothing behind it is counted. */
  readonly damaged: number | undefined;
  readonly head: BlockRow | undefined;
  /** Commands of the journal behind the last block. */
  readonly unsealed: number;
  /** Blocks that the head is of which was published last. */
  readonly checkpoint: number | undefined;
  /** The last blocks, as many as were asked for. */
  readonly last: readonly BlockRow[];
}

const LENGTH = 4;
const BLOCK_HEAD = HEADER_BYTES + SIGNATURE_BYTES;
const SHORT = 12;

/**
 * Reads the chain file of a folder. O(its bytes), and memory of a block.
 * @param lastSequence of the journal
 * @param count how many of the last blocks are told of
 * @returns undefined where there is none
 */
export async function chainReport(
  folder: string,
  lastSequence: number,
  count: number,
): Promise<ChainReport | undefined> {
  const size = statSync(join(folder, CHAIN_NAME), { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  const store = fileBlocks(folder);
  const last: BlockRow[] = [];
  let [genesis, head]: [Uint8Array | undefined, BlockRow | undefined] = [undefined, undefined];
  let [blocks, events, read]: [number, number, number] = [0, 0, 0];
  let damaged: number | undefined;
  for await (const entry of store.read(0)) {
    // What was added since the size was looked at is told of next time.
    if (read + LENGTH + entry.length > size) break;
    read += LENGTH + entry.length;
    if (damaged !== undefined) continue;
    if (genesis === undefined) {
      genesis = entry;
      if (decodeGenesis(entry) === undefined) damaged = 0;
      continue;
    }
    const row = rowOf(entry);
    if (row === undefined) {
      damaged = blocks + 1;
      continue;
    }
    [head, blocks, events] = [row, blocks + 1, events + row.events];
    last.push(row);
    if (last.length > count) last.shift();
  }
  const note = await store.published();
  return {
    name: genesis && decodeGenesis(genesis)?.name,
    chainId: genesis === undefined ? '' : hexOf(sha256(genesis)),
    blocks,
    events,
    bytes: size,
    tornBytes: size - read,
    damaged,
    head,
    unsealed: Math.max(0, lastSequence - (head?.lastSequence ?? 0)),
    checkpoint: note === undefined ? undefined : sizeIn(note),
    last,
  };
}

/** What a note says, whoever has signed it. */
function sizeIn(note: string): number | undefined {
  return parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))?.size;
}

function rowOf(entry: Uint8Array): BlockRow | undefined {
  const bytes = entry.slice(0, HEADER_BYTES);
  const header = decodeHeader(bytes);
  if (header === undefined || entry.length < BLOCK_HEAD) return undefined;
  const { height, firstSequence, lastSequence, events, time, proposer } = header;
  return {
    height,
    firstSequence,
    lastSequence,
    events,
    trades: tradesIn(entry),
    bytes: LENGTH + entry.length,
    time,
    hash: hexOf(blockHash(bytes)),
    proposer: hexOf(proposer),
  };
}

function tradesIn(entry: Uint8Array): number {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
  let trades = 0;
  for (let at = BLOCK_HEAD; at + HEADER_SIZE <= entry.length;) {
    if (recordType(view, at) === EventType.trade) trades++;
    at += Math.max(HEADER_SIZE, recordLength(view, at));
  }
  return trades;
}

/** For people. */
export function chainLines(chain: ChainReport, withBlocks: boolean): string[] {
  const { name, chainId, blocks, events, bytes, tornBytes, damaged, head } = chain;
  const { unsealed, checkpoint, last } = chain;
  const lines = [
    '',
    `chain           ${name ?? '?'}/${chainId}`,
    `blocks          ${blocks}, with ${events} events, in ${bytes} bytes`,
  ];
  if (head !== undefined) {
    const { height, firstSequence, lastSequence, time, hash } = head;
    const commands = `commands ${firstSequence} to ${lastSequence}`;
    lines.push(
      `last block      ${height}, ${commands}, ${dateOf(time)}`,
      `its hash        ${hash}`,
    );
  }
  lines.push(
    `not in a block  ${unsealed === 0 ? 'none' : `${unsealed} commands, the last of the journal`}`,
    `checkpoint      ${checkpoint === undefined ? 'none' : `of ${checkpoint} blocks`}`,
  );
  if (tornBytes > 0) {
    lines.push(`its end         ${tornBytes} bytes of a block that was being written`);
  }
  if (damaged !== undefined) {
    const what = damaged === 0 ? 'the genesis' : `block ${damaged}`;
    lines.push(`damaged         ${what}; \`wattbook verify\` tells more`);
  }
  if (withBlocks) lines.push('', tableOf([HEAD_ROW, ...last.map(cellsOf)]));
  return lines;
}

const HEAD_ROW = ['block', 'commands', 'events', 'trades', 'bytes', 'time', 'hash', 'sealed by'];

function cellsOf(row: BlockRow): (string | number)[] {
  const { height, firstSequence, lastSequence, events, trades, bytes, time } = row;
  return [
    height,
    `${firstSequence} to ${lastSequence}`,
    events,
    trades,
    bytes,
    dateOf(time),
    row.hash.slice(0, SHORT),
    row.proposer.slice(0, SHORT),
  ];
}
