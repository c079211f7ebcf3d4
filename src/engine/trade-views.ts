import { energyValue } from '../contracts/amounts.ts';
import { readI64 } from '../core/bytes.ts';
import { nameOf, Side } from '../core/codes.ts';
import { formatSteps, quantum } from '../core/decimal.ts';
import { EVENTS, HEADER, offsetsOf } from '../core/registry.ts';
import type { MarketState } from '../matching/state.ts';
import type { TradeView } from './views.ts';

const AT = offsetsOf(EVENTS.trade);

/**
 * Whether the trade whose event stands at a place is one of those asked for.
 * @param product an id, which may have stood for several products; undefined lets all through
 * @param account row of one of the parties; undefined lets all through
 */
export function tradeSuits(
  { naming }: MarketState,
  view: DataView,
  at: number,
  product: string | undefined,
  account: number | undefined,
): boolean {
  if (product !== undefined && naming('product', view.getUint32(at + AT.product)) !== product) {
    return false;
  }
  if (account === undefined) return true;
  return view.getUint32(at + AT.buyer) === account || view.getUint32(at + AT.seller) === account;
}

/** The trade whose event stands at a place. */
export function tradeView(state: MarketState, view: DataView, at: number): TradeView {
  const { naming } = state;
  const product = state.product(view.getUint32(at + AT.product));
  const { tick, lot } = product.grid;
  const money = quantum(state.asset(product.moneyAsset).decimals);
  const price = readI64(view, at + AT.price);
  const quantity = readI64(view, at + AT.quantity);
  const value = energyValue(product, price, quantity);
  const buyerFee = readI64(view, at + AT.buyerFee);
  const sellerFee = readI64(view, at + AT.sellerFee);
  return {
    trade: readI64(view, at + AT.trade),
    sequence: readI64(view, at + HEADER.sequence),
    time: readI64(view, at + HEADER.time),
    product: product.id,
    buyer: naming('account', view.getUint32(at + AT.buyer)),
    seller: naming('account', view.getUint32(at + AT.seller)),
    price: formatSteps(price, tick),
    priceTicks: price,
    quantity: formatSteps(quantity, lot),
    quantityLots: quantity,
    value: formatSteps(value, money),
    valueQuanta: value,
    buyerFee: formatSteps(buyerFee, money),
    buyerFeeQuanta: buyerFee,
    sellerFee: formatSteps(sellerFee, money),
    sellerFeeQuanta: sellerFee,
    makerOrder: readI64(view, at + AT.makerOrder),
    takerOrder: readI64(view, at + AT.takerOrder),
    takerSide: nameOf(Side, view.getUint8(at + AT.takerSide)),
  };
}
