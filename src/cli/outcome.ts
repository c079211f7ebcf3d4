import { statSync } from 'node:fs';
import { WattbookError, type ErrorCode } from '../core/errors.ts';

/** How the program ends. They are promised: scripts rely on them. */
export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  damaged: 3,
  inDoubt: 4,
  inUse: 5,
  otherResult: 6,
  notKept: 7,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** For the help. */
export const EXIT_HELP = `
Exit codes:
  0  all is well; a torn frame at the end, of which nobody was told, does not count
  1  something else failed, such as a directory that cannot be read
  2  the command line is wrong
  3  something is damaged or missing, or is not what it should be
  4  the last frame is damaged, and somebody may rely on it: see recover --accept-tail-loss
  5  a writer is at work
  6  a replay comes to another result than was recorded or signed, or would by the rules of this release
  7  what was asked for is not kept
`;

const EXITS: Partial<Record<ErrorCode, Exit>> = {
  BAD_CHAIN: EXIT.damaged,
  BAD_FRAME: EXIT.damaged,
  BAD_RECORD: EXIT.damaged,
  BAD_SNAPSHOT: EXIT.damaged,
  SEQUENCE_GAP: EXIT.damaged,
  UNKNOWN_TYPE: EXIT.damaged,
  STORAGE_MISMATCH: EXIT.damaged,
  TAIL_IN_DOUBT: EXIT.inDoubt,
  STORAGE_IN_USE: EXIT.inUse,
  FENCED: EXIT.inUse,
  DIVERGED: EXIT.otherResult,
  OTHER_RULES: EXIT.otherResult,
  NOT_KEPT: EXIT.notKept,
};

/** What a subcommand found: for people as text, for programs as one JSON object. */
export interface Outcome {
  readonly exit: Exit;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** What a fault comes to. */
export function outcomeOf(fault: unknown): Outcome {
  const { message } = fault instanceof Error ? fault : new Error(String(fault));
  const code = fault instanceof WattbookError ? fault.code : undefined;
  const exit = (code !== undefined && EXITS[code]) || EXIT.failed;
  const text = code === undefined ? message : `${code}: ${message}`;
  return { exit, text, json: { ok: false, code, message } };
}

/** @throws Error if a path is no directory */
export function mustBeDirectory(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new Error(`${folder} is no directory`);
}

/**
 * Tells on stderr how far something has come: nothing of what is soon done, and where nobody watches a line every ten seconds.
 */
export function progressOf(what: string): (done: number, of: number) => void {
  const { stderr } = process;
  const everyMs = stderr.isTTY ? 200 : 10_000;
  let next = Date.now() + Math.max(everyMs, 1_000);
  let isShown = false;
  return (done, of) => {
    const isOver = done >= of;
    if (!(isOver && isShown && stderr.isTTY) && (isOver || Date.now() < next)) return;
    next = Date.now() + everyMs;
    isShown = true;
    const line = `${what}: ${done} of ${of}`;
    stderr.write(stderr.isTTY ? `\r${line}${isOver ? '\n' : ''}` : `${line}\n`);
  };
}

/** Columns under each other, the first to the left, the others to the right. */
export function tableOf(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column]).length)),
  );
  const cell = (value: string | number, i: number): string =>
    i === 0 ? String(value).padEnd(widths[i]!) : String(value).padStart(widths[i]!);
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}
