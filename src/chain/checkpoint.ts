import { MAX_INTEGER } from '../core/limits.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { HASH_SIZE } from './merkle.ts';

/** The head of a log: how many leaves it has, and their root. C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** Which log it is, for all time: text without newlines. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Further lines, none of them empty. */
  readonly extensions: readonly string[];
}

/** A checkpoint as the text of a note. @throws RangeError */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const text = [origin, String(size), toBase64(root), ...extensions].join('\n') + '\n';
  if (parseCheckpoint(text)?.origin === origin) return text;
  throw new RangeError(`no checkpoint is written '${text}'`);
}

/** The checkpoint that is written so; undefined for a text that is no checkpoint. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  if (typeof text !== 'string' || !text.endsWith('\n')) return undefined;
  const [origin = '', size = '', hash = '', ...extensions] = text.slice(0, -1).split('\n');
  const root = fromBase64(hash);
  const isOne = origin !== '' && /^(0|[1-9]\d{0,15})$/.test(size) && Number(size) <= MAX_INTEGER;
  if (!isOne || root?.length !== HASH_SIZE || extensions.includes('')) return undefined;
  return { origin, size: Number(size), root, extensions };
}
