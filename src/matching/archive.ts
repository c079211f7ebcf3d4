import { RejectCode } from '../core/codes.ts';
import { isAllBooked } from '../contracts/forward-cost.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { isOver } from '../market/life-cycle.ts';
import type { Network } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import { NONE } from '../orderbook/orders.ts';
import { isOwed } from './debts.ts';
import { writeEvent } from './events.ts';
import { isOperator, knownProduct } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.archiveProduct);

/**
 * The archive command: the market forgets a product that is over and delivered, and gives back all that it took. Its
 * energy is delivered, if it was prepaid, had a delivery and nothing else knows that asset. O(ledger rows of the asset; of
 * one in a network, open orders in networks and changes of its fees).
 */
export function archiveProduct(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const row = view.getUint32(at + AT.product);
  if (!knownProduct(state, row)) return RejectCode.UNKNOWN_PRODUCT;
  if (!isOperator(state, view.getUint32(at + AT.actor))) return RejectCode.FORBIDDEN;
  const { listings, archived, sequence } = state;
  const product = listings.products[row]!;
  const { delivery, status, energyAsset, forward } = product;
  const isDelivered = delivery === undefined || state.time >= delivery.end;
  const isSettled =
    forward === undefined || (forward.isFinal && isAllBooked(forward, product.grid));
  if (!isOver(status) || !isDelivered || !isSettled) return RejectCode.NOT_CLOSED;
  const prepaid = delivery !== undefined && forward === undefined;
  const own = prepaid && !isShared(state, product);
  const terms = listings.terms[product.terms]!;
  archived.add(sequence, product, terms, own ? listings.assets[energyAsset] : undefined);
  listings.removeProduct(product);
  state.books[row] = undefined;
  state.stops[row] = undefined;
  state.lanes[row] = undefined;
  state.feeRows[row] = NONE;
  const delivered = own ? state.ledger.retire(energyAsset) : 0;
  if (own) listings.removeAsset(energyAsset);
  if (product.network !== undefined) forgetFees(state, product.network.network);
  writeEvent(state, outbox, 'productArchived', [row, delivered]);
  return 0;
}

/** Whether anything else knows a product's energy asset: another product, the limit of an account, or who owes something. */
function isShared(state: MarketState, { energyAsset }: Product): boolean {
  const { listings, limits } = state;
  if (listings.usesOf(energyAsset) > 1 || isOwed(state, energyAsset)) return true;
  for (const { maxExposure } of limits.values()) {
    if (maxExposure?.asset === energyAsset) return true;
  }
  return false;
}

/** Forgets what a network cost before the oldest of its open orders came in: nothing can ask for that any more. */
function forgetFees({ orders, listings, networked }: MarketState, network: Network): void {
  let oldest = network.feeVersion;
  for (const [slot, { feeVersion }] of networked) {
    const product = listings.products[orders.product(slot)]!;
    // A seller pays no fee, and has no version.
    if (feeVersion > 0 && product.network!.network === network) {
      oldest = Math.min(oldest, feeVersion);
    }
  }
  network.forgetBefore(oldest);
}
