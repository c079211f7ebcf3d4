import {
  EndReason,
  OrderKind,
  PostOnly,
  RejectCode,
  SelfTrade,
  Side,
  TimeInForce,
} from '../core/codes.ts';
import { energyValue, fillCost, percentFee } from '../contracts/amounts.ts';
import { fillCollateral } from '../contracts/collateral.ts';
import { lockOrder, type PricedOrder, shortage } from '../contracts/new-order.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { FORWARD, HIDDEN, packFlags, sideOf, WAITING } from '../orderbook/flags.ts';
import { NONE } from '../orderbook/orders.ts';
import { exposureLimit } from './account-limits.ts';
import { isOutsideCollar } from './circuit.ts';
import { endOrder } from './ending.ts';
import { writeAccepted } from './events.ts';
import { trade } from './match.ts';
import { accountRefusal, knownAccount, ownsOrOperates, productRefusal } from './permission.ts';
import { positionRefusal } from './positions.ts';
import type { MarketState, Outbox } from './state.ts';
import { crosses, isPassedOver } from './walk.ts';

const AT = offsetsOf(COMMANDS.take);

/**
 * The take command: an account picks one resting order, whatever its place in the queue, and trades
 * part of it at its price: of an iceberg what it shows, an all-or-none order whole, a hidden one not. All
 * or nothing; it sets no last price.
 */
export function take(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const { orders } = state;
  const account = view.getUint32(at + AT.account);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  const maker = orders.slotOf(readI64(view, at + AT.order));
  if (maker === NONE || (orders.flags(maker) & (HIDDEN | WAITING)) !== 0) {
    return RejectCode.UNKNOWN_ORDER;
  }
  if (!ownsOrOperates(state, view.getUint32(at + AT.actor), account)) return RejectCode.FORBIDDEN;
  const product = state.listings.products[orders.product(maker)]!;
  const refused =
    accountRefusal(state, account) ||
    (product.network === undefined ? 0 : RejectCode.NOT_IN_NETWORK) ||
    productRefusal(state, product.row);
  if (refused !== 0) return refused;
  if (product.call !== undefined) return RejectCode.NOT_IN_CALL;
  const side = sideOf(orders.flags(maker)) === Side.sell ? Side.buy : Side.sell;
  const price = orders.price(maker);
  if (isOutsideCollar(product, side, price)) return RejectCode.PRICE_OUTSIDE_COLLAR;
  if (orders.account(maker) === account) return RejectCode.OWN_ORDER;
  if (!crosses(side, readI64(view, at + AT.limitPrice), price)) return RejectCode.PRICE_CHANGED;
  const lots = readI64(view, at + AT.quantity);
  if (lots > orders.tradable(maker)) return RejectCode.QUANTITY_GONE;
  if (isPassedOver(orders, maker, lots)) return RejectCode.ALL_OR_NONE;
  const value = energyValue(product, price, lots);
  const { takerPpm } = state.listings.terms[product.terms]!;
  const collateral = fillCollateral(product, account, side, lots);
  const cost = fillCost(side, value, percentFee(Math.abs(value), takerPpm)) + collateral;
  const forward = product.forward === undefined ? 0 : FORWARD;
  const flags =
    packFlags(side, OrderKind.take, TimeInForce.fok, PostOnly.off, SelfTrade.allow) | forward;
  const { row, terms } = product;
  const order: PricedOrder = {
    account,
    product: row,
    flags,
    price,
    quantity: lots,
    terms,
    moneyRow: NONE,
    energyRow: NONE,
    clip: 0,
    refreshBelow: 0,
    cost,
    lots,
  };
  const short =
    exposureLimit(state, product, account, cost) ||
    positionRefusal(state, product, order, lots) ||
    shortage(state, product, order);
  if (short !== 0) return short;
  // From here on nothing can be refused.
  state.receipt.order = ++state.lastOrder;
  lockOrder(state, product, order);
  const taker = orders.place(order, state.lastOrder);
  writeAccepted(state, outbox, taker, 0, '');
  trade(state, product, taker, maker, outbox);
  endOrder(state, outbox, taker, EndReason.filled);
  return 0;
}
