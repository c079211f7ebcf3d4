import { type Examination, examine, type Finding } from '../file/examine.ts';
import { nodeDisk } from '../file/node-disk.ts';
import { latestWriter } from '../file/writers.ts';
import { chainLines, chainReport } from './inspect-chain.ts';
import { EXIT, type Exit, mustBeDirectory, type Outcome, progressOf, tableOf } from './outcome.ts';

/** What each kind of finding comes to, the worst first. */
const VERDICTS: readonly (readonly [Finding['kind'], Exit, string])[] = [
  ['damaged', EXIT.damaged, 'damaged: do not write to it, and look for a whole copy'],
  [
    'doubtful',
    EXIT.inDoubt,
    'in doubt: the last frame is damaged, and somebody may rely on it. Look for a whole copy; where there is none, ' +
      '`wattbook recover DIR --accept-tail-loss` goes on without it',
  ],
  [
    'torn',
    EXIT.fine,
    'whole but for a last frame that was being written; opening goes on before it',
  ],
  ['slot', EXIT.fine, 'whole; one of the two marks in HEAD is damaged and is written anew'],
];
const WHOLE = [EXIT.fine, 'whole'] as const;

interface Examined extends Examination {
  readonly writer: Awaited<ReturnType<typeof latestWriter>>;
}

async function examined(folder: string): Promise<Examined> {
  mustBeDirectory(folder);
  const writer = await latestWriter(nodeDisk, folder);
  const found = await examine(nodeDisk, folder, progressOf('files read'));
  const { segments, snapshots, mark, findings } = found;
  if (segments.length + snapshots.length + findings.length === 0 && mark === undefined) {
    throw new Error(`${folder} holds no journal`);
  }
  return { ...found, writer };
}

function verdictOf({ findings }: Examination): readonly [Exit, string] {
  const worst = VERDICTS.find(([kind]) => findings.some((finding) => finding.kind === kind));
  return worst === undefined ? WHOLE : [worst[1], worst[2]];
}

function writerText({ writer, lastSequence }: Examined): string {
  if (writer === undefined) return 'none yet';
  if (!writer.isAlive) return `none at work; the last one was of epoch ${writer.epoch}`;
  return `epoch ${writer.epoch}, at work: it had come to ${lastSequence} when this was read`;
}

const findingLines = ({ findings }: Examination): string[] =>
  findings.map(({ file, kind, what }) => `${file}: ${kind}: ${what}`);

/**
 * What is in a directory.
 * @param count how many of the last blocks of its chain are listed
 */
export async function inspect(folder: string, count?: number): Promise<Outcome> {
  const all = await examined(folder);
  const chain = await chainReport(folder, all.lastSequence, count ?? 0);
  if (count !== undefined && chain === undefined) {
    throw new RangeError(`--blocks: there is no chain in ${folder}`);
  }
  const { segments, snapshots, mark, lastSequence } = all;
  const rows = segments.map(({ name, bytes, epoch, after, lastSequence: last, frames, ending }) => [
    name,
    bytes,
    frames,
    last > after ? `${after + 1} to ${last}` : 'none',
    epoch,
    ending,
  ]);
  const kept = snapshots.map(({ name, bytes, sequence }) => [name, bytes, sequence]);
  const bytes = [...segments, ...snapshots].reduce((sum, each) => sum + each.bytes, 0);
  const lines = [
    tableOf([['journal', 'bytes', 'frames', 'commands', 'epoch', 'ends'], ...rows]),
    '',
    tableOf([['snapshot', 'bytes', 'after command'], ...kept]),
    '',
    `last command    ${lastSequence}`,
    `mark in HEAD    ${mark ?? 'none'}`,
    `bytes in all    ${bytes}`,
    `writer          ${writerText(all)}`,
    `state of it     ${verdictOf(all)[1]}`,
    ...findingLines(all).map((line) => `  ${line}`),
    ...(chain === undefined ? [] : chainLines(chain, count !== undefined)),
  ];
  const json = { ok: true, bytes, ...all, ...(chain !== undefined && { chain }) };
  return { exit: EXIT.fine, text: lines.join('\n'), json };
}

/** Whether everything in a directory is as it was written. */
export async function check(folder: string): Promise<Outcome> {
  const all = await examined(folder);
  const [exit, verdict] = verdictOf(all);
  const { segments, snapshots, lastSequence, findings, writer } = all;
  const what = `journal files: ${segments.length}, snapshots: ${snapshots.length}, last command: ${lastSequence}`;
  const lines = [`${what}; ${verdict}`, ...findingLines(all)];
  if (writer?.isAlive === true) lines.push(`writer: ${writerText(all)}`);
  const json = { ok: exit === EXIT.fine, exit, verdict, lastSequence, writer, findings };
  return { exit, text: lines.join('\n'), json };
}
