import { ed25519, type VerifyingKey } from '../chain/ed25519.ts';
import { sha256 } from '../core/sha256.ts';
import { i64, idOf, isSame, viewOf } from './bytes.ts';
import { demand } from './faults.ts';

/** Bytes of a header, and of the signature behind it. */
export const HEADER_SIZE = 300;
export const SIGNATURE_SIZE = 64;
export const KEY_SIZE = 32;

const MOST_KEYS = 16;
const ASCII = new TextEncoder();
const GENESIS_TAG = ASCII.encode('wattbook/genesis');
const HEADER_TAG = ASCII.encode('wattbook/header\0');
const VERSION = 0;

/** Fields of a header and where they begin, as in docs/format.md; each ends where the next one begins. */
export const HEADER_FIELDS = {
  tag: 0,
  version: 16,
  rulesVersion: 18,
  chainId: 20,
  height: 52,
  epoch: 60,
  previous: 68,
  firstSequence: 100,
  lastSequence: 108,
  events: 116,
  commandRoot: 124,
  resultRoot: 156,
  stateRoot: 188,
  historySize: 220,
  historyRoot: 228,
  time: 260,
  proposer: 268,
} as const;

/** What a genesis says. */
export interface Genesis {
  readonly chainId: Uint8Array;
  readonly name: string;
  readonly keys: readonly VerifyingKey[];
}

/** Reads a genesis. @throws Refusal */
export function readGenesis(bytes: Uint8Array): Genesis {
  const [count, name] = [34, 35];
  const broken = (field: string, detail: string, holds: boolean): void =>
    demand(holds, 'MALFORMED', field, detail);
  broken('length', `a genesis of ${bytes.length} bytes`, bytes.length >= name);
  broken('tag', 'this is no genesis', isSame(bytes.subarray(0, 16), GENESIS_TAG));
  const version = viewOf(bytes).getUint16(16);
  broken('version', `a genesis of version ${version}`, version === VERSION);
  const keyCount = bytes[count]!;
  broken('keys', `${keyCount} keys`, keyCount >= 1 && keyCount <= MOST_KEYS);
  const end = name + keyCount * KEY_SIZE;
  const length = bytes[end] ?? 0;
  broken('length', 'the name does not end with the genesis', bytes.length === end + 1 + length);
  const keys: VerifyingKey[] = [];
  for (let at = name; at < end; at += KEY_SIZE) {
    const key = ed25519.verifyingKey(bytes.subarray(at, at + KEY_SIZE));
    demand(key !== undefined, 'MALFORMED', 'keys', `key ${keys.length + 1} is no sound key`);
    const isNew = keys.every((other) => !isSame(other.bytes, key.bytes));
    broken('keys', `key ${keys.length + 1} is there twice`, isNew);
    keys.push(key);
  }
  const found = idOf(bytes.subarray(end + 1));
  const isName = found !== undefined && found !== '' && !found.includes('+');
  demand(isName, 'MALFORMED', 'name', 'the name is no id, or has a plus sign in it');
  return { chainId: sha256(bytes), name: found, keys };
}

/** A header, taken apart. Numbers that are not safe integers are NaN. */
export interface Header {
  /** All 300 bytes. */
  readonly bytes: Uint8Array;
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
  readonly proposer: Uint8Array;
}

/** Takes the 300 bytes of a header apart. @throws Refusal if tag or version are others */
export function readHeader(bytes: Uint8Array): Header {
  const at = HEADER_FIELDS;
  const hash = (field: keyof typeof at): Uint8Array => bytes.subarray(at[field], at[field] + 32);
  const view = viewOf(bytes);
  const isTagged = isSame(bytes.subarray(0, HEADER_TAG.length), HEADER_TAG);
  demand(isTagged, 'MALFORMED', 'tag', 'this is no header of a block');
  const version = view.getUint16(at.version);
  demand(version === VERSION, 'MALFORMED', 'version', `a header of version ${version}`);
  return {
    bytes,
    rulesVersion: view.getUint16(at.rulesVersion),
    chainId: hash('chainId'),
    height: i64(view, at.height),
    epoch: i64(view, at.epoch),
    previous: hash('previous'),
    firstSequence: i64(view, at.firstSequence),
    lastSequence: i64(view, at.lastSequence),
    events: i64(view, at.events),
    commandRoot: hash('commandRoot'),
    resultRoot: hash('resultRoot'),
    stateRoot: hash('stateRoot'),
    historySize: i64(view, at.historySize),
    historyRoot: hash('historyRoot'),
    time: i64(view, at.time),
    proposer: hash('proposer'),
  };
}
