import type { Arbitrary } from 'fast-check';
import { formatSteps, quantum } from '../core/decimal.ts';
import { PPM } from '../core/limits.ts';
import { fromSteps } from '../core/units.ts';
import { price, written } from './draft-prices.ts';
import { type Draw, quantity } from './drafts.ts';
import { recallZones } from './network-drafts.ts';

/** Circuits that soon bite, or none. */
export function circuits({ fc, product }: Draw): Arbitrary<object> {
  const ticks = fc.integer({ min: 1, max: 12 });
  const ppm = fc.integer({ min: 1, max: PPM });
  const distance = fc.oneof(fc.record({ ticks }), fc.record({ ppm }), fc.record({ ticks, ppm }));
  const windowMs = fc.integer({ min: 1, max: 20 });
  return fc
    .tuple(product, fc.option(distance), fc.option(distance), windowMs)
    .map(([{ id, tick }, collar, move, within]) => ({
      product: id,
      ...(collar === null ? { collar: null } : told('collar', collar, tick)),
      halt: move === null ? null : { ...told('move', move, tick), windowMs: within },
    }));
}

/** A distance as its fields: in price, as a part of one, or both. */
function told(
  name: string,
  { ticks, ppm }: { ticks?: number; ppm?: number },
  tick: string,
): object {
  return {
    ...(ticks === undefined ? {} : { [name]: fromSteps(ticks, tick) }),
    ...(ppm === undefined ? {} : { [`${name}Ppm`]: ppm }),
  };
}

/** Limits that soon bite, or none. */
export function allowances(draw: Draw, account: Arbitrary<string>): Arbitrary<object> {
  const { fc, asset } = draw;
  const most = fc
    .record({ asset, quanta: fc.nat({ max: 2_000 }), asText: fc.boolean() })
    .map(({ asset: { id, decimals }, quanta, asText }) => ({
      asset: id,
      ...written('amount', 'Quanta', quanta, formatSteps(1, quantum(decimals)), asText),
    }));
  return fc.record({
    account,
    maxOpenOrders: fc.option(fc.nat({ max: 3 })),
    maxExposure: fc.option(most),
  });
}

/** A trade is not known here: its number is a guess that is often right, and what it was about is made up. */
export function recalls(draw: Draw): Arbitrary<object> {
  const { fc, account, product, ticks, lots } = draw;
  const fee = draw.mostly(fc.constant(0), fc.nat({ max: 50 }), 4);
  const size = fc.record({ product, ticks, lots, asText: fc.boolean() });
  return draw.merged(
    fc.record({
      trade: draw.mostly(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 60 }), 4),
      buyer: account,
      seller: account,
      buyerFeeQuanta: fee,
      sellerFeeQuanta: fee,
    }),
    size.map(({ product: of, ticks: at, lots: many, asText }) => ({
      product: of.id,
      ...price(at, of, asText),
      ...quantity(many, of, asText),
    })),
    recallZones(draw),
  );
}
