import { type AbortSignalLike, signalArgument } from '../core/abort.ts';
import { EventType, Side } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { type EventRecord, readRecord, recordLength, recordType } from '../core/records.ts';
import {
  flagArgument,
  idArgument,
  integerArgument,
  known,
  nameArgument,
  objectArgument,
} from '../engine/arguments.ts';
import { type TradeView, tradeView } from '../engine/views.ts';
import type { MarketState } from '../matching/state.ts';
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
  /** Price levels of one product: first all of them, then those that change, one update per command. */
  readonly depth: DepthUpdate;
}

/** Where a subscription begins and ends, and what it is about. */
export interface SubscribeOptions {
  /**
   * Sequence after which to begin. Left out: what happens from now on; for `depth`, the levels of now
   * and then what changes. Given for `depth`: only what changed since.
   */
  readonly after?: number;
  /** Only this product. `depth` needs it. */
  readonly product?: string;
  /** Only this account; for `trades` and `orders`. */
  readonly account?: string;
  /** false ends at what is stored now instead of waiting for more. Default true. */
  readonly follow?: boolean;
  /** Ends the subscription: `next` rejects with its reason. */
  readonly signal?: AbortSignalLike;
}

interface Filter {
  readonly product: string | undefined;
  readonly account: string | undefined;
}

/** How each channel but `depth` reads a command's events. */
export const TRANSLATIONS: {
  readonly [C in Exclude<keyof Channels, 'depth'>]: (
    state: MarketState,
    filter: Filter,
  ) => Translate<Channels[C]>;
} = {
  events: (state) => (command) => [...decoded(state, command)],

  trades: (state, { product, account }) => {
    return (command) => {
      const found: TradeView[] = [];
      for (const event of decoded(state, command, EventType.trade)) {
        if (event.type !== 'trade') continue;
        if (product !== undefined && event.product !== product) continue;
        if (account !== undefined && event.buyer !== account && event.seller !== account) continue;
        found.push(tradeView(state, event));
      }
      return found;
    };
  },

  orders: (state, { product, account }) => {
    return (command) => {
      const found: OrderUpdate[] = [];
      for (const event of decoded(state, command)) {
        for (const update of orderUpdates(state, event)) {
          const suits =
            (product === undefined || update.product === product) &&
            (account === undefined || update.account === account);
          if (suits) found.push(update);
        }
      }
      return found;
    };
  },
};

/** The events of a command; of one type only if it is given. */
function* decoded(
  { naming }: MarketState,
  { view, start, end }: CommandEvents,
  type?: number,
): Generator<EventRecord> {
  for (let at = start; at < end; at += recordLength(view, at)) {
    if (type !== undefined && recordType(view, at) !== type) continue;
    yield readRecord(view, at, naming) as unknown as EventRecord;
  }
}

/**
 * How a subscription to a product's depth begins: with all levels as they are now, or, after a sequence,
 * with none, but knowing how they were then.
 * @param stored resolves once everything up to a sequence is stored
 */
export function beginDepth(
  state: MarketState,
  feed: Feed,
  productRow: number,
  after: number | undefined,
  stored: (sequence: number) => Promise<unknown>,
): () => Promise<Beginning<DepthUpdate>> {
  const { sequence, time } = state;
  const book = state.books[productRow]!;
  const levels = [book.depth(Side.buy, Infinity), book.depth(Side.sell, Infinity)] as const;
  const replica = new DepthReplica(state.listings.products[productRow]!, ...levels);
  return async () => {
    await stored(sequence);
    if (after !== undefined) for (const each of between(feed, after, sequence)) replica.undo(each);
    const first = after === undefined ? [replica.all(sequence, time)] : [];
    const translate: Translate<DepthUpdate> = (command) => {
      const update = replica.apply(command);
      return update === undefined ? [] : [update];
    };
    return { first, translate };
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
  if (channel !== 'depth') {
    const translate = TRANSLATIONS[channel as Exclude<C, 'depth'>](state, filter);
    const begin = async () => ({ first: [], translate: translate as Translate<Channels[C]> });
    return new Subscription(feed, start, { begin, follow, signal });
  }
  const row = state.listings.findProduct(product as string)!;
  const begin = beginDepth(state, feed, row, after, stored) as () => Promise<
    Beginning<Channels[C]>
  >;
  // All levels are those of now: what they rest on may not be stored, so not be told, yet.
  return new Subscription(feed, after ?? state.sequence, { begin, follow, signal });
}

const SUBSCRIBE_OPTIONS = ['after', 'product', 'account', 'follow', 'signal'];
const CHANNEL_NAMES = { events: 0, trades: 1, orders: 2, depth: 3 } as const;

function startAfter(after: unknown, feed: Feed): number {
  const sequence = integerArgument(after, 'after', 0, MAX_INTEGER);
  if (sequence <= feed.lastSequence) return sequence;
  throw new RangeError(`after is ${sequence}, the journal ends at ${feed.lastSequence}`);
}

/** Checks which products and accounts are asked for. */
function filterOf(
  { listings, accounts }: MarketState,
  channel: keyof Channels,
  product: string | undefined,
  account: string | undefined,
): Filter {
  if (channel === 'depth' && product === undefined) throw new TypeError('depth needs a product');
  if (channel === 'events' && product !== undefined)
    throw new TypeError('product is not for events');
  if ((channel === 'events' || channel === 'depth') && account !== undefined) {
    throw new TypeError(`account is not for ${channel}`);
  }
  if (product !== undefined) {
    known(listings.findProduct(idArgument(product, 'product')), 'product', product);
  }
  if (account !== undefined)
    known(accounts.find(idArgument(account, 'account')), 'account', account);
  return { product, account };
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
