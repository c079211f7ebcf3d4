import { ByteLog, putI64, putId } from '../core/bytes.ts';
import { Mechanism, Pricing, TimeInForce } from '../core/codes.ts';
import { COMMAND_WINDOW, MAX_ID_LENGTH } from '../core/limits.ts';
import { type Account, SALT_SIZE } from '../ledger/accounts.ts';
import type { Call } from '../market/call.ts';
import type { Delivery } from '../market/life-cycle.ts';
import {
  BRACKET,
  LINKED,
  NETWORKED,
  ORDER_FLAGS,
  PEGGED,
  timeInForceOf,
  TRAILING,
  WAITING,
  WITH_MORE,
} from '../orderbook/flags.ts';
import type { Remembered } from './command-window.ts';
import { encodeNetworks, encodeNetworkTerms, encodePartners } from './network-encode.ts';
import { encodeForwards, encodeForwardTerms } from './forward-bytes.ts';
import { encodeListedAfter } from './listed-after.ts';
import { encodeKeys } from './keys.ts';
import type { MarketState } from './state.ts';
import { inOrder, Writer } from './writer.ts';

/** Where the fields of an order and of a balance stand, from their beginnings; see docs/format.md. */
export const ORDER_AT = {
  id: 0,
  account: 8,
  product: 12,
  flags: 16,
  price: 20,
  open: 28,
  total: 36,
  priority: 44,
  terms: 52,
  version: 56,
  expiresAt: 60,
  clientOrderId: 68,
} as const;
export const BALANCE_AT = { account: 0, asset: 4, available: 8, locked: 16, end: 24 } as const;

/** An empty log with room for a state without client order ids; others make it grow. */
export function stateLog({ accounts, ledger, orders, sequence }: MarketState): ByteLog {
  const id = 1 + MAX_ID_LENGTH;
  const lists = accounts.list.length * (id + 2 + SALT_SIZE) + ledger.rows * BALANCE_AT.end;
  const remembered = Math.min(sequence, COMMAND_WINDOW) * (id + 36);
  return new ByteLog(4096 + lists + orders.resting * (ORDER_AT.clientOrderId + 1) + remembered);
}

/**
 * Appends what everyone in the market has at stake, in a form that does not depend on how it came about:
 * assets, accounts, products, terms, balances, positions, debts, orders. See docs/format.md.
 * @returns what was appended, where it stands in the log
 */
export function encodeMarket(state: MarketState, log: ByteLog = stateLog(state)): Uint8Array {
  const start = log.length;
  encodeLists(state, log);
  encodeOrders(state, log);
  return log.bytes.subarray(start, log.length);
}

/** Appends the market but for its orders. */
export function encodeLists(state: MarketState, log: ByteLog): void {
  const to = new Writer(log);
  encodeAssets(state, to);
  to.u32(state.accounts.list.length);
  for (const account of state.accounts.list) encodeAccount(account, to);
  encodeProducts(state, to);
  encodeBalances(state, to);
  encodeForwards(state, to);
}

/**
 * Appends all of the state but what grows with its accounts, its open orders and its commands with an id, for which a state root
 * has trees: see docs/format.md.
 */
export function encodeRest(state: MarketState, log: ByteLog): void {
  const to = new Writer(log);
  encodeAssets(state, to);
  encodeProducts(state, to);
  encodeForwards(state, to);
  encodeCounters(state, to);
  encodeRestOfControl(state, to);
  encodeKeys(state, to);
}

function encodeAssets({ listings }: MarketState, to: Writer): void {
  const assets = listings.assetRows();
  to.u32(listings.assets.length);
  to.u32(assets.length);
  for (const row of assets) {
    const { id, decimals } = listings.assets[row]!;
    to.u32(row);
    to.id(id);
    to.u8(decimals);
  }
}

/** Appends who an account is. */
export function encodeAccount({ id, role, status }: Account, to: Writer): void {
  to.id(id);
  to.u8(role);
  to.u8(status);
}

/** Products, their terms, and the networks that they are traded in. */
function encodeProducts(state: MarketState, to: Writer): void {
  const { listings } = state;
  const products = listings.living();
  to.u32(listings.products.length);
  to.u32(products.length);
  for (const product of products) {
    to.u32(product.row);
    to.id(product.id);
    to.u32(product.energyAsset);
    to.u32(product.moneyAsset);
    to.decimal(product.grid.tick);
    to.decimal(product.grid.lot);
    to.u8(product.status);
    to.u32(product.terms);
    const hasLast = !Number.isNaN(product.lastPrice);
    to.u8(hasLast ? 1 : 0);
    to.i64(hasLast ? product.lastPrice : 0);
    encodeDelivery(product.delivery, to);
    encodeCall(product.call, to);
    encodeForwardTerms(product, to);
  }
  encodeTerms(state, to);
  encodeNetworks(state, to);
}

function encodeTerms({ listings: { terms } }: MarketState, to: Writer): void {
  to.u32(terms.reduce((sum, each) => sum + (each === undefined ? 0 : 1), 0));
  terms.forEach((each, row) => {
    if (each === undefined) return;
    const { product, version, makerPpm, takerPpm, band } = each;
    to.u32(row);
    to.u32(product);
    to.u32(version);
    to.u32(makerPpm);
    to.u32(takerPpm);
    to.u8(band === undefined ? 0 : 1);
    to.i64(band?.low ?? 0);
    to.i64(band?.high ?? 0);
  });
}

function encodeDelivery(delivery: Delivery | undefined, to: Writer): void {
  to.u8(delivery === undefined ? 0 : 1);
  to.i64(delivery?.start ?? 0);
  to.i64(delivery?.end ?? 0);
  to.i64(delivery?.opensMs ?? 0);
  to.i64(delivery?.gateMs ?? 0);
}

function encodeCall(call: Call | undefined, to: Writer): void {
  const hasReference = call !== undefined && !Number.isNaN(call.reference);
  to.u8(call === undefined ? Mechanism.continuous : Mechanism.call);
  to.u8(call?.pricing ?? Pricing.uniform);
  to.u8(hasReference ? 1 : 0);
  to.i64(hasReference ? call.reference : 0);
  to.i64(call?.everyMs ?? 0);
}

/** Balances that are not zero, by account and asset. */
function encodeBalances(state: MarketState, to: Writer): void {
  const { ledger } = state;
  const rows: number[] = [];
  for (let row = 0; row < ledger.rows; row++) {
    if (ledger.available(row) !== 0 || ledger.locked(row) !== 0) rows.push(row);
  }
  rows.sort((a, b) => ledger.account(a) - ledger.account(b) || ledger.asset(a) - ledger.asset(b));
  to.u32(rows.length);
  for (const row of rows) {
    const at = to.log.extend(BALANCE_AT.end);
    const { view } = to.log;
    view.setUint32(at + BALANCE_AT.account, ledger.account(row));
    view.setUint32(at + BALANCE_AT.asset, ledger.asset(row));
    putI64(view, at + BALANCE_AT.available, ledger.available(row));
    putI64(view, at + BALANCE_AT.locked, ledger.locked(row));
  }
}

/**
 * Open orders by product, then buy before sell, then in price-time priority; behind those of a product its
 * stop orders that wait, in the order in which they would be reached.
 */
function encodeOrders(state: MarketState, log: ByteLog): void {
  new Writer(log).u32(state.orders.resting);
  state.eachOpen((slot) => {
    encodeOrder(state, slot, log);
    return true;
  });
}

/** Room is made for all of it at once: with that, in a log that need not grow, a million take half the time. */
export function encodeOrder(state: MarketState, slot: number, log: ByteLog): void {
  const { orders, timers } = state;
  const clientOrderId = orders.clientOrderId(slot);
  const flags = orders.flags(slot);
  const expires = timeInForceOf(flags) === TimeInForce.gtd;
  const at = log.extend(ORDER_AT.clientOrderId + 1 + clientOrderId.length);
  const { view } = log;
  putI64(view, at + ORDER_AT.id, orders.id(slot));
  view.setUint32(at + ORDER_AT.account, orders.account(slot));
  view.setUint32(at + ORDER_AT.product, orders.product(slot));
  view.setUint32(at + ORDER_AT.flags, flags & ORDER_FLAGS);
  putI64(view, at + ORDER_AT.price, orders.price(slot));
  putI64(view, at + ORDER_AT.open, orders.open(slot));
  putI64(view, at + ORDER_AT.total, orders.total(slot));
  putI64(view, at + ORDER_AT.priority, orders.priority(slot));
  view.setUint32(at + ORDER_AT.terms, orders.terms(slot));
  view.setUint32(at + ORDER_AT.version, orders.version(slot));
  putI64(view, at + ORDER_AT.expiresAt, expires ? timers.expiresAt(slot) : 0);
  putId(log.bytes, at + ORDER_AT.clientOrderId, clientOrderId);
  if ((flags & (WITH_MORE | WAITING | LINKED | NETWORKED)) === 0) return;
  const to = new Writer(log);
  const clip = orders.clip(slot);
  if (clip !== undefined) for (const n of [clip.size, clip.refreshBelow, clip.shown]) to.i64(n);
  if ((flags & NETWORKED) !== 0) encodeNetworkTerms(state.networked.get(slot)!, to);
  if ((flags & WAITING) !== 0) to.i64(state.stopPrice(slot));
  if ((flags & LINKED) !== 0) to.i64(orders.id(orders.partner(slot)));
  if ((flags & BRACKET) !== 0) {
    const { takeProfit, stopPrice, stopLimit } = orders.bracket(slot)!;
    for (const price of [takeProfit, stopPrice, stopLimit]) to.i64(price);
  }
  if ((flags & TRAILING) !== 0) {
    const { by, distance } = orders.trails.of(slot);
    to.u8(by);
    to.i64(distance);
  }
  if ((flags & PEGGED) === 0) return;
  const peg = orders.pegs.of(slot);
  to.u8(peg.to);
  to.i64(peg.offset);
  to.i64(peg.limit);
}

function encodeLimits({ limits }: MarketState, to: Writer): void {
  to.u32(limits.size);
  for (const [account, { maxOpenOrders, maxExposure, since, positions }] of inOrder(limits)) {
    to.u32(account);
    to.u8(maxOpenOrders === undefined ? 0 : 1);
    to.u32(maxOpenOrders ?? 0);
    to.u8(maxExposure === undefined ? 0 : 1);
    to.u32(maxExposure?.asset ?? 0);
    to.i64(maxExposure?.amount ?? 0);
    to.i64(since);
    to.u32(positions.size);
    for (const [product, lots] of inOrder(positions)) {
      to.u32(product);
      to.i64(lots);
    }
  }
}

function encodeCircuits({ listings, time }: MarketState, to: Writer): void {
  const products = listings.living().filter(({ circuit }) => circuit !== undefined);
  to.u32(products.length);
  for (const { row, circuit } of products) {
    const { collar, move, windowMs } = circuit!;
    const changes = circuit!.changes(time);
    const base = circuit!.reference(time);
    to.u32(row);
    for (const { ticks, ppm } of [collar, move]) {
      to.i64(ticks);
      to.u32(ppm);
    }
    to.u32(windowMs);
    to.u8(Number.isNaN(base) ? 0 : 1);
    to.i64(Number.isNaN(base) ? 0 : base);
    to.u32(changes.length);
    for (const change of changes) {
      to.i64(change.time);
      to.i64(change.price);
    }
  }
}

/**
 * Appends everything else that the future depends on: time, counters, the window of command ids, trades
 * that were recalled, limits and circuits.
 * @returns what was appended, where it stands in the log
 */
export function encodeControl(state: MarketState, log: ByteLog = new ByteLog()): Uint8Array {
  const start = log.length;
  const to = new Writer(log);
  encodeCounters(state, to);
  const remembered = state.window.entries();
  to.u32(remembered.length);
  for (const entry of remembered) encodeRemembered(entry, to);
  encodeRestOfControl(state, to);
  for (const { salt } of state.accounts.list) log.append(salt);
  encodeKeys(state, to);
  return log.bytes.subarray(start, log.length);
}

function encodeCounters(state: MarketState, to: Writer): void {
  const { sequence, time, lastOrder, lastTrade, lastPriority } = state;
  for (const counter of [sequence, time, lastOrder, lastTrade, lastPriority]) to.i64(counter);
}

/** Appends what a command with an id came to. */
export function encodeRemembered(entry: Remembered, to: Writer): void {
  const { commandId, sequence, digestHigh, digestLow, code, order, filled } = entry;
  to.id(commandId);
  to.i64(sequence);
  to.u32(digestHigh);
  to.u32(digestLow);
  to.u32(code);
  to.i64(order);
  to.i64(filled);
}

/** What stands in control behind the commands with an id, without the salts. */
function encodeRestOfControl(state: MarketState, to: Writer): void {
  const recalled = [...state.recalled].sort((a, b) => a - b);
  to.u32(recalled.length);
  for (const trade of recalled) to.i64(trade);
  encodeListedAfter(state, to);
  encodeLimits(state, to);
  encodeCircuits(state, to);
  encodePartners(state, to);
  to.i64(state.height);
  to.i64(state.sealedSequence);
}
