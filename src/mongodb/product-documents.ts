import { productView } from '../engine/views.ts';
import type { MarketState } from '../matching/state.ts';
import type { FieldsOf } from './documents.ts';
import { plain } from './drafts.ts';

/** What a product is now, or was when it was archived by a command whose product is kept for readers. */
export function productFields(state: MarketState, row: number): FieldsOf<'products'> {
  const view = productView(state, state.product(row));
  const { energy, money, tick, lot, status, makerPpm, takerPpm, termsVersion, mechanism } = view;
  const { lastPrice, lastPriceTicks, collar, collarPpm } = view;
  const { band, halt, call, delivery, network } = view;
  const terms = { tick, lot, status, makerPpm, takerPpm, termsVersion, mechanism };
  return plain({
    product: view.id,
    energy,
    money,
    ...terms,
    bandLow: band?.low,
    bandHigh: band?.high,
    lastPrice,
    lastPriceTicks,
    collar,
    collarPpm,
    haltMove: halt?.move,
    haltMovePpm: halt?.movePpm,
    haltWindowMs: halt?.windowMs,
    pricing: call?.pricing,
    referencePrice: call?.referencePrice,
    referencePriceTicks: call?.referencePriceTicks,
    auctionEveryMs: call?.auctionEveryMs,
    deliveryStart: delivery?.start,
    deliveryEnd: delivery?.end,
    opensAt: delivery?.opensAt,
    gateAt: delivery?.gateAt,
    network: network?.id,
  });
}
