import type { Filter, Sort } from 'mongodb';
import { integerArgument, objectArgument, idArgument } from '../core/arguments.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { untilKnown } from './faults.ts';
import type { Place } from './place.ts';
import { Table } from './table.ts';
import type {
  BalanceDocument,
  BlockDocument,
  Documents,
  OrderDocument,
  ProductDocument,
  TradeDocument,
  UserDocument,
} from './documents.ts';

/** Which part of a long list is asked for. */
export interface Page {
  /** At most so many documents, from 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
  /** Only documents with a smaller `_id` than this: that of the last one of the page before. */
  readonly before?: number | undefined;
}

/** A page of what happened in some time. */
export interface PageOfTime extends Page {
  /** From this time on, epoch ms UTC; default 0. */
  readonly from?: number | undefined;
  /** Until before this time; default the end of time. */
  readonly to?: number | undefined;
}

/** One question to one collection. Every one has an index that begins with what it filters for, and goes on with its order. @internal */
export interface Query<N extends keyof Documents> {
  readonly collection: N;
  readonly filter: Filter<Documents[N]>;
  readonly sort: Readonly<Record<string, 1 | -1>>;
  readonly limit?: number;
}

type Index = Readonly<Record<string, 1 | -1>>;

/** The indexes of each collection beside that of `_id`. */
export const INDEXES: { readonly [N in keyof Documents]: readonly Index[] } = {
  users: [],
  products: [{ product: 1, _id: -1 }],
  orders: [
    { account: 1, endedAt: 1, _id: -1 },
    { account: 1, _id: -1 },
  ],
  trades: [
    { parties: 1, time: -1, _id: -1 },
    { product: 1, _id: -1 },
    { block: 1, _id: 1 },
  ],
  balances: [{ account: 1, asset: 1 }],
  blocks: [],
};

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;
const PAGE: readonly (keyof PageOfTime)[] = ['limit', 'before'];
const LATEST_FIRST = { _id: -1 } as const;

/** The questions, as what is sent to the server: tests hold them against the indexes. @internal */
export const QUERIES = {
  user: (id: string): Query<'users'> => ({
    collection: 'users',
    filter: { _id: idArgument(id, 'id') },
    sort: LATEST_FIRST,
    limit: 1,
  }),
  product: (id: string): Query<'products'> => ({
    collection: 'products',
    filter: { product: idArgument(id, 'id') },
    sort: LATEST_FIRST,
    limit: 1,
  }),
  openOrders: (account: string, page: Page = {}): Query<'orders'> => ({
    collection: 'orders',
    ...paged({ account: idArgument(account, 'account'), endedAt: null }, page),
    sort: LATEST_FIRST,
  }),
  orders: (account: string, page: Page = {}): Query<'orders'> => ({
    collection: 'orders',
    ...paged({ account: idArgument(account, 'account') }, page),
    sort: LATEST_FIRST,
  }),
  trades: (account: string, page: PageOfTime = {}): Query<'trades'> => {
    objectArgument(page, 'page', [...PAGE, 'from', 'to']);
    const { from = 0, to = MAX_INTEGER, ...rest } = page;
    const time = {
      $gte: integerArgument(from, 'from', 0, MAX_INTEGER),
      $lt: integerArgument(to, 'to', 0, MAX_INTEGER),
    };
    return {
      collection: 'trades',
      ...paged({ parties: idArgument(account, 'account'), time }, rest),
      sort: { time: -1, _id: -1 },
    };
  },
  productTrades: (product: string, page: Page = {}): Query<'trades'> => ({
    collection: 'trades',
    ...paged({ product: idArgument(product, 'product') }, page),
    sort: LATEST_FIRST,
  }),
  blockTrades: (height: number): Query<'trades'> => ({
    collection: 'trades',
    filter: { block: integerArgument(height, 'height', 1, MAX_INTEGER) },
    sort: { _id: 1 },
  }),
  balances: (account: string): Query<'balances'> => ({
    collection: 'balances',
    filter: { account: idArgument(account, 'account') },
    sort: { asset: 1 },
  }),
  blocks: (page: Page = {}): Query<'blocks'> => ({
    collection: 'blocks',
    ...paged({}, page),
    sort: LATEST_FIRST,
  }),
};

function paged<F extends object>(filter: F, page: Page): { filter: F; limit: number } {
  objectArgument(page, 'page', PAGE);
  const limit = integerArgument(page.limit ?? DEFAULT_LIMIT, 'limit', 1, MAX_LIMIT);
  if (page.before === undefined) return { filter, limit };
  const before = integerArgument(page.before, 'before', 0, MAX_INTEGER);
  return { filter: { ...filter, _id: { $lt: before } }, limit };
}

/**
 * What can be asked of the read models: as they are, which is as far as they have come (`sequence()`). Ids are checked as everywhere,
 * each rejects with TypeError or RangeError for misuse; WattbookError STORAGE_FAILED where the server does not answer.
 */
export class ReadModelQueries {
  readonly #tables: { readonly [N in keyof Documents]: Table<Documents[N]> };

  readonly #timeoutMs: number;

  /** @internal */
  constructor(place: Place) {
    this.#timeoutMs = place.timeoutMs;
    this.#tables = tablesOf(place);
  }

  /** An account, or undefined if there is none. */
  async user(id: string): Promise<UserDocument | undefined> {
    return (await this.#ask(QUERIES.user(id)))[0];
  }

  /** A product by its id, the latest that had it, or undefined if there is none. */
  async product(id: string): Promise<ProductDocument | undefined> {
    return (await this.#ask(QUERIES.product(id)))[0];
  }

  /** An account's orders that have not ended, the latest first. */
  async openOrders(account: string, page?: Page): Promise<OrderDocument[]> {
    return this.#ask(QUERIES.openOrders(account, page));
  }

  /** All orders of an account, the latest first. */
  async orders(account: string, page?: Page): Promise<OrderDocument[]> {
    return this.#ask(QUERIES.orders(account, page));
  }

  /** What an account has bought and sold in some time, the latest first. */
  async trades(account: string, page?: PageOfTime): Promise<TradeDocument[]> {
    return this.#ask(QUERIES.trades(account, page));
  }

  /** The trades of all products that had an id, the latest first. */
  async productTrades(product: string, page?: Page): Promise<TradeDocument[]> {
    return this.#ask(QUERIES.productTrades(product, page));
  }

  /** The trades of a block, in order. */
  async blockTrades(height: number): Promise<TradeDocument[]> {
    return this.#ask(QUERIES.blockTrades(height));
  }

  /** What an account has, by asset; an asset that it never had is not in it. */
  async balances(account: string): Promise<BalanceDocument[]> {
    return this.#ask(QUERIES.balances(account));
  }

  /** Blocks, the latest first. */
  async blocks(page?: Page): Promise<BlockDocument[]> {
    return this.#ask(QUERIES.blocks(page));
  }

  async #ask<N extends keyof Documents>(query: Query<N>): Promise<Documents[N][]> {
    const { collection, filter, sort, limit } = query;
    const options = limit === undefined ? {} : { limit };
    return untilKnown(`what ${collection} hold`, this.#timeoutMs, () =>
      this.#tables[collection].findAll(filter, { sort: sort as Sort, ...options }),
    );
  }
}

/** The collections of the read models. */
export function tablesOf(place: Place): {
  readonly [N in keyof Documents]: Table<Documents[N]>;
} {
  return {
    users: new Table(place, 'users'),
    products: new Table(place, 'products'),
    orders: new Table(place, 'orders'),
    trades: new Table(place, 'trades'),
    balances: new Table(place, 'balances'),
    blocks: new Table(place, 'blocks'),
  };
}
