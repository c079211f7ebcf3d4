import {
  AccountStatus,
  Display,
  Mechanism,
  OrderKind,
  PegTo,
  PostOnly,
  Pricing,
  ProductStatus,
  Role,
  SelfTrade,
  SYSTEM_ACCOUNTS,
  TimeInForce,
  TrailBy,
} from '../core/codes.ts';
import { callFault, deliveryFault } from '../core/forms.ts';
import { MAX_CLIPS, MAX_HALT_WINDOW_MS, MAX_INTEGER, MAX_ROWS, PPM } from '../core/limits.ts';
import { SALT_SIZE } from '../ledger/accounts.ts';
import type { Call } from '../market/call.ts';
import { Circuit, type Distance, isSet } from '../market/circuit.ts';
import { type Delivery, isOver } from '../market/life-cycle.ts';
import {
  ALL_OR_NONE,
  BRACKET,
  displayOf,
  FORWARD,
  ICEBERG,
  kindOf,
  LINKED,
  NETWORKED,
  ORDER_FLAGS,
  PEGGED,
  postOnlyOf,
  selfTradeOf,
  SESSION,
  timeInForceOf,
  TRAILING,
  WAITING,
} from '../orderbook/flags.ts';
import type { Peg, Trail } from '../orderbook/followers.ts';
import { type NewOrder, NONE } from '../orderbook/orders.ts';
import { BALANCE_AT, ORDER_AT } from './encode.ts';
import { decodeForward, decodeForwards } from './forward-bytes.ts';
import { decodeKeys } from './keys.ts';
import { planNext } from './life-cycle.ts';
import { decodeListedAfter } from './listed-after.ts';
import { Reader } from './reader.ts';
import { decodeNetworks, decodeNetworkTerms, decodePartners } from './network-decode.ts';
import type { MarketState } from './state.ts';

const ROLES: readonly number[] = Object.values(Role);
const ACCOUNT_STATUSES: readonly number[] = Object.values(AccountStatus);
const PRODUCT_STATUSES: readonly number[] = Object.values(ProductStatus);

/** Fills an empty state with what `encodeMarket` wrote. */
export function decodeMarket(bytes: Uint8Array, state: MarketState): void {
  const from = new Reader(bytes);
  const { listings } = state;
  decodeRows(from, listings.assets, () => {
    const id = from.id();
    if (listings.findAsset(id) !== undefined) throw twice(id);
    listings.addAsset(id, from.decimals());
  });
  const accounts = from.u32();
  for (let row = 0; row < accounts; row++) decodeAccount(from, state, row);
  decodeRows(from, listings.products, () => decodeProduct(from, state));
  while (state.books.length < listings.products.length) state.addNoBook();
  for (let left = from.u32(); left > 0; left--) decodeTerms(from, state);
  for (const { id, row, terms } of listings.living()) {
    if (listings.terms[terms]?.product !== row) throw new RangeError(`has no terms for ${id}`);
  }
  decodeNetworks(from, state);
  for (let left = from.u32(); left > 0; left--) decodeBalance(from, state);
  decodeForwards(from, state);
  const orders = from.u32();
  // No more than the bytes can hold, however many they say there are.
  state.orders.reserve(Math.min(orders, Math.floor(from.left / (ORDER_AT.clientOrderId + 1))));
  const partners = new Map<number, number>();
  for (let left = orders; left > 0; left--) decodeOrder(from, state, partners);
  from.end();
  linkOrders(state, partners);
}

/**
 * Reads what has a row: how many rows were given out, and then those that there are, from the first one up.
 * @param list takes them; gets an empty place for each that is gone
 */
function decodeRows(from: Reader, list: unknown[], decode: () => void): void {
  const rows = from.u32();
  if (rows > MAX_ROWS) throw new RangeError(`has given out ${rows} rows`);
  const fill = (upTo: number): void => {
    while (list.length < upTo) list.push(undefined);
  };
  for (let left = from.u32(); left > 0; left--) {
    const row = from.u32();
    if (row < list.length || row >= rows) throw new RangeError(`names row ${row} of ${rows}`);
    fill(row);
    decode();
  }
  fill(rows);
}

/** Links orders by what they say is the id of their partner. */
function linkOrders({ orders }: MarketState, partners: ReadonlyMap<number, number>): void {
  for (const [slot, id] of partners) {
    const partner = orders.slotOf(id);
    if (partners.get(partner) !== orders.id(slot) || partner === slot) {
      throw new RangeError(`has an order ${orders.id(slot)} that is linked with none`);
    }
    orders.link(slot, partner);
  }
}

function decodeAccount(from: Reader, { accounts }: MarketState, row: number): void {
  const id = from.id();
  const role = from.oneOf(ROLES);
  const status = from.oneOf(ACCOUNT_STATUSES);
  if (row >= SYSTEM_ACCOUNTS.length) {
    if (accounts.find(id) !== undefined) throw twice(id);
    accounts.open(id, role, status, new Uint8Array(SALT_SIZE));
  } else if (id !== SYSTEM_ACCOUNTS[row]) {
    throw new RangeError(`has no account ${SYSTEM_ACCOUNTS[row]}`);
  }
}

function decodeProduct(from: Reader, state: MarketState): void {
  const { listings } = state;
  const id = from.id();
  if (listings.findProduct(id) !== undefined) throw twice(id);
  const energyAsset = from.row(listings.assets);
  const moneyAsset = from.row(listings.assets);
  const grid = listings.grid(energyAsset, moneyAsset, from.step(), from.step());
  if (grid === undefined || energyAsset === moneyAsset)
    throw new RangeError(`has a product ${id} with an impossible grid`);
  const status = from.oneOf(PRODUCT_STATUSES);
  const terms = from.u32();
  const hasLast = from.u8() === 1;
  const lastPrice = from.i64();
  const delivery = decodeDelivery(from);
  const call = decodeCall(from, delivery);
  const forward = decodeForward(from, state, grid);
  const assets = [energyAsset, moneyAsset] as const;
  const product = listings.addProduct(id, ...assets, grid, delivery, call, forward);
  product.status = status;
  product.terms = terms;
  product.lastPrice = hasLast ? lastPrice : NaN;
  state.addBook(product);
}

function decodeDelivery(from: Reader): Delivery | undefined {
  const planned = from.u8() === 1;
  const delivery = {
    start: from.i64(),
    end: from.i64(),
    opensMs: from.i64(),
    gateMs: from.i64(),
  };
  if (!planned) return undefined;
  const fault = deliveryFault(delivery);
  if (fault !== undefined) throw new RangeError(`has a plan: ${fault}`);
  if (delivery.start < 0) throw new RangeError('has a plan: delivery.start must not be below zero');
  return delivery;
}

function decodeCall(from: Reader, delivery: Delivery | undefined): Call | undefined {
  const mechanism = from.oneOf(Object.values(Mechanism));
  const pricing = from.oneOf(Object.values(Pricing));
  const hasReference = from.u8() === 1;
  const [reference, everyMs] = [from.i64(), from.i64()];
  if (mechanism === Mechanism.continuous) return undefined;
  const tradedMs = delivery === undefined ? undefined : delivery.gateMs - delivery.opensMs;
  const fault = callFault({ pricing, hasReference, everyMs }, tradedMs);
  if (fault !== undefined || everyMs < 0) throw new RangeError(`has an auction: ${fault}`);
  return { pricing, reference: hasReference ? reference : NaN, everyMs };
}

function decodeTerms(from: Reader, state: MarketState): void {
  const row = from.u32();
  const product = from.row(state.listings.products);
  const { terms } = state.listings;
  if (row < terms.length || row >= MAX_ROWS) throw new RangeError('has terms out of order');
  const [version, makerPpm, takerPpm] = [from.u32(), from.u32(), from.u32()];
  const hasBand = from.u8() === 1;
  const [low, high] = [from.i64(), from.i64()];
  const band = hasBand ? { low, high } : undefined;
  state.listings.addTerms(row, product, version, makerPpm, takerPpm, band);
}

function decodeBalance(from: Reader, { accounts, listings, ledger }: MarketState): void {
  const at = from.next(BALANCE_AT.end);
  const account = from.rowAt(at + BALANCE_AT.account, accounts.list);
  const asset = from.rowAt(at + BALANCE_AT.asset, listings.assets);
  const available = from.i64At(at + BALANCE_AT.available);
  const locked = from.i64At(at + BALANCE_AT.locked);
  ledger.set(ledger.row(account, asset), available, locked);
}

/**
 * Orders come in price-time priority, so that resting them in turn rebuilds every queue.
 * @param partners takes the id of the partner of an order that is linked, by slot
 */
function decodeOrder(from: Reader, state: MarketState, partners: Map<number, number>): void {
  const { orders, ledger, listings } = state;
  const at = from.next(ORDER_AT.clientOrderId);
  const account = from.rowAt(at + ORDER_AT.account, state.accounts.list);
  const product = listings.products[from.rowAt(at + ORDER_AT.product, listings.products)]!;
  const order = {
    account,
    product: product.row,
    flags: from.view.getUint32(at + ORDER_AT.flags),
    price: from.i64At(at + ORDER_AT.price),
    quantity: from.i64At(at + ORDER_AT.open),
    terms: from.rowAt(at + ORDER_AT.terms, listings.terms),
    moneyRow: ledger.row(account, product.moneyAsset),
    energyRow: ledger.row(account, product.energyAsset),
    clip: 0,
    refreshBelow: 0,
  };
  const expiresAt = from.i64At(at + ORDER_AT.expiresAt);
  const expires = timeInForceOf(order.flags) === TimeInForce.gtd;
  // All that is read here is kept: that is how a snapshot is known to be written as a state is.
  if ((order.flags & ~ORDER_FLAGS) !== 0 || (!expires && expiresAt !== 0)) {
    throw new RangeError('is not written as a state is written');
  }
  if (product.forward !== undefined) order.flags |= FORWARD;
  const clientOrderId = from.id(true);
  const shown = decodeClip(from, order);
  const slot = orders.place(order, from.i64At(at + ORDER_AT.id));
  orders.setTotal(slot, from.i64At(at + ORDER_AT.total));
  orders.setPriority(slot, from.i64At(at + ORDER_AT.priority));
  orders.setVersion(slot, from.view.getUint32(at + ORDER_AT.version));
  if (!mayRest(state, slot)) throw new RangeError(`has an order ${orders.id(slot)} that cannot be`);
  if (clientOrderId !== '' && orders.slotOfClientId(account, clientOrderId) !== NONE) {
    throw new RangeError(`has two orders ${clientOrderId} of one account`);
  }
  const clip = orders.clip(slot);
  if (clip !== undefined) clip.shown = shown;
  if ((order.flags & NETWORKED) !== 0) {
    const asked = decodeNetworkTerms(from, product, order.flags);
    state.networked.set(slot, asked);
    state.lanes[product.row]!.rest(slot, asked, clientOrderId);
  } else if ((order.flags & WAITING) === 0)
    state.books[product.row]!.rest(slot, clientOrderId, order.price);
  else state.stopsOf(product.row).rest(slot, clientOrderId, from.i64());
  if ((order.flags & LINKED) !== 0) partners.set(slot, from.i64());
  if ((order.flags & BRACKET) !== 0) {
    orders.setBracket(slot, from.i64(), from.i64(), from.i64());
  }
  if ((order.flags & TRAILING) !== 0) orders.trails.add(slot, decodeTrail(from));
  if ((order.flags & PEGGED) !== 0) orders.pegs.add(slot, decodePeg(from));
  if (expires) state.timers.set(slot, expiresAt, orders);
}

/** Reads what an iceberg shows; returns the lots that it shows now. */
function decodeClip(from: Reader, order: NewOrder): number {
  if ((order.flags & ICEBERG) === 0) return 0;
  order.clip = from.i64();
  order.refreshBelow = from.i64();
  const shown = from.i64();
  const waits = (order.flags & WAITING) !== 0;
  const most = waits ? 0 : Math.min(order.clip, order.quantity);
  const least = waits ? 0 : Math.min(order.refreshBelow, order.quantity);
  const sound =
    order.refreshBelow > 0 &&
    order.refreshBelow <= order.clip &&
    order.quantity / MAX_CLIPS <= order.clip;
  if (!sound || shown < least || shown > most) throw new RangeError('has a clip that cannot be');
  return shown;
}

function decodeTrail(from: Reader): Trail {
  const by = from.oneOf([TrailBy.ticks, TrailBy.ppm]);
  const distance = from.i64();
  const most = by === TrailBy.ppm ? PPM : MAX_INTEGER;
  if (distance < 1 || distance > most) throw new RangeError('trails at a distance that cannot be');
  return { by, distance };
}

function decodePeg(from: Reader): Peg {
  const to = from.oneOf([PegTo.bid, PegTo.ask, PegTo.mid]);
  return { to, offset: from.i64(), limit: from.i64() };
}

function twice(id: string): RangeError {
  return new RangeError(`has ${id} twice`);
}

function mayRest({ orders }: MarketState, slot: number): boolean {
  const flags = orders.flags(slot);
  const timeInForce = timeInForceOf(flags);
  const waits = (flags & WAITING) !== 0;
  return (
    orders.id(slot) > 0 &&
    orders.slotOf(orders.id(slot)) === NONE &&
    orders.open(slot) > 0 &&
    orders.open(slot) <= orders.total(slot) &&
    kindOf(flags) === OrderKind.limit &&
    displayOf(flags) <= Display.hidden &&
    ((flags & ALL_OR_NONE) === 0 ||
      (displayOf(flags) === Display.all && orders.open(slot) === orders.total(slot))) &&
    postOnlyOf(flags) <= PostOnly.slide &&
    selfTradeOf(flags) <= SelfTrade.decrement &&
    ((flags & SESSION) === 0 || timeInForce === TimeInForce.gtc) &&
    (timeInForce === TimeInForce.gtc ||
      timeInForce === TimeInForce.gtd ||
      (waits && displayOf(flags) === Display.all && (flags & ALL_OR_NONE) === 0)) &&
    (waits || (flags & TRAILING) === 0) &&
    ((flags & PEGGED) === 0 ||
      (!waits && (flags & ALL_OR_NONE) === 0 && postOnlyOf(flags) === PostOnly.off)) &&
    (!waits || (postOnlyOf(flags) === PostOnly.off && orders.open(slot) === orders.total(slot)))
  );
}

function decodeLimits(from: Reader, { accounts, listings, limits }: MarketState): void {
  const account = from.row(accounts.list);
  const [hasOpenOrders, openOrders] = [from.u8() === 1, from.u32()];
  const [hasExposure, asset, amount] = [from.u8() === 1, from.u32(), from.i64()];
  if (hasExposure && listings.assets[asset] === undefined) {
    throw new RangeError('limits an asset that is not there');
  }
  const since = from.i64();
  const positions = new Map<number, number>();
  for (let left = from.u32(); left > 0; left--) {
    positions.set(from.row(listings.products), from.i64());
  }
  limits.set(account, {
    maxOpenOrders: hasOpenOrders ? openOrders : undefined,
    maxExposure: hasExposure ? { asset, amount } : undefined,
    since,
    positions,
  });
}

function decodeDistance(from: Reader): Distance {
  const [ticks, ppm] = [from.i64(), from.u32()];
  if (ticks < 0 || ppm > PPM) throw new RangeError('limits a price to a distance that cannot be');
  return { ticks, ppm };
}

/** Each change must be one: then there is one way to write a circuit. */
function decodeCircuit(from: Reader, { listings, time: now }: MarketState): void {
  const product = listings.products[from.row(listings.products)]!;
  const [collar, move, windowMs] = [decodeDistance(from), decodeDistance(from), from.u32()];
  const [hasBase, base] = [from.u8() === 1, from.i64()];
  const circuit = new Circuit(collar, move, windowMs, hasBase ? base : NaN);
  let [last, price] = [now - windowMs, hasBase ? base : NaN];
  for (let left = from.u32(); left > 0; left--) {
    const change = { time: from.i64(), price: from.i64() };
    const isChange = change.time > last && change.time <= now && change.price !== price;
    if (!isChange || !hasBase) throw new RangeError('has a change of price that is none');
    circuit.add(change.time, change.price);
    ({ time: last, price } = change);
  }
  const sound = (isSet(collar) || isSet(move)) && isSet(move) === windowMs > 0;
  const lastPrice = isSet(move) ? product.lastPrice : NaN;
  if (!sound || windowMs > MAX_HALT_WINDOW_MS || !Object.is(price, lastPrice)) {
    throw new RangeError(`has a circuit of ${product.id} that cannot be`);
  }
  if (isOver(product.status)) {
    throw new RangeError(`has a circuit of ${product.id}, which is closed`);
  }
  product.circuit = circuit;
}

/** Fills in what `encodeControl` wrote. */
export function decodeControl(bytes: Uint8Array, state: MarketState): void {
  const from = new Reader(bytes);
  state.sequence = from.i64();
  state.time = from.i64();
  state.lastOrder = from.i64();
  state.lastTrade = from.i64();
  state.lastPriority = from.i64();
  for (let left = from.u32(); left > 0; left--) {
    state.window.remember({
      commandId: from.id(),
      sequence: from.i64(),
      digestHigh: from.u32(),
      digestLow: from.u32(),
      code: from.u32(),
      order: from.i64(),
      filled: from.i64(),
    });
  }
  for (let left = from.u32(); left > 0; left--) state.recalled.add(from.i64());
  decodeListedAfter(from, state);
  for (let left = from.u32(); left > 0; left--) decodeLimits(from, state);
  if (state.limits.size > 0) state.orders.countFor(state.limits);
  for (let left = from.u32(); left > 0; left--) decodeCircuit(from, state);
  decodePartners(from, state);
  state.height = from.i64();
  state.sealedSequence = from.i64();
  for (const { salt } of state.accounts.list) {
    const at = from.next(SALT_SIZE);
    for (let i = 0; i < SALT_SIZE; i++) salt[i] = from.view.getUint8(at + i);
  }
  decodeKeys(from, state);
  from.end();
  // What is planned next depends on the time.
  for (const product of state.listings.living()) planNext(state, product);
}
