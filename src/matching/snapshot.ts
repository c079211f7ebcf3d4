import { bytesToHex } from '@noble/hashes/utils.js';
import { ByteLog, putI64, readI64, sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import { decodeControl, decodeMarket } from './decode.ts';
import { encodeControl, encodeLists, encodeMarket, stateLog } from './encode.ts';
import { unsoundness } from './soundness.ts';
import { MarketState } from './state.ts';

const MAGIC = [...'WBSTATE\0'].map((character) => character.charCodeAt(0));
const VERSION = 0;
/** Offsets of the header, see docs/format.md. */
const AT = { version: 8, marketLength: 12, controlLength: 20, checksum: 28, body: 60 } as const;

/** The whole state as self-describing bytes. O(state). */
export function snapshot(state: MarketState): Uint8Array<ArrayBuffer> {
  const log = stateLog(state);
  log.extend(AT.body);
  const marketLength = encodeMarket(state, log).length;
  const controlLength = encodeControl(state, log).length;
  const bytes = log.slice();
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(AT.version, VERSION);
  putI64(view, AT.marketLength, marketLength);
  putI64(view, AT.controlLength, controlLength);
  bytes.set(sha256(bytes.subarray(AT.body)), AT.checksum);
  return bytes;
}

/**
 * The state that a snapshot holds. Either all of it or nothing: a state that no command log could lead
 * to is refused, also where the checksum is right. O(state).
 * @throws WattbookError BAD_SNAPSHOT, saying what is wrong
 */
export function restore(bytes: Uint8Array): MarketState {
  const bad = (what: string, cause?: unknown): never => {
    throw new WattbookError('BAD_SNAPSHOT', `snapshot: ${what}`, { cause });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < AT.body) return bad(`${bytes.length} bytes are too few for a header`);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) return bad('does not begin with WBSTATE');
  const version = view.getUint32(AT.version);
  if (version !== VERSION) return bad(`is of version ${version}, this release reads ${VERSION}`);
  const marketLength = readI64(view, AT.marketLength);
  const controlLength = readI64(view, AT.controlLength);
  const body = bytes.subarray(AT.body);
  if (marketLength < 0 || controlLength < 0 || marketLength + controlLength !== body.length) {
    return bad(`says ${marketLength} + ${controlLength} bytes follow, ${body.length} do`);
  }
  const checksum = sha256(body);
  if (checksum.some((byte, i) => bytes[AT.checksum + i] !== byte)) {
    return bad('is damaged: its checksum does not match');
  }
  const state = new MarketState();
  try {
    decodeMarket(body.subarray(0, marketLength), state);
    decodeControl(body.subarray(marketLength), state);
  } catch (cause) {
    return bad(cause instanceof Error ? cause.message : 'cannot be decoded', cause);
  }
  const fault = unsoundness(state);
  if (fault !== undefined) return bad(fault);
  if (!isAsWritten(state, body, marketLength)) return bad('is not written as a state is written');
  return state;
}

/**
 * There is one encoding of a state: whether these bytes, from which it was decoded, are it. Of the
 * orders, which are nearly all of a large state, every byte has become a field; what is left to see is
 * whether they came in the order in which they are written, and that needs no second copy of them.
 */
function isAsWritten(state: MarketState, body: Uint8Array, marketLength: number): boolean {
  const again = new ByteLog();
  encodeLists(state, again);
  const listsLength = again.length;
  const control = encodeControl(state, again);
  return (
    sameBytes(again.bytes.subarray(0, listsLength), body.subarray(0, listsLength)) &&
    sameBytes(control, body.subarray(marketLength)) &&
    ordersAreInTurn(state)
  );
}

/** Whether the books hold the orders of a new state in the order in which they were placed. */
function ordersAreInTurn(state: MarketState): boolean {
  let placed = 0;
  state.eachOpen((slot) => {
    if (slot !== placed) return false;
    placed++;
    return true;
  });
  return placed === state.orders.resting;
}

/**
 * SHA-256 over what everyone has at stake: balances, orders, products, last prices. A refused
 * command leaves it as it was, save for what its time brings about. Hex. O(state).
 */
export function marketHash(state: MarketState): string {
  return bytesToHex(sha256(encodeMarket(state)));
}

/** SHA-256 over all that influences the future; equal hashes mean equal futures. Hex. O(state). */
export function stateHash(state: MarketState): string {
  return bytesToHex(sha256(encodeMarket(state), encodeControl(state)));
}
