import {
  AccountStatus,
  OrderKind,
  PostOnly,
  ProductStatus,
  Role,
  SelfTrade,
  SYSTEM_ACCOUNTS,
  TimeInForce,
} from '../core/codes.ts';
import { readI64, readId } from '../core/bytes.ts';
import type { Decimal } from '../core/decimal.ts';
import { isId, MAX_DECIMALS, MAX_INTEGER } from '../core/limits.ts';
import {
  kindOf,
  NONE,
  ORDER_FLAGS,
  postOnlyOf,
  selfTradeOf,
  timeInForceOf,
} from '../orderbook/orders.ts';
import type { MarketState } from './state.ts';

/** Reads values one behind the other. */
class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #next(size: number): number {
    const at = this.#at;
    if (at + size > this.#view.byteLength) throw new RangeError('ends too early');
    this.#at += size;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#next(1));
  }
  u32(): number {
    return this.#view.getUint32(this.#next(4));
  }
  i64(): number {
    const value = readI64(this.#view, this.#next(8));
    if (Math.abs(value) > MAX_INTEGER) throw new RangeError('holds a number beyond 2^53-1');
    return value;
  }
  /** An id; may be '' only where that is said. */
  id(optional = false): string {
    const at = this.#next(1);
    this.#next(this.#view.getUint8(at));
    const id = readId(this.#view, at);
    if (!isId(id) && !(optional && id === '')) throw new RangeError('holds what is no id');
    return id;
  }
  /** The number of a row that exists, out of `rows`. */
  row(rows: readonly unknown[]): number {
    const row = this.u32();
    if (row >= rows.length) throw new RangeError(`names row ${row} of ${rows.length}`);
    return row;
  }
  /** A number out of a table. */
  oneOf(table: Readonly<Record<string, number>>): number {
    const number = this.u8();
    if (Object.values(table).includes(number)) return number;
    throw new RangeError(`holds ${number}, which is in no table`);
  }
  decimals(): number {
    const decimals = this.u8();
    if (decimals > MAX_DECIMALS) throw new RangeError(`holds a number of ${decimals} decimals`);
    return decimals;
  }
  /** A step: more than zero, and written without trailing zeros. */
  step(): Decimal {
    const [mantissa, decimals] = [this.i64(), this.decimals()];
    const sound = mantissa > 0 && (decimals === 0 || mantissa % 10 !== 0);
    if (!sound) throw new RangeError(`holds a step of ${mantissa} / 10^${decimals}`);
    return { mantissa, decimals };
  }
  end(): void {
    const left = this.#view.byteLength - this.#at;
    if (left > 0) throw new RangeError(`has ${left} bytes too many`);
  }
}

/** Fills an empty state with what `encodeMarket` wrote. */
export function decodeMarket(bytes: Uint8Array, state: MarketState): void {
  const from = new Reader(bytes);
  const { accounts, listings, ledger } = state;
  for (let left = from.u32(); left > 0; left--) {
    const id = unused(from.id(), listings.findAsset.bind(listings));
    listings.addAsset(id, from.decimals());
  }
  const accountCount = from.u32();
  for (let row = 0; row < accountCount; row++) {
    const [id, role, status] = [from.id(), from.oneOf(Role), from.oneOf(AccountStatus)];
    if (row >= SYSTEM_ACCOUNTS.length)
      accounts.open(unused(id, accounts.find.bind(accounts)), role, status);
    else if (id !== SYSTEM_ACCOUNTS[row])
      throw new RangeError(`has no account ${SYSTEM_ACCOUNTS[row]}`);
  }
  for (let left = from.u32(); left > 0; left--) decodeProduct(from, state);
  for (let left = from.u32(); left > 0; left--) decodeTerms(from, state);
  for (const { id, row, terms } of listings.products) {
    if (listings.terms[terms]?.product !== row) throw new RangeError(`has no terms for ${id}`);
  }
  for (let left = from.u32(); left > 0; left--) {
    const row = ledger.row(from.row(accounts.list), from.row(listings.assets));
    ledger.set(row, from.i64(), from.i64());
  }
  for (let left = from.u32(); left > 0; left--) decodeOrder(from, state);
  from.end();
}

function decodeProduct(from: Reader, state: MarketState): void {
  const { listings } = state;
  const id = unused(from.id(), listings.findProduct.bind(listings));
  const [energyAsset, moneyAsset] = [from.row(listings.assets), from.row(listings.assets)];
  const grid = listings.grid(energyAsset, moneyAsset, from.step(), from.step());
  if (grid === undefined || energyAsset === moneyAsset)
    throw new RangeError(`has a product ${id} with an impossible grid`);
  const product = listings.addProduct(id, energyAsset, moneyAsset, grid);
  product.status = from.oneOf(ProductStatus);
  product.terms = from.u32();
  const hasLast = from.u8() === 1;
  const lastPrice = from.i64();
  product.lastPrice = hasLast ? lastPrice : NaN;
  state.addBook(product);
}

function decodeTerms(from: Reader, state: MarketState): void {
  const product = from.row(state.listings.products);
  const [version, makerPpm, takerPpm] = [from.u32(), from.u32(), from.u32()];
  const hasBand = from.u8() === 1;
  const [low, high] = [from.i64(), from.i64()];
  const band = hasBand ? { low, high } : undefined;
  state.listings.addTerms(product, version, makerPpm, takerPpm, band);
}

/** Orders come in price-time priority, so that resting them in turn rebuilds every queue. */
function decodeOrder(from: Reader, state: MarketState): void {
  const { orders, ledger, listings } = state;
  const id = from.i64();
  const account = from.row(state.accounts.list);
  const product = listings.products[from.row(listings.products)]!;
  const order = { account, product: product.row, flags: from.u32() & ORDER_FLAGS };
  const [price, open, total] = [from.i64(), from.i64(), from.i64()];
  const priority = from.i64();
  const terms = from.row(listings.terms);
  const moneyRow = ledger.row(account, product.moneyAsset);
  const energyRow = ledger.row(account, product.energyAsset);
  const rows = { moneyRow, energyRow };
  const slot = orders.place({ ...order, price, quantity: open, terms, ...rows }, id);
  orders.setTotal(slot, total);
  orders.setPriority(slot, priority);
  orders.setVersion(slot, from.u32());
  if (!mayRest(state, slot)) throw new RangeError(`has an order ${orders.id(slot)} that cannot be`);
  const expiresAt = from.i64();
  const clientOrderId = from.id(true);
  if (clientOrderId !== '' && orders.slotOfClientId(account, clientOrderId) !== NONE) {
    throw new RangeError(`has two orders ${clientOrderId} of one account`);
  }
  state.books[product.row]!.rest(slot, clientOrderId);
  if (timeInForceOf(orders.flags(slot)) === TimeInForce.gtd) {
    state.timers.set(slot, expiresAt, orders);
  }
}

/** An id that is not taken yet. */
function unused(id: string, find: (id: string) => unknown): string {
  if (find(id) === undefined) return id;
  throw new RangeError(`has ${id} twice`);
}

function mayRest({ orders }: MarketState, slot: number): boolean {
  const flags = orders.flags(slot);
  const timeInForce = timeInForceOf(flags);
  return (
    orders.id(slot) > 0 &&
    orders.slotOf(orders.id(slot)) === NONE &&
    orders.open(slot) > 0 &&
    orders.open(slot) <= orders.total(slot) &&
    kindOf(flags) === OrderKind.limit &&
    postOnlyOf(flags) <= PostOnly.slide &&
    selfTradeOf(flags) <= SelfTrade.decrement &&
    (timeInForce === TimeInForce.gtc || timeInForce === TimeInForce.gtd)
  );
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
  from.end();
}
