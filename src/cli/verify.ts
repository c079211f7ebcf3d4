import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64 } from '../chain/base64.ts';
import { parseNoteKey } from '../chain/note.ts';
import { fileBlocks, fileStorage } from '../file/index.ts';
import { CHAIN_NAME, CHECKPOINT_NAME } from '../file/chain-file.ts';
import { contentsOf } from '../file/folder.ts';
import { nodeDisk } from '../file/node-disk.ts';
import { auditChain, type AuditFault, type AuditFound } from '../sealing/index.ts';
import {
  type ChainFault,
  type ChainFound,
  type CheckedBlock,
  verifyChain,
} from '../verify/index.ts';
import { EXIT, mustBeDirectory, type Outcome, progressOf } from './outcome.ts';

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
  return isFolder ? join(path, CHAIN_NAME) : path;
}

/** The frames of a folder, from the first one that is kept; undefined if there are none. */
async function journalOf(folder: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  const { segments } = await contentsOf(nodeDisk, folder);
  const [first] = segments;
  return first === undefined ? undefined : fileStorage(folder).read(first.after.sequence);
}

/** The note that was published beside a chain file. */
function checkpointOf(folder: string): string | undefined {
  const path = join(folder, CHECKPOINT_NAME);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
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
  // Before the file, and that before the journal: a head is published after its block, and a block written after its commands.
  const checkpoint = isFolder ? checkpointOf(path) : undefined;
  const size = sizeOf(file);
  const journal = isFolder ? await journalOf(path) : undefined;
  const progress = progressOf('bytes verified');
  let last: CheckedBlock | undefined;
  const found = await verifyChain(bytesOf(file, size), {
    ...(keys.length > 0 && { keys }),
    ...(chainId !== undefined && { chainId }),
    ...(journal !== undefined && { journal }),
    ...(checkpoint !== undefined && { checkpoint }),
    onBlock: (block) => {
      last = block;
      progress(block.end, size);
    },
  });
  return { found, last, isFolder, hasJournal: journal !== undefined };
}

/** Carries out the commands of a folder again, up to the last good block, and compares what they lead to. */
function replayed(folder: string, height: number): Promise<Audited> {
  const progress = progressOf('blocks replayed');
  return auditChain({
    storage: fileStorage(folder),
    blocks: fileBlocks(folder),
    to: height,
    storageTimeoutMs: HOUR_MS,
    onBlock: (block) => progress(block, height),
  });
}

const HOUR_MS = 3_600_000;
type Audited = AuditFound | AuditFault;

/**
 * Checks a chain file, or that of a folder with the journal beside it.
 * @param replays whether the commands are carried out too, and what they lead to compared
 */
export async function verify(path: string, flags: VerifyFlags, replays = false): Promise<Outcome> {
  if (replays) mustBeDirectory(path);
  const all = await checked(path, flags);
  const isGood = all.found.ok || isLeft(all.found, all);
  const outcome = all.found.ok
    ? goodOutcome(all.found, all, flags, replays)
    : faultOutcome(all.found, all);
  if (!replays || !isGood || all.last === undefined) return outcome;
  const audited = await replayed(path, all.last.height);
  return audited.ok ? replayOutcome(audited, outcome) : otherOutcome(audited, all.last);
}

function replayOutcome(audited: AuditFound, { exit, text, json }: Outcome): Outcome {
  const { from, blocks, commands, events, snapshot } = audited;
  const which = blocks === 1 ? `block ${from}` : `blocks ${from} to ${from + blocks - 1}`;
  const lines = [
    `replay          ${commands} commands lead to the events and state roots of ${which}, as signed`,
  ];
  if (snapshot > 0) {
    const begins = `the journal has dropped commands, and the market begins with the snapshot of ${snapshot}`;
    const before = from > 1 ? `; nothing is said of blocks 1 to ${from - 1}` : '';
    lines.push(`                ${begins}${before}`);
  }
  const replay = { from, blocks, commands, events, snapshot };
  return { exit, text: `${text}\n${lines.join('\n')}`, json: { ...json, replay } };
}

function otherOutcome(audited: AuditFault, last: CheckedBlock): Outcome {
  const { block, code, detail } = audited;
  const verdict = `NOT GOOD: block ${block}: ${detail}`;
  const upTo =
    block === 1 ? 'no block before it' : `what was replayed is good up to block ${block - 1}`;
  const lines = [
    verdict,
    `code            ${code}`,
    `before it       ${upTo}`,
    `signed          yes: whoever signs for this chain answers for it, up to block ${last.height}`,
  ];
  const exit = code === 'MISSING' ? EXIT.damaged : EXIT.otherResult;
  return { exit, text: lines.join('\n'), json: { ...audited, verdict, last: plain(last) } };
}

function goodOutcome(
  found: ChainFound,
  { hasJournal }: Checked,
  flags: VerifyFlags,
  replays: boolean,
): Outcome {
  const { blocks, records, head, name, chainId, keys, checkpoint } = found;
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
    ...(checkpoint === undefined
      ? []
      : [`checkpoint      of the first ${checkpoint.size} blocks, as they are here`]),
    `commands        ${commandsText(found, hasJournal)}`,
    ...(replays
      ? []
      : [
          `state roots     not computed: they are only under the signatures; --replay computes them`,
        ]),
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

/** A market that was interrupted, or is at work, leaves its own file so; a copy should be whole. */
function isLeft({ code, block }: ChainFault, { isFolder }: Checked): boolean {
  return code === 'TORN' && isFolder && block > 0;
}

function faultOutcome(found: ChainFault, all: Checked): Outcome {
  const { last } = all;
  const upTo = last === undefined ? 'no block before it' : `all is good up to block ${last.height}`;
  const left = isLeft(found, all);
  const place = found.block === 0 ? 'the genesis' : `block ${found.block}`;
  const isCheckpoint = found.field === 'checkpoint';
  const verdict = left
    ? `good up to block ${found.block - 1}; the next one was being written`
    : `NOT GOOD: ${isCheckpoint ? '' : `${place}, `}field ${found.field}: ${found.detail}`;
  const lines = [
    verdict,
    `code            ${found.code}`,
    isCheckpoint
      ? `byte            ${found.offset}, where the good blocks end`
      : `byte            ${found.offset}, where the entry of ${place} begins`,
    `before it       ${upTo}${last === undefined ? '' : `, whose hash is ${hexOf(last.hash)}`}`,
  ];
  const exit = left ? EXIT.fine : EXIT.damaged;
  const json = { ...plain(found), ok: left, verdict, last: last && plain(last) };
  return { exit, text: lines.join('\n'), json };
}
