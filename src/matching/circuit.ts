import { percentFee } from '../contracts/amounts.ts';
import { ProductStatus, RejectCode, Side } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { Circuit, type Distance, isSet } from '../market/circuit.ts';
import type { Product } from '../market/products.ts';
import { writeEvent } from './events.ts';
import { changeable } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.setCircuit);

/** The command that says how far a product's price may move; it counts from the last price of now. */
export function setCircuit(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const product = changeable(state, view, at, true);
  if (typeof product === 'number') return product;
  if (product.call !== undefined) return RejectCode.NOT_IN_CALL;
  const collar = distanceAt(view, at + AT.collar, at + AT.collarPpm);
  const move = distanceAt(view, at + AT.haltMove, at + AT.haltMovePpm);
  const windowMs = view.getUint32(at + AT.haltWindowMs);
  const { row, lastPrice } = product;
  const limits = isSet(collar) || isSet(move);
  product.circuit = limits ? new Circuit(collar, move, windowMs, lastPrice) : undefined;
  const distances = [collar.ticks, collar.ppm, move.ticks, move.ppm];
  writeEvent(state, outbox, 'circuitSet', [row, ...distances, windowMs]);
  return 0;
}

function distanceAt(view: DataView, ticksAt: number, ppmAt: number): Distance {
  return { ticks: readI64(view, ticksAt), ppm: view.getUint32(ppmAt) };
}

/** The ticks that a distance from a price comes to; a part of the price is rounded down. */
function ticksFrom(price: number, { ticks, ppm }: Distance): number {
  return Math.max(ticks, percentFee(Math.abs(price), ppm));
}

/** The worst price that the collar allows a side, or NaN if it has none or there is no last price yet. */
export function collarEdge({ circuit, lastPrice }: Product, side: number): number {
  if (circuit === undefined || !isSet(circuit.collar)) return NaN;
  const ticks = ticksFrom(lastPrice, circuit.collar);
  const edge = side === Side.buy ? lastPrice + ticks : lastPrice - ticks;
  return Math.max(-MAX_INTEGER, Math.min(MAX_INTEGER, edge));
}

/** Whether a price is worse than the collar allows a side. */
export function isOutsideCollar(product: Product, side: number, price: number): boolean {
  const edge = collarEdge(product, side);
  return side === Side.buy ? price > edge : price < edge;
}

/** Whether a trade at a price is further from a reference than a circuit allows. */
export function isTooFar({ move }: Circuit, price: number, reference: number): boolean {
  return isSet(move) && Math.abs(price - reference) > ticksFrom(reference, move);
}

/**
 * Takes in the price of the trade that was made last, and halts the product if it has moved too far.
 * @returns whether it has
 */
export function haltIfTooFar(
  state: MarketState,
  product: Product,
  circuit: Circuit,
  outbox: Outbox,
): boolean {
  const { row, lastPrice } = product;
  const reference = circuit.reference(state.time);
  circuit.add(state.time, lastPrice);
  if (!isTooFar(circuit, lastPrice, reference)) return false;
  product.status = ProductStatus.halted;
  writeEvent(state, outbox, 'volatilityHalt', [row, lastPrice, reference]);
  writeEvent(state, outbox, 'productHalted', [row]);
  return true;
}
