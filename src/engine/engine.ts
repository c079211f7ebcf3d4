import { EventType } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import {
  type EventRecord,
  readRecord,
  type RecordCursor,
  recordLength,
  recordType,
} from '../core/records.ts';
import { HEADER } from '../core/registry.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import { chainIdArgument } from './account-keys.ts';
import { bytesArgument, integerArgument, nameArgument, objectArgument } from './arguments.ts';
import { explainEnded, type Explanation, type OrderHistory } from './explain.ts';
import { orderOutcomeOf, outcomeOf } from './outcomes.ts';
import { accountRow, productNamed, Queries, stateOf } from './queries.ts';
import type * as requests from './requests.ts';
import type { OrderOutcome, Outcome, Stamp } from './requests.ts';
import type {
  RecordReadingRequest,
  SetImbalancePricesRequest,
  SettleProductRequest,
} from './settlement-requests.ts';
import { type Clock, Sequencer } from './sequencer.ts';
import { tradeSuits, tradeView } from './trade-views.ts';
import type { TradeView } from './views.ts';

/** How an engine tells time, and what it remembers. */
export interface EngineOptions {
  /**
   * Tells the time of commands that bring none, epoch ms UTC. Left out, time stands still between
   * commands that bring one. A clock that steps back is held at the latest time.
   */
  readonly clock?: Clock;
  /**
   * 'keep' (default) keeps every command and event in memory, for `trades`, `events` and
   * `commandLog`; 'drop' keeps the events of the latest command only, so that memory stays flat.
   */
  readonly history?: 'keep' | 'drop';
  /**
   * Draws the sixteen bytes that blind a new account's leaf in the state roots of blocks. Left out, they are zeros, so that the same
   * requests always give the same bytes: then whoever sees a proof of a neighbouring balance can try out amounts.
   */
  readonly drawSalt?: () => Uint8Array;
  /** The chain that signed requests are for, 32 bytes. Left out, a request that is signed is a TypeError. */
  readonly chainId?: Uint8Array;
}

/**
 * A whole market in memory: deterministic, synchronous, exact. Every request is answered with a
 * value: `ok: true`, or `ok: false` and a code when the market says no. What is wrong in itself (no
 * number, an id of the wrong form) throws TypeError or RangeError and leaves no trace.
 */
export class Engine extends Queries {
  readonly #keep: boolean;
  readonly #sequencer: Sequencer;

  constructor(options?: EngineOptions);
  /** @internal */
  constructor(options: EngineOptions, state: MarketState);
  constructor(options: EngineOptions = {}, state: MarketState = new MarketState()) {
    objectArgument(options, 'options', ['clock', 'history', 'drawSalt', 'chainId']);
    const { clock, drawSalt, chainId, history = 'keep' } = options;
    super(state);
    this.#keep = nameArgument({ keep: 0, drop: 1 }, history, 'history') === 0;
    this.#sequencer = new Sequencer(state, clock, this.#keep, drawSalt, chainIdArgument(chainId));
  }
  /** The engine that wrote a snapshot, without its history. @throws WattbookError BAD_SNAPSHOT */
  static restore(bytes: Uint8Array, options: EngineOptions = {}): Engine {
    return new Engine(options, restore(bytesArgument(bytes, 'bytes')));
  }

  /**
   * An engine that has gone through a command log; with `from`, on top of that snapshot.
   * @throws WattbookError BAD_RECORD, UNKNOWN_TYPE or SEQUENCE_GAP
   */
  static replay(
    commands: Uint8Array,
    options: EngineOptions & { readonly from?: Uint8Array } = {},
  ): Engine {
    bytesArgument(commands, 'commands');
    objectArgument(options, 'options');
    const { from, ...own } = options;
    const state = from === undefined ? new MarketState() : restore(bytesArgument(from, 'from'));
    const engine = new Engine(own, state);
    const view = new DataView(commands.buffer, commands.byteOffset, commands.length);
    for (let at = 0; at < commands.length;) at = engine.#sequencer.replay(view, at);
    if (engine.#keep) engine.#sequencer.commands.append(commands);
    return engine;
  }

  // Accounts and amounts

  /** Opens an account. The ids `outside`, `fees` and `operator` are taken. */
  openAccount(request: requests.OpenAccountRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('openAccount', request));
  }
  /** Freezes an account, or lifts the freeze: a frozen one may only cancel and receive. */
  freezeAccount(request: requests.FreezeAccountRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('freezeAccount', request));
  }
  /** Sets what an account may do at most: for operators. O(most orders ever open at once). */
  setAccountLimits(request: requests.SetAccountLimitsRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setAccountLimits', request));
  }
  /** Freezes an account and cancels all its open orders at once: for its owner and for operators. */
  kill(request: requests.AccountRequest & requests.Signable): Outcome {
    return outcomeOf(this.#sequencer.perform('kill', request));
  }
  /** Closes an empty account for good. */
  closeAccount(request: requests.AccountRequest & requests.Signable): Outcome {
    return outcomeOf(this.#sequencer.perform('closeAccount', request));
  }
  /**
   * Sets the key that an account signs with, or takes it away. Once there is one, the account's orders and funds are moved by signed
   * requests alone, and so is the key.
   */
  setAccountKey(request: requests.SetAccountKeyRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setAccountKey', request));
  }
  /** Brings an amount of an asset into the market; `outside` owes it from then on. */
  deposit(request: requests.FundsRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('deposit', request));
  }
  /** Takes an available amount of an asset out of the market. */
  withdraw(request: requests.FundsRequest & requests.Signable): Outcome {
    return outcomeOf(this.#sequencer.perform('withdraw', request));
  }
  /** Moves an available amount of an asset from one account to another. */
  transfer(request: requests.TransferRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('transfer', request));
  }

  // Listings

  /** Lists an asset: anything that is owned in whole quanta. */
  listAsset(request: requests.ListAssetRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('listAsset', request));
  }
  /** Lists a product: an energy asset that is traded for a money asset, in ticks and lots, at once or as planned. */
  listProduct(request: requests.ListProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('listProduct', request));
  }
  /** Sets the fees of orders that enter from now on. */
  setFees(request: requests.SetFeesRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setFees', request));
  }
  /** Sets the price band of orders that enter from now on. */
  setBand(request: requests.SetBandRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setBand', request));
  }
  /** Says how far the price may move: orders beyond a collar are refused, trades that move it too far halt the product. */
  setCircuit(request: requests.SetCircuitRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setCircuit', request));
  }
  /** Allows nothing but cancels until resumed. */
  haltProduct(request: requests.ProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('haltProduct', request));
  }
  /** Lets a halted product trade again. */
  resumeProduct(request: requests.ProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('resumeProduct', request));
  }
  /** Ends the orders of a product that are good for its session; the next session begins at once. */
  endSession(request: requests.ProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('endSession', request));
  }
  /**
   * Holds an auction of a product that trades in auctions: the orders that accept its price trade, those that were good
   * for it end.
   */
  runAuction(request: requests.ProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('runAuction', request));
  }
  /** Cancels all orders of a product and closes it for good. */
  closeProduct(request: requests.ProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('closeProduct', request));
  }
  /**
   * Forgets a product that is closed, and delivered if it has a delivery: its id is free, and so is all that it took.
   * If it has a delivery and nothing else uses its energy asset, that is delivered: it leaves all accounts, and is
   * forgotten too. O(accounts that have it).
   */
  archiveProduct(request: requests.ProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('archiveProduct', request));
  }

  // Networks

  /** Lists a network: zones that products can be traded between. */
  listNetwork(request: requests.ListNetworkRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('listNetwork', request));
  }
  /** Adds a zone to a network. */
  addZone(request: requests.AddZoneRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('addZone', request));
  }
  /** Sets what buy orders that enter from now on pay for energy from one zone to another. */
  setGridFee(request: requests.SetGridFeeRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setGridFee', request));
  }
  /** Sets how much of a product may still go from one zone to another. Nothing is matched. */
  setCapacity(request: requests.SetCapacityRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setCapacity', request));
  }
  /** Says whether an account wants to trade with another one in networks, or does not. Nothing is matched. */
  setPartner(request: requests.SetPartnerRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setPartner', request));
  }

  // Orders

  /** Enters an order: locks all that it can cost, trades what crosses, and rests what is left if it may. */
  submit(request: requests.OrderRequest): OrderOutcome {
    return orderOutcomeOf(this.#sequencer.perform('submit', request));
  }
  /**
   * Changes an order. `quantity` is the new total, what has traded included; no more than that ends
   * the order. Less at the same price keeps the place in the queue, anything else goes to the back.
   */
  amend(request: requests.AmendRequest): OrderOutcome {
    return orderOutcomeOf(this.#sequencer.perform('amend', request));
  }
  /** Ends an open order; what it still had locked is available again. */
  cancel(request: requests.CancelRequest): OrderOutcome {
    return orderOutcomeOf(this.#sequencer.perform('cancel', request));
  }
  /** Cancels the open orders of an account, of a product, or of an account in a product. */
  cancelAll(request: requests.CancelAllRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('cancelAll', request));
  }
  /** Trades part of one resting order at its price, all or nothing. */
  take(request: requests.TakeRequest): OrderOutcome {
    return orderOutcomeOf(this.#sequencer.perform('take', request));
  }
  /** Undoes a trade by a counter-entry, out of what its parties have available: for operators. */
  recallTrade(request: requests.RecallTradeRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('recallTrade', request));
  }
  /** Keeps what the meter of an account counted in a product that is sold forward: for meters and operators. */
  recordReading(request: RecordReadingRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('recordReading', request));
  }
  /** Says what imbalance costs in a product that is sold forward: for operators. */
  setImbalancePrices(request: SetImbalancePricesRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('setImbalancePrices', request));
  }
  /** Books what imbalance comes to by now, less what was booked before: for operators. O(accounts + prices). */
  settleProduct(request: SettleProductRequest): Outcome {
    return outcomeOf(this.#sequencer.perform('settleProduct', request));
  }
  /** Ends a block of the market's chain with this command: it holds what came behind the one that ended the block before. */
  sealBlock(request: Stamp = {}): Outcome {
    return outcomeOf(this.#sequencer.perform('sealBlock', request));
  }
  /** Lets time pass: orders whose expiry has come end, planned products open, and their gates close. */
  advanceTime(request: Stamp & { readonly at: number }): Outcome {
    objectArgument(request, 'advanceTime');
    if (request.at === undefined) throw new TypeError('at is missing');
    return outcomeOf(this.#sequencer.perform('advanceTime', request));
  }

  // What happened

  /** What happened after a sequence, oldest first. O(all kept events). */
  events(filter: { readonly after?: number } = {}): Generator<EventRecord> {
    objectArgument(filter, 'filter', ['after']);
    const { after = 0 } = filter;
    return this.#events(integerArgument(after, 'after', 0, MAX_INTEGER));
  }
  /** Trades after a sequence, oldest first. O(all kept events). */
  trades(
    filter: { readonly after?: number; readonly product?: string; readonly account?: string } = {},
  ): Generator<TradeView> {
    objectArgument(filter, 'filter', ['after', 'product', 'account']);
    const { after = 0, product, account } = filter;
    if (product !== undefined) productNamed(stateOf(this), product);
    const row = account === undefined ? undefined : accountRow(stateOf(this), account);
    return this.#trades(integerArgument(after, 'after', 0, MAX_INTEGER), product, row);
  }

  /**
   * Why an order has not traded, or not all of it: an open one as the market is now, one that has ended as it was then, as far as
   * history is kept. undefined for one that there was not, or whose end is not kept. O(orders within its limit) for an open order,
   * O(kept commands and events) for one that has ended.
   */
  override explain(orderId: number): Explanation | undefined {
    const open = super.explain(orderId);
    if (open !== undefined) return open;
    const history = this.#historyOf(orderId);
    if (history === undefined) return undefined;
    return explainEnded(stateOf(this), history, (sequence) => this.#stateAfter(sequence));
  }

  // State as bytes

  /** The commands after the start, or after `forgetHistory`, as records for `Engine.replay`. @throws WattbookError NOT_KEPT */
  commandLog(): Uint8Array {
    if (!this.#keep) throw new WattbookError('NOT_KEPT', "history is 'drop': no command is kept");
    return this.#sequencer.commands.slice();
  }

  /** Forgets the commands and events kept so far; the state is what it was. */
  forgetHistory(): void {
    const { commands, events } = this.#sequencer;
    this.#sequencer.dropBefore(commands.length, events.length);
    stateOf(this).archived.forget(this.sequence);
  }

  /** What the kept events tell of an order that has ended. */
  #historyOf(orderId: number): OrderHistory | undefined {
    let network: OrderHistory['network'];
    for (const event of this.#events(0)) {
      if (event.type === 'networkTerms' && event.order === orderId) network = event;
      if (event.type !== 'orderEnded' || event.order !== orderId) continue;
      return { ended: event, sister: this.#sisterOf(event), network };
    }
    return undefined;
  }

  /** Another order of the same account that the same command ended or reduced. */
  #sisterOf(ended: OrderHistory['ended']): number | undefined {
    for (const event of this.#events(ended.sequence - 1)) {
      if (event.sequence > ended.sequence) break;
      if (event.type !== 'orderEnded' && event.type !== 'orderReduced') continue;
      if (event.account === ended.account && event.order !== ended.order) return event.order;
    }
    return undefined;
  }

  /** The market as it was after a command, gone through again from the first one; undefined if that is not kept. */
  #stateAfter(sequence: number): MarketState | undefined {
    const { commands } = this.#sequencer;
    const past = new Sequencer(new MarketState(), undefined, false);
    const isWhole = commands.length > 0 && readI64(commands.view, HEADER.sequence) === 1;
    if (!isWhole) return undefined;
    for (let at = 0; past.state.sequence < sequence;) at = past.replay(commands.view, at);
    return past.state;
  }

  *#events(after: number): Generator<EventRecord> {
    for (const place of this.#records(after)) yield eventAt(stateOf(this), place);
  }

  *#trades(
    after: number,
    product: string | undefined,
    account: number | undefined,
  ): Generator<TradeView> {
    const state = stateOf(this);
    for (const { view, at } of this.#records(after, EventType.trade)) {
      if (tradeSuits(state, view, at, product, account)) yield tradeView(state, view, at);
    }
  }

  /**
   * The events that were kept when the reading began and came after a sequence, as places in a copy:
   * commands may go on meanwhile.
   * @param type left out, of all types
   */
  *#records(after: number, type?: number): Generator<RecordCursor> {
    const place = { view: new DataView(this.#sequencer.events.slice().buffer), at: 0 };
    const { view } = place;
    for (; place.at < view.byteLength; place.at += recordLength(view, place.at)) {
      if (type !== undefined && recordType(view, place.at) !== type) continue;
      if (readI64(view, place.at + HEADER.sequence) > after) yield place;
    }
  }
}

function eventAt({ naming }: MarketState, { view, at }: RecordCursor): EventRecord {
  return readRecord(view, at, naming) as unknown as EventRecord;
}
