import { Display, EndReason, RejectCode, Side } from '../../src/core/codes.ts';
import { costOf, feeOn, movedOf, termsOf, valueOf } from './amounts.ts';
import { outsideCollar } from './circuit.ts';
import type { CommandOf } from './commands.ts';
import { fillCollateral, positionRefusal } from './forward.ts';
import {
  accountRefusal,
  type Market,
  mayActFor,
  type Order,
  productRefusal,
  rowOf,
  tradableOf,
} from './market.ts';
import { crosses, endOrder, trade } from './orders.ts';
import { takerOf } from './plain-order.ts';
import { fundsRefusal, tellAccepted } from './trading.ts';

export function take(market: Market, command: CommandOf<'take'>): number {
  const account = rowOf(market.accounts, command.account);
  const maker = market.orders.get(command.order);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (maker === undefined || maker.display === Display.hidden || maker.stopPrice !== undefined)
    return RejectCode.UNKNOWN_ORDER;
  if (!mayActFor(market, command.actor, account)) return RejectCode.FORBIDDEN;
  const product = market.products[maker.product]!;
  const refused =
    accountRefusal(market, account) ||
    (product.network === undefined ? 0 : RejectCode.NOT_IN_NETWORK) ||
    productRefusal(product);
  if (refused !== 0) return refused;
  if (product.auctions !== undefined) return RejectCode.NOT_IN_CALL;
  const taker = takerOf(product, account, maker, command);
  if (outsideCollar(product, { ...taker, price: maker.price })) {
    return RejectCode.PRICE_OUTSIDE_COLLAR;
  }
  if (maker.account === account) return RejectCode.OWN_ORDER;
  if (!crosses(taker, maker.price)) return RejectCode.PRICE_CHANGED;
  if (command.quantity > tradableOf(maker)) return RejectCode.QUANTITY_GONE;
  if (maker.allOrNone === 1 && command.quantity < maker.open) return RejectCode.ALL_OR_NONE;
  const short = takerRefusal(market, taker, maker.price);
  if (short !== 0) return short;

  taker.id = ++market.lastOrder;
  taker.price = maker.price;
  market.receipt.order = taker.id;
  tellAccepted(market, taker, 0);
  trade(market, taker, maker, taker.open);
  endOrder(market, taker, EndReason.filled);
  return 0;
}

/** Why the taker cannot pay for what it takes, or 0. */
function takerRefusal(market: Market, taker: Order, price: number): number {
  const product = market.products[taker.product]!;
  const value = valueOf(market, taker.product, price, taker.open);
  const fee = feeOn(value, termsOf(market, taker).takerPpm);
  const cost =
    costOf(taker.side, value, fee) + fillCollateral(product, taker.account, taker.side, taker.open);
  const energy = taker.side === Side.sell ? movedOf(market, taker.product, taker.open) : 0n;
  return fundsRefusal(market, taker, cost, energy, positionRefusal(market, taker, taker.open));
}
