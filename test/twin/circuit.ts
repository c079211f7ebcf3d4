import { ProductStatus, Side } from '../../src/core/codes.ts';
import { size } from './amounts.ts';
import type { Bytes } from './bytes.ts';
import type { CommandOf } from './commands.ts';
import { tell } from './events.ts';
import { type Circuit, type Market, MAX, type Order, type Product, type Terms } from './market.ts';

/** What is known of the past when a circuit is set, or the product resumed: the last price. */
function pastOf(market: Market, { lastPrice }: Product): Circuit['prices'] {
  return lastPrice === undefined ? [] : [{ time: market.time, price: lastPrice }];
}

export function setCircuit(
  market: Market,
  product: Product,
  command: CommandOf<'setCircuit'>,
): void {
  const { collar, collarPpm, haltMove, haltMovePpm, haltWindowMs: windowMs } = command;
  const circuit = { collar, collarPpm, haltMove, haltMovePpm, windowMs };
  const distances = [collar, collarPpm, haltMove, haltMovePpm];
  const free = distances.every((distance) => distance === 0);
  product.circuit = free ? undefined : { ...circuit, prices: pastOf(market, product) };
  const row = market.products.indexOf(product);
  tell(market, 'circuitSet', [row, ...distances, windowMs]);
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
  if (circuit === undefined || !halts(circuit)) return false;
  const reference = referenceOf(circuit, market.time) ?? earlier ?? price;
  const move = size(BigInt(price) - BigInt(reference));
  return isBeyond(move, reference, circuit.haltMove, circuit.haltMovePpm);
}

function halts({ haltMove, haltMovePpm }: Circuit): boolean {
  return haltMove > 0 || haltMovePpm > 0;
}

/** Whether so many ticks are more than both distances allow: a number of ticks, and a part of a price. */
function isBeyond(move: bigint, price: number, ticks: number, ppm: number): boolean {
  // Ticks are whole: what is not more than a part is not more than that part rounded down.
  return move > BigInt(ticks) && move * 1_000_000n > size(BigInt(price)) * BigInt(ppm);
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
  if (circuit === undefined || lastPrice === undefined) return undefined;
  const { collar, collarPpm } = circuit;
  if (collar === 0 && collarPpm === 0) return undefined;
  const part = (size(BigInt(lastPrice)) * BigInt(collarPpm)) / 1_000_000n;
  const away = part > BigInt(collar) ? part : BigInt(collar);
  const edge = BigInt(lastPrice) + away * (side === Side.buy ? 1n : -1n);
  return Number(edge > MAX ? MAX : edge < -MAX ? -MAX : edge);
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
    const { collar, collarPpm, haltMove, haltMovePpm, windowMs, prices } = circuit;
    to.u32(row);
    to.i64(collar);
    to.u32(collarPpm);
    to.i64(haltMove);
    to.u32(haltMovePpm);
    to.u32(windowMs);
    const base = halts(circuit) ? referenceOf(circuit, market.time) : undefined;
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
    to.u32(halts(circuit) ? changes.length : 0);
    for (const { time, price } of halts(circuit) ? changes : []) {
      to.i64(time);
      to.i64(price);
    }
  }
}
