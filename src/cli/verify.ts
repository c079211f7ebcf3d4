import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64 } from '../chain/base64.ts';
import { parseNoteKey } from '../chain/note.ts';
import { fileStorage } from '../file/index.ts';
import { contentsOf } from '../file/folder.ts';
import { nodeDisk } from '../file/node-disk.ts';
import {
  type ChainFault,
  type ChainFound,
  type CheckedBlock,
  verifyChain,
} from '../verify/index.ts';
import { EXIT, type Outcome, progressOf } from './outcome.ts';

/** Name of the chain file in the folder of a market. */
const CHAIN_FILE = 'chain.wbc';

/** Whom the user of the program trusts. */
export interface VerifyFlags {
  readonly keys: readonly Uint8Array[];
  readonly chainId: Uint8Array | undefined;
}

/** The key that an argument stands for: a note key, or 32 bytes in base64. Undefined for any other text. */
export function keyOf(text: string): Uint8Array | undefined {
  const bytes = fromBase64(text);
  return bytes?.length === 32 ? bytes : parseNoteKey(text)?.key.bytes;
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const dateOf = (time: number): string => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
};

/** Values of a result for JSON: bytes as hex. */
export function plain(found: object): Record<string, unknown> {
  const value = (each: unknown): unknown => {
    if (each instanceof Uint8Array) return hexOf(each);
    if (Array.isArray(each)) return each.map(value);
    return typeof each === 'object' && each !== null ? plain(each) : each;
  };
  return Object.fromEntries(Object.entries(found).map(([name, each]) => [name, value(each)]));
}

/** The bytes of a file as they are now: what is added while they are read is left out. */
export async function* bytesOf(file: string, size: number): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  yield* createReadStream(file, { end: size - 1, highWaterMark: 1 << 18 });
}

/** How many bytes a file has. @throws Error if there is none */
export function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true) return found.size;
  throw new Error(`${file} is no file`);
}

/** The chain file that a path names, or that is in the folder that it names. */
export function chainFile(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? join(path, CHAIN_FILE) : path;
}

/** The frames of a folder, from the first one that is kept; undefined if there are none. */
async function journalOf(folder: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { segments } = await contentsOf(nodeDisk, folder);
  const [first] = segments;
  return first === undefined ? undefined : fileStorage(folder).read(first.after.sequence);
}

interface Checked {
  readonly found: ChainFound | ChainFault;
  /** The last block that was good. */
  readonly last: CheckedBlock | undefined;
  readonly isFolder: boolean;
  readonly hasJournal: boolean;
}

async function checked(path: string, { keys, chainId }: VerifyFlags): Promise<Checked> {
  const file = chainFile(path);
  const isFolder = file !== path;
  // Before the journal: a block is written after its commands.
  const size = sizeOf(file);
  const journal = isFolder ? await journalOf(path) : undefined;
  const progress = progressOf('bytes verified');
  let last: CheckedBlock | undefined;
  const found = await verifyChain(bytesOf(file, size), {
    ...(keys.length > 0 && { keys }),
    ...(chainId !== undefined && { chainId }),
    ...(journal !== undefined && { journal }),
    onBlock: (block) => {
      last = block;
      progress(block.end, size);
    },
  });
  return { found, last, isFolder, hasJournal: journal !== undefined };
}

/** Checks a chain file, or that of a folder with the journal beside it. */
export async function verify(path: string, flags: VerifyFlags): Promise<Outcome> {
  const all = await checked(path, flags);
  return all.found.ok ? goodOutcome(all.found, all, flags) : faultOutcome(all.found, all);
}

function goodOutcome(found: ChainFound, { hasJournal }: Checked, flags: VerifyFlags): Outcome {
  const { blocks, records, head, name, chainId, keys } = found;
  const isBelieved = flags.keys.length === 0 && flags.chainId === undefined;
  const verdict = `good: ${blocks} blocks with ${records} events`;
  const own = keys.map(base64Of).join('\n                ');
  const lines = [
    verdict,
    `chain           ${name}/${hexOf(chainId)}`,
    ...(blocks === 0
      ? []
      : [
          `last block      ${head.height}, up to command ${head.lastSequence}, ${dateOf(head.time)}`,
          `its hash        ${hexOf(head.hash)}`,
        ]),
    `history root    ${hexOf(head.historyRoot)}`,
    `commands        ${commandsText(found, hasJournal)}`,
    `state roots     not computed: they are only under the signatures`,
    `keys            ${own}`,
    isBelieved
      ? `                These are the keys that the chain itself names: whoever made it may have made them up.\n` +
        `                Say with --key, or --chain-id, what you know from elsewhere.`
      : `                as you said${flags.keys.length > 0 ? ' with --key' : ': the chain id stands for them'}`,
  ];
  const json = { ...plain(found), verdict, keysTrusted: !isBelieved };
  return { exit: EXIT.fine, text: lines.join('\n'), json };
}

function commandsText(found: ChainFound, hasJournal: boolean): string {
  const { blocks, commands, commandRoots, unsealed } = found;
  if (!hasJournal) return 'not checked: they stand in the journal, which is not here';
  const since = unsealed === 0 ? '' : `; ${unsealed} since the last block`;
  if (found.commandRootChecked) return `all ${commands} are those of the journal${since}`;
  const rest = `the journal has dropped those of ${blocks - commandRoots} blocks`;
  return `${commands}, of the last ${commandRoots} blocks, are those of the journal; ${rest}${since}`;
}

function faultOutcome(found: ChainFault, { isFolder, last }: Checked): Outcome {
  const upTo = last === undefined ? 'no block before it' : `all is good up to block ${last.height}`;
  // A market that was interrupted, or is at work, leaves its own file so; a copy should be whole.
  const isLeft = found.code === 'TORN' && isFolder && found.block > 0;
  const place = found.block === 0 ? 'the genesis' : `block ${found.block}`;
  const verdict = isLeft
    ? `good up to block ${found.block - 1}; the next one was being written`
    : `NOT GOOD: ${place}, field ${found.field}: ${found.detail}`;
  const lines = [
    verdict,
    `code            ${found.code}`,
    `byte            ${found.offset}, where the entry of ${place} begins`,
    `before it       ${upTo}${last === undefined ? '' : `, whose hash is ${hexOf(last.hash)}`}`,
  ];
  const exit = isLeft ? EXIT.fine : EXIT.damaged;
  const json = { ...plain(found), ok: isLeft, verdict, last: last && plain(last) };
  return { exit, text: lines.join('\n'), json };
}
