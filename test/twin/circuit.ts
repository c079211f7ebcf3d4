import { ProductStatus, Side } from '../../src/core/codes.ts';
import type { Bytes } from './bytes.ts';
import type { CommandOf } from './commands.ts';
import { tell } from './events.ts';
import { type Circuit, type Market, type Order, type Product, type Terms } from './market.ts';

/** What is known of the past when a circuit is set, or the product resumed: the last price. */
function pastOf(market: Market, { lastPrice }: Product): Circuit['prices'] {
  return lastPrice === undefined ? [] : [{ time: market.time, price: lastPrice }];
}

export function setCircuit(
  market: Market,
  product: Product,
  { collar, haltMove, haltWindowMs: windowMs }: CommandOf<'setCircuit'>,
): void {
  const prices = pastOf(market, product);
  product.circuit = collar + haltMove === 0 ? undefined : { collar, haltMove, windowMs, prices };
  const row = market.products.indexOf(product);
  tell(market, 'circuitSet', [row, collar, haltMove, windowMs]);
}

export function restart(market: Market, product: Product): void {
  if (product.circuit !== undefined) product.circuit.prices = pastOf(market, product);
}

/** The last price of a window ago, or the oldest that is known. */
function referenceOf({ prices, windowMs }: Circuit, now: number): number | undefined {
  const old = prices.filter(({ time }) => time <= now - windowMs);
  return (old.at(-1) ?? prices[0])?.price;
}

/** Whether a trade halts its product; `earlier` is the first price of its command if none was known before. */
export function isTooFar(
  market: Market,
  { circuit }: Product,
  price: number,
  earlier?: number,
): boolean {
  if (circuit === undefined || circuit.haltMove === 0) return false;
  const reference = referenceOf(circuit, market.time) ?? earlier ?? price;
  return Math.abs(price - reference) > circuit.haltMove;
}

/** Takes in the price of a trade; whether that halts the product. */
export function tripped(market: Market, product: Product, price: number): boolean {
  const { circuit } = product;
  const halts = isTooFar(market, product, price);
  const reference = circuit && referenceOf(circuit, market.time);
  circuit?.prices.push({ time: market.time, price });
  if (!halts) return false;
  product.status = ProductStatus.halted;
  const row = market.products.indexOf(product);
  tell(market, 'volatilityHalt', [row, price, reference!]);
  tell(market, 'productHalted', [row]);
  return true;
}

/** The worst price that the collar allows, if there is one. */
function edgeOf({ circuit, lastPrice }: Product, side: number): number | undefined {
  if (circuit === undefined || circuit.collar === 0 || lastPrice === undefined) return undefined;
  const edge = BigInt(lastPrice) + BigInt(circuit.collar) * (side === Side.buy ? 1n : -1n);
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(edge > most ? most : edge < -most ? -most : edge);
}

/** Whether an order is priced beyond the collar. One that waits is not asked. */
export function outsideCollar(product: Product, { side, price, stopPrice }: Order): boolean {
  const edge = stopPrice === undefined ? edgeOf(product, side) : undefined;
  if (edge === undefined) return false;
  return side === Side.buy ? price > edge : price < edge;
}

/** The price that bounds an order without one, if there is any. */
export function protectionOf(
  product: Product,
  { band }: Terms,
  side: number,
  waits: boolean,
): number | undefined {
  const buys = side === Side.buy;
  const edges = [buys ? band?.high : band?.low, waits ? undefined : edgeOf(product, side)];
  const known = edges.filter((edge) => edge !== undefined);
  if (known.length === 0) return undefined;
  return buys ? Math.min(...known) : Math.max(...known);
}

/** The circuits of docs/format.md. */
export function circuitBytes(market: Market, to: Bytes): void {
  const set = market.products.flatMap(({ circuit }, row) =>
    circuit === undefined ? [] : [{ row, circuit }],
  );
  to.u32(set.length);
  for (const { row, circuit } of set) {
    const { collar, haltMove, windowMs, prices } = circuit;
    to.u32(row);
    to.i64(collar);
    to.i64(haltMove);
    to.u32(windowMs);
    const base = haltMove === 0 ? undefined : referenceOf(circuit, market.time);
    to.u8(base === undefined ? 0 : 1);
    to.i64(base ?? 0);
    // The last price of each instant within the window, where it differs from the one before.
    const changes: Circuit['prices'] = [];
    let before = base;
    const recent = prices.filter(({ time }) => time > market.time - windowMs);
    recent.forEach((each, i) => {
      if (recent[i + 1]?.time === each.time || each.price === before) return;
      changes.push(each);
      before = each.price;
    });
    to.u32(haltMove === 0 ? 0 : changes.length);
    for (const { time, price } of haltMove === 0 ? [] : changes) {
      to.i64(time);
      to.i64(price);
    }
  }
}
