import { ByteLog, readId } from '../core/bytes.ts';
import { UNKNOWN } from '../core/codes.ts';
import { WattbookError } from '../core/errors.ts';
import { isReference, recordType, type Reference } from '../core/records.ts';
import { HEADER, HEADER_SIZE, LAYOUTS } from '../core/registry.ts';
import { SIGNED_AT, signedAt } from '../core/signed.ts';
import { Writer } from '../matching/writer.ts';
import type { Registered } from './encoding.ts';

/** Sixteen bytes that no other message begins with. */
const TAG = Uint8Array.from('wattbook/order\0\0', (character) => character.charCodeAt(0));
/** The digest stands for the request as it was worded; the message says what that comes to. */
const LEFT_OUT: readonly string[] = ['digestHigh', 'digestLow'];

/** What tells ids, and what ticks, lots and quanta are. */
export type Named = Pick<Registered, 'naming' | 'listings'>;

/**
 * The message that signs a command: what the command asks for, with ids in place of rows, and the row beside the id where an id may come
 * to stand for something else. See docs/format.md, "Signed commands".
 * @param chainId 32 bytes
 * @param at where a signed record begins; its sequence, time and signature play no part
 * @throws WattbookError UNKNOWN_TYPE
 */
export function signedMessage(
  chainId: Uint8Array,
  view: DataView,
  at: number,
  named: Named,
): Uint8Array {
  const layout = LAYOUTS.get(recordType(view, at));
  if (layout === undefined) throw new WattbookError('UNKNOWN_TYPE', 'what is signed is no command');
  const log = new ByteLog(512);
  const to = new Writer(log);
  const copy = (from: number, size: number): void =>
    log.append(new Uint8Array(view.buffer, view.byteOffset + from, size));
  log.append(TAG);
  log.append(chainId);
  copy(at + HEADER.type, 2);
  copy(signedAt(view, at) + SIGNED_AT.nonce, SIGNED_AT.signature);
  let place = at + HEADER_SIZE;
  const strings = stringsFrom(
    view,
    layout.widths.reduce((sum, width) => sum + width, place),
  );
  const ids = layout.strings.map(() => strings.next().value as string);
  let isThere = true;
  layout.fields.forEach(([name, kind], i) => {
    const width = layout.widths[i]!;
    if (isReference(kind)) {
      const row = view.getUint32(place);
      const unknown = row === UNKNOWN ? (strings.next().value as string) : undefined;
      if (!isThere) to.u8(0);
      else if (unknown !== undefined) to.id(unknown);
      else putReference(to, kind, row, named);
    } else if (!LEFT_OUT.includes(name)) copy(place, width);
    // What stands behind a flag that is 0 is not there.
    isThere = kind !== 'flag' || view.getUint8(place) === 1;
    place += width;
  });
  for (const id of ids) to.id(id);
  return log.slice();
}

/**
 * An id; and of a product or an asset the row, for an archived one leaves its id to another one but never its row, and how it is
 * counted in, for who signs may have been told something else.
 */
function putReference(to: Writer, kind: Reference, row: number, named: Named): void {
  to.id(named.naming(kind, row));
  const { assets, products } = named.listings;
  if (kind !== 'asset' && kind !== 'product') return;
  to.u32(row);
  if (kind === 'asset') to.u8(assets[row]?.decimals ?? 0);
  const grid = kind === 'product' ? products[row]?.grid : undefined;
  if (grid === undefined) return;
  to.decimal(grid.tick);
  to.decimal(grid.lot);
}

function* stringsFrom(view: DataView, start: number): Generator<string, never> {
  for (let at = start; ; at += 1 + view.getUint8(at)) yield readId(view, at);
}
