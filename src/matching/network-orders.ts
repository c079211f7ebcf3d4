import { changeShortage, lockOrder, orderLock, relockOrder } from '../contracts/new-order.ts';
import { networkLock } from '../contracts/network-lock.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import type { Product } from '../market/products.ts';
import { NETWORKED, sideOf } from '../orderbook/flags.ts';
import { exposureLimit } from './account-limits.ts';
import { emptyEntry, type Entry } from './admission.ts';
import { withdrawOrder } from './ending.ts';
import { orderFields, writeAccepted, writeAmended, writeEvent } from './events.ts';
import {
  admitInNetwork,
  admitNetworkPrice,
  laneLimit,
  type NetworkRequest,
  renewed,
} from './network-admission.ts';
import { finishInNetwork, matchInNetwork } from './network-match.ts';
import type { MarketState, Outbox } from './state.ts';
import { orderIn } from './stops.ts';
import { readEntry } from './submit.ts';

const AT = offsetsOf(COMMANDS.submitInNetwork);

/** Overwritten by every such command. */
const current = emptyEntry();

/** The submit command of an order that is traded in a network. */
export function submitInNetwork(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const entry = current;
  const code = admitInNetwork(state, entry, readNetworkEntry(view, at, entry));
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const { expiresAt, clientOrderId } = entry;
  const product = state.listings.products[entry.product]!;
  const order = ++state.lastOrder;
  state.receipt.order = order;
  lockOrder(state, product, entry);
  const slot = state.orders.place(entry, order);
  state.networked.set(slot, entry.network!);
  writeAccepted(state, outbox, slot, expiresAt, clientOrderId);
  writeNetworkTerms(state, product, slot, outbox);
  if (matchInNetwork(state, product, slot, outbox)) {
    finishInNetwork(state, slot, expiresAt, clientOrderId, outbox);
  }
  return 0;
}

/** Reads an order in a network into an entry. @returns what it asks for there */
export function readNetworkEntry(view: DataView, at: number, entry: Entry): NetworkRequest {
  readEntry(view, at, AT.strings, entry);
  entry.flags |= NETWORKED;
  return {
    zone: view.getUint32(at + AT.zone),
    attributes: view.getUint8(at + AT.attributes),
    only: view.getUint8(at + AT.only),
    onlyZones: view.getUint32(at + AT.onlyZones),
    premiums: [
      readI64(view, at + AT.solarPremium),
      readI64(view, at + AT.windPremium),
      readI64(view, at + AT.batteryPremium),
      readI64(view, at + AT.gridPremium),
      readI64(view, at + AT.localPremium),
    ],
    strangeZones: view.getUint8(at + AT.strangeZones) === 1,
  };
}

/** Tells what an order asks for in its network, and which version of the fees holds for it. */
export function writeNetworkTerms(
  state: MarketState,
  product: Product,
  slot: number,
  outbox: Outbox,
): void {
  const terms = state.networked.get(slot)!;
  const zone = product.network!.network.zones[terms.zone]!.row;
  const { attributes, only, onlyZones, premiums, feeVersion } = terms;
  const asked = [zone, attributes, only, onlyZones, ...premiums, feeVersion];
  writeEvent(state, outbox, 'networkTerms', [...orderFields(state, slot), ...asked]);
}

/** An amended order in a network enters anew, under the fees of now. @returns 0 or a reject code */
export function enterAnewInNetwork(
  state: MarketState,
  slot: number,
  price: number,
  open: number,
  _stopPrice: number,
  outbox: Outbox,
): number {
  const { orders, lanes } = state;
  const product = state.listings.products[orders.product(slot)]!;
  const before = { price: orders.price(slot), open: orders.open(slot), shown: orders.shown(slot) };
  const oldTerms = state.networked.get(slot)!;
  const terms = renewed(product, oldTerms);
  const oldLock = orderLock(state, product, slot, before.open);
  const amended = { ...orderIn(state, slot), price, quantity: open, terms: product.terms };
  const side = sideOf(amended.flags);
  const alone = lanes[product.row]!.bookOf(side, oldTerms).slots().length === 1;
  const unfit =
    laneLimit(state, amended, terms, alone ? 1 : 0) ||
    admitNetworkPrice(state, product, amended, terms);
  if (unfit !== 0) return unfit;
  const { lockPpm } = state.listings.terms[amended.terms]!;
  const lock = networkLock(product, lockPpm, side, amended.price, open, terms);
  const money = lock - oldLock;
  const code =
    exposureLimit(state, product, amended.account, money) ||
    changeShortage(state, product, amended, money, before.open);
  if (code !== 0) return code;
  // From here on nothing can be refused.
  const { clientOrderId, expiresAt } = withdrawOrder(state, slot);
  state.networked.set(slot, terms);
  orders.setPrice(slot, amended.price);
  orders.setTerms(slot, product.terms);
  orders.setOpen(slot, open);
  orders.setTotal(slot, orders.total(slot) + (open - before.open));
  orders.setVersion(slot, orders.version(slot) + 1);
  relockOrder(state, product, slot, oldLock, before.open, open);
  writeAmended(state, outbox, slot, before, false);
  if (terms !== oldTerms) writeNetworkTerms(state, product, slot, outbox);
  if (matchInNetwork(state, product, slot, outbox)) {
    finishInNetwork(state, slot, expiresAt, clientOrderId, outbox);
  }
  return 0;
}
