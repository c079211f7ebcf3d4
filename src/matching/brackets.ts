import { exitLock } from '../contracts/bracket-lock.ts';
import {
  OrderKind,
  PostOnly,
  ProductStatus,
  RejectCode,
  Side,
  TimeInForce,
} from '../core/codes.ts';
import { energyAmount } from '../contracts/amounts.ts';
import type { Product } from '../market/products.ts';
import { FORWARD, packFlags, sideOf, WAITING } from '../orderbook/flags.ts';
import type { NewOrder } from '../orderbook/orders.ts';
import type { Bracket } from '../orderbook/side-tables.ts';
import { exposureLimit, openOrderLimit } from './account-limits.ts';
import { admit, admitPrice, type Entry, firstOf } from './admission.ts';
import { writeAccepted, writeEvent } from './events.ts';
import { enterLegs, writeLinked } from './pairs.ts';
import type { MarketState, Outbox } from './state.ts';

/** At what an order is to get rid of what it traded. */
export type ExitPrices = Omit<Bracket, 'kept'>;

/** What follows on an order that has ended: its locks are in place. */
export interface Exit extends ExitPrices {
  readonly entry: number;
  readonly account: number;
  readonly product: number;
  /** Of the order that has ended; what follows is on the other side. */
  readonly side: number;
  readonly selfTrade: number;
  readonly lots: number;
  readonly terms: number;
  readonly moneyRow: number;
  readonly energyRow: number;
}

/**
 * Decides on an order on which two others are to follow, as `admit` does on one: their limits must be such as
 * orders may have, and what they will lock is reserved beside the lock of the order.
 * @returns 0 or a reject code
 */
export function admitBracket(state: MarketState, entry: Entry, exits: ExitPrices): number {
  const code = admit(state, entry);
  // Up to here it is not known under which terms they would come in.
  if (code !== 0 && firstOf(code, RejectCode.PRICE_OUTSIDE_BAND) === code) return code;
  const product = state.listings.products[entry.product]!;
  const locks = Math.max(0, entry.cost) + exitMoney(state, product, entry, exits);
  const refused = [
    admitExits(state, product, entry, exits),
    // Whatever it is, two orders may come to stand for it.
    openOrderLimit(state, entry.account, 2),
    exposureLimit(state, product, entry.account, locks),
  ].reduce(firstOf, code);
  if (refused !== 0) return refused;
  return state.ledger.covers(entry.moneyRow, locks) ? 0 : RejectCode.INSUFFICIENT_MONEY;
}

/** The rules about price and size for what follows on an order, if anything does. */
export function admitExits(
  state: MarketState,
  product: Product,
  order: NewOrder,
  exits: ExitPrices | undefined,
): number {
  if (exits === undefined) return 0;
  const limits = [exits.takeProfit, exits.stopLimit] as const;
  const [first, second] = limits.map((price) =>
    // They come in at another time: the collar of now does not bind them.
    admitPrice(state, product, { ...order, flags: WAITING, price }),
  );
  return firstOf(first!, second!);
}

/** Money quanta that are reserved for what follows on an order. */
export function exitMoney(
  state: MarketState,
  product: Product,
  { flags, account, quantity, terms }: NewOrder,
  exits: ExitPrices,
): number {
  return exitLock(state, product, sideOf(flags), account, exits, quantity, terms);
}

/** Reserves what the two orders will lock that follow on an accepted one. */
export function reserveExits(
  state: MarketState,
  product: Product,
  slot: number,
  entry: Entry,
  { takeProfit, stopPrice, stopLimit }: ExitPrices,
): void {
  const exits = { takeProfit, stopPrice, stopLimit };
  state.ledger.lock(entry.moneyRow, exitMoney(state, product, entry, exits));
  state.orders.setBracket(slot, takeProfit, stopPrice, stopLimit);
}

/**
 * Lets enter what follows on the orders that have ended, in the order in which they did, and on those that end by
 * that. Each time a limit order and a stop order of which one cancels the other.
 */
export function enterExits(state: MarketState, outbox: Outbox): void {
  const { receipt } = state;
  const { filled } = receipt;
  // Grows on the way.
  for (const exit of state.exits) enterExit(state, exit, outbox);
  state.exits.length = 0;
  receipt.filled = filled;
}

function enterExit(state: MarketState, exit: Exit, outbox: Outbox): void {
  const { ledger, orders } = state;
  const product = state.listings.products[exit.product]!;
  const { lots, terms, moneyRow, energyRow, selfTrade, stopPrice } = exit;
  const entry = [exit.entry, exit.account, exit.product, exit.side];
  if (product.status !== ProductStatus.open) {
    // What followed on another order in this command has halted the product, or its gate has closed.
    const money = exitLock(state, product, exit.side, exit.account, exit, lots, terms);
    const energy = exit.side === Side.buy ? energyAmount(product, lots) : 0;
    ledger.release(moneyRow, money);
    ledger.release(energyRow, energy);
    writeEvent(state, outbox, 'bracketDropped', [...entry, money, energy]);
    return;
  }
  const side = exit.side === Side.buy ? Side.sell : Side.buy;
  const forward = product.forward === undefined ? 0 : FORWARD;
  const flags =
    packFlags(side, OrderKind.limit, TimeInForce.gtc, PostOnly.off, selfTrade) | forward;
  const whose = { account: exit.account, product: product.row, flags, quantity: lots, terms };
  const order = { ...whose, moneyRow, energyRow, clip: 0, refreshBelow: 0 };
  const first = orders.place({ ...order, price: exit.takeProfit }, ++state.lastOrder);
  const second = orders.place({ ...order, price: exit.stopLimit }, ++state.lastOrder);
  orders.link(first, second);
  writeEvent(state, outbox, 'bracketPlaced', [...entry, orders.id(first), orders.id(second)]);
  writeAccepted(state, outbox, first, 0, '');
  writeAccepted(state, outbox, second, 0, '');
  writeLinked(state, outbox, first, second);
  const ticket = { expiresAt: 0, clientOrderId: '' };
  const legs = [
    { slot: first, stopPrice: undefined, ...ticket },
    { slot: second, stopPrice, ...ticket },
  ];
  enterLegs(state, product, legs, outbox);
}
