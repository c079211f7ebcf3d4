import { nameOf, ProductStatus } from '../core/codes.ts';

/** When a product is delivered, and from when until when it is traded. */
export interface Delivery {
  /** First instant of the delivery, epoch ms UTC. */
  readonly start: number;
  /** First instant after it. */
  readonly end: number;
  /** When the product opens, in ms from `start`: below zero for before. */
  readonly opensMs: number;
  /** When its gate closes, likewise: from this instant on nothing is traded. */
  readonly gateMs: number;
}

/** When a product opens, epoch ms. */
export function opensAt({ start, opensMs }: Delivery): number {
  return start + opensMs;
}

/** When its gate closes, epoch ms. */
export function gateAt({ start, gateMs }: Delivery): number {
  return start + gateMs;
}

/** The status of a product that follows from its plan alone; open where there is none. */
export function plannedStatus(delivery: Delivery | undefined, time: number): number {
  if (delivery === undefined) return ProductStatus.open;
  if (time < opensAt(delivery)) return ProductStatus.scheduled;
  return time < gateAt(delivery) ? ProductStatus.open : ProductStatus.gateClosed;
}

/** Whether a product has orders: it may be halted. */
export function isTrading(status: number): boolean {
  return status === ProductStatus.open || status === ProductStatus.halted;
}

/** Whether a product takes no orders any more. */
export function isOver(status: number): boolean {
  return status === ProductStatus.closed || status === ProductStatus.gateClosed;
}

/** How far a product is on its way. */
export type Phase = 'scheduled' | 'open' | 'halted' | 'closed' | 'delivering' | 'delivered';

/** Where a product is: while it may trade what its status says, and then what the time says. */
export function phaseOf(status: number, delivery: Delivery | undefined, time: number): Phase {
  if (!isOver(status)) return nameOf(ProductStatus, status) as Phase;
  if (delivery === undefined || time < delivery.start) return 'closed';
  return time < delivery.end ? 'delivering' : 'delivered';
}
