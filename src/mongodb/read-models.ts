import { bytesToHex } from '@noble/hashes/utils.js';
import { SYSTEM_ACCOUNTS } from '../core/codes.ts';
import { type EventRecord, readRecord, recordLength, recordType } from '../core/records.ts';
import { eventOffsets, EVENTS, offsetsOf } from '../core/registry.ts';
import { Sequencer } from '../engine/sequencer.ts';
import { tradeView } from '../engine/trade-views.ts';
import { accountView, amountText } from '../engine/views.ts';
import { replayFrame } from '../exchange/recovery.ts';
import type { MarketState } from '../matching/state.ts';
import type { Frame } from '../storage/frame.ts';
import { BalanceDocuments } from './balance-documents.ts';
import type { Change, FieldsOf } from './documents.ts';
import { Drafts } from './drafts.ts';
import { OrderDocuments } from './order-documents.ts';
import { productFields } from './product-documents.ts';

const PRODUCTS_AT = eventOffsets('product');
const TRADED_PRODUCT_AT = offsetsOf(EVENTS.trade).product;

/** Of a trade for which no other event says otherwise. */
const NOTHING_ELSE: FieldsOf<'trades'> = {
  fromZone: null,
  toZone: null,
  gridFee: null,
  gridFeeQuanta: null,
  recalled: false,
  recalledAt: null,
};

/**
 * A market that goes through the frames of a journal, and tells what documents each of them leads to. It may begin at any sequence
 * at which a frame ends: what it gives for a frame does not depend on where it began, but for the accounts of the system, which
 * come with the first frame of the journal. The order of its changes is open.
 */
export class ReadModels {
  readonly #sequencer: Sequencer;
  readonly #drafts = new Drafts();
  readonly #orders: OrderDocuments;
  readonly #balances: BalanceDocuments;
  /** Rows of products that events of the frame are about. */
  readonly #products = new Set<number>();
  #height: number;
  /** Sequence of the command that has ended the last block. */
  #sealed: number;
  #lastTrade: number;

  /** @param state at any sequence; it is changed from here on, and nobody else may use it. O(state) */
  constructor(state: MarketState) {
    this.#sequencer = new Sequencer(state, undefined);
    this.#orders = new OrderDocuments(state, this.#drafts);
    this.#balances = new BalanceDocuments(state, this.#drafts);
    this.#height = state.height;
    this.#sealed = state.sealedSequence;
    this.#lastTrade = state.lastTrade;
  }

  /** Sequence of the last command that it went through. */
  get sequence(): number {
    return this.#sequencer.state.sequence;
  }

  /**
   * Goes through the frame that comes next. After an error it is of no more use. O(events + ledger rows).
   * @returns one change for each document that it changes, with the sequence at which it ends
   * @throws WattbookError DIVERGED naming the first command that leads to other events than it did at first, SEQUENCE_GAP for a frame
   *   that is not the next one, BAD_FRAME, BAD_RECORD, UNKNOWN_TYPE, ENGINE_STOPPED
   */
  apply(frame: Frame): readonly Change[] {
    const { state, commands, events } = this.#sequencer;
    if (state.sequence === 0) SYSTEM_ACCOUNTS.forEach((_, row) => this.#user(row, null));
    replayFrame(this.#sequencer, frame);
    const { view } = events;
    for (let at = 0; at < events.length; at += recordLength(view, at)) {
      for (const offset of PRODUCTS_AT[recordType(view, at)]!) {
        this.#products.add(view.getUint32(at + offset));
      }
      const event = readRecord(view, at, state.naming) as unknown as EventRecord;
      if (event.type === 'trade') this.#trade(view, at);
      this.#orders.note(event);
      this.#note(view, at, event);
    }
    this.#orders.finish();
    this.#balances.finish();
    for (const row of this.#products) {
      this.#drafts.put('products', row, productFields(state, row));
    }
    this.#products.clear();
    this.#sequencer.dropBefore(commands.length, events.length);
    state.archived.forget(state.sequence);
    return this.#drafts.take(state.sequence);
  }

  /** What an event means that is not about orders. */
  #note(view: DataView, at: number, event: EventRecord): void {
    const { state } = this.#sequencer;
    switch (event.type) {
      case 'accountOpened':
        this.#user(state.accounts.find(event.id)!, event.time);
        break;
      case 'accountFrozen':
      case 'accountClosed':
      case 'accountKilled':
      case 'accountKeySet':
        this.#user(state.accounts.find(event.account)!);
        break;
      case 'productListed':
      case 'productArchived': {
        const row = view.getUint32(at + PRODUCTS_AT[recordType(view, at)]![0]!);
        const listed = { listedAt: event.time, archived: false, archivedAt: null };
        const gone = { archived: true, archivedAt: event.time };
        this.#drafts.put('products', row, event.type === 'productListed' ? listed : gone);
        break;
      }
      case 'gridFeePaid':
        this.#carried(event);
        break;
      case 'tradeRecalled':
        this.#drafts.put('trades', event.trade, { recalled: true, recalledAt: event.time });
        break;
      case 'blockSealed':
        this.#height = event.height;
        this.#sealed = event.sequence;
        this.#drafts.put('blocks', event.height, {
          firstSequence: event.firstSequence,
          lastSequence: event.sequence,
          time: event.time,
          lastTrade: this.#lastTrade,
        });
        break;
    }
  }

  #user(row: number, openedAt?: number | null): void {
    const { id, role, status, key } = accountView(this.#sequencer.state, row);
    const now = { role, status, key: key === undefined ? null : bytesToHex(key) };
    this.#drafts.put('users', id, openedAt === undefined ? now : { ...now, openedAt });
  }

  #trade(view: DataView, at: number): void {
    const { trade, ...fields } = tradeView(this.#sequencer.state, view, at);
    const { buyer, seller, sequence } = fields;
    this.#lastTrade = trade;
    // What comes behind the end of a block in the same command is in that block too.
    const isInLast = sequence === this.#sealed;
    if (isInLast) this.#drafts.put('blocks', this.#height, { lastTrade: trade });
    this.#drafts.put('trades', trade, {
      ...fields,
      productRow: view.getUint32(at + TRADED_PRODUCT_AT),
      parties: [buyer, seller],
      block: isInLast ? this.#height : this.#height + 1,
      ...NOTHING_ELSE,
    });
  }

  #carried(event: Extract<EventRecord, { type: 'gridFeePaid' }>): void {
    const { state } = this.#sequencer;
    const { trade, product, sequence, from: fromZone, to: toZone, amount } = event;
    const { moneyAsset } = state.productThen(product, sequence);
    const paid = { gridFee: amountText(state, moneyAsset, amount), gridFeeQuanta: amount };
    this.#drafts.put('trades', trade, { fromZone, toZone, ...paid });
  }
}
