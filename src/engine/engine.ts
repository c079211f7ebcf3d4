import { RejectCode, type RejectName, Side } from '../core/codes.ts';
import { ByteLog } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { type CommandName, COMMANDS, HEADER } from '../core/registry.ts';
import {
  checkCommand,
  type EventRecord,
  readRecord,
  type RecordCursor,
  recordLength,
  writeRecord,
} from '../core/records.ts';
import { apply } from '../matching/apply.ts';
import { marketHash, restore, snapshot, stateHash } from '../matching/snapshot.ts';
import { MarketState, type Receipt } from '../matching/state.ts';
import { NONE } from '../orderbook/orders.ts';
import { idArgument, integerArgument } from './arguments.ts';
import { ENCODERS, Encoding } from './encoding.ts';
import { type Preview, previewOrder } from './preview.ts';
import type * as requests from './requests.ts';
import type { OrderOutcome, Outcome, Requests, Stamp } from './requests.ts';
import * as views from './views.ts';

export interface EngineOptions {
  /**
   * Tells the time of commands that bring none, epoch ms UTC. Left out, time stands still between
   * commands that bring one. A clock that steps back is held at the latest time.
   */
  readonly clock?: () => number;
  /**
   * 'keep' (default) keeps every command and event in memory, for `trades`, `events` and
   * `commandLog`; 'drop' keeps those of the latest command only, so that memory stays flat.
   */
  readonly history?: 'keep' | 'drop';
}

/**
 * A whole market in memory: deterministic, synchronous, exact. Every request is answered with a
 * value: `ok: true`, or `ok: false` and a code when the market says no. What is wrong in itself (no
 * number, an id of the wrong form) throws TypeError or RangeError and leaves no trace.
 */
export class Engine {
  #state = new MarketState();
  readonly #clock: (() => number) | undefined;
  readonly #keep: boolean;
  readonly #commands = new ByteLog();
  readonly #events = new ByteLog();
  readonly #cursor: RecordCursor = { view: this.#commands.view, at: 0 };
  /** What stopped the engine, if anything did. */
  #fault: unknown;

  constructor(options: EngineOptions = {}) {
    this.#clock = options.clock;
    this.#keep = options.history !== 'drop';
  }

  /** The engine that wrote a snapshot, without its history. @throws WattbookError BAD_SNAPSHOT */
  static restore(bytes: Uint8Array, options: EngineOptions = {}): Engine {
    const engine = new Engine(options);
    engine.#state = restore(bytes);
    return engine;
  }

  /**
   * An engine that has gone through a command log; with `from`, on top of that snapshot.
   * @throws WattbookError BAD_RECORD, UNKNOWN_TYPE or SEQUENCE_GAP
   */
  static replay(
    commands: Uint8Array,
    options: EngineOptions & { readonly from?: Uint8Array } = {},
  ): Engine {
    const engine =
      options.from === undefined ? new Engine(options) : Engine.restore(options.from, options);
    const { buffer, byteOffset, byteLength } = commands;
    const view = new DataView(buffer, byteOffset, byteLength);
    let at = 0;
    while (at < byteLength) {
      const end = at + checkCommand(view, at);
      engine.#replayRecord(commands.subarray(at, end));
      at = end;
    }
    return engine;
  }

  // Accounts and amounts

  openAccount(request: requests.OpenAccountRequest): Outcome {
    return this.#outcome(this.#perform('openAccount', request));
  }
  /** Freezes an account, or lifts the freeze: a frozen one may only cancel and receive. */
  freezeAccount(request: requests.FreezeAccountRequest): Outcome {
    return this.#outcome(this.#perform('freezeAccount', request));
  }
  /** Closes an empty account for good. */
  closeAccount(request: requests.AccountRequest): Outcome {
    return this.#outcome(this.#perform('closeAccount', request));
  }
  deposit(request: requests.FundsRequest): Outcome {
    return this.#outcome(this.#perform('deposit', request));
  }
  withdraw(request: requests.FundsRequest): Outcome {
    return this.#outcome(this.#perform('withdraw', request));
  }
  transfer(request: requests.TransferRequest): Outcome {
    return this.#outcome(this.#perform('transfer', request));
  }

  // Listings

  listAsset(request: requests.ListAssetRequest): Outcome {
    return this.#outcome(this.#perform('listAsset', request));
  }
  listProduct(request: requests.ListProductRequest): Outcome {
    return this.#outcome(this.#perform('listProduct', request));
  }
  /** Sets the fees of orders that enter from now on. */
  setFees(request: requests.SetFeesRequest): Outcome {
    return this.#outcome(this.#perform('setFees', request));
  }
  /** Sets the price band of orders that enter from now on. */
  setBand(request: requests.SetBandRequest): Outcome {
    return this.#outcome(this.#perform('setBand', request));
  }
  /** Allows nothing but cancels until resumed. */
  haltProduct(request: requests.ProductRequest): Outcome {
    return this.#outcome(this.#perform('haltProduct', request));
  }
  resumeProduct(request: requests.ProductRequest): Outcome {
    return this.#outcome(this.#perform('resumeProduct', request));
  }
  /** Cancels all orders of a product and closes it for good. */
  closeProduct(request: requests.ProductRequest): Outcome {
    return this.#outcome(this.#perform('closeProduct', request));
  }

  // Orders

  submit(request: requests.OrderRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('submit', request));
  }
  /**
   * Changes an order. `quantity` is the new total, what has traded included; no more than that ends
   * the order. Less at the same price keeps the place in the queue, anything else goes to the back.
   */
  amend(request: requests.AmendRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('amend', request));
  }
  cancel(request: requests.CancelRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('cancel', request));
  }
  /** Cancels the open orders of an account, of a product, or of an account in a product. */
  cancelAll(request: requests.CancelAllRequest): Outcome {
    return this.#outcome(this.#perform('cancelAll', request));
  }
  /** Trades part of one resting order at its price, all or nothing. */
  take(request: requests.TakeRequest): OrderOutcome {
    return this.#orderOutcome(this.#perform('take', request));
  }
  /** Lets time pass: orders whose expiry has come end. */
  advanceTime(request: Stamp & { readonly at: number }): Outcome {
    return this.#outcome(this.#perform('advanceTime', request));
  }

  /** What an order would lock, cost and trade if it were submitted now, or why it would be refused. */
  preview(request: requests.OrderRequest): Preview {
    return previewOrder(this.#state, request);
  }

  // Queries

  /** Sequence of the last command. */
  get sequence(): number {
    return this.#state.sequence;
  }
  /** Time of the market, epoch ms UTC. */
  get time(): number {
    return this.#state.time;
  }
  account(id: string): views.AccountView | undefined {
    const row = this.#state.accounts.find(idArgument(id, 'id'));
    return row === undefined ? undefined : views.accountView(this.#state, row);
  }
  accounts(): views.AccountView[] {
    return this.#state.accounts.list.map((_, row) => views.accountView(this.#state, row));
  }
  product(id: string): views.ProductView | undefined {
    const row = this.#state.listings.findProduct(idArgument(id, 'id'));
    const product = row === undefined ? undefined : this.#state.listings.products[row];
    return product && views.productView(this.#state, product);
  }
  products(): views.ProductView[] {
    return this.#state.listings.products.map((each) => views.productView(this.#state, each));
  }
  /** @throws RangeError if the account or the asset is unknown */
  balance(account: string, asset: string): views.BalanceView {
    const { listings } = this.#state;
    const row = known(listings.findAsset(idArgument(asset, 'asset')), 'asset', asset);
    return views.balanceView(this.#state, this.#accountRow(account), row);
  }
  /** Balances in all assets that the account ever held. @throws RangeError if it is unknown */
  balances(account: string): views.BalanceView[] {
    const { ledger, listings } = this.#state;
    const row = this.#accountRow(account);
    return listings.assets.flatMap((_, asset) =>
      ledger.find(row, asset) < 0 ? [] : [views.balanceView(this.#state, row, asset)],
    );
  }
  /** An open order, or undefined once it has ended. */
  order(orderId: number): views.OrderView | undefined {
    const slot = this.#state.orders.slotOf(integerArgument(orderId, 'orderId', 1, MAX_INTEGER));
    return slot === NONE ? undefined : views.orderView(this.#state, slot);
  }
  /** An account's open order by its own name for it. @throws RangeError if the account is unknown */
  orderByClientId(account: string, clientOrderId: string): views.OrderView | undefined {
    const id = idArgument(clientOrderId, 'clientOrderId');
    const slot = this.#state.orders.slotOfClientId(this.#accountRow(account), id);
    return slot === NONE ? undefined : views.orderView(this.#state, slot);
  }
  /** Open orders in order of order id. O(all open orders). @throws RangeError for unknown ids */
  openOrders(
    filter: { readonly account?: string; readonly product?: string } = {},
  ): views.OrderView[] {
    const { orders } = this.#state;
    const account = filter.account === undefined ? NONE : this.#accountRow(filter.account);
    const product = filter.product === undefined ? NONE : this.#product(filter.product).row;
    return orders
      .select(
        (slot) =>
          (account === NONE || orders.account[slot] === account) &&
          (product === NONE || orders.product[slot] === product),
      )
      .map((slot) => views.orderView(this.#state, slot));
  }
  /** Prices with what stands at them, best first (L2). @throws RangeError if the product is unknown */
  depth(product: string, levels = 10): views.DepthView {
    const limit = integerArgument(levels, 'levels', 1, MAX_INTEGER);
    return views.depthView(this.#state, this.#product(product), limit);
  }
  /** Orders of a side as they would trade (L3). @throws RangeError if the product is unknown */
  queue(product: string, side: keyof typeof Side): views.OrderView[] {
    const found: views.OrderView[] = [];
    this.#state.books[this.#product(product).row]!.walk(Side[side], (slot) => {
      found.push(views.orderView(this.#state, slot));
      return true;
    });
    return found;
  }
  /** What happened after sequence `since`, oldest first. O(all kept events). */
  *events({ since = 0 }: { readonly since?: number } = {}): Generator<EventRecord> {
    const { naming } = this.#state;
    for (let at = 0; at < this.#events.length;) {
      const event = readRecord(this.#events.view, at, naming) as unknown as EventRecord;
      at += recordLength(this.#events.view, at);
      if (event.sequence > since) yield event;
    }
  }
  /** Trades after sequence `since`, oldest first. O(all kept events). */
  *trades(
    filter: { readonly since?: number; readonly product?: string; readonly account?: string } = {},
  ): Generator<views.TradeView> {
    const { product, account } = filter;
    for (const event of this.events(filter)) {
      if (event.type !== 'trade') continue;
      if (product !== undefined && event.product !== product) continue;
      if (account !== undefined && event.buyer !== account && event.seller !== account) continue;
      yield views.tradeView(this.#state, event);
    }
  }

  /**
   * Whether every asset adds up to zero over all accounts, `outside` included, and what is locked
   * is what the open orders hold. O(rows + orders).
   */
  isConserved(): boolean {
    const { ledger, listings, orders } = this.#state;
    const balanced = listings.assets.every((_, asset) => ledger.total(asset) === 0n);
    let held = 0n;
    for (let row = 0; row < ledger.rows; row++) held += BigInt(ledger.locked[row]!);
    for (const slot of orders.select(() => true)) {
      const { lockedMoneyQuanta, lockedEnergyQuanta } = views.orderView(this.#state, slot);
      held -= BigInt(lockedMoneyQuanta) + BigInt(lockedEnergyQuanta);
    }
    return balanced && held === 0n;
  }

  // State as bytes

  /** The whole state as self-describing bytes. */
  snapshot(): Uint8Array {
    return snapshot(this.#state);
  }
  /** SHA-256 over balances, orders, products, last prices; a refused command leaves it as it was. */
  marketHash(): string {
    return marketHash(this.#state);
  }
  /** SHA-256 over everything that influences the future. */
  stateHash(): string {
    return stateHash(this.#state);
  }
  /** All commands so far as records, for `Engine.replay`. @throws WattbookError NOT_KEPT */
  commandLog(): Uint8Array {
    if (!this.#keep) throw new WattbookError('NOT_KEPT', "history is 'drop': no command is kept");
    return this.#commands.slice();
  }

  #accountRow(id: string): number {
    return known(this.#state.accounts.find(idArgument(id, 'account')), 'account', id);
  }

  #product(id: string): MarketState['listings']['products'][number] {
    const { listings } = this.#state;
    const row = known(listings.findProduct(idArgument(id, 'product')), 'product', id);
    return listings.products[row]!;
  }

  #perform<C extends CommandName>(command: C, request: Requests[C]): Receipt {
    this.#mustRun();
    if (typeof request !== 'object' || request === null) {
      throw new TypeError(`${command} needs an object with the request's fields`);
    }
    const encoding = new Encoding(this.#state);
    ENCODERS[command](encoding, request);
    encoding.digest(command, request);
    const time = this.#stampTime(request.at);
    const { values, strings, unknown } = encoding;
    if (!this.#keep) this.#forget();
    const start = this.#commands.length;
    const sequence = this.#state.sequence + 1;
    writeRecord(this.#commands, COMMANDS[command], sequence, time, values, [
      ...strings,
      ...unknown,
    ]);
    const receipt = this.#apply(start);
    if (!receipt.recorded) this.#commands.length = start;
    return receipt;
  }

  #replayRecord(record: Uint8Array): void {
    this.#mustRun();
    if (!this.#keep) this.#forget();
    const start = this.#commands.length;
    this.#commands.append(record);
    const expected = this.#state.sequence + 1;
    const view = this.#commands.view;
    const sequence = Number(view.getBigInt64(start + HEADER.sequence));
    if (sequence !== expected || !this.#apply(start).recorded) {
      const where = `command ${expected} of the log`;
      throw new WattbookError('SEQUENCE_GAP', `${where} is numbered ${sequence}, or a repetition`);
    }
  }

  #apply(start: number): Receipt {
    this.#cursor.view = this.#commands.view;
    this.#cursor.at = start;
    try {
      return apply(this.#state, this.#cursor, this.#events);
    } catch (fault) {
      this.#fault = fault;
      throw fault;
    }
  }

  #mustRun(): void {
    if (this.#fault === undefined) return;
    throw new WattbookError('ENGINE_STOPPED', 'the engine has stopped after a fault', {
      cause: this.#fault,
    });
  }

  #forget(): void {
    this.#commands.clear();
    this.#events.clear();
  }

  #stampTime(at: unknown): number {
    if (at !== undefined) return integerArgument(at, 'at', 0, MAX_INTEGER);
    if (this.#clock === undefined) return this.#state.time;
    return Math.max(this.#state.time, integerArgument(this.#clock(), 'clock()', 0, MAX_INTEGER));
  }

  #outcome(receipt: Receipt): Outcome {
    const { sequence, code, recorded } = receipt;
    const repeated = !recorded;
    if (code === 0) return { ok: true, sequence, repeated };
    return { ok: false, code: REJECT_NAMES[code] as RejectName, sequence, repeated };
  }

  #orderOutcome(receipt: Receipt): OrderOutcome {
    const { sequence, code, recorded, order, filled } = receipt;
    const repeated = !recorded;
    if (code === 0) return { ok: true, sequence, repeated, orderId: order, filledLots: filled };
    return { ok: false, code: REJECT_NAMES[code] as RejectName, sequence, repeated };
  }
}

const REJECT_NAMES: string[] = [];
for (const [name, code] of Object.entries(RejectCode)) REJECT_NAMES[code] = name;

function known(row: number | undefined, argument: string, id: string): number {
  if (row === undefined) throw new RangeError(`${argument} ${JSON.stringify(id)} is unknown`);
  return row;
}
