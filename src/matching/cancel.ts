import { AccountStatus, EndReason, RejectCode } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { NONE } from '../orderbook/orders.ts';
import { endOrder, endOrders } from './ending.ts';
import { writeEvent } from './events.ts';
import {
  isOperator,
  knownAccount,
  knownProduct,
  ownsOrOperates,
  statusRefusal,
} from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const CANCEL = offsetsOf(COMMANDS.cancel);
const ALL = offsetsOf(COMMANDS.cancelAll);
const KILL = offsetsOf(COMMANDS.kill);

/** The cancel command: works in a halted product and for a frozen account too. */
export function cancel(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const { orders } = state;
  const id = readI64(view, at + CANCEL.order);
  const slot = orders.slotOf(id);
  if (slot === NONE) return RejectCode.UNKNOWN_ORDER;
  const actor = view.getUint32(at + CANCEL.actor);
  if (!ownsOrOperates(state, actor, orders.account(slot))) return RejectCode.FORBIDDEN;
  endOrder(state, outbox, slot, EndReason.cancelled);
  state.receipt.order = id;
  return 0;
}

/**
 * The cancel-all command: the open orders of an account, of a product (operators only), or of an
 * account in a product, in order of order id. O(orders log orders) of the product; without one, O(most
 * orders ever open at once).
 */
export function cancelAll(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const { orders } = state;
  const ofAccount = view.getUint8(at + ALL.hasAccount) === 1;
  const ofProduct = view.getUint8(at + ALL.hasProduct) === 1;
  const actor = view.getUint32(at + ALL.actor);
  const account = view.getUint32(at + ALL.account);
  const product = view.getUint32(at + ALL.product);
  if (ofAccount && !knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (ofProduct && !knownProduct(state, product)) return RejectCode.UNKNOWN_PRODUCT;
  const own = ofAccount && actor === account;
  if (!own && !isOperator(state, actor)) return RejectCode.FORBIDDEN;
  const isOwn = (slot: number): boolean => orders.account(slot) === account;
  const inProduct = ofProduct ? state.openOrders(product) : undefined;
  const slots =
    inProduct === undefined
      ? orders.select(isOwn)
      : inProduct.filter((slot) => !ofAccount || isOwn(slot));
  endOrders(state, outbox, slots, EndReason.cancelled);
  writeEvent(state, outbox, 'allCancelled', [slots.length]);
  return 0;
}

/**
 * The kill command: freezes an account and ends its open orders, those of halted products too, in order of
 * order id. Its owner may do it; to lift the freeze takes an operator. O(most orders ever open at once).
 */
export function kill(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const { accounts, orders } = state;
  const account = view.getUint32(at + KILL.account);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!ownsOrOperates(state, view.getUint32(at + KILL.actor), account)) return RejectCode.FORBIDDEN;
  const refused = statusRefusal(state, account);
  if (refused !== 0) return refused;
  accounts.list[account]!.status = AccountStatus.frozen;
  const slots = orders.select((slot) => orders.account(slot) === account);
  endOrders(state, outbox, slots, EndReason.killed);
  writeEvent(state, outbox, 'accountKilled', [account, slots.length]);
  return 0;
}
