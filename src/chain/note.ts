import { bytesToNumberBE, concatBytes, numberToBytesBE } from '@noble/curves/utils.js';
import { sha256 } from '../core/sha256.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { Ed25519, Signer, VerifyingKey } from './ed25519.ts';
import { ed25519 } from './ed25519.ts';

/**
 * How a key signs a note: `ed25519` its text, `cosignature` its text and the time, as a witness who has seen all that came
 * before. C2SP signed-note and tlog-cosignature.
 */
export type NoteAlgorithm = keyof typeof ALGORITHMS;

const ALGORITHMS = { ed25519: 1, cosignature: 4 } as const;

/** A key that notes are signed with, and its name. */
export interface NoteKey {
  /** Of the key's owner: text without spaces and plus signs, such as a host name. */
  readonly name: string;
  readonly algorithm: NoteAlgorithm;
  readonly key: VerifyingKey;
}

/** Who signs notes. */
export interface NoteSigner {
  readonly name: string;
  readonly algorithm: NoteAlgorithm;
  readonly signer: Signer;
}

/** A note, and who has signed it. */
export interface Note {
  /** What was signed, its last newline included. */
  readonly text: string;
  /** The known keys whose signatures are right, with the time of cosignatures, in epoch seconds. */
  readonly signatures: readonly { readonly key: NoteKey; readonly time: number | undefined }[];
}

const NAME = /^[^\s+\p{Cc}]+$/u;
/** What stands before a signature: an em dash. */
const DASH = '\u2014 ';
/** The most bytes of a note: who signs with thousands of keys is no signer. */
const MOST = 1_000_000;
const ID_SIZE = 4;
const TIME_SIZE = 8;

/**
 * Signs a text, beside the signatures that it has already.
 * @param note a text that ends with a newline, or a note
 * @param time of a cosignature, in epoch seconds
 * @throws TypeError, RangeError
 */
export function signNote(
  note: string,
  { name, algorithm, signer }: NoteSigner,
  time: number = 0,
): string {
  nameArgument(name);
  if (!Number.isSafeInteger(time) || time < 0) {
    throw new RangeError(`time must be whole seconds from 0 on, got ${time}`);
  }
  const split = splitNote(note) ?? (isText(note) ? { text: note, signatures: [] } : undefined);
  if (split === undefined) throw new RangeError('note must be text that ends with a newline');
  const stamp = algorithm === 'cosignature' ? numberToBytesBE(time, TIME_SIZE) : new Uint8Array();
  const signature = signer.sign(messageOf(split.text, algorithm, time));
  const id = keyId(name, algorithm, signer.publicKey);
  const line = `${DASH}${name} ${toBase64(concatBytes(id, stamp, signature))}\n`;
  return `${split.text}\n${split.signatures.map((each) => each.line).join('')}${line}`;
}

/**
 * Reads a note that somebody hands over. Signatures by others than the known keys are passed over; one by a known key that is wrong
 * spoils the note.
 * @returns undefined for what is no note, or is not signed by any of the keys
 */
export function openNote(note: string, keys: readonly NoteKey[]): Note | undefined {
  const split = splitNote(note);
  if (split === undefined) return undefined;
  const found = new Map<NoteKey, number | undefined>();
  for (const { name, bytes } of split.signatures) {
    const key = keys.find((each) => each.name === name && isOf(each, bytes));
    if (key === undefined || found.has(key)) continue;
    const time = timeOf(key, bytes);
    const message = messageOf(split.text, key.algorithm, time ?? 0);
    const signature = bytes.subarray(ID_SIZE + (time === undefined ? 0 : TIME_SIZE));
    if (!key.key.verify(message, signature)) return undefined;
    found.set(key, time);
  }
  if (found.size === 0) return undefined;
  const signatures = [...found].map(([key, time]) => ({ key, time }));
  return { text: split.text, signatures };
}

/** A key as text, to be handed on: its name, id and bytes. */
export function formatNoteKey({ name, algorithm, key }: NoteKey): string {
  const id = keyId(nameArgument(name), algorithm, key.bytes);
  const hex = [...id].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${name}+${hex}+${toBase64(concatBytes(typeOf(algorithm), key.bytes))}`;
}

/** The key that a text stands for; undefined for one that `formatNoteKey` does not give. */
export function parseNoteKey(text: string, using: Ed25519 = ed25519): NoteKey | undefined {
  const [name = '', , ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  const names = Object.keys(ALGORITHMS) as NoteAlgorithm[];
  const algorithm = names.find((each) => ALGORITHMS[each] === bytes?.[0]);
  const key = bytes && using.verifyingKey(bytes.subarray(1));
  if (algorithm === undefined || key === undefined || !NAME.test(name)) return undefined;
  const found = { name, algorithm, key };
  return formatNoteKey(found) === text ? found : undefined;
}

interface Split {
  readonly text: string;
  readonly signatures: readonly {
    readonly line: string;
    readonly name: string;
    readonly bytes: Uint8Array;
  }[];
}

/** What a note is made of: a text, a blank line, lines of signatures. */
function splitNote(note: string): Split | undefined {
  if (typeof note !== 'string' || note.length > MOST) return undefined;
  const at = note.lastIndexOf('\n\n');
  const [text, lines] = [note.slice(0, at + 1), note.slice(at + 2)];
  if (at < 0 || !isText(text) || !lines.endsWith('\n')) return undefined;
  const signatures = [];
  for (const line of lines.slice(0, -1).split('\n')) {
    const [name = '', signature = '', ...rest] = line.slice(DASH.length).split(' ');
    const bytes = fromBase64(signature);
    const isOne = line.startsWith(DASH) && NAME.test(name) && rest.length === 0;
    if (!isOne || bytes === undefined || bytes.length <= ID_SIZE) return undefined;
    signatures.push({ line: `${line}\n`, name, bytes });
  }
  return { text, signatures };
}

/** No control characters but newlines, one at the end; no halves of characters, which UTF-8 cannot tell. */
function isText(text: string): boolean {
  return text.endsWith('\n') && !/[^\P{Cc}\n]/u.test(text) && !/\p{Cs}/u.test(text);
}

function isOf({ name, algorithm, key }: NoteKey, bytes: Uint8Array): boolean {
  const id = keyId(name, algorithm, key.bytes);
  return id.every((byte, i) => byte === bytes[i]);
}

function timeOf({ algorithm }: NoteKey, bytes: Uint8Array): number | undefined {
  if (algorithm !== 'cosignature') return undefined;
  return Number(bytesToNumberBE(bytes.subarray(ID_SIZE, ID_SIZE + TIME_SIZE)));
}

const UTF8 = new TextEncoder();

function messageOf(text: string, algorithm: NoteAlgorithm, time: number): Uint8Array {
  return UTF8.encode(algorithm === 'ed25519' ? text : `cosignature/v1\ntime ${time}\n${text}`);
}

function keyId(name: string, algorithm: NoteAlgorithm, key: Uint8Array): Uint8Array {
  return sha256(UTF8.encode(`${name}\n`), typeOf(algorithm), key).subarray(0, ID_SIZE);
}

function typeOf(algorithm: NoteAlgorithm): Uint8Array {
  return Uint8Array.of(ALGORITHMS[algorithm]);
}

function nameArgument(name: string): string {
  if (typeof name !== 'string') throw new TypeError('name must be text');
  if (NAME.test(name) && !/\p{Cs}/u.test(name)) return name;
  throw new RangeError(
    `name must have characters, none of them a space or a plus sign, got '${name}'`,
  );
}
