/** Engine and twin side by side. The only file here that knows the engine. */
import { lockedMoney } from '../../src/contracts/held.ts';
import { createHash } from 'node:crypto';
import { EndReason, EventType, Side, UNKNOWN } from '../../src/core/codes.ts';
import { ByteLog, readI64 } from '../../src/core/bytes.ts';
import { COMMANDS, EVENTS, type Layout, offsetsOf } from '../../src/core/registry.ts';
import { checkCommand, recordLength, recordType, writeRecord } from '../../src/core/records.ts';
import { apply } from '../../src/matching/apply.ts';
import { isConserved } from '../../src/matching/audit.ts';
import { encodeControl, encodeMarket } from '../../src/matching/encode.ts';
import { MarketState } from '../../src/matching/state.ts';
import {
  ALL_OR_NONE,
  displayOf,
  durationOf,
  kindOf,
  postOnlyOf,
  selfTradeOf,
  sideOf,
} from '../../src/orderbook/flags.ts';
import { lockOf } from './amounts.ts';
import { lockAstray } from './locks.ts';
import { type Command, fieldOf, isSpecial, type Reference } from './commands.ts';
import { Bytes } from './bytes.ts';
import { controlBytes, marketBytes } from './encode.ts';
import { type Signed, signedBytes } from './keys.ts';
import {
  type Account,
  balanceOf,
  type Market,
  type Order,
  type Receipt,
  shownOf,
  tradableOf,
} from './market.ts';
import { Twin } from './twin.ts';

/** Engine and twin, or the engine and its own promises, disagree. */
export class Mismatch extends Error {}

/** Writes the record of a command behind what a log holds. */
export function writeCommand(log: ByteLog, command: Command, sequence: number): void {
  const special = command.type === 'submit' && isSpecial(command);
  const layout: Layout = COMMANDS[special ? 'submitSpecial' : command.type];
  const unknown: string[] = [];
  const values = layout.fields.map(([name]) => {
    const value = fieldOf(command, name) as Reference;
    if (typeof value === 'number') return value;
    unknown.push(value.unknown);
    return UNKNOWN;
  });
  const named = layout.strings.map((name) => fieldOf(command, name) as string);
  const at = log.length;
  writeRecord(log, layout, sequence, command.time, values, [...named, ...unknown]);
  if (command.signed !== undefined) sign(log, at, command.signed);
}

/** Makes of the record at the end of a log one of version 1. */
function sign(log: ByteLog, at: number, signed: Signed): void {
  const bytes = new Bytes();
  signedBytes(signed, bytes);
  log.append(bytes.take());
  log.view.setUint32(at, log.length - at);
  log.view.setUint16(at + 6, 1);
}

export interface Checks {
  /** Compare every field and check every invariant after this command. */
  readonly fields: boolean;
  /** Compare the market bytes after this command. */
  readonly market: boolean;
  /** Compare the whole state bytes after this command. */
  readonly state: boolean;
}

/** A command that was applied, and what came of it. */
export interface Step {
  readonly record: Uint8Array;
  readonly receipt: Receipt;
  readonly events: Uint8Array;
}

const ENDED = offsetsOf(EVENTS.orderEnded);

const ORDER_COLUMNS = [
  'price',
  'open',
  'total',
  'priority',
  'account',
  'product',
  'terms',
  'version',
] as const;

export class Lockstep {
  readonly state = new MarketState();
  readonly twin = new Twin();
  /** The stream so far, if it is kept. */
  readonly steps: Step[] = [];
  readonly outbox = new ByteLog();
  hashes = 0;
  readonly #record = new ByteLog();
  readonly #keeps: boolean;

  /** @param keeps whether to keep all records, receipts and events */
  constructor(keeps = false) {
    this.#keeps = keeps;
  }

  get market(): Market {
    return this.twin.market;
  }

  /** Applies a command to both and compares. */
  step(command: Command, checks: Checks): { receipt: Receipt; events: Uint8Array } {
    const { state, twin, outbox } = this;
    const record = this.#record;
    record.dropFirst(record.length);
    writeCommand(record, command, state.sequence + 1);
    const expected = twin.run(command);
    const refused = expected.receipt.code !== 0;
    const before = checks.fields && refused ? encodeMarket(state) : undefined;
    if (checks.fields) checkCommand(viewOf(record.slice()), 0);
    outbox.dropFirst(outbox.length);
    const receipt = apply(state, { view: record.view, at: 0 }, outbox);
    const events = outbox.bytes.subarray(0, outbox.length);
    sameBytes('events', events, expected.events);
    compareReceipts(receipt, expected.receipt);
    if (this.#keeps) this.steps.push({ record: record.slice(), ...expected });
    if (before !== undefined && !expires(events)) {
      sameBytes('market after a refusal', encodeMarket(state), before);
    }
    if (checks.fields) compareFields(state, this.market);
    if (checks.market || checks.state) this.compareBytes(checks.state);
    return expected;
  }

  compareBytes(control: boolean): void {
    const { state, market } = this;
    const engine = [encodeMarket(state), control ? encodeControl(state) : new Uint8Array(0)];
    const twin = [marketBytes(market), control ? controlBytes(market) : new Uint8Array(0)];
    sameBytes('market bytes', engine[0]!, twin[0]!);
    sameBytes('control bytes', engine[1]!, twin[1]!);
    same('state', 'hash', sha256(engine), sha256(twin));
    this.hashes++;
  }
}

export function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function compareReceipts(engine: Receipt, twin: Receipt): void {
  for (const name of ['recorded', 'sequence', 'code', 'order', 'filled'] as const) {
    same('receipt', name, engine[name], twin[name]);
  }
}

/** Applies commands once more, to a state of its own; receipts and events must be the same. */
export function replay(state: MarketState, steps: readonly Step[]): void {
  const outbox = new ByteLog();
  for (const { record, receipt, events } of steps) {
    outbox.dropFirst(outbox.length);
    compareReceipts(apply(state, { view: viewOf(record), at: 0 }, outbox), receipt);
    sameBytes('events of the replay', outbox.bytes.subarray(0, outbox.length), events);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether the events begin with what the time has brought about. */
function expires(events: Uint8Array): boolean {
  const view = viewOf(events);
  if (events.length === 0) return false;
  const type = recordType(view, 0);
  const { productOpened, gateClosed, auctionHeld, trade, orderReduced } = EventType;
  const timers: readonly number[] = [productOpened, gateClosed, auctionHeld, trade, orderReduced];
  if (type !== EventType.orderEnded) return timers.includes(type);
  const { expired, gateClosed: gate, auctionOver, selfTrade } = EndReason;
  const reasons: readonly number[] = [expired, gate, auctionOver, selfTrade];
  return reasons.includes(view.getUint8(ENDED.reason));
}

function same(what: string, field: string, engine: unknown, twin: unknown): void {
  if (Object.is(engine, twin)) return;
  throw new Mismatch(
    `${what} ${field}: the engine has ${String(engine)}, the twin ${String(twin)}`,
  );
}

function holds(what: string, promise: boolean): void {
  if (!promise) throw new Mismatch(`does not hold: ${what}`);
}

function sameBytes(what: string, engine: Uint8Array, twin: Uint8Array): void {
  if (Buffer.compare(engine, twin) === 0) return;
  let at = 0;
  while (at < engine.length && engine[at] === twin[at]) at++;
  throw new Mismatch(
    `${what} differ at byte ${at}\nengine ${engine.length}: ${told(engine)}\n` +
      `twin   ${twin.length}: ${told(twin)}`,
  );
}

/** Bytes as hex; a run of events one per line, by type. */
function told(bytes: Uint8Array): string {
  const view = viewOf(bytes);
  const lines: string[] = [];
  for (let at = 0; at + 24 <= bytes.length;) {
    const length = recordLength(view, at);
    const name = Object.entries(EventType).find(([, type]) => type === recordType(view, at))?.[0];
    if (name === undefined || length < 24 || at + length > bytes.length) break;
    const fields = EVENTS[name as keyof typeof EVENTS].fields.length;
    const rest = Buffer.from(bytes.subarray(at + 24, at + length)).toString('hex');
    lines.push(`  ${name} (${fields} fields) at ${readI64(view, at + 16)}: ${rest}`);
    at += length;
  }
  if (lines.length > 0) return `\n${lines.join('\n')}`;
  return Buffer.from(bytes.subarray(0, 600)).toString('hex');
}

/** Every observable field of the engine against the twin, and the promises about them. */
export function compareFields(state: MarketState, market: Market): void {
  same('market', 'sequence', state.sequence, market.sequence);
  same('market', 'time', state.time, market.time);
  same('market', 'accounts', state.accounts.list.length, market.accounts.length);
  market.accounts.forEach((account, row) => compareAccount(state, market, account, row));
  same('market', 'assets', state.listings.assets.length, market.assets.length);
  market.assets.forEach((asset, row) => {
    holds('an asset is there or gone', (state.listings.assets[row] === undefined) === asset.gone);
    if (asset.gone) return;
    same('asset', 'id', state.listings.assets[row]!.id, asset.id);
    same('asset', 'decimals', state.listings.assets[row]!.decimals, asset.decimals);
    same('asset', 'sum over all rows', sumOf(state, row), 0n);
  });
  same('market', 'products', state.listings.products.length, market.products.length);
  market.products.forEach(({ gone }, row) => {
    const there = state.listings.products[row] !== undefined;
    holds('a product is there or gone', there !== gone);
    if (there) compareProduct(state, market, row);
  });
  same('market', 'resting orders', state.orders.resting, market.orders.size);
  const astray = lockAstray(state, market);
  if (astray !== undefined) throw new Mismatch(astray);
  holds('isConserved', isConserved(state));
}

function sumOf({ ledger }: MarketState, asset: number): bigint {
  let sum = 0n;
  for (let row = 0; row < ledger.rows; row++) {
    if (ledger.asset(row) !== asset) continue;
    sum += BigInt(ledger.available(row)) + BigInt(ledger.locked(row));
  }
  return sum;
}

function compareAccount(state: MarketState, market: Market, account: Account, row: number): void {
  const { id, role, status, salt } = state.accounts.list[row]!;
  same('account', 'id', id, account.id);
  same('account', 'role', role, account.role);
  same('account', 'status', status, account.status);
  const words = new DataView(salt.buffer, salt.byteOffset);
  account.salt.forEach((word, i) => same('account', 'salt', words.getUint32(4 * i), word));
  const { ledger } = state;
  for (let asset = 0; asset < market.assets.length; asset++) {
    const at = ledger.find(row, asset);
    const available = at < 0 ? 0 : ledger.available(at);
    const locked = at < 0 ? 0 : ledger.locked(at);
    const balance = balanceOf(market, row, asset);
    same(id, 'available', BigInt(available), balance.available);
    same(id, 'locked', BigInt(locked), balance.locked);
    holds('available >= 0', row === 0 || available >= 0);
    holds('locked >= 0', locked >= 0);
  }
}

function compareProduct(state: MarketState, market: Market, row: number): void {
  const engine = state.listings.products[row]!;
  const twin = market.products[row]!;
  const what = `product ${row}`;
  for (const name of ['id', 'energyAsset', 'moneyAsset', 'status', 'terms'] as const) {
    same(what, name, engine[name], twin[name]);
  }
  same(what, 'lastPrice', engine.lastPrice, twin.lastPrice ?? NaN);
  same(what, 'tickQuanta', BigInt(engine.grid.tickQuanta), twin.tickQuanta);
  same(what, 'lotQuanta', BigInt(engine.grid.lotQuanta), twin.lotQuanta);
  for (const side of [Side.buy, Side.sell]) {
    const queue = twin.queues[side];
    let place = 0;
    state.walkSide(row, side, (slot) => {
      holds('the queue ends', place < queue.length);
      compareOrder(state, market, slot, queue[place++]!);
      return true;
    });
    same(what, 'orders', place, queue.length);
    checkQueue(queue, side);
    compareDepth(state, queue, side, row);
  }
  const waiting: number[] = [];
  for (const side of [Side.buy, Side.sell]) {
    state.stops[row]?.walk(side, (slot) => waiting.push(slot) > 0);
  }
  same(what, 'stops', waiting.length, twin.stops.length);
  for (const slot of waiting) {
    const stop = twin.stops.find(({ id }) => id === state.orders.id(slot))!;
    compareOrder(state, market, slot, stop);
    same(what, 'stop price', state.stopPrice(slot), stop.stopPrice);
  }
  const divisible = ({ allOrNone }: Order): boolean => allOrNone === 0;
  const [bid, ask] = [twin.queues[0].find(divisible), twin.queues[1].find(divisible)];
  const apart = bid === undefined || ask === undefined || bid.price < ask.price;
  holds('no two resting orders would trade', apart || !!twin.network || !!twin.auctions);
}

function compareOrder(state: MarketState, market: Market, slot: number, order: Order): void {
  const { orders } = state;
  const what = `order ${order.id}`;
  same(what, 'id', orders.id(slot), order.id);
  for (const name of ORDER_COLUMNS) {
    same(what, name, orders[name](slot), order[name]);
  }
  const flags = orders.flags(slot);
  same(what, 'side', sideOf(flags), order.side);
  same(what, 'kind', kindOf(flags), order.kind);
  same(what, 'timeInForce', durationOf(flags), order.timeInForce);
  same(what, 'postOnly', postOnlyOf(flags), order.postOnly);
  same(what, 'selfTrade', selfTradeOf(flags), order.selfTrade);
  same(what, 'display', displayOf(flags), order.display);
  same(what, 'allOrNone', (flags & ALL_OR_NONE) === 0 ? 0 : 1, order.allOrNone);
  same(what, 'lockPrice', orders.lockPrice(slot), order.limit ?? order.price);
  same(what, 'shown', orders.shown(slot), shownOf(order));
  same(what, 'tradable', orders.tradable(slot), tradableOf(order));
  const partner = orders.partner(slot);
  const bracket = orders.bracket(slot);
  const { takeProfit, stopPrice, stopLimit } = bracket ?? {};
  same(what, 'takeProfit', takeProfit, order.bracket?.takeProfit);
  same(what, 'exit stop', stopPrice, order.bracket?.stopPrice);
  same(what, 'exit limit', stopLimit, order.bracket?.stopLimit);
  same(what, 'partner', partner < 0 ? undefined : orders.id(partner), order.partner?.id);
  same(what, 'clientOrderId', orders.clientOrderId(slot), order.clientOrderId);
  same(
    what,
    'lock',
    BigInt(lockedMoney(state, state.listings.products[orders.product(slot)]!, slot)),
    lockOf(market, order).money,
  );
  same(what, 'found by id', orders.slotOf(order.id), slot);
  if (order.expiresAt > 0) same(what, 'expiry', state.timers.expiresAt(slot), order.expiresAt);
  if (order.clientOrderId === '') return;
  const found = orders.slotOfClientId(order.account, order.clientOrderId);
  same(what, 'found by client id', found, slot);
}

/** Better prices first, and whoever came earlier first within a price. */
function checkQueue(queue: readonly Order[], side: number): void {
  for (let i = 1; i < queue.length; i++) {
    const [ahead, behind] = [queue[i - 1]!, queue[i]!];
    const better = side === Side.buy ? ahead.price > behind.price : ahead.price < behind.price;
    const earlier = ahead.price === behind.price && ahead.priority < behind.priority;
    holds('price-time order', better || earlier);
  }
}

function compareDepth(
  state: MarketState,
  queue: readonly Order[],
  side: number,
  row: number,
): void {
  const book = state.lanes[row] ?? state.books[row]!;
  const what = `product ${row}, side ${side}`;
  const levels = book.depth(side, Infinity);
  let at = -1;
  let price: number | undefined;
  let [open, count] = [0n, 0];
  const close = (): void => {
    if (price === undefined) return;
    same(what, 'price', levels[at]?.price, price);
    same(what, 'open', levels[at]?.open, open);
    same(what, 'orders', levels[at]?.orders, count);
  };
  for (const order of queue.filter((each) => shownOf(each) > 0)) {
    if (order.price !== price) {
      close();
      at++;
      [price, open, count] = [order.price, 0n, 0];
    }
    open += BigInt(shownOf(order));
    count++;
  }
  close();
  same(what, 'levels', levels.length, at + 1);
}
