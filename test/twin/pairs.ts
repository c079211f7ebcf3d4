import { RejectCode, type RejectName } from '../../src/core/codes.ts';
import { PRECEDENCE } from '../../src/core/precedence.ts';
import { lock, lockOfBoth, relocking } from './amounts.ts';
import type { CommandOf } from './commands.ts';
import { enterAll, isReached, type Leg } from './entering.ts';
import { tell } from './events.ts';
import { positionRefusal } from './forward.ts';
import { crowdRefusal, standingRefusal } from './limits.ts';
import { leaveBook, type Market, type Order, shownOf } from './market.ts';
import { crosses, identityOf, shrinkPartner } from './orders.ts';
import { fundsRefusal, priceRefusal, tellAccepted, tellAmended, tellTerms } from './trading.ts';

/** Two orders of which one cancels the other; `first` has passed what every order has to. */
export function submitPair(market: Market, command: CommandOf<'submit'>, first: Order): number {
  first.stopPrice = undefined;
  const second: Order = { ...first, side: command.ocoSide, price: command.ocoPrice };
  Object.assign(second, { clientOrderId: '' });
  [first.id, second.id] = [market.lastOrder + 1, market.lastOrder + 2];
  [first.partner, second.partner] = [second, first];
  const { money, energy } = lockOfBoth(market, first);
  const over =
    positionRefusal(market, first, first.open) || positionRefusal(market, second, second.open);
  const code =
    firstCode([
      priceRefusal(market, waiting(market, first, command.hasStop, command.stopPrice)),
      priceRefusal(market, waiting(market, second, command.ocoHasStop, command.ocoStopPrice)),
    ]) ||
    crowdRefusal(market, first) ||
    standingRefusal(market, first.account, 2) ||
    fundsRefusal(market, first, money, energy, over);
  if (code !== 0) return code;

  market.lastOrder += 2;
  market.receipt.order = first.id;
  lock(market, first);
  lock(market, second);
  tellAccepted(market, first, command.expiresAt);
  tellTerms(market, command, first);
  tellAccepted(market, second, command.expiresAt);
  tell(market, 'ordersLinked', [...identityOf(first), second.id, second.side]);
  enterAll(market, [
    { order: first, stop: command.hasStop === 1 ? command.stopPrice : undefined },
    { order: second, stop: command.ocoHasStop === 1 ? command.ocoStopPrice : undefined },
  ]);
  return 0;
}

/** A leg as it would wait, if it would. */
function waiting(market: Market, leg: Order, hasStop: number, stopPrice: number): Order {
  const { lastPrice } = market.products[leg.product]!;
  const waits = hasStop === 1 && !isReached(leg, stopPrice, lastPrice);
  return waits ? { ...leg, stopPrice } : leg;
}

/** Of several codes the one that is checked first. */
export function firstCode(codes: readonly number[]): number {
  const names = PRECEDENCE.map((name: RejectName) => RejectCode[name] as number);
  return names.find((code) => codes.includes(code)) ?? 0;
}

/** Another price or quantity for one of two linked orders, which then enters anew. */
export function amendPair(
  market: Market,
  order: Order,
  partner: Order,
  price: number,
  open: number,
  stopPrice: number | undefined,
): number {
  const { terms, lastPrice } = market.products[order.product]!;
  const by = open - order.open;
  const anew: Order = { ...order, price, open, total: order.total + by, terms };
  if (stopPrice !== undefined && isReached(order, stopPrice, lastPrice)) anew.stopPrice = undefined;
  const other: Order = { ...partner, open, total: partner.total + by };
  if (by > 0) other.terms = terms;
  [anew.partner, other.partner] = [other, anew];
  const [before, after] = [lockOfBoth(market, order), lockOfBoth(market, anew)];
  const both = [order, partner];
  const over =
    positionRefusal(market, anew, open, both) || positionRefusal(market, other, open, both);
  const code = firstCode([
    priceRefusal(market, anew),
    by > 0 ? priceRefusal(market, other) : 0,
    anew.side !== other.side && crosses(anew, other.price) ? RejectCode.LEGS_CROSS : 0,
    fundsRefusal(market, order, after.money - before.money, after.energy - before.energy, over),
  ]);
  if (code !== 0) return code;

  const legs: Leg[] = [];
  const tales: (() => void)[] = [];
  relocking(market, [order], () => {
    for (const [one, amended] of [
      [order, anew],
      [partner, other],
    ] as const) {
      const was = { price: one.price, open: one.open, shown: shownOf(one) };
      if (one === order || by > 0) {
        const stop = one === order ? stopPrice : one.stopPrice;
        leaveBook(market, one);
        one.stopPrice = undefined;
        legs.push({ order: one, stop });
        one.version++;
        tales.push(() => tellAmended(market, one, was, false));
      }
      one.price = amended.price;
      one.terms = amended.terms;
      if (one === partner && by < 0) {
        tales.push(() => shrinkPartner(market, order, 0 - by));
      } else {
        one.open = open;
        one.total = amended.total;
      }
    }
  });
  for (const told of tales) told();
  enterAll(market, legs);
  return 0;
}
