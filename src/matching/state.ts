import type { Fill } from '../contracts/transaction.ts';
import type { Release } from '../contracts/delete-order.ts';
import type { Holdings } from '../contracts/new-order.ts';
import { type ByteLog } from '../core/bytes.ts';
import type { Naming } from '../core/records.ts';
import { Accounts } from '../ledger/accounts.ts';
import { FEES, Ledger } from '../ledger/ledger.ts';
import { Listings, type Product } from '../market/products.ts';
import { Book } from '../orderbook/book.ts';
import { Levels } from '../orderbook/levels.ts';
import { Orders } from '../orderbook/orders.ts';
import { CommandWindow } from './command-window.ts';
import { Timers } from './timers.ts';

/** What a command came to. One object, overwritten by every command. */
export interface Receipt {
  /** Whether the command took a sequence; a repetition and ID_REUSED do not. */
  recorded: boolean;
  /** The sequence of the command, or of the earlier one that it repeats. */
  sequence: number;
  /** 0, or a reject code. */
  code: number;
  /** The order that the command entered or was about, 0 if none. */
  order: number;
  /** Lots of that order that traded within this command. */
  filled: number;
}

/** What an incoming order would meet in the book; see `walk`. */
export interface Walk {
  /** Lots that would trade. */
  filled: number;
  /** Exact money cost of those fills to the incoming side, negative where it receives. */
  cost: number;
  /** Percent fees of the incoming side within that cost. */
  fees: number;
  /** Whether an order of the same account stands in the way before all is filled. */
  meetsOwn: boolean;
  /** Lots that would be left and could rest: none once self-trade prevention ends the order. */
  left: number;
}

/** All that the future of a market depends on, and nothing else. Changed by `apply` alone. */
export class MarketState implements Holdings {
  readonly accounts = new Accounts();
  readonly listings = new Listings();
  readonly ledger = new Ledger();
  readonly orders = new Orders();
  readonly levels = new Levels();
  /** By product row. */
  readonly books: Book[] = [];
  /** Ledger row that collects a product's fees, by product row. */
  readonly feeRows: number[] = [];
  readonly timers = new Timers();
  readonly window = new CommandWindow();

  exactLock = 0;

  /** Sequence of the last command. */
  sequence = 0;
  /** Latest time that a command brought, epoch ms. */
  time = 0;
  lastOrder = 0;
  lastTrade = 0;
  lastPriority = 0;

  // Scratch of the command under way; no part of the state.
  /** Sequence and time as the words of an event's header. */
  readonly stamp = new Int32Array(4);
  readonly receipt: Receipt = { recorded: false, sequence: 0, code: 0, order: 0, filled: 0 };
  readonly fill: Fill = { price: 0, buyerFee: 0, sellerFee: 0 };
  readonly release: Release = { money: 0, energy: 0 };
  readonly walk: Walk = { filled: 0, cost: 0, fees: 0, meetsOwn: false, left: 0 };

  /** Registers a product's book and fee row. */
  addBook(product: Product): void {
    this.books.push(new Book(this.orders, this.levels));
    this.feeRows.push(this.ledger.row(FEES, product.moneyAsset));
  }

  /** The id of a row; '#row' for one that does not exist, as a record from elsewhere may name. */
  readonly naming: Naming = (kind, row) => {
    const named =
      kind === 'account'
        ? this.accounts.list[row]
        : kind === 'asset'
          ? this.listings.assets[row]
          : this.listings.products[row];
    return named === undefined ? `#${row}` : named.id;
  };
}

/** Where the events of a command go. */
export type Outbox = ByteLog;
