import { RejectCode, Side } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { positionValue } from '../contracts/amounts.ts';
import type { RecalledTrade } from '../contracts/recall-trade.ts';
import { isOver } from '../market/life-cycle.ts';
import type { Product } from '../market/products.ts';
import { sideOf } from '../orderbook/flags.ts';
import { writeEvent } from './events.ts';
import { isOperator, knownAccount, knownAsset, statusRefusal } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.setAccountLimits);

/** What an operator allows an account, and what is counted for that. */
export interface AccountLimits {
  readonly maxOpenOrders: number | undefined;
  /** Money at stake, in quanta of one asset. */
  readonly maxExposure: { readonly asset: number; readonly amount: number } | undefined;
  /** The latest trade when the account was not limited yet; those after it count. */
  readonly since: number;
  /** Lots bought less lots sold, by row of a product that may trade yet; those that come to nothing are left out. */
  readonly positions: Map<number, number>;
}

/**
 * The command that limits an account. Counting begins with the first limit and ends with the last: limits
 * that replace others leave the positions as they are. O(most orders ever open at once).
 */
export function setAccountLimits(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const account = view.getUint32(at + AT.account);
  const hasOpenOrders = view.getUint8(at + AT.hasOpenOrders);
  const openOrders = view.getUint32(at + AT.openOrders);
  const hasExposure = view.getUint8(at + AT.hasExposure);
  const asset = view.getUint32(at + AT.asset);
  const amount = readI64(view, at + AT.exposure);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (hasExposure === 1 && !knownAsset(state, asset)) return RejectCode.UNKNOWN_ASSET;
  if (!isOperator(state, view.getUint32(at + AT.actor))) return RejectCode.FORBIDDEN;
  const refused = statusRefusal(state, account);
  if (refused !== 0) return refused;
  const { limits } = state;
  const before = limits.get(account);
  if (hasOpenOrders + hasExposure === 0) limits.delete(account);
  else {
    limits.set(account, {
      maxOpenOrders: hasOpenOrders === 1 ? openOrders : undefined,
      maxExposure: hasExposure === 1 ? { asset, amount } : undefined,
      since: before === undefined ? state.lastTrade : before.since,
      positions: before === undefined ? new Map<number, number>() : before.positions,
    });
  }
  if (limits.has(account) !== (before !== undefined)) state.orders.countFor(limits);
  const values = [account, hasOpenOrders, openOrders, hasExposure, asset, amount];
  writeEvent(state, outbox, 'accountLimitsSet', values);
  return 0;
}

/** Whether so many more orders of an account may stand: 0 or OPEN_ORDER_LIMIT. */
export function openOrderLimit(
  { limits, orders }: MarketState,
  account: number,
  more: number,
): number {
  const most = limits.get(account)?.maxOpenOrders;
  return most !== undefined && orders.restingOf(account) + more > most
    ? RejectCode.OPEN_ORDER_LIMIT
    : 0;
}

/**
 * Whether an account may lock so much more money in a product: 0 or EXPOSURE_LIMIT. What locks nothing more
 * is never kept off: that is how an account that is above its limit gets below it.
 */
export function exposureLimit(
  state: MarketState,
  product: Product,
  account: number,
  money: number,
): number {
  if (money <= 0) return 0;
  const most = state.limits.get(account)?.maxExposure;
  if (most === undefined || most.asset !== product.moneyAsset) return 0;
  const exposure = exposureOf(state, account, most.asset) + BigInt(money);
  return exposure > BigInt(most.amount) ? RejectCode.EXPOSURE_LIMIT : 0;
}

/**
 * What a limited account has at stake in an asset, in quanta: money that is locked, and its positions at their
 * last prices. A big integer, since a price may rise beyond what anyone has. O(positions).
 */
export function exposureOf(state: MarketState, account: number, asset: number): bigint {
  const { ledger, listings, limits } = state;
  const row = ledger.find(account, asset);
  let exposure = BigInt(row < 0 ? 0 : ledger.locked(row));
  for (const [at, lots] of limits.get(account)!.positions) {
    const product = listings.products[at]!;
    if (product.moneyAsset === asset) exposure += positionValue(product, lots);
  }
  return exposure;
}

/** Takes a trade into the positions of its parties. */
export function countTrade(
  state: MarketState,
  product: Product,
  taker: number,
  maker: number,
  lots: number,
): void {
  const { orders } = state;
  const bought = sideOf(orders.flags(taker)) === Side.buy ? lots : 0 - lots;
  shift(state, product, orders.account(taker), bought);
  shift(state, product, orders.account(maker), 0 - bought);
}

/** Takes a trade out again, where it was counted. */
export function countRecall(
  state: MarketState,
  product: Product,
  { buyer, seller, lots }: RecalledTrade,
  trade: number,
): void {
  for (const [account, change] of [
    [buyer, 0 - lots],
    [seller, lots],
  ] as const) {
    const since = state.limits.get(account)?.since;
    if (since !== undefined && trade > since) shift(state, product, account, change);
  }
}

function shift({ limits }: MarketState, product: Product, account: number, lots: number): void {
  const positions = limits.get(account)?.positions;
  if (positions === undefined || isOver(product.status)) return;
  const sum = (positions.get(product.row) ?? 0) + lots;
  // Energy may come and go without limit: beyond 2^53-1 lots it is counted no further.
  const position = Math.max(-MAX_INTEGER, Math.min(MAX_INTEGER, sum));
  if (position === 0) positions.delete(product.row);
  else positions.set(product.row, position);
}

/** What was traded in a product that is over is at stake elsewhere. */
export function forgetPositions({ limits }: MarketState, product: Product): void {
  for (const { positions } of limits.values()) positions.delete(product.row);
}
