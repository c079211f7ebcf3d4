import { ByteLog, putI64, putId } from '../core/bytes.ts';
import type { Decimal } from '../core/decimal.ts';
import { Side, TimeInForce } from '../core/codes.ts';
import { ORDER_FLAGS, timeInForceOf } from '../orderbook/orders.ts';
import type { MarketState } from './state.ts';

/** Writes values one behind the other. */
class Writer {
  readonly log = new ByteLog(65_536);

  u8(value: number): void {
    const at = this.log.extend(1);
    this.log.view.setUint8(at, value);
  }
  u32(value: number): void {
    const at = this.log.extend(4);
    this.log.view.setUint32(at, value);
  }
  i64(value: number): void {
    const at = this.log.extend(8);
    putI64(this.log.view, at, value);
  }
  id(text: string): void {
    const at = this.log.extend(1 + text.length);
    putId(this.log.bytes, at, text);
  }
  decimal(value: Decimal): void {
    this.i64(value.mantissa);
    this.u8(value.decimals);
  }
}

/**
 * What everyone in the market has at stake, in a form that does not depend on how it came about:
 * assets, accounts, products, terms, balances, orders. See docs/format.md.
 */
export function encodeMarket(state: MarketState): Uint8Array<ArrayBuffer> {
  const to = new Writer();
  const { assets, products, terms } = state.listings;
  to.u32(assets.length);
  for (const asset of assets) {
    to.id(asset.id);
    to.u8(asset.decimals);
  }
  to.u32(state.accounts.list.length);
  for (const account of state.accounts.list) {
    to.id(account.id);
    to.u8(account.role);
    to.u8(account.status);
  }
  to.u32(products.length);
  for (const product of products) {
    to.id(product.id);
    to.u32(product.energyAsset);
    to.u32(product.moneyAsset);
    to.decimal(product.grid.tick);
    to.decimal(product.grid.lot);
    to.u8(product.status);
    to.u32(product.terms);
    const hasLast = !Number.isNaN(product.lastPrice);
    to.u8(hasLast ? 1 : 0);
    to.i64(hasLast ? product.lastPrice : 0);
  }
  to.u32(terms.length);
  for (const { product, version, makerPpm, takerPpm, band } of terms) {
    to.u32(product);
    to.u32(version);
    to.u32(makerPpm);
    to.u32(takerPpm);
    to.u8(band === undefined ? 0 : 1);
    to.i64(band?.low ?? 0);
    to.i64(band?.high ?? 0);
  }
  encodeBalances(state, to);
  encodeOrders(state, to);
  return to.log.slice();
}

/** Balances that are not zero, by account and asset. */
function encodeBalances(state: MarketState, to: Writer): void {
  const { ledger } = state;
  const rows: number[] = [];
  for (let row = 0; row < ledger.rows; row++) {
    if (ledger.available(row) !== 0 || ledger.locked(row) !== 0) rows.push(row);
  }
  rows.sort((a, b) => ledger.account(a) - ledger.account(b) || ledger.asset(a) - ledger.asset(b));
  to.u32(rows.length);
  for (const row of rows) {
    to.u32(ledger.account(row));
    to.u32(ledger.asset(row));
    to.i64(ledger.available(row));
    to.i64(ledger.locked(row));
  }
}

/** Resting orders by product, then buy before sell, then in price-time priority. */
function encodeOrders(state: MarketState, to: Writer): void {
  const { orders } = state;
  to.u32(orders.resting);
  for (const book of state.books) {
    for (const side of [Side.buy, Side.sell]) {
      book.walk(side, (slot) => {
        const expires = timeInForceOf(orders.flags(slot)) === TimeInForce.gtd;
        to.i64(orders.id(slot));
        to.u32(orders.account(slot));
        to.u32(orders.product(slot));
        to.u32(orders.flags(slot) & ORDER_FLAGS);
        to.i64(orders.price(slot));
        to.i64(orders.open(slot));
        to.i64(orders.total(slot));
        to.i64(orders.priority(slot));
        to.u32(orders.terms(slot));
        to.u32(orders.version(slot));
        to.i64(expires ? state.timers.expiresAt(slot) : 0);
        to.id(orders.clientOrderId(slot));
        return true;
      });
    }
  }
}

/** Everything else that the future depends on: time, counters, the window of command ids. */
export function encodeControl(state: MarketState): Uint8Array<ArrayBuffer> {
  const to = new Writer();
  to.i64(state.sequence);
  to.i64(state.time);
  to.i64(state.lastOrder);
  to.i64(state.lastTrade);
  to.i64(state.lastPriority);
  const remembered = state.window.entries();
  to.u32(remembered.length);
  for (const { commandId, sequence, digestHigh, digestLow, code, order, filled } of remembered) {
    to.id(commandId);
    to.i64(sequence);
    to.u32(digestHigh);
    to.u32(digestLow);
    to.u32(code);
    to.i64(order);
    to.i64(filled);
  }
  return to.log.slice();
}
