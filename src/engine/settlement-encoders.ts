import { ReadingQuality, UNKNOWN } from '../core/codes.ts';
import type { Decimal } from '../core/decimal.ts';
import { MAX_POSITION, PPM } from '../core/limits.ts';
import {
  choiceArgument,
  flagArgument,
  integerArgument,
  nameArgument,
  objectArgument,
  requiredSteps,
  stepsArgument,
  textSteps,
} from './arguments.ts';
import type { Encoding, Form } from './encoding.ts';
import { SETTLEMENT_FIELDS, TOLERANCE_FIELDS } from './fields.ts';
import type { RecordReadingRequest, SettlementFields } from './settlement-requests.ts';

type SettlementCommand = 'recordReading' | 'setImbalancePrices' | 'settleProduct';

/** What makes commands of the requests about products that are sold forward. */
export const SETTLEMENT_ENCODERS: { [C in SettlementCommand]: Form<C>['encode'] } = {
  recordReading(to, request) {
    to.operator(request);
    const product = to.product(request.product);
    to.account(request.account, 'account');
    to.u32(integerArgument(request.version, 'version', 1, UNKNOWN));
    to.u8(nameArgument(ReadingQuality, request.quality, 'quality'));
    const step = product && to.quantumOf(product.energyAsset);
    to.i64(meteredArgument(request, 'imported', step));
    to.i64(meteredArgument(request, 'exported', step));
  },
  setImbalancePrices(to, request) {
    to.operator(request);
    const tick = to.product(request.product)?.grid.tick;
    to.i64(textSteps(request.long, 'long', tick));
    to.i64(textSteps(request.short, 'short', tick));
    const { tolerance } = request;
    if (tolerance !== undefined) objectArgument(tolerance, 'tolerance', TOLERANCE_FIELDS);
    to.u32(tolerance === undefined ? 0 : integerArgument(tolerance.ppm, 'tolerance.ppm', 1, PPM));
    to.i64(tolerance === undefined ? 0 : textSteps(tolerance.price, 'tolerance.price', tick));
  },
  settleProduct(to, request) {
    to.operator(request);
    to.product(request.product);
    const { final = false } = request;
    to.u8(flagArgument(final, 'final') ? 1 : 0);
  },
};

function meteredArgument(
  request: RecordReadingRequest,
  name: 'imported' | 'exported',
  step: Decimal | undefined,
): number {
  const count = `${name}Quanta` as const;
  const quanta = requiredSteps(request[name], request[count], name, count, 0, step);
  if (quanta > MAX_POSITION) {
    const given = request[count] === undefined ? name : count;
    throw new RangeError(`${given} must be below 2^52 quanta`);
  }
  return quanta;
}

/** How a product is settled, if it is sold forward. */
export function encodeSettlement(
  to: Encoding,
  settlement: SettlementFields | undefined,
  tick: Decimal,
  lot: Decimal,
): void {
  to.u8(settlement === undefined ? 0 : 1);
  if (settlement === undefined) {
    to.u32(0);
    for (let field = 0; field < 3; field++) to.i64(0);
    return;
  }
  objectArgument(settlement, 'settlement', SETTLEMENT_FIELDS);
  const { mode, utility, imbalanceMin, imbalanceMax, positionLimit, positionLimitLots } =
    settlement;
  choiceArgument(['firm'], mode, 'settlement.mode');
  to.account(utility, 'settlement.utility');
  to.i64(textSteps(imbalanceMin, 'settlement.imbalanceMin', tick));
  to.i64(textSteps(imbalanceMax, 'settlement.imbalanceMax', tick));
  const names = ['settlement.positionLimit', 'settlement.positionLimitLots'] as const;
  to.i64(stepsArgument(positionLimit, positionLimitLots, ...names, 1, lot) ?? 0);
}
