import { Mechanism, nameOf, Pricing } from '../core/codes.ts';
import { formatSteps } from '../core/decimal.ts';
import { nextAuctionAt } from '../market/call.ts';
import { gateAt, isOver } from '../market/life-cycle.ts';
import type { Product } from '../market/products.ts';
import { clearingOf } from '../matching/auction.ts';
import { lostLots, ownMeetings } from '../matching/own-meetings.ts';
import type { MarketState } from '../matching/state.ts';

/** How a product is traded: as orders come in, or in auctions. */
export interface CallView {
  readonly mechanism: keyof typeof Mechanism;
  /** Of a product that trades in auctions, else undefined. */
  readonly call:
    | {
        readonly pricing: keyof typeof Pricing;
        /** undefined where the last price is the reference. */
        readonly referencePrice: string | undefined;
        readonly referencePriceTicks: number | undefined;
        /** undefined if none is planned but the one at the gate. */
        readonly auctionEveryMs: number | undefined;
        /** Epoch ms UTC; undefined if none is planned. */
        readonly nextAuctionAt: number | undefined;
      }
    | undefined;
}

export function callView(product: Product, time: number): CallView {
  const { call, grid } = product;
  if (call === undefined) return { mechanism: 'continuous', call };
  const { pricing, reference, everyMs } = call;
  const last = Number.isNaN(reference);
  return {
    mechanism: 'call',
    call: {
      pricing: nameOf(Pricing, pricing),
      referencePrice: last ? undefined : formatSteps(reference, grid.tick),
      referencePriceTicks: last ? undefined : reference,
      auctionEveryMs: everyMs === 0 ? undefined : everyMs,
      nextAuctionAt: plannedAuction(product, time),
    },
  };
}

/** Epoch ms; undefined if none is planned. */
export function plannedAuction(
  { call, delivery, status }: Product,
  time: number,
): number | undefined {
  if (call === undefined || delivery === undefined || isOver(status)) return undefined;
  const next = nextAuctionAt(call, delivery, time);
  return Number.isNaN(next) ? gateAt(delivery) : next;
}

/** What an auction would come to if it were held now. */
export interface IndicativeView {
  /** undefined if nothing would trade for which a price has to be found. */
  readonly price: string | undefined;
  readonly priceTicks: number | undefined;
  /** How much would trade. */
  readonly quantity: string;
  readonly quantityLots: number;
  /** How much of those that accept the price would be left: above zero of buyers, below zero of sellers. */
  readonly imbalance: string;
  readonly imbalanceLots: number;
}

/** undefined for a product that is traded continuously. */
export function indicativeView(state: MarketState, product: Product): IndicativeView | undefined {
  const { call, grid } = product;
  if (call === undefined) return undefined;
  const found = clearingOf(state, product, call, lostLots(ownMeetings(state, product, call)));
  const { volume, imbalance } = found ?? { volume: 0n, imbalance: 0n };
  return {
    price: found && formatSteps(found.price, grid.tick),
    priceTicks: found?.price,
    quantity: formatSteps(volume, grid.lot),
    quantityLots: Number(volume),
    imbalance: formatSteps(imbalance, grid.lot),
    imbalanceLots: Number(imbalance),
  };
}
