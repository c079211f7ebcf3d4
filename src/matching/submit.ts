import { lockOrder } from '../contracts/new-order.ts';
import { readI64, readId } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { admit, emptyEntry, type Entry } from './admission.ts';
import { writeAccepted } from './events.ts';
import { packFlags } from '../orderbook/flags.ts';
import { finish, match } from './match.ts';
import type { MarketState, Outbox } from './state.ts';
import { triggerStops } from './stops.ts';

const AT = offsetsOf(COMMANDS.submit);

/** Overwritten by every submit; commands are applied one at a time. */
const current = emptyEntry();

/** The submit command: check, lock, match, then rest or end. Orders with special terms: submit-special.ts. */
export function submit(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const entry = current;
  readEntry(view, at, AT.strings, entry);
  const code = admit(state, entry);
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const { expiresAt, clientOrderId } = entry;
  const product = state.listings.products[entry.product]!;
  const order = ++state.lastOrder;
  state.receipt.order = order;
  lockOrder(state, product, entry);
  const slot = state.orders.place(entry, order);
  writeAccepted(state, outbox, slot, expiresAt, clientOrderId);
  // In a call product nothing trades before the auction.
  if (product.call !== undefined || match(state, product, slot, outbox)) {
    finish(state, slot, expiresAt, clientOrderId, outbox);
  }
  triggerStops(state, product, outbox);
  return 0;
}

/**
 * Reads what any order asks for into an entry.
 * @param strings where the strings of the record stand, from its beginning
 */
export function readEntry(view: DataView, at: number, strings: number, entry: Entry): void {
  entry.actor = view.getUint32(at + AT.actor);
  entry.account = view.getUint32(at + AT.account);
  entry.product = view.getUint32(at + AT.product);
  entry.flags = packFlags(
    view.getUint8(at + AT.side),
    view.getUint8(at + AT.kind),
    view.getUint8(at + AT.timeInForce),
    view.getUint8(at + AT.postOnly),
    view.getUint8(at + AT.selfTrade),
  );
  entry.hasPrice = view.getUint8(at + AT.hasPrice) === 1;
  entry.price = readI64(view, at + AT.price);
  entry.quantity = readI64(view, at + AT.quantity);
  entry.minQuantity = readI64(view, at + AT.minQuantity);
  entry.expiresAt = readI64(view, at + AT.expiresAt);
  const commandIdLength = view.getUint8(at + strings);
  entry.clientOrderId = readId(view, at + strings + 1 + commandIdLength);
}
