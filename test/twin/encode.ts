import { Display, Side, TimeInForce } from '../../src/core/codes.ts';
import { auctionFields } from './auction.ts';
import { Bytes } from './bytes.ts';
import { circuitBytes } from './circuit.ts';
import { forwardBytes, forwardFields } from './forward.ts';
import { keyBytes } from './keys.ts';
import { positionOf } from './limits.ts';
import { netBytes, networkBytes, partnerBytes } from './networks.ts';
import type { Market, Order, Remembered } from './market.ts';
import { planFields } from './plan.ts';

/**
 * The market bytes of docs/format.md.
 * @param whole false leaves out what state roots have trees for
 */
export function marketBytes(market: Market, whole = true): Uint8Array {
  const to = new Bytes();
  to.u32(market.assets.length);
  to.u32(market.assets.filter(({ gone }) => !gone).length);
  market.assets.forEach(({ id, decimals, gone }, row) => {
    if (gone) return;
    to.u32(row);
    to.id(id);
    to.u8(decimals);
  });
  if (whole) {
    to.u32(market.accounts.length);
    for (const { id, role, status } of market.accounts) {
      to.id(id);
      to.u8(role);
      to.u8(status);
    }
  }
  to.u32(market.products.length);
  to.u32(market.products.filter(({ gone }) => !gone).length);
  for (const [row, product] of market.products.entries()) {
    if (product.gone) continue;
    to.u32(row);
    to.id(product.id);
    to.u32(product.energyAsset);
    to.u32(product.moneyAsset);
    for (const { mantissa, decimals } of [product.tick, product.lot]) {
      to.i64(mantissa);
      to.u8(decimals);
    }
    to.u8(product.status);
    to.u32(product.terms);
    to.u8(product.lastPrice === undefined ? 0 : 1);
    to.i64(product.lastPrice ?? 0);
    const [planned, ...instants] = planFields(product.plan);
    to.u8(planned!);
    for (const instant of instants) to.i64(instant);
    const [mechanism, pricing, hasReference, ...rest] = auctionFields(product.auctions);
    for (const value of [mechanism!, pricing!, hasReference!]) to.u8(value);
    for (const value of rest) to.i64(value);
    const [settled, utility, ...limits] = forwardFields(product.forward);
    to.u8(settled!);
    to.u32(utility!);
    for (const limit of limits) to.i64(limit);
  }
  to.u32(market.terms.filter((terms) => terms !== undefined).length);
  market.terms.forEach((terms, row) => {
    if (terms === undefined) return;
    const { product, version, makerPpm, takerPpm, band } = terms;
    for (const value of [row, product, version, makerPpm, takerPpm]) to.u32(value);
    to.u8(band === undefined ? 0 : 1);
    to.i64(band?.low ?? 0);
    to.i64(band?.high ?? 0);
  });
  networkBytes(market, to);
  if (whole) balances(market, to);
  forwardBytes(market, to);
  if (!whole) return to.take();
  to.u32(market.orders.size);
  for (const { queues, stops } of market.products) {
    for (const queue of queues) for (const order of queue) restingOrder(market, order, to);
    for (const side of [Side.buy, Side.sell]) {
      const turn = side === Side.buy ? 1 : -1;
      const waiting = stops.filter((order) => order.side === side);
      waiting.sort((a, b) => turn * (a.stopPrice! - b.stopPrice!) || a.priority - b.priority);
      for (const order of waiting) restingOrder(market, order, to);
    }
  }
  return to.take();
}

function balances(market: Market, to: Bytes): void {
  const entries: [number, number, bigint, bigint][] = [];
  market.accounts.forEach((account, row) => {
    account.balances.forEach(({ available, locked }, asset) => {
      if (available !== 0n || locked !== 0n) entries.push([row, asset, available, locked]);
    });
  });
  to.u32(entries.length);
  for (const [account, asset, available, locked] of entries) {
    to.u32(account);
    to.u32(asset);
    to.i64(available);
    to.i64(locked);
  }
}

export function restingOrder(market: Market, order: Order, to: Bytes): void {
  to.i64(order.id);
  to.u32(order.account);
  to.u32(order.product);
  to.u32(
    order.side +
      order.kind * 2 +
      (order.timeInForce === TimeInForce.session ? 32768 : order.timeInForce * 8) +
      order.postOnly * 32 +
      order.selfTrade * 128 +
      order.display * 1024 +
      order.allOrNone * 4096 +
      (order.stopPrice === undefined ? 0 : 8192) +
      (order.partner === undefined ? 0 : 131_072) +
      (order.bracket === undefined ? 0 : 524_288) +
      (order.trailBy === 0 ? 0 : 65_536) +
      (order.pegTo === 0 ? 0 : 262_144) +
      (order.net === undefined ? 0 : 4_194_304),
  );
  to.i64(order.price);
  to.i64(order.open);
  to.i64(order.total);
  to.i64(order.priority);
  to.u32(order.terms);
  to.u32(order.version);
  to.i64(order.timeInForce === TimeInForce.gtd ? order.expiresAt : 0);
  to.id(order.clientOrderId);
  if (order.display === Display.clip) {
    for (const value of [order.clip, order.refreshBelow, order.clipLeft]) to.i64(value);
  }
  netBytes(market, order, to);
  if (order.stopPrice !== undefined) to.i64(order.stopPrice);
  if (order.partner !== undefined) to.i64(order.partner.id);
  if (order.bracket !== undefined) {
    const { takeProfit, stopPrice, stopLimit } = order.bracket;
    for (const price of [takeProfit, stopPrice, stopLimit]) to.i64(price);
  }
  if (order.trailBy > 0) {
    to.u8(order.trailBy);
    to.i64(order.trailDistance);
  }
  if (order.pegTo === 0) return;
  to.u8(order.pegTo);
  to.i64(order.pegOffset);
  to.i64(order.limit!);
}

function limitBytes(market: Market, to: Bytes): void {
  const limited = market.accounts.flatMap(({ limits }, row) =>
    limits === undefined ? [] : [{ row, limits }],
  );
  to.u32(limited.length);
  for (const { row, limits } of limited) {
    to.u32(row);
    to.u8(limits.openOrders === undefined ? 0 : 1);
    to.u32(limits.openOrders ?? 0);
    to.u8(limits.exposure === undefined ? 0 : 1);
    to.u32(limits.exposure?.asset ?? 0);
    to.i64(limits.exposure?.amount ?? 0n);
    to.i64(limits.since);
    const positions = market.products.flatMap((_, product) => {
      const lots = positionOf(limits, product);
      return lots === 0n ? [] : [{ product, lots }];
    });
    to.u32(positions.length);
    for (const { product, lots } of positions) {
      to.u32(product);
      to.i64(lots);
    }
  }
}

/** What is remembered of a command with an id. */
export function rememberedBytes(entry: Remembered, to: Bytes): void {
  const { commandId, digestHigh, digestLow, receipt } = entry;
  to.id(commandId);
  to.i64(receipt.sequence);
  to.u32(digestHigh);
  to.u32(digestLow);
  to.u32(receipt.code);
  to.i64(receipt.order);
  to.i64(receipt.filled);
}

/**
 * The control bytes of docs/format.md.
 * @param whole false leaves out what state roots have trees for
 */
export function controlBytes(market: Market, whole = true): Uint8Array {
  const to = new Bytes();
  to.i64(market.sequence);
  to.i64(market.time);
  to.i64(market.lastOrder);
  to.i64(market.lastTrade);
  to.i64(market.lastPriority);
  if (whole) {
    to.u32(market.window.size);
    for (const entry of market.window.values()) rememberedBytes(entry, to);
  }
  const recalled = [...market.recalled].sort((a, b) => a - b);
  to.u32(recalled.length);
  for (const trade of recalled) to.i64(trade);
  const later = [...market.products.entries()].filter(
    ([, { gone, listedAfter }]) => !gone && listedAfter > 0,
  );
  to.u32(later.length);
  for (const [row, { listedAfter }] of later) {
    to.u32(row);
    to.i64(listedAfter);
  }
  limitBytes(market, to);
  circuitBytes(market, to);
  partnerBytes(market, to);
  to.i64(market.height);
  to.i64(market.sealedSequence);
  if (whole) for (const { salt } of market.accounts) for (const word of salt) to.u32(word);
  keyBytes(market, to);
  return to.take();
}
