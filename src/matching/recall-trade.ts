import { RejectCode } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { type RecalledTrade, reverseTrade } from '../contracts/recall-trade.ts';
import { reverseForwardTrade } from '../contracts/recall-forward.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import { countRecall } from './account-limits.ts';
import { payDebts } from './debts.ts';
import { receiverRefusal } from './funds.ts';
import { writeEvent } from './events.ts';
import { isOperator, knownAccount, knownProduct } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.recallTrade);

/** A recalled trade as the command tells it. */
export interface Told extends RecalledTrade {
  readonly trade: number;
  /** Of its product. */
  readonly row: number;
}

/**
 * The recall command: an operator undoes a trade by a counter-entry, in a halted or closed product too.
 * The state keeps no trades, so the command tells what is to be undone, as the trade's event told it.
 * Last price and orders stay as they are.
 */
export function recallTrade(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const told = readTold(view, at);
  const refused = recallRefusal(state, view, at, told, 0, false);
  if (refused !== 0) return refused;
  const product = state.listings.products[told.row]!;
  const reverse = product.forward === undefined ? reverseTrade : reverseForwardTrade;
  if (!reverse(state.ledger, product, told)) return RejectCode.RECALL_SHORT;
  state.recalled.add(told.trade);
  countRecall(state, product, told, told.trade);
  tellRecalled(state, outbox, told);
  return 0;
}

/** Reads what any recall tells. */
export function readTold(view: DataView, at: number): Told {
  return {
    trade: readI64(view, at + AT.trade),
    row: view.getUint32(at + AT.product),
    buyer: view.getUint32(at + AT.buyer),
    seller: view.getUint32(at + AT.seller),
    price: readI64(view, at + AT.price),
    lots: readI64(view, at + AT.quantity),
    buyerFee: readI64(view, at + AT.buyerFee),
    sellerFee: readI64(view, at + AT.sellerFee),
  };
}

/**
 * Why a trade cannot be recalled, whatever there is to give back, or 0.
 * @param unknown code for something else that the command names and nobody knows, or 0
 * @param inNetwork whether it is told as a trade in a network
 */
export function recallRefusal(
  state: MarketState,
  view: DataView,
  at: number,
  { trade, row, buyer, seller }: Told,
  unknown: number,
  inNetwork: boolean,
): number {
  if (!knownAccount(state, buyer) || !knownAccount(state, seller)) {
    return RejectCode.UNKNOWN_ACCOUNT;
  }
  if (!knownProduct(state, row)) return RejectCode.UNKNOWN_PRODUCT;
  if (unknown !== 0) return unknown;
  const { network, listedAfter } = state.listings.products[row]!;
  // An earlier one is of a product that was archived, and may have had the same id.
  if (trade > state.lastTrade || trade <= listedAfter) return RejectCode.UNKNOWN_TRADE;
  if (!isOperator(state, view.getUint32(at + AT.actor))) return RejectCode.FORBIDDEN;
  if (buyer === OUTSIDE || seller === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  const refused = receiverRefusal(state, buyer) || receiverRefusal(state, seller);
  if (refused !== 0) return refused;
  const isOwn = (network !== undefined) === inNetwork;
  if (!isOwn) return RejectCode.NOT_IN_NETWORK;
  return state.recalled.has(trade) ? RejectCode.ALREADY_RECALLED : 0;
}

/** Tells that a trade was recalled; what its parties get back pays what they owe. */
export function tellRecalled(state: MarketState, outbox: Outbox, told: Told): void {
  const { trade, row, buyer, seller, price, lots, buyerFee, sellerFee } = told;
  const values = [trade, row, buyer, seller, price, lots, buyerFee, sellerFee];
  writeEvent(state, outbox, 'tradeRecalled', values);
  const { moneyAsset } = state.listings.products[row]!;
  for (const account of [buyer, seller]) payDebts(state, account, moneyAsset, outbox);
}
