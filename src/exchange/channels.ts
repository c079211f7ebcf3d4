import { type AbortSignalLike, signalArgument } from '../core/abort.ts';
import { EventType } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { type EventRecord, readRecord, recordLength, recordType } from '../core/records.ts';
import { EVENTS, type Layout, offsetsOf, ORDER_AT } from '../core/registry.ts';
import {
  flagArgument,
  integerArgument,
  nameArgument,
  objectArgument,
} from '../engine/arguments.ts';
import { accountRow, productNamed } from '../engine/queries.ts';
import { tradeView } from '../engine/trade-views.ts';
import type { TradeView } from '../engine/views.ts';
import type { MarketState } from '../matching/state.ts';
import type { Product } from '../market/products.ts';
import { BestReplica, type BestUpdate } from './best.ts';
import { BookReplica, type BookUpdate, wholeBook } from './book-updates.ts';
import { DepthReplica, type DepthUpdate } from './depth.ts';
import { commandAt, type CommandEvents, type Feed } from './feed.ts';
import { type OrderUpdate, orderUpdates } from './order-updates.ts';
import { type Beginning, Subscription, type Translate } from './subscription.ts';

/** What can be subscribed to, and what comes then. */
export interface Channels {
  /** Every event, as it is recorded. */
  readonly events: EventRecord;
  readonly trades: TradeView;
  /** What happens to orders. */
  readonly orders: OrderUpdate;
  /** Best prices of one product (L1): first those of now, then one update per command that changed them. */
  readonly best: BestUpdate;
  /** Price levels of one product (L2): first all of them, then those that change, one update per command. */
  readonly depth: DepthUpdate;
  /** Displayed orders of one product (L3): first all of them, then what changes, one update per command. */
  readonly book: BookUpdate;
}

/** Channels of a product that begin with how things are. */
type DataChannel = 'best' | 'depth' | 'book';
type EventChannel = Exclude<keyof Channels, DataChannel>;

/** Where a subscription begins and ends, and what it is about. */
export interface SubscribeOptions {
  /**
   * Sequence after which to begin. Left out: what happens from now on; for `best`, `depth` and `book`, how
   * things are now and then what changes. Given for these: only what changed since; once the exchange has
   * stopped, that cannot be told.
   */
  readonly after?: number;
  /** Only this product. `best`, `depth` and `book` need it. */
  readonly product?: string;
  /** Only this account; for `trades` and `orders`. */
  readonly account?: string;
  /** false ends at what is stored now instead of waiting for more. Default true. */
  readonly follow?: boolean;
  /** Ends the subscription: `next` rejects with its reason. */
  readonly signal?: AbortSignalLike;
}

/** Rows of what is asked for; undefined lets everything through. */
interface Filter {
  readonly product: number | undefined;
  readonly account: number | undefined;
}

const TRADE = offsetsOf(EVENTS.trade);
/** Types of the events that begin with whose order they are about. */
const ORDER_EVENTS: ReadonlySet<number> = new Set(
  Object.values(EVENTS as Record<string, Layout>)
    .filter(({ fields }) => fields[0]?.[0] === 'order')
    .map(({ type }) => type),
);

/** How each channel that begins with nothing reads a command's events. */
const TRANSLATIONS: {
  readonly [C in EventChannel]: (state: MarketState, filter: Filter) => Translate<Channels[C]>;
} = {
  events: (state) => (command) => decoded(state, command, () => true),

  trades: (state, filter) => (command) => {
    const suits: Suits = (view, at) =>
      recordType(view, at) === EventType.trade && tradeSuits(view, at, filter);
    return places(command, suits).map((at) => tradeView(state, command.view, at));
  },

  orders: (state, filter) => {
    const account =
      filter.account === undefined ? undefined : state.naming('account', filter.account);
    return (command) => {
      const updates = decoded(state, command, (view, at) => orderSuits(view, at, filter));
      return updates
        .flatMap((event) => orderUpdates(state, event))
        .filter((update) => account === undefined || update.account === account);
    };
  },
};

type Suits = (view: DataView, at: number) => boolean;

/** Whether an event is about orders that are asked for. Told from its bytes: decoding costs far more. */
function orderSuits(view: DataView, at: number, filter: Filter): boolean {
  const type = recordType(view, at);
  if (type === EventType.trade) return tradeSuits(view, at, filter);
  if (!ORDER_EVENTS.has(type)) return false;
  const { product, account } = filter;
  return (
    (product === undefined || view.getUint32(at + ORDER_AT.product) === product) &&
    (account === undefined || view.getUint32(at + ORDER_AT.account) === account)
  );
}

function tradeSuits(view: DataView, at: number, { product, account }: Filter): boolean {
  if (product !== undefined && view.getUint32(at + TRADE.product) !== product) return false;
  if (account === undefined) return true;
  return (
    view.getUint32(at + TRADE.buyer) === account || view.getUint32(at + TRADE.seller) === account
  );
}

/** Where the events of a command stand that suit. */
function places({ view, start, end }: CommandEvents, suits: Suits): number[] {
  const found: number[] = [];
  for (let at = start; at < end; at += recordLength(view, at)) if (suits(view, at)) found.push(at);
  return found;
}

/** These events. */
function decoded({ naming }: MarketState, command: CommandEvents, suits: Suits): EventRecord[] {
  const { view } = command;
  return places(command, suits).map((at) => readRecord(view, at, naming) as unknown as EventRecord);
}

/** What a reader of a channel has of a product, kept up to date by events. */
interface Replica<T> {
  apply(command: CommandEvents): T | undefined;
  undo(command: CommandEvents): void;
}

/** How each of the others begins: what it tells first, and what goes on from there. */
const REPLICAS: {
  readonly [C in DataChannel]: (
    state: MarketState,
    product: Product,
  ) => { readonly replica: Replica<Channels[C]>; readonly first: () => Channels[C] };
} = {
  best: ({ books, lanes, sequence, time }, product) => {
    const replica = new BestReplica(product, lanes[product.row] ?? books[product.row]!);
    return { replica, first: () => replica.all(sequence, time, product.lastPrice) };
  },
  depth: ({ books, lanes, sequence, time }, product) => {
    const replica = new DepthReplica(product, lanes[product.row] ?? books[product.row]!);
    return { replica, first: () => replica.all(sequence, time) };
  },
  book: (state, product) => {
    const replica = new BookReplica(state, product);
    return { replica, first: () => wholeBook(state, product) };
  },
};

/**
 * How a subscription to market data begins: with how things are now, or, after a sequence, with nothing,
 * but knowing how they were then.
 * @param stored resolves once everything up to a sequence is stored
 */
function beginReplica<C extends DataChannel>(
  channel: C,
  state: MarketState,
  feed: Feed,
  productRow: number,
  after: number | undefined,
  stored: (sequence: number) => Promise<unknown>,
): () => Promise<Beginning<Channels[C]>> {
  const { sequence } = state;
  const { replica, first } = REPLICAS[channel](state, state.listings.products[productRow]!);
  const items = after === undefined ? [first()] : [];
  const translate: Translate<Channels[C]> = (command) => {
    const update = replica.apply(command);
    return update === undefined ? [] : [update];
  };
  return async () => {
    await stored(sequence);
    // Given away, so that they do not stay with whoever began.
    if (after === undefined) return { first: items.splice(0), sequence, translate };
    for (const each of between(feed, after, sequence)) replica.undo(each);
    return { first: [], sequence: after, translate };
  };
}

/** A subscription to a channel. @throws TypeError, RangeError; WattbookError NOT_KEPT */
export function subscribe<C extends keyof Channels>(
  channel: C,
  options: SubscribeOptions,
  state: MarketState,
  feed: Feed,
  stored: (sequence: number) => Promise<unknown>,
): Subscription<Channels[C]> {
  nameArgument(CHANNEL_NAMES, channel, 'channel');
  objectArgument(options, 'options', SUBSCRIBE_OPTIONS);
  const { after, product, account, follow = true, signal } = options;
  const start = after === undefined ? feed.lastSequence : startAfter(after, feed);
  const filter = filterOf(state, channel, product, account);
  flagArgument(follow, 'follow');
  signalArgument(signal);
  if (!Object.hasOwn(REPLICAS, channel)) {
    const translate = TRANSLATIONS[channel as EventChannel](state, filter) as Translate<
      Channels[C]
    >;
    const begin = async () => ({ first: [], sequence: start, translate });
    return new Subscription(feed, start, { begin, follow, signal });
  }
  const data = channel as C & DataChannel;
  const begin = beginReplica(data, state, feed, filter.product as number, after, stored);
  return new Subscription(feed, start, { begin, follow, signal });
}

const SUBSCRIBE_OPTIONS = ['after', 'product', 'account', 'follow', 'signal'];
const CHANNEL_NAMES = { events: 0, trades: 1, orders: 2, best: 3, depth: 4, book: 5 } as const;

function startAfter(after: unknown, feed: Feed): number {
  const sequence = integerArgument(after, 'after', 0, MAX_INTEGER);
  if (sequence <= feed.lastSequence) return sequence;
  throw new RangeError(`after is ${sequence}, the journal ends at ${feed.lastSequence}`);
}

/** Checks which products and accounts are asked for. */
function filterOf(
  state: MarketState,
  channel: keyof Channels,
  product: string | undefined,
  account: string | undefined,
): Filter {
  const isData = Object.hasOwn(REPLICAS, channel);
  if (isData && product === undefined) throw new TypeError(`${channel} needs a product`);
  if (channel === 'events' && product !== undefined)
    throw new TypeError('product is not for events');
  if ((isData || channel === 'events') && account !== undefined) {
    throw new TypeError(`account is not for ${channel}`);
  }
  return {
    product: product === undefined ? undefined : productNamed(state, product).row,
    account: account === undefined ? undefined : accountRow(state, account),
  };
}

/** Commands with events after one sequence and up to another. */
function* between(feed: Feed, after: number, upTo: number): Generator<CommandEvents> {
  for (let number = feed.chunkAfter(after); ; number++) {
    const view = feed.chunk(number);
    if (view === undefined) return;
    for (let at = 0; at < view.byteLength;) {
      const command = commandAt(view, at);
      at = command.end;
      if (command.sequence > upTo) return;
      if (command.sequence > after) yield command;
    }
  }
}
