import {
  Display,
  OrderKind,
  PostOnly,
  SelfTrade,
  Side,
  TimeInForce,
} from '../../src/core/codes.ts';
import type { Order, Product } from './market.ts';

/** An order before it is counted that asks for nothing special. */
export const PLAIN = {
  id: 0,
  display: Display.all,
  clip: 0,
  refreshBelow: 0,
  allOrNone: 0,
  stopPrice: undefined,
  money: undefined,
  partner: undefined,
  bracket: undefined,
  ended: false,
  trailBy: 0,
  trailDistance: 0,
  pegTo: 0,
  pegOffset: 0,
  limit: undefined,
  clipLeft: 0,
  priority: 0,
  version: 1,
} satisfies Partial<Order>;

/** The order that a take is for whoever takes. */
export function takerOf(
  { terms }: Product,
  account: number,
  maker: Order,
  { limitPrice, quantity }: { readonly limitPrice: number; readonly quantity: number },
): Order {
  return {
    ...PLAIN,
    account,
    product: maker.product,
    side: maker.side === Side.buy ? Side.sell : Side.buy,
    kind: OrderKind.take,
    timeInForce: TimeInForce.fok,
    postOnly: PostOnly.off,
    selfTrade: SelfTrade.allow,
    expiresAt: 0,
    clientOrderId: '',
    price: limitPrice,
    open: quantity,
    total: quantity,
    terms,
  };
}
