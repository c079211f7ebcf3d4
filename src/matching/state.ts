import type { Fill } from '../contracts/transaction.ts';
import type { Release } from '../contracts/delete-order.ts';
import type { Holdings } from '../contracts/new-order.ts';
import { type ByteLog } from '../core/bytes.ts';
import { Side } from '../core/codes.ts';
import type { Naming } from '../core/records.ts';
import { Accounts } from '../ledger/accounts.ts';
import { FEES, Ledger } from '../ledger/ledger.ts';
import { Archived } from '../market/archived.ts';
import { Networks } from '../market/networks.ts';
import { type Asset, Listings, type Product, type Terms } from '../market/products.ts';
import { Book, type DepthLevel } from '../orderbook/book.ts';
import { NETWORKED, sideOf, WAITING } from '../orderbook/flags.ts';
import { Lanes, type NetworkTerms } from '../orderbook/lanes.ts';
import { Levels } from '../orderbook/levels.ts';
import { NONE, Orders } from '../orderbook/orders.ts';
import type { AccountLimits } from './account-limits.ts';
import type { Exit } from './brackets.ts';
import { CommandWindow } from './command-window.ts';
import type { AccountKey } from './keys.ts';
import { Schedule } from './schedule.ts';
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
  /** Collateral that the fills can bring about at most, in money quanta. */
  collateral: number;
  /** Percent fees of the incoming side within that cost. */
  fees: number;
  /** Whether an order of the same account stands in the way before all is filled. */
  meetsOwn: boolean;
  /** Lots that would be left and could rest: none once self-trade prevention or a halt ends the order. */
  left: number;
  /** Whether something there would have been traded with more money. */
  tooDear: boolean;
  /** Lots at which the walk ended, since the money did not reach for one more. */
  beyond: number;
}

/** All that the future of a market depends on, and nothing else. Changed by `apply` alone. */
export class MarketState implements Holdings {
  readonly accounts = new Accounts();
  readonly listings = new Listings();
  readonly ledger = new Ledger();
  readonly orders = new Orders();
  readonly levels = new Levels();
  /** By product row. */
  readonly books: (Book | undefined)[] = [];
  /** Stop orders that wait, by product row; no book before the first. */
  readonly stops: (Book | undefined)[] = [];
  /** Resting orders of the products that are traded in a network, by product row. */
  readonly lanes: (Lanes | undefined)[] = [];
  readonly networks = new Networks();
  readonly networked = new Map<number, NetworkTerms>();
  /** What accounts say about each other: by account the rules, as numbers of `PartnerRule`, by partner. */
  readonly partners = new Map<number, Map<number, number>>();
  /** Ledger row that collects a product's fees, by product row. */
  readonly feeRows: number[] = [];
  readonly timers = new Timers();
  readonly schedule = new Schedule();
  /** The earliest instant of the schedule; every command looks at it. */
  nextPlanned = Infinity;
  readonly window = new CommandWindow();
  /** What operators allow accounts, by account row; the others are not limited. */
  readonly limits = new Map<number, AccountLimits>();
  /** What accounts sign with, by account row, if they have a key or had one. */
  readonly keys = new Map<number, AccountKey>();
  /** Numbers of the trades that were recalled. */
  readonly recalled = new Set<number>();

  exactLock = 0;

  /** Sequence of the last command. */
  sequence = 0;
  /** Latest time that a command brought, epoch ms. */
  time = 0;
  lastOrder = 0;
  lastTrade = 0;
  lastPriority = 0;
  /** Blocks that were sealed, and sequence of the command that sealed the last one, 0 if none. */
  height = 0;
  sealedSequence = 0;

  // No part of the state: for readers, and scratch of the command under way.
  readonly archived = new Archived();
  /** Sequence and time as the words of an event's header. */
  readonly stamp = new Int32Array(4);
  /** Price of the first trade of the order that came in last. */
  firstPrice = 0;
  readonly receipt: Receipt = { recorded: false, sequence: 0, code: 0, order: 0, filled: 0 };
  readonly fill: Fill = { price: 0, buyerFee: 0, sellerFee: 0 };
  readonly release: Release = { money: 0, energy: 0 };
  /** What is to follow on orders that have ended. */
  readonly exits: Exit[] = [];
  readonly walk: Walk = {
    filled: 0,
    cost: 0,
    collateral: 0,
    fees: 0,
    meetsOwn: false,
    left: 0,
    tooDear: false,
    beyond: 0,
  };

  /** Registers a product's book and fee row. */
  addBook(product: Product): void {
    while (this.books.length < product.row) this.addNoBook();
    this.books.push(new Book(this.orders, this.levels));
    this.stops.push(undefined);
    this.feeRows.push(this.ledger.row(FEES, product.moneyAsset));
    if (product.network !== undefined) this.addLanes(product);
  }

  /** Makes room for the orders of a product that is traded in a network. */
  addLanes(product: Product): void {
    this.lanes[product.row] = new Lanes(this.orders, this.levels);
  }

  /** Leaves a place empty, as archived products do. */
  addNoBook(): void {
    this.books.push(undefined);
    this.stops.push(undefined);
    this.feeRows.push(NONE);
  }

  /** The book in which an open order stands. */
  bookOf(slot: number): Book {
    const row = this.orders.product(slot);
    const flags = this.orders.flags(slot);
    if ((flags & (WAITING | NETWORKED)) === 0) return this.books[row]!;
    if ((flags & WAITING) !== 0) return this.stopsOf(row);
    return this.lanes[row]!.bookOf(sideOf(flags), this.networked.get(slot)!);
  }

  /** Calls `visit` with the orders of a side of a product, best price first, until it returns false. */
  walkSide(row: number, side: number, visit: (slot: number) => boolean): void {
    const lanes = this.lanes[row];
    if (lanes === undefined) this.books[row]!.walk(side, visit);
    else lanes.slots(side).every(visit);
  }

  /** The best prices of a side of a product, with what everyone sees there. */
  depthOf(row: number, side: number, limit: number): DepthLevel[] {
    return (this.lanes[row] ?? this.books[row]!).depth(side, limit);
  }

  /** The stop orders of a product. */
  stopsOf(row: number): Book {
    return (this.stops[row] ??= new Book(this.orders, this.levels, true));
  }

  /** The price that triggers a stop order which waits. */
  stopPrice(slot: number): number {
    return this.levels.price(this.orders.level(slot));
  }

  /**
   * Calls `visit` with all open orders until it returns false: by product, first those in the book, then
   * the stop orders that wait; of each buy before sell, in the order of their turn.
   */
  eachOpen(visit: (slot: number) => boolean): void {
    this.books.forEach((book, row) => {
      for (const orders of [book, this.stops[row]]) {
        orders?.walk(Side.buy, visit);
        orders?.walk(Side.sell, visit);
      }
      if (this.lanes[row] === undefined) return;
      this.walkSide(row, Side.buy, visit);
      this.walkSide(row, Side.sell, visit);
    });
  }

  /** Slots of the open orders of a product, in order of order id. O(orders log orders). */
  openOrders(row: number): number[] {
    const slots = [...this.books[row]!.slots(), ...(this.stops[row]?.slots() ?? [])];
    for (const side of [Side.buy, Side.sell]) slots.push(...(this.lanes[row]?.slots(side) ?? []));
    return slots.sort((a, b) => this.orders.id(a) - this.orders.id(b));
  }

  /** How an asset is counted, also one that was archived and is kept for readers. */
  asset(row: number): Asset {
    return (this.listings.assets[row] ?? this.archived.asset(row))!;
  }

  /** A product, also one that was archived and is kept for readers. */
  product(row: number): Product {
    return (this.listings.products[row] ?? this.archived.product(row))!;
  }

  /** The terms in force of a product, also of one that was archived and is kept for readers: those at its end. */
  termsOf({ row, terms }: Product): Terms {
    return (this.archived.terms(row) ?? this.listings.terms[terms])!;
  }

  /** The product that an id stood for at a sequence, also one that was archived and is kept for readers. */
  productThen(id: string, sequence: number): Product {
    const { listings, archived } = this;
    return archived.named(id, sequence) ?? listings.products[listings.findProduct(id)!]!;
  }

  readonly #named = {
    account: (row: number) => this.accounts.list[row],
    asset: (row: number) => this.listings.assets[row] ?? this.archived.asset(row),
    product: (row: number) => this.listings.products[row] ?? this.archived.product(row),
    network: (row: number) => this.networks.list[row],
    zone: (row: number) => this.networks.zones[row],
  };

  /** The id of a row; '#row' for one that does not exist, as a record from elsewhere may name. */
  readonly naming: Naming = (kind, row) => {
    const named = this.#named[kind](row);
    return named === undefined ? `#${row}` : named.id;
  };
}

/** Where the events of a command go. */
export type Outbox = ByteLog;
