import {
  Display,
  OrderKind,
  PostOnly,
  ProductStatus,
  Side,
  TimeInForce,
} from '../../src/core/codes.ts';
import { exitsOf, lock, shift } from './amounts.ts';
import { enterAll } from './entering.ts';
import { tell } from './events.ts';
import type { Market, Order } from './market.ts';
import { identityOf } from './orders.ts';
import { priceRefusal, tellAccepted } from './trading.ts';

/** An order that gets rid of what another one traded. */
function exitOf(entry: Order, price: number): Order {
  return {
    ...entry,
    side: entry.side === Side.buy ? Side.sell : Side.buy,
    kind: OrderKind.limit,
    timeInForce: TimeInForce.gtc,
    postOnly: PostOnly.off,
    expiresAt: 0,
    clientOrderId: '',
    display: Display.all,
    bracket: undefined,
    ended: false,
    version: 1,
    price,
  };
}

/** Why what is to follow on an order cannot be, or 0s. */
export function exitRefusals(market: Market, order: Order): number[] {
  if (order.bracket === undefined) return [];
  const { takeProfit, stopLimit } = order.bracket;
  return [takeProfit, stopLimit].map((price) => {
    const exit = exitOf(order, price);
    // As if it waited: the collar of now does not bind it.
    return priceRefusal(market, { ...exit, open: order.total, stopPrice: price });
  });
}

/** Lets enter what follows on the orders that have ended. */
export function enterExits(market: Market): void {
  const { filled } = market.receipt;
  for (;;) {
    const entry = market.exits.shift();
    if (entry === undefined) break;
    const { takeProfit, stopPrice, stopLimit } = entry.bracket!;
    const lots = entry.total - entry.open;
    const [first, second] = [exitOf(entry, takeProfit), exitOf(entry, stopLimit)];
    const kept = exitsOf(market, entry, lots, lots);
    shift(market, entry, kept, -1n);
    if (market.products[entry.product]!.status !== ProductStatus.open) {
      tell(market, 'bracketDropped', [...identityOf(entry), kept.money, kept.energy]);
      continue;
    }
    for (const order of [first, second]) {
      order.id = ++market.lastOrder;
      order.open = lots;
      order.total = lots;
    }
    tell(market, 'bracketPlaced', [...identityOf(entry), first.id, second.id]);
    tellAccepted(market, first, 0);
    tellAccepted(market, second, 0);
    [first.partner, second.partner] = [second, first];
    lock(market, first);
    lock(market, second);
    tell(market, 'ordersLinked', [...identityOf(first), second.id, second.side]);
    enterAll(market, [
      { order: first, stop: undefined },
      { order: second, stop: stopPrice },
    ]);
  }
  market.receipt.filled = filled;
}
