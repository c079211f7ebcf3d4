import { lockOrder } from '../contracts/new-order.ts';
import { readI64 } from '../core/bytes.ts';
import { Display } from '../core/codes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { isWhole, showingFlags, WAITING } from '../orderbook/flags.ts';
import { admit, emptyEntry, type Entry } from './admission.ts';
import { orderFields, writeAccepted, writeEvent } from './events.ts';
import { finish, match } from './match.ts';
import type { MarketState, Outbox } from './state.ts';
import { placeStop, triggerStops } from './stops.ts';
import { readEntry } from './submit.ts';
import { trades } from './walk.ts';

const AT = offsetsOf(COMMANDS.submitSpecial);

/** Overwritten by every such command. */
const current = emptyEntry();

/** The submit command of an order with special terms: an iceberg, hidden, all-or-none or a stop. */
export function submitSpecial(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const entry = current;
  readSpecialEntry(view, at, entry);
  const code = admit(state, entry);
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const { expiresAt, clientOrderId } = entry;
  const product = state.listings.products[entry.product]!;
  const order = ++state.lastOrder;
  state.receipt.order = order;
  lockOrder(state, product, entry);
  const waits = (entry.flags & WAITING) !== 0;
  const meets = !waits && (!isWhole(entry.flags) || trades(state, product, entry));
  const slot = state.orders.place(entry, order);
  writeAccepted(state, outbox, slot, expiresAt, clientOrderId);
  writeTerms(state, slot, view, at, outbox);
  if (waits) {
    placeStop(state, slot, entry.stopPrice, expiresAt, clientOrderId, outbox);
    return 0;
  }
  if (!meets || match(state, product, slot, outbox)) {
    finish(state, slot, expiresAt, clientOrderId, outbox);
  }
  triggerStops(state, product, outbox);
  return 0;
}

/** Tells the special terms of an accepted order: those that it asked for. */
function writeTerms(
  state: MarketState,
  slot: number,
  view: DataView,
  at: number,
  outbox: Outbox,
): void {
  writeEvent(state, outbox, 'orderTerms', [
    ...orderFields(state, slot),
    view.getUint8(at + AT.display),
    readI64(view, at + AT.displayQuantity),
    readI64(view, at + AT.refreshBelow),
    view.getUint8(at + AT.allOrNone),
    view.getUint8(at + AT.hasStop),
    readI64(view, at + AT.stopPrice),
  ]);
}

/** Reads an order with special terms into an entry. */
export function readSpecialEntry(view: DataView, at: number, entry: Entry): void {
  readEntry(view, at, AT.strings, entry);
  const display = view.getUint8(at + AT.display);
  const iceberg = display === Display.clip;
  entry.flags |= showingFlags(display, view.getUint8(at + AT.allOrNone));
  entry.clip = iceberg ? readI64(view, at + AT.displayQuantity) : 0;
  entry.refreshBelow = iceberg ? readI64(view, at + AT.refreshBelow) : 0;
  entry.isStop = view.getUint8(at + AT.hasStop) === 1;
  entry.stopPrice = readI64(view, at + AT.stopPrice);
}
