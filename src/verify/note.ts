import { ed25519 } from '../chain/ed25519.ts';
import { sha256 } from '../core/sha256.ts';
import { hexOf, ID_LENGTH, idOf, isSame } from './bytes.ts';
import { demand } from './faults.ts';
import { HASH_SIZE, type TreeHead } from './trees.ts';

/** The head of a chain that a trusted key has signed. */
export interface SignedHead extends TreeHead {
  readonly name: string;
  readonly chainId: Uint8Array;
}

const UTF8 = new TextEncoder();
const DASH = '\u2014 ';
/** Of an Ed25519 key that signs the text of a note. */
const PLAIN_KEY = Uint8Array.of(1);
const ID_SIZE = 4;
const HEX_SIZE = 2 * HASH_SIZE;
const MOST_SIGNATURES = 1000;
/** Most characters of a note, as for whoever else reads it. */
const LONGEST = 1_000_000;
/** Most characters of a name and a chain id. */
const LONGEST_ORIGIN = ID_LENGTH + 1 + HEX_SIZE;

const TABLE = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((digit, value) => [
    digit,
    value,
  ]),
);

/** The bytes of base64 with padding; undefined for any text but the one way to write them. */
export function base64Bytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let [bits, value, at] = [0, 0, 0];
  for (let i = 0; i < text.length - padding; i++) {
    const digit = TABLE.get(text[i]!);
    if (digit === undefined) return undefined;
    value = ((value << 6) | digit) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 0xff;
    }
  }
  // Bits that belong to no byte are zero.
  return (value & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/**
 * Reads a checkpoint that one of the keys has signed; docs/format.md, Checkpoints. Signatures of others are passed over, a wrong one of a
 * trusted key is not.
 * @throws Refusal
 */
export function readCheckpoint(note: string, keys: readonly Uint8Array[]): SignedHead {
  const refuse = (holds: boolean, detail: string): void =>
    demand(holds, 'MALFORMED', 'checkpoint', detail);
  refuse(note.length <= LONGEST, `a note has at most ${LONGEST} characters`);
  const at = note.lastIndexOf('\n\n');
  const [text, signatures] = [note.slice(0, at + 1), note.slice(at + 2)];
  refuse(at > 0 && signatures.endsWith('\n'), 'this is no signed note');
  refuse(!/[^\P{Cc}\n]/u.test(note) && !/\p{Cs}/u.test(note), 'a note has no such characters');
  const [origin = '', size = '', hash = '', ...more] = text.slice(0, -1).split('\n');
  refuse(origin.length <= LONGEST_ORIGIN, 'its origin is too long');
  const hex = origin.slice(-HEX_SIZE);
  const name = idOf(UTF8.encode(origin.slice(0, -HEX_SIZE - 1))) ?? '';
  const isOrigin = origin === `${name}/${hex}` && name !== '' && !name.includes('+');
  refuse(isOrigin && /^[0-9a-f]{64}$/.test(hex), 'its origin is no name and chain id');
  const count = Number(size);
  refuse(/^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(count), 'its size is no number');
  const root = base64Bytes(hash);
  demand(root?.length === HASH_SIZE, 'MALFORMED', 'checkpoint', 'its root is no hash');
  refuse(!more.includes(''), 'it has an empty line');
  mustBeSigned(text, signatures.slice(0, -1).split('\n'), origin, keys);
  const chainId = Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16));
  return { name, chainId, size: count, root };
}

function mustBeSigned(
  text: string,
  lines: readonly string[],
  origin: string,
  keys: readonly Uint8Array[],
): void {
  const [message, nameLine] = [UTF8.encode(text), UTF8.encode(`${origin}\n`)];
  const ids = keys.map((key) => sha256(nameLine, PLAIN_KEY, key).subarray(0, ID_SIZE));
  demand(lines.length <= MOST_SIGNATURES, 'MALFORMED', 'checkpoint', 'too many signatures');
  let isSigned = false;
  for (const line of lines) {
    const [name = '', signature = '', ...more] = line.slice(DASH.length).split(' ');
    const bytes = base64Bytes(signature);
    const isOne = line.startsWith(DASH) && /^[^\s+]+$/u.test(name) && more.length === 0;
    const isLine = isOne && bytes !== undefined && bytes.length > ID_SIZE;
    demand(isLine, 'MALFORMED', 'checkpoint', 'a line of it is no signature');
    const id = bytes.subarray(0, ID_SIZE);
    const key = name === origin ? keys[ids.findIndex((each) => isSame(each, id))] : undefined;
    if (key === undefined) continue;
    const isRight = ed25519.verifyingKey(key)?.verify(message, bytes.subarray(ID_SIZE)) === true;
    const detail = `not signed by ${hexOf(key)}, as it says`;
    demand(isRight, 'BAD_SIGNATURE', 'checkpoint', detail);
    isSigned = true;
  }
  demand(isSigned, 'NOT_TRUSTED', 'checkpoint', 'no trusted key has signed it');
}
