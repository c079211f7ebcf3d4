import {
  AccountStatus,
  Display,
  OrderKind,
  ProductStatus,
  RejectCode,
  Role,
  Side,
  Standing,
} from '../../src/core/codes.ts';
import type { Keys } from './keys.ts';
import type { Auctions } from './auction.ts';
import { Bytes } from './bytes.ts';
import type { Reference } from './commands.ts';
import type { Debt, Forward } from './forward.ts';
import type { Capacity, Net, Network } from './network-types.ts';

export const MAX = 2n ** 53n - 1n;
export const OUTSIDE = 0;
export const FEES = 1;
export const OPERATOR = 2;

export interface Asset {
  readonly id: string;
  readonly decimals: number;
  /** Whether it was archived with its product. */
  gone: boolean;
}

/** In quanta of one asset. */
export interface Balance {
  available: bigint;
  locked: bigint;
}

/** What an account may do at most. */
export interface Limits {
  readonly openOrders: number | undefined;
  readonly exposure: { readonly asset: number; readonly amount: bigint } | undefined;
  readonly since: number;
  /** Lots by product row. */
  readonly positions: bigint[];
}

export interface Account {
  readonly id: string;
  readonly role: number;
  readonly salt: readonly number[];
  status: number;
  /** By asset row; missing where nothing ever was. */
  readonly balances: Balance[];
  limits?: Limits | undefined;
  keys?: Keys | undefined;
  /** Oldest first. */
  debts: Debt[];
}

export interface Terms {
  readonly product: number;
  readonly version: number;
  readonly makerPpm: number;
  readonly takerPpm: number;
  readonly band: { readonly low: number; readonly high: number } | undefined;
}

export interface Decimal {
  readonly mantissa: number;
  readonly decimals: number;
}

/** How far a price may move; both 0 for no limit. */
export interface Circuit {
  readonly collar: number;
  readonly collarPpm: number;
  readonly haltMove: number;
  readonly haltMovePpm: number;
  readonly windowMs: number;
  /** All prices that count, oldest first. */
  prices: { readonly time: number; readonly price: number }[];
}

/** When a product opens, when its gate closes, and when it is delivered: instants, and as they were asked for. */
export interface Plan {
  readonly opens: number;
  readonly gate: number;
  readonly asked: readonly [start: number, end: number, opensMs: number, gateMs: number];
}

export interface Product {
  readonly id: string;
  readonly energyAsset: number;
  readonly moneyAsset: number;
  readonly tick: Decimal;
  readonly lot: Decimal;
  /** Money quanta of one lot at one tick. */
  readonly tickQuanta: bigint;
  readonly lotQuanta: bigint;
  readonly plan: Plan | undefined;
  /** Whether it was archived. */
  gone: boolean;
  readonly forward: Forward | undefined;
  /** Number of the latest trade before it was listed. */
  readonly listedAfter: number;
  status: number;
  terms: number;
  lastPrice: number | undefined;
  circuit?: Circuit | undefined;
  /** Resting orders in the order in which they would trade; index is the side. */
  readonly queues: readonly [Order[], Order[]];
  /** The network that it is traded in, and what may still go between its zones. */
  readonly network?: { readonly row: number; capacity: Capacity[] } | undefined;
  /** Stop orders that wait, in the order in which they were placed. */
  readonly stops: Order[];
  readonly auctions: Auctions | undefined;
  /** Those of the resting orders that are pegged. */
  readonly pegs: Order[];
}

export interface ExitPrices {
  readonly takeProfit: number;
  readonly stopPrice: number;
  readonly stopLimit: number;
}

export interface Order {
  id: number;
  readonly account: number;
  readonly product: number;
  readonly side: number;
  readonly kind: number;
  readonly timeInForce: number;
  readonly postOnly: number;
  readonly selfTrade: number;
  readonly expiresAt: number;
  readonly clientOrderId: string;
  readonly display: number;
  /** Of an iceberg, else 0. */
  readonly clip: number;
  readonly refreshBelow: number;
  readonly allOrNone: number;
  /** Of a stop order while it waits. */
  stopPrice: number | undefined;
  /** Quanta that it may cost yet, if that is bounded. */
  money: bigint | undefined;
  /** The other one of two orders of which one cancels the other. */
  partner: Order | undefined;
  /** At what it is to get rid of what it traded. */
  readonly bracket: ExitPrices | undefined;
  ended: boolean;
  /** Lots that it has traded in an auction and that are told of as shown. */
  untold?: number;
  /** Of a trailing stop order while it waits: 1 for ticks, 2 for parts per million; else 0. */
  trailBy: number;
  trailDistance: number;
  /** Of a pegged order 1 for the bid, 2 for the ask, 3 for the middle; else 0. */
  readonly pegTo: number;
  readonly pegOffset: number;
  net?: Net | undefined;
  /** Of a pegged order at rest: the price that it locks at, while `price` is where it stands. */
  limit: number | undefined;
  price: number;
  open: number;
  /** What an iceberg shows while it rests. */
  clipLeft: number;
  total: number;
  priority: number;
  terms: number;
  version: number;
}

export interface Receipt {
  recorded: boolean;
  sequence: number;
  code: number;
  order: number;
  filled: number;
}

export interface Remembered {
  readonly commandId: string;
  readonly digestHigh: number;
  readonly digestLow: number;
  readonly receipt: Receipt;
}

/** A trade as its event told it. */
export interface Trade {
  readonly trade: number;
  readonly product: number;
  readonly buyer: number;
  readonly seller: number;
  readonly price: number;
  readonly quantity: number;
  readonly buyerFee: number;
  readonly sellerFee: number;
  /** How it went, in a network. */
  readonly way?: {
    readonly from: number;
    readonly to: number;
    readonly fee: number;
    readonly feeVersion: number;
  };
}

/** The whole market as plain objects. */
export class Market {
  readonly assets: Asset[] = [];
  readonly accounts: Account[] = [];
  readonly products: Product[] = [];
  /** Those of archived products are gone, and their places are free. */
  readonly terms: (Terms | undefined)[] = [];
  readonly networks: Network[] = [];
  readonly zones: {
    readonly id: string;
    readonly network: number;
    readonly gridAccount: number;
  }[] = [];
  partners: { readonly account: number; readonly partner: number; readonly rule: number }[] = [];
  /** Resting orders by id. */
  readonly orders = new Map<number, Order>();
  /** Resting orders that expire. */
  readonly timed: Order[] = [];
  /** Client order ids of resting orders, as 'account id'. */
  readonly clientIds = new Set<string>();
  /** By command id, oldest first. */
  readonly window = new Map<string, Remembered>();
  /** Numbers of the trades that were recalled. */
  readonly recalled: number[] = [];
  /** What was told of the trades so far, for whoever wants to recall one. */
  readonly trades: Trade[] = [];
  sequence = 0;
  time = 0;
  lastOrder = 0;
  lastTrade = 0;
  lastPriority = 0;
  height = 0;
  sealedSequence = 0;

  /** Orders that have ended, for what is to follow on them. */
  readonly exits: Order[] = [];

  /** Prices of the trades of the command under way, those of takes aside. */
  readonly prices: number[] = [];

  /** Events of the command under way. */
  readonly events = new Bytes();
  receipt: Receipt = { recorded: true, sequence: 0, code: 0, order: 0, filled: 0 };

  constructor() {
    for (const id of ['outside', 'fees', 'operator']) {
      const role = id === 'operator' ? Role.operator : Role.trader;
      const salt = [0, 0, 0, 0];
      this.accounts.push({ id, role, status: AccountStatus.open, salt, balances: [], debts: [] });
    }
  }
}

/** The row that a reference stands for, if there is one. */
export function rowOf(
  list: readonly { readonly id: string; readonly gone?: boolean }[],
  reference: Reference,
): number | undefined {
  if (typeof reference !== 'number' || reference >= list.length) return undefined;
  return list[reference]!.gone === true ? undefined : reference;
}

export function balanceOf(market: Market, account: number, asset: number): Balance {
  const { balances } = market.accounts[account]!;
  return (balances[asset] ??= { available: 0n, locked: 0n });
}

/** Moves available quanta from one account to another; whoever calls has checked. */
export function move(
  market: Market,
  from: number,
  to: number,
  asset: number,
  amount: bigint,
): void {
  balanceOf(market, from, asset).available -= amount;
  balanceOf(market, to, asset).available += amount;
}

export function isOperator(market: Market, actor: Reference): boolean {
  const row = rowOf(market.accounts, actor);
  if (row === undefined) return false;
  const { role, status } = market.accounts[row]!;
  return role === Role.operator && status === AccountStatus.open;
}

export function mayActFor(market: Market, actor: Reference, account: number): boolean {
  return actor === account || isOperator(market, actor);
}

/** Why an account may not enter orders or pay out, or 0. */
export function accountRefusal(market: Market, account: number): number {
  if (account === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  const { status, debts } = market.accounts[account]!;
  if (status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  if (status === AccountStatus.frozen) return RejectCode.ACCOUNT_FROZEN;
  return debts.length > 0 ? RejectCode.IN_DEBT : 0;
}

/** Why a product takes no orders, or 0. */
export function productRefusal(product: Product): number {
  if (product.status === ProductStatus.closed) return RejectCode.PRODUCT_CLOSED;
  if (product.status === ProductStatus.halted) return RejectCode.PRODUCT_HALTED;
  if (product.status === ProductStatus.scheduled) return RejectCode.NOT_YET_OPEN;
  if (product.status === ProductStatus.gateClosed) return RejectCode.GATE_CLOSED;
  return 0;
}

export function queueOf(market: Market, order: Order): Order[] {
  return market.products[order.product]!.queues[order.side as 0 | 1];
}

/** The queue that an order would trade with. */
export function oppositeOf(market: Market, order: Order): Order[] {
  return market.products[order.product]!.queues[order.side === Side.buy ? 1 : 0];
}

function betterPrice(side: number, a: number, b: number): boolean {
  return side === Side.buy ? a > b : a < b;
}

/** Lots of a resting order that the depth counts. */
export function shownOf(order: Order): number {
  if (order.allOrNone === 1 || order.display === Display.hidden) return 0;
  if (order.stopPrice !== undefined) return 0;
  return order.display === Display.clip ? order.clipLeft : order.open;
}

/** Lots of a resting order that can be traded with before its next clip. */
export function tradableOf(order: Order): number {
  return order.display === Display.clip ? order.clipLeft : order.open;
}

/** Where an order stands, as events tell it. */
export function standingOf(market: Market, order: Order): number {
  if (!isResting(market, order)) return Standing.outside;
  if (order.stopPrice !== undefined) return Standing.waiting;
  const seen = order.allOrNone === 0 && order.display !== Display.hidden;
  return seen ? Standing.displayed : Standing.undisplayed;
}

/** Puts an order behind all orders with the same or a better price. */
export function rest(market: Market, order: Order): void {
  const queue = queueOf(market, order);
  let place = queue.length;
  while (place > 0 && betterPrice(order.side, order.price, queue[place - 1]!.price)) place--;
  queue.splice(place, 0, order);
  order.clipLeft = order.display === Display.clip ? Math.min(order.clip, order.open) : 0;
  enlist(market, order);
}

export function enlist(market: Market, order: Order): void {
  market.orders.set(order.id, order);
  if (order.pegTo > 0) market.products[order.product]!.pegs.push(order);
  if (order.expiresAt > 0) market.timed.push(order);
  if (order.clientOrderId !== '') market.clientIds.add(`${order.account} ${order.clientOrderId}`);
}

export function leaveBook(market: Market, order: Order): void {
  const { stops, pegs } = market.products[order.product]!;
  const queue = order.stopPrice === undefined ? queueOf(market, order) : stops;
  queue.splice(queue.indexOf(order), 1);
  if (order.pegTo > 0) pegs.splice(pegs.indexOf(order), 1);
  order.clipLeft = 0;
  market.orders.delete(order.id);
  if (order.expiresAt > 0) market.timed.splice(market.timed.indexOf(order), 1);
  market.clientIds.delete(`${order.account} ${order.clientOrderId}`);
}

export function isResting(market: Market, order: Order): boolean {
  return market.orders.get(order.id) === order;
}

/** Only limit orders hold something between two commands, and while they match. */
export function holdsLock(order: Order): boolean {
  return order.kind === OrderKind.limit;
}
