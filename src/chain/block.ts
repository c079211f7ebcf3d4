import { putI64, readI64, sameBytes } from '../core/bytes.ts';
import { isIdAt, MAX_INTEGER } from '../core/limits.ts';
import { sha256 } from '../core/sha256.ts';
import { HASH_SIZE } from './merkle.ts';

/** Which market a chain is of, and who may sign its blocks. docs/format.md describes the bytes. */
export interface Genesis {
  /** An id without `+`, such as `sunstreet.example`. */
  readonly name: string;
  /** Sixteen random bytes: two markets of one name have different chains. */
  readonly nonce: Uint8Array;
  /** Ed25519 public keys, 32 bytes each, from 1 to 16 of them, all different. */
  readonly keys: readonly Uint8Array[];
}

/** What a block says of itself: all of it is signed, and everything in the block follows from it. */
export interface BlockHeader {
  /** Number of the rules by which its commands came to their results. */
  readonly rulesVersion: number;
  /** SHA-256 of the genesis. */
  readonly chainId: Uint8Array;
  /** 1 for the first block. */
  readonly height: number;
  /** Of the writer whose frame holds its last command. */
  readonly epoch: number;
  /** Hash of the header before it; of the first one the chain id. */
  readonly previous: Uint8Array;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Event records that its commands led to. */
  readonly events: number;
  /** Roots of the trees of its command and its event records. */
  readonly commandRoot: Uint8Array;
  readonly resultRoot: Uint8Array;
  /** What the market has come to after it. */
  readonly stateRoot: Uint8Array;
  /** Root of the tree of the height - 1 headers before it. */
  readonly historyRoot: Uint8Array;
  /** Of its last command, epoch ms UTC. */
  readonly time: number;
  /** The Ed25519 public key that signed it. */
  readonly proposer: Uint8Array;
}

/** Bytes of a header. */
export const HEADER_BYTES = 300;
/** Bytes of the signature behind a header. */
export const SIGNATURE_BYTES = 64;

const GENESIS_TAG = tag('wattbook/genesis');
const HEADER_TAG = tag('wattbook/header\0');
const VERSION = 0;
const KEY_SIZE = 32;
const NONCE_SIZE = 16;
const MOST_KEYS = 16;
const GENESIS_AT = { version: 16, nonce: 18, keys: 34, firstKey: 35 } as const;
const AT = {
  version: 16,
  rules: 18,
  chainId: 20,
  height: 52,
  epoch: 60,
  previous: 68,
  first: 100,
  last: 108,
  events: 116,
  commandRoot: 124,
  resultRoot: 156,
  stateRoot: 188,
  historySize: 220,
  historyRoot: 228,
  time: 260,
  proposer: 268,
} as const;

/** A genesis as bytes. @throws RangeError if it is none, naming what is wrong */
export function encodeGenesis({ name, nonce, keys }: Genesis): Uint8Array<ArrayBuffer> {
  if (nonce.length !== NONCE_SIZE) throw new RangeError(`nonce must have ${NONCE_SIZE} bytes`);
  if (
    keys.length < 1 ||
    keys.length > MOST_KEYS ||
    keys.some(({ length }) => length !== KEY_SIZE)
  ) {
    throw new RangeError(`keys must be 1 to ${MOST_KEYS} keys of ${KEY_SIZE} bytes`);
  }
  const end = GENESIS_AT.firstKey + keys.length * KEY_SIZE;
  const bytes = new Uint8Array(end + 1 + name.length);
  bytes.set(GENESIS_TAG);
  new DataView(bytes.buffer).setUint16(GENESIS_AT.version, VERSION);
  bytes.set(nonce, GENESIS_AT.nonce);
  bytes[GENESIS_AT.keys] = keys.length;
  keys.forEach((key, i) => bytes.set(key, GENESIS_AT.firstKey + i * KEY_SIZE));
  bytes[end] = name.length;
  for (let i = 0; i < name.length; i++) bytes[end + 1 + i] = name.charCodeAt(i);
  if (decodeGenesis(bytes)?.name === name) return bytes;
  throw new RangeError(`name must be an id without '+', and keys must differ; name is '${name}'`);
}

/** The genesis that bytes stand for; undefined for bytes that `encodeGenesis` does not give. */
export function decodeGenesis(bytes: Uint8Array): Genesis | undefined {
  const view = viewOf(bytes);
  if (bytes.length <= GENESIS_AT.firstKey || !startsWith(bytes, GENESIS_TAG)) return undefined;
  const count = bytes[GENESIS_AT.keys]!;
  const end = GENESIS_AT.firstKey + count * KEY_SIZE;
  const length = bytes[end] ?? 0;
  const whole = bytes.length === end + 1 + length && isIdAt(view, end + 1, length);
  if (view.getUint16(GENESIS_AT.version) !== VERSION || !whole) return undefined;
  const keys = Array.from({ length: count }, (_, i) => {
    return bytes.slice(
      GENESIS_AT.firstKey + i * KEY_SIZE,
      GENESIS_AT.firstKey + (i + 1) * KEY_SIZE,
    );
  });
  const name = String.fromCharCode(...bytes.subarray(end + 1));
  const distinct = new Set(keys.map((key) => key.join())).size === count;
  if (count < 1 || count > MOST_KEYS || !distinct || name.includes('+')) return undefined;
  const nonce = bytes.slice(GENESIS_AT.nonce, GENESIS_AT.nonce + NONCE_SIZE);
  return { name, nonce, keys };
}

/** A header as bytes. It is not checked against anything else. @throws RangeError for a number or a hash that cannot be */
export function encodeHeader(header: BlockHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(HEADER_TAG);
  view.setUint16(AT.version, VERSION);
  view.setUint16(AT.rules, header.rulesVersion);
  const hashes = [
    'chainId',
    'previous',
    'commandRoot',
    'resultRoot',
    'stateRoot',
    'historyRoot',
  ] as const;
  for (const name of [...hashes, 'proposer'] as const) {
    if (header[name].length !== HASH_SIZE) throw new RangeError(`${name} must have 32 bytes`);
    bytes.set(header[name], AT[name]);
  }
  putI64(view, AT.height, header.height);
  putI64(view, AT.epoch, header.epoch);
  putI64(view, AT.first, header.firstSequence);
  putI64(view, AT.last, header.lastSequence);
  putI64(view, AT.events, header.events);
  putI64(view, AT.historySize, header.height - 1);
  putI64(view, AT.time, header.time);
  if (decodeHeader(bytes) !== undefined) return bytes;
  throw new RangeError(`no block of height ${header.height} can have such numbers`);
}

/** The header that bytes stand for; undefined for bytes that `encodeHeader` does not give. */
export function decodeHeader(bytes: Uint8Array): BlockHeader | undefined {
  if (bytes.length !== HEADER_BYTES || !startsWith(bytes, HEADER_TAG)) return undefined;
  const view = viewOf(bytes);
  const hash = (at: number): Uint8Array => bytes.slice(at, at + HASH_SIZE);
  const header: BlockHeader = {
    rulesVersion: view.getUint16(AT.rules),
    chainId: hash(AT.chainId),
    height: readI64(view, AT.height),
    epoch: readI64(view, AT.epoch),
    previous: hash(AT.previous),
    firstSequence: readI64(view, AT.first),
    lastSequence: readI64(view, AT.last),
    events: readI64(view, AT.events),
    commandRoot: hash(AT.commandRoot),
    resultRoot: hash(AT.resultRoot),
    stateRoot: hash(AT.stateRoot),
    historyRoot: hash(AT.historyRoot),
    time: readI64(view, AT.time),
    proposer: hash(AT.proposer),
  };
  const { height, epoch, firstSequence, lastSequence, events, time } = header;
  const positive = [height, epoch, firstSequence, lastSequence].every((each) => isCount(each, 1));
  const sound = positive && isCount(events, 0) && isCount(time, 0) && firstSequence <= lastSequence;
  const history = readI64(view, AT.historySize) === height - 1;
  return sound && history && view.getUint16(AT.version) === VERSION ? header : undefined;
}

/** SHA-256 of a header, which the next one names. */
export function blockHash(header: Uint8Array): Uint8Array {
  return sha256(header);
}

/** What a chain of some genesis is called as a log: its name and its chain id. */
export function originOf(genesis: Uint8Array): string {
  const { name } = decodeGenesis(genesis)!;
  const hex = [...sha256(genesis)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${name}/${hex}`;
}

function isCount(value: number, least: number): boolean {
  return value >= least && value <= MAX_INTEGER;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return sameBytes(bytes.subarray(0, start.length), start);
}

function tag(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
