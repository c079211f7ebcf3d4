import { EndReason, Side } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import type { EventRecord } from '../core/records.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { ALL_OR_NONE, sideOf, WAITING } from '../orderbook/flags.ts';
import { type NetworkTerms, networkTerms } from '../orderbook/lanes.ts';
import { NONE } from '../orderbook/orders.ts';
import { auctionObstaclesOf } from './auction-obstacles.ts';
import { premiumsTold } from './network-views.ts';
import { type Intent, type Obstacle, obstaclesOf } from './obstacles.ts';

/** Why an order has not traded, or not all of it. */
export interface Explanation {
  readonly orderId: number;
  readonly product: string;
  readonly status: 'open' | 'ended';
  /** Not traded: at present, or when it ended. */
  readonly open: string;
  readonly openLots: number;
  /** How it ended; undefined while it is open. */
  readonly ended:
    | {
        readonly reason: keyof typeof EndReason;
        readonly sequence: number;
        /** Epoch ms UTC. */
        readonly time: number;
      }
    | undefined;
  /**
   * What keeps the rest from trading, or kept it until it ended. Each alone would: all of them have to go. Empty if all
   * has traded, or nothing did but its end; undefined if the commands that would tell are not kept.
   */
  readonly obstacles: readonly Obstacle[] | undefined;
  /** All that in words. */
  readonly text: string;
}

/** What history tells about an order that has ended. */
export interface OrderHistory {
  readonly ended: Extract<EventRecord, { type: 'orderEnded' }>;
  /** Another order of its account that was ended or reduced by the same command. */
  readonly sister: number | undefined;
  /** What it asked for in a network, if that is where it was. */
  readonly network: Extract<EventRecord, { type: 'networkTerms' }> | undefined;
}

/** Why an open order does not trade. O(orders within its limit, and own ones before the first of another). */
export function explainOpen(state: MarketState, slot: number): Explanation {
  const { orders, listings } = state;
  const product = listings.products[orders.product(slot)]!;
  const openLots = orders.open(slot);
  const open = formatSteps(openLots, product.grid.lot);
  const obstacles = obstaclesTo(state, product, intentOf(state, slot));
  return {
    orderId: orders.id(slot),
    product: product.id,
    status: 'open',
    open,
    openLots,
    ended: undefined,
    obstacles,
    text: sentences(`${open} of it is open.`, obstacles),
  };
}

/**
 * Why an order that has ended did not trade in full.
 * @param state the market of now
 * @param stateAfter the market as it was after a command; undefined if the commands before are not kept
 */
export function explainEnded(
  state: MarketState,
  history: OrderHistory,
  stateAfter: (sequence: number) => MarketState | undefined,
): Explanation {
  const { order: orderId, product, reason, open: openLots, sequence, time } = history.ended;
  const { grid, call } = state.productThen(product, sequence);
  const open = formatSteps(openLots, grid.lot);
  const onEntry = ON_ENTRY.has(reason) && call === undefined;
  const obstacles = reason === 'filled' ? [] : obstaclesThen(history, onEntry, stateAfter);
  const rest =
    openLots === 0 ? 'All of it traded.' : `It ended with ${open} open: ${ENDS[reason]}.`;
  const text =
    obstacles === undefined
      ? `${rest} What kept it from trading is not known: the commands before are not kept.`
      : sentences(rest, obstacles);
  const ended = { reason, sequence, time };
  return { orderId, product, status: 'ended', open, openLots, ended, obstacles, text };
}

const ENDS: Readonly<Record<keyof typeof EndReason, string>> = {
  filled: 'all of it traded',
  cancelled: 'it was cancelled',
  expired: 'its expiry came',
  unfilled: 'it was to trade at once or not at all',
  selfTrade: 'it met an order of its own account',
  productClosed: 'its product closed',
  amended: 'it was amended to no more than what it had traded',
  cascade: 'too many stop orders were triggered at once',
  sessionEnded: 'its session ended',
  halted: 'its own trade moved the price too far',
  killed: 'its account was killed',
  oco: 'the order that it was linked with ended',
  inDebt: 'its account could not pay what a settlement came to',
  gateClosed: 'the gate of its product closed',
  auctionOver: 'it was good for an auction, which was held',
};

/** The ends that come to an order on its way in, unless it waits for an auction: what kept the rest from trading stands in the book afterwards. */
const ON_ENTRY: ReadonlySet<string> = new Set(['unfilled', 'selfTrade', 'cascade', 'halted']);

/** The ends that come with an auction in a product that has them, unless it is halted. */
const IN_AUCTION: ReadonlySet<string> = new Set(['auctionOver', 'gateClosed', 'selfTrade']);

function obstaclesTo(state: MarketState, product: Product, intent: Intent): Obstacle[] {
  const { call } = product;
  if (call === undefined) return obstaclesOf(state, product, intent);
  return auctionObstaclesOf(state, product, call, intent);
}

function obstaclesThen(
  { ended, sister, network }: OrderHistory,
  onEntry: boolean,
  stateAfter: (sequence: number) => MarketState | undefined,
): Obstacle[] | undefined {
  const state = stateAfter(onEntry ? ended.sequence : ended.sequence - 1);
  if (state === undefined) return undefined;
  const product = state.productThen(ended.product, ended.sequence);
  const slot = state.orders.slotOf(ended.order);
  // One that entered and ended by one command was never to be seen.
  if (slot !== NONE) {
    const found = obstaclesTo(state, product, intentOf(state, slot));
    // An auction was held then.
    return IN_AUCTION.has(ended.reason)
      ? found.filter(({ reason }) => reason !== 'auction')
      : found;
  }
  const found = obstaclesTo(state, product, {
    account: state.accounts.find(ended.account)!,
    side: Side[ended.side],
    price: ended.price,
    openLots: ended.open,
    // None that trades whole or not at all is for the moment only.
    allOrNone: false,
    stopPrice: undefined,
    network: network && termsThen(state, network),
    slot: NONE,
  });
  if (ended.reason !== 'selfTrade' || sister === undefined) return found;
  const text = `The order that it met, ${sister}, was of the same account.`;
  return [{ reason: 'ownOrder', otherOrder: sister, text }];
}

function intentOf(state: MarketState, slot: number): Intent {
  const { orders } = state;
  const flags = orders.flags(slot);
  return {
    account: orders.account(slot),
    side: sideOf(flags),
    price: orders.price(slot),
    openLots: orders.open(slot),
    allOrNone: (flags & ALL_OR_NONE) !== 0,
    stopPrice: (flags & WAITING) === 0 ? undefined : state.stopPrice(slot),
    network: state.networked.get(slot),
    slot,
  };
}

/** What an order asked for in its network, as the event told it. */
function termsThen(
  { networks }: MarketState,
  event: NonNullable<OrderHistory['network']>,
): NetworkTerms {
  const { zone, attributes, only, onlyZones, feeVersion } = event;
  const premiums = premiumsTold(event);
  const { index } = networks.zones[networks.findZone(zone)!]!;
  // What it locked is over.
  const asked = { attributes, only, onlyZones, premiums, feeVersion, maxFee: 0 };
  return networkTerms({ zone: index, ...asked });
}

function sentences(first: string, obstacles: readonly Obstacle[]): string {
  return [first, ...obstacles.map(({ text }) => text)].join(' ');
}
