import { RejectCode } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { reverseTrade } from '../contracts/recall-trade.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import { countRecall } from './account-limits.ts';
import { receiverRefusal } from './funds.ts';
import { writeEvent } from './events.ts';
import { isOperator, knownAccount, knownProduct } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.recallTrade);

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
  const row = view.getUint32(at + AT.product);
  const trade = readI64(view, at + AT.trade);
  const told = {
    buyer: view.getUint32(at + AT.buyer),
    seller: view.getUint32(at + AT.seller),
    price: readI64(view, at + AT.price),
    lots: readI64(view, at + AT.quantity),
    buyerFee: readI64(view, at + AT.buyerFee),
    sellerFee: readI64(view, at + AT.sellerFee),
  };
  const { buyer, seller, price, lots, buyerFee, sellerFee } = told;
  if (!knownAccount(state, buyer) || !knownAccount(state, seller)) {
    return RejectCode.UNKNOWN_ACCOUNT;
  }
  if (!knownProduct(state, row)) return RejectCode.UNKNOWN_PRODUCT;
  if (trade > state.lastTrade) return RejectCode.UNKNOWN_TRADE;
  if (!isOperator(state, view.getUint32(at + AT.actor))) return RejectCode.FORBIDDEN;
  if (buyer === OUTSIDE || seller === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  const refused = receiverRefusal(state, buyer) || receiverRefusal(state, seller);
  if (refused !== 0) return refused;
  if (state.recalled.has(trade)) return RejectCode.ALREADY_RECALLED;
  const product = state.listings.products[row]!;
  if (!reverseTrade(state.ledger, product, told)) return RejectCode.RECALL_SHORT;
  state.recalled.add(trade);
  countRecall(state, product, told, trade);
  const values = [trade, row, buyer, seller, price, lots, buyerFee, sellerFee];
  writeEvent(state, outbox, 'tradeRecalled', values);
  return 0;
}
