import {
  Display,
  EndReason,
  OrderKind,
  PostOnly,
  RejectCode,
  Side,
  TimeInForce,
} from '../../src/core/codes.ts';
import {
  insideBand,
  lock,
  lockOf,
  movedOf,
  relocking,
  termsOf,
  unlock,
  withinLockLimit,
} from './amounts.ts';
import { outsideCollar, protectionOf } from './circuit.ts';
import { isStrange } from './auction.ts';
import { type CommandOf, isSpecial } from './commands.ts';
import { enter, isReached, placeStop } from './entering.ts';
import { tell } from './events.ts';
import { positionRefusal } from './forward.ts';
import { crowdRefusal, exposureRefusal, standingRefusal } from './limits.ts';
import {
  accountRefusal,
  isOperator,
  leaveBook,
  type Market,
  mayActFor,
  oppositeOf,
  type Order,
  productRefusal,
  rowOf,
  shownOf,
} from './market.ts';
import {
  available,
  crosses,
  dryWalk,
  endOrder,
  endOrders,
  identityOf,
  restingOrders,
  shrinkPartner,
} from './orders.ts';
import { exitRefusals } from './brackets.ts';
import { amendInNetwork } from './network-trading.ts';
import { amendPair, firstCode, submitPair } from './pairs.ts';
import { entryPrice, followRefusal, standAtPeg, wantedPrice } from './pegs.ts';
import { triggerBehind } from './trailing.ts';

export function submit(market: Market, command: CommandOf<'submit'>): number {
  const account = rowOf(market.accounts, command.account);
  const product = rowOf(market.products, command.product);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (product === undefined) return RejectCode.UNKNOWN_PRODUCT;
  if (!mayActFor(market, command.actor, account)) return RejectCode.FORBIDDEN;
  const refused =
    accountRefusal(market, account) ||
    (market.products[product]!.network === undefined ? 0 : RejectCode.NOT_IN_NETWORK) ||
    productRefusal(market.products[product]!);
  if (refused !== 0) return refused;
  if (market.clientIds.has(`${account} ${command.clientOrderId}`)) {
    return RejectCode.DUPLICATE_CLIENT_ORDER_ID;
  }
  const dated = command.timeInForce === TimeInForce.gtd;
  if (dated && command.expiresAt <= market.time) return RejectCode.ALREADY_EXPIRED;
  const { auctions } = market.products[product]!;
  if (auctions !== undefined && isStrange(command, isSpecial(command))) {
    return RejectCode.NOT_IN_CALL;
  }
  const order = orderOf(market, command, account, product);
  if (order === undefined) return RejectCode.NO_PROTECTION;
  if (typeof order === 'string') return RejectCode[order];
  if (command.hasOco === 1) return submitPair(market, command, order);
  const astray = followRefusal(market, order);
  if (astray !== 0) return astray;
  const code = firstCode([
    priceRefusal(market, order),
    ...exitRefusals(market, order),
    entryRefusal(market, command, order),
  ]);
  if (code !== 0) return code;

  order.id = ++market.lastOrder;
  market.receipt.order = order.id;
  lock(market, order);
  tellAccepted(market, order, command.expiresAt);
  if (isSpecial(command)) tellTerms(market, command, order);
  if (order.pegTo > 0) standAtPeg(market, order);
  else if (order.stopPrice !== undefined) placeStop(market, order);
  else enter(market, order);
  return 0;
}

export function tellTerms(market: Market, command: CommandOf<'submit'>, order: Order): void {
  const { display, displayQuantity, refreshBelow, allOrNone, hasStop, stopPrice } = command;
  const { hasOco, ocoSide, ocoPrice, ocoHasStop, ocoStopPrice } = command;
  const { trailBy, trailDistance, pegTo, pegOffset } = command;
  const terms = [display, displayQuantity, refreshBelow, allOrNone, hasStop, stopPrice];
  terms.push(command.hasMaxMoney, command.maxMoney);
  terms.push(hasOco, ocoSide, ocoPrice, ocoHasStop, ocoStopPrice);
  const { hasBracket, takeProfit, exitStopPrice, exitStopLimit } = command;
  terms.push(hasBracket, takeProfit, exitStopPrice, exitStopLimit);
  terms.push(trailBy, trailDistance, pegTo, pegOffset);
  tell(market, 'orderTerms', [...identityOf(order), ...terms]);
}

export function tellAccepted(market: Market, order: Order, expiresAt: number): void {
  const { id, account, product, side, kind, timeInForce, price, total, clientOrderId } = order;
  const values = [id, account, product, side, kind, timeInForce, price, total, expiresAt];
  tell(market, 'orderAccepted', values, [clientOrderId]);
}

/** What an order is entered as: one at market in a product that trades in auctions stands for the next one. */
function enteredAs(
  { kind, timeInForce }: CommandOf<'submit'>,
  auctioned: boolean,
): { kind: number; timeInForce: number } {
  if (kind !== OrderKind.market || !auctioned) return { kind, timeInForce };
  return { kind: OrderKind.limit, timeInForce: TimeInForce.session };
}

/** The order that a submit asks for, at the price that bounds it; undefined if nothing bounds it. */
function orderOf(
  market: Market,
  command: CommandOf<'submit'>,
  account: number,
  product: number,
): Order | 'EMPTY_SIDE' | 'NO_REFERENCE' | undefined {
  const { side, postOnly, selfTrade, quantity, clientOrderId } = command;
  const { display, displayQuantity, refreshBelow, allOrNone } = command;
  const { terms } = market.products[product]!;
  const { hasStop, trailBy, trailDistance } = command;
  const { lastPrice } = market.products[product]!;
  const isStop = hasStop === 1 || trailBy > 0;
  const behind = hasStop === 0 && trailBy > 0 && lastPrice !== undefined;
  const stopPrice = behind
    ? triggerBehind(side, trailBy, trailDistance, lastPrice)
    : command.stopPrice;
  const waits = isStop && !isReached({ side }, stopPrice, lastPrice);
  let { price } = command;
  let { kind, timeInForce } = enteredAs(command, market.products[product]!.auctions !== undefined);
  const immediate = timeInForce === TimeInForce.ioc || timeInForce === TimeInForce.fok;
  if (kind === OrderKind.market && !immediate) {
    const queue = market.products[product]!.queues[side === Side.buy ? 1 : 0];
    const touch = queue.find(({ allOrNone, open }) => allOrNone === 0 || open <= quantity);
    if (touch === undefined) return 'EMPTY_SIDE';
    const bound = command.hasPrice === 1 ? price : touch.price;
    const [low, high] = [Math.min(bound, touch.price), Math.max(bound, touch.price)];
    price = side === Side.buy ? low : high;
    kind = OrderKind.limit;
  } else if (command.hasPrice === 0) {
    const edge = protectionOf(market.products[product]!, market.terms[terms]!, side, waits);
    if (edge === undefined) return undefined;
    price = edge;
  }
  const order: Order = {
    id: 0,
    account,
    product,
    side,
    kind: isStop ? OrderKind.limit : kind,
    timeInForce,
    postOnly,
    selfTrade,
    expiresAt: timeInForce === TimeInForce.gtd ? command.expiresAt : 0,
    clientOrderId,
    display,
    clip: displayQuantity,
    refreshBelow,
    allOrNone,
    stopPrice: undefined,
    money: command.hasMaxMoney === 1 ? BigInt(command.maxMoney) : undefined,
    partner: undefined,
    bracket: bracketOf(command),
    ended: false,
    trailBy: 0,
    trailDistance: 0,
    pegTo: command.pegTo,
    pegOffset: command.pegOffset,
    limit: command.pegTo > 0 ? price : undefined,
    price,
    open: quantity,
    clipLeft: 0,
    total: quantity,
    priority: 0,
    terms,
    version: 1,
  };
  if (isStop && hasStop === 0 && lastPrice === undefined) return 'NO_REFERENCE';
  if (waits) Object.assign(order, { stopPrice, trailBy, trailDistance });
  return order;
}

/**
 * The rules about price and size; a sliding order gets its new price here.
 */
export function priceRefusal(market: Market, order: Order): number {
  const terms = termsOf(market, order);
  if (!insideBand(terms, order.price)) return RejectCode.PRICE_OUTSIDE_BAND;
  const product = market.products[order.product]!;
  if (outsideCollar(product, order)) return RejectCode.PRICE_OUTSIDE_COLLAR;
  if (!withinLockLimit(market, order)) return RejectCode.LOCK_LIMIT;
  const tooMany = order.display === Display.clip && order.open > order.clip * 1000;
  if (tooMany) return RejectCode.CLIP_LIMIT;
  if (order.pegTo > 0) {
    return entryPrice(market, order) === undefined ? RejectCode.POST_ONLY_CROSSES : 0;
  }
  const touch = oppositeOf(market, order).find(
    ({ allOrNone, open }) => allOrNone === 0 || open <= order.open,
  );
  if (order.postOnly === PostOnly.off || touch === undefined) return 0;
  if (!crosses(order, touch.price)) return 0;
  if (order.postOnly === PostOnly.reject) return RejectCode.POST_ONLY_CROSSES;
  if (touch.account === order.account) return RejectCode.POST_ONLY_CROSSES;
  order.price = touch.price + (order.side === Side.buy ? -1 : 1);
  const possible =
    insideBand(terms, order.price) &&
    withinLockLimit(market, order) &&
    Number.isSafeInteger(order.price);
  return possible ? 0 : RejectCode.POST_ONLY_CROSSES;
}

/** The rules about what an order meets on entry, and about its funds. */
function entryRefusal(market: Market, command: CommandOf<'submit'>, order: Order): number {
  const walked = dryWalk(market, order);
  const waits = order.stopPrice !== undefined;
  if (order.timeInForce === TimeInForce.fok && !waits) {
    if (walked.filled < order.open || walked.meetsOwn) return RejectCode.FOK_UNFILLABLE;
  }
  if (walked.filled === 0 && walked.tooDear) return RejectCode.MONEY_TOO_LITTLE;
  if (!waits && walked.filled < command.minQuantity) return RejectCode.MIN_QUANTITY;
  const stands =
    order.kind === OrderKind.limit &&
    ![TimeInForce.ioc, TimeInForce.fok].some((each) => each === order.timeInForce);
  const more = order.bracket !== undefined ? 2 : waits || stands ? 1 : 0;
  const stood = more > 0 ? standingRefusal(market, order.account, more) : 0;
  const full = crowdRefusal(market, order) || stood;
  if (full !== 0) return full;
  order.open -= walked.beyond;
  order.total = order.open;
  if (order.kind === OrderKind.limit) {
    const { money, energy } = lockOf(market, order);
    return fundsRefusal(market, order, money, energy, positionRefusal(market, order, order.open));
  }
  const over = positionRefusal(market, order, walked.filled);
  const energy = order.side === Side.sell ? movedOf(market, order.product, walked.filled) : 0n;
  if (order.bracket === undefined) return fundsRefusal(market, order, walked.cost, energy, over);
  const { money } = lockOf(market, order);
  return fundsRefusal(market, order, money + (walked.cost > 0n ? walked.cost : 0n), energy, over);
}

function bracketOf(command: CommandOf<'submit'>): Order['bracket'] {
  const { hasBracket, takeProfit, exitStopPrice: stopPrice, exitStopLimit: stopLimit } = command;
  return hasBracket === 1 ? { takeProfit, stopPrice, stopLimit } : undefined;
}

/** @param position what the account's position says to it */
export function fundsRefusal(
  market: Market,
  order: Order,
  money: bigint,
  energy: bigint,
  position = 0,
): number {
  const { moneyAsset, energyAsset } = market.products[order.product]!;
  const { account } = order;
  const over = exposureRefusal(market, account, order.product, money);
  if (over !== 0 || position !== 0) return over || position;
  if (energy > available(market, account, energyAsset)) return RejectCode.INSUFFICIENT_ENERGY;
  return money > available(market, account, moneyAsset) ? RejectCode.INSUFFICIENT_MONEY : 0;
}

export function amend(market: Market, command: CommandOf<'amend'>): number {
  const order = market.orders.get(command.order);
  if (order === undefined) return RejectCode.UNKNOWN_ORDER;
  if (!mayActFor(market, command.actor, order.account)) return RejectCode.FORBIDDEN;
  const product = market.products[order.product]!;
  const refused = accountRefusal(market, order.account) || productRefusal(product);
  if (refused !== 0) return refused;
  const { expectedVersion } = command;
  if (expectedVersion !== 0 && expectedVersion !== order.version) return RejectCode.STALE_VERSION;
  const { hasStop } = command;
  if (hasStop === 1 && order.stopPrice === undefined) return RejectCode.NOT_WAITING;

  const limit = order.limit ?? order.price;
  const price = command.hasPrice === 1 ? command.price : limit;
  const total = command.hasQuantity === 1 ? command.quantity : order.total;
  const open = total - (order.total - order.open);
  const newStop = hasStop === 1 ? command.stopPrice : order.stopPrice;
  if (open <= 0) {
    endOrder(market, order, EndReason.amended);
  } else if (open < order.open && price === limit && order.allOrNone + hasStop === 0) {
    const before = { price: order.price, open: order.open, shown: shownOf(order) };
    relocking(market, [order], () => {
      order.open = open;
      order.clipLeft = Math.min(order.clipLeft, open);
      order.total = total;
      order.version++;
    });
    tellAmended(market, order, before, true);
    shrinkPartner(market, order, before.open - open);
  } else if (order.net !== undefined) {
    const code = amendInNetwork(market, order, price, open, total);
    if (code !== 0) return code;
  } else if (order.partner !== undefined) {
    const code = amendPair(market, order, order.partner, price, open, newStop);
    if (code !== 0) return code;
  } else {
    const enters = newStop !== undefined && isReached(order, newStop, product.lastPrice);
    const stopPrice = enters ? undefined : newStop;
    const anew: Order = { ...order, price, open, total, terms: product.terms, stopPrice };
    if (anew.pegTo > 0) anew.limit = price;
    const lost = anew.pegTo > 0 && wantedPrice(market, anew) === undefined;
    if (lost) return RejectCode.NO_REFERENCE;
    const code =
      firstCode([priceRefusal(market, anew), ...exitRefusals(market, anew)]) ||
      differenceRefusal(market, order, anew);
    if (code !== 0) return code;
    enterAnew(market, order, anew, newStop);
  }
  market.receipt.order = order.id;
  return 0;
}

/** Whether the account can pay what an amended order locks beyond what it has locked already. */
function differenceRefusal(market: Market, order: Order, anew: Order): number {
  const before = lockOf(market, order);
  const after = lockOf(market, anew);
  const over = positionRefusal(market, anew, anew.open, [order]);
  return fundsRefusal(
    market,
    order,
    after.money - before.money,
    after.energy - before.energy,
    over,
  );
}

function enterAnew(market: Market, order: Order, anew: Order, stopPrice: number | undefined): void {
  const before = { price: order.price, open: order.open, shown: shownOf(order) };
  leaveBook(market, order);
  unlock(market, order);
  const { price, open, total, terms, limit } = anew;
  Object.assign(order, { price, open, total, terms, limit, version: order.version + 1 });
  lock(market, order);
  tellAmended(market, order, before, false);
  const { lastPrice } = market.products[order.product]!;
  const waits = stopPrice !== undefined && !isReached(order, stopPrice, lastPrice);
  order.stopPrice = waits ? stopPrice : undefined;
  if (!waits) order.trailBy = 0;
  if (order.pegTo > 0) standAtPeg(market, order);
  else if (order.stopPrice !== undefined) placeStop(market, order);
  else enter(market, order);
}

export function tellAmended(
  market: Market,
  order: Order,
  before: { readonly price: number; readonly open: number; readonly shown: number },
  keepsPlace: boolean,
): void {
  const { version, price, limit, total, open } = order;
  const after = [version, keepsPlace ? price : (limit ?? price), total, open, keepsPlace ? 1 : 0];
  after.push(before.shown, keepsPlace ? shownOf(order) : 0);
  tell(market, 'orderAmended', [...identityOf(order), before.price, before.open, ...after]);
}

export function cancel(market: Market, command: CommandOf<'cancel'>): number {
  const order = market.orders.get(command.order);
  if (order === undefined) return RejectCode.UNKNOWN_ORDER;
  if (!mayActFor(market, command.actor, order.account)) return RejectCode.FORBIDDEN;
  endOrder(market, order, EndReason.cancelled);
  market.receipt.order = order.id;
  return 0;
}

export function cancelAll(market: Market, command: CommandOf<'cancelAll'>): number {
  const { actor, hasAccount, hasProduct } = command;
  const account = hasAccount === 1 ? rowOf(market.accounts, command.account) : undefined;
  const product = hasProduct === 1 ? rowOf(market.products, command.product) : undefined;
  if (hasAccount === 1 && account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (hasProduct === 1 && product === undefined) return RejectCode.UNKNOWN_PRODUCT;
  const may = account === undefined ? isOperator(market, actor) : mayActFor(market, actor, account);
  if (!may) return RejectCode.FORBIDDEN;
  const orders = restingOrders(
    market,
    (order) =>
      (account === undefined || order.account === account) &&
      (product === undefined || order.product === product),
  );
  endOrders(market, orders, EndReason.cancelled);
  tell(market, 'allCancelled', [orders.length]);
  return 0;
}
