import { ProductStatus, Side } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { Circuit } from '../market/circuit.ts';
import type { Product } from '../market/products.ts';
import { writeEvent } from './events.ts';
import { changeable } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.setCircuit);

/** The command that says how far a product's price may move; it counts from the last price of now. */
export function setCircuit(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const product = changeable(state, view, at);
  if (typeof product === 'number') return product;
  const collar = readI64(view, at + AT.collar);
  const haltMove = readI64(view, at + AT.haltMove);
  const windowMs = view.getUint32(at + AT.haltWindowMs);
  const { row, lastPrice } = product;
  const isSet = collar + haltMove > 0;
  product.circuit = isSet ? new Circuit(collar, haltMove, windowMs, lastPrice) : undefined;
  writeEvent(state, outbox, 'circuitSet', [row, collar, haltMove, windowMs]);
  return 0;
}

/** The worst price that the collar allows a side, or NaN if it has none or there is no last price yet. */
export function collarEdge({ circuit, lastPrice }: Product, side: number): number {
  if (circuit === undefined || circuit.collar === 0) return NaN;
  const edge = side === Side.buy ? lastPrice + circuit.collar : lastPrice - circuit.collar;
  return Math.max(-MAX_INTEGER, Math.min(MAX_INTEGER, edge));
}

/** Whether a price is worse than the collar allows a side. */
export function isOutsideCollar(product: Product, side: number, price: number): boolean {
  const edge = collarEdge(product, side);
  return side === Side.buy ? price > edge : price < edge;
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
  if (!circuit.isTooFar(lastPrice, reference)) return false;
  product.status = ProductStatus.halted;
  writeEvent(state, outbox, 'volatilityHalt', [row, lastPrice, reference]);
  writeEvent(state, outbox, 'productHalted', [row]);
  return true;
}
