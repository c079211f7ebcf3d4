import { ReadingQuality, Role } from '../../src/core/codes.ts';
import type { Draw } from '../mulberry32.ts';
import type { CommandSource } from '../random-commands.ts';
import type { Command, Reference } from './commands.ts';
import { isDelivered } from './forward.ts';
import { CENTRES, command } from './makers.ts';
import { OPERATOR } from './market.ts';
import type { delivery, NO_DELIVERY } from './special-makers.ts';

/** The highest version of a reading. */
const LAST = 2 ** 32 - 1;

export const NO_SETTLEMENT = {
  hasSettlement: 0,
  utility: 0 as Reference,
  imbalanceMin: 0,
  imbalanceMax: 0,
  positionLimit: 0,
};

/** How a product that is planned is settled: one in two is sold forward, and one in three of those allows few prices or little energy. */
export function settlement(
  plan: ReturnType<typeof delivery> | typeof NO_DELIVERY,
  row: number,
  ticks: number,
  utility: Reference,
  mostly: boolean,
  draw: Draw,
): typeof NO_SETTLEMENT {
  const { hasDelivery, deliveryStart, deliveryEnd, gateMs } = plan;
  const early = deliveryStart + gateMs <= deliveryEnd;
  if (hasDelivery === 0 || !early || draw(mostly ? 8 : 2) === 0) {
    return NO_SETTLEMENT;
  }
  const centre = CENTRES[row % CENTRES.length]!;
  const far = draw(3) === 0 ? 1 + draw(4) : 2 * ticks + 2;
  const positionLimit = draw(3) === 0 ? 1 + draw(60) : 0;
  return {
    hasSettlement: 1,
    utility,
    imbalanceMin: centre - far,
    imbalanceMax: centre + far,
    positionLimit,
  };
}

/** When a product is traded and delivered that is to be settled soon. */
export function forwardPlan(now: number, draw: Draw): ReturnType<typeof delivery> {
  const opens = Math.max(0, now + 5 - draw(20));
  const gate = opens + 30 + draw(90);
  const deliveryStart = gate + draw(8);
  return {
    hasDelivery: 1,
    deliveryStart,
    deliveryEnd: deliveryStart + 1 + draw(20),
    opensMs: opens - deliveryStart,
    gateMs: gate - deliveryStart,
  };
}

/** A product: mostly one that is sold forward and has been delivered. */
function settleable(source: CommandSource, draw: Draw): Reference {
  const { products, time } = source.market;
  const forward = products.flatMap((product, row) =>
    product.forward === undefined || product.gone ? [] : [row],
  );
  const delivered = forward.filter((row) => isDelivered(products[row]!, time));
  if (delivered.length > 0 && draw(8) > 0) return delivered[draw(delivered.length)]!;
  if (forward.length > 0 && draw(4) > 0) return forward[draw(forward.length)]!;
  return source.product(draw);
}

export function recordReading(source: CommandSource, draw: Draw): Command {
  const { market } = source;
  const product = settleable(source, draw);
  const { forward, lotQuanta = 1n } = typeof product === 'number' ? market.products[product]! : {};
  const traded = [...(forward?.lots.keys() ?? [])];
  const missing = traded.filter((account) => !forward!.readings.has(account));
  const some = missing.length > 0 && draw(3) > 0 ? missing : traded;
  const account = some.length > 0 && draw(5) > 0 ? some[draw(some.length)]! : source.account(draw);
  const latest = typeof account === 'number' ? (forward?.readings.get(account)?.version ?? 0) : 0;
  const most = Number(lotQuanta < 1_000_000n ? lotQuanta : 1_000_000n) * 20;
  const amount = (): number => (draw(40) === 0 ? 2 ** 52 - 1 - draw(3) : draw(most));
  const meters = market.accounts.flatMap(({ role }, row) => (role === Role.meter ? [row] : []));
  const actor =
    meters.length > 0 && draw(2) === 0 ? meters[draw(meters.length)]! : source.operator(draw);
  const next = latest + 1 - (draw(6) === 0 ? 1 : 0) + (draw(6) === 0 ? 2 : 0);
  return command('recordReading', actor, {
    product,
    account,
    readingVersion: draw(30) === 0 ? LAST : Math.min(LAST, Math.max(1, next)),
    quality: draw(Object.keys(ReadingQuality).length),
    imported: draw(3) > 0 ? amount() : 0,
    exported: draw(3) > 0 ? amount() : 0,
  });
}

export function setImbalancePrices(source: CommandSource, draw: Draw): Command {
  const product = settleable(source, draw);
  const { forward } = typeof product === 'number' ? source.market.products[product]! : {};
  const [, min, max] = forward?.asked ?? [OPERATOR, -3, 3];
  const price = (): number => min + draw(max - min + 1) + (draw(20) === 0 ? draw(5) - 2 : 0);
  const [one, other] = [price(), price()];
  const [long, short] = [Math.min(one, other), Math.max(one, other)];
  const tolerates = draw(2) === 0;
  return command('setImbalancePrices', source.operator(draw), {
    product,
    long,
    short,
    tolerancePpm: tolerates ? 1 + draw(draw(2) === 0 ? 1_000_000 : 300_000) : 0,
    tolerancePrice: tolerates ? long + draw(short - long + 1) : 0,
  });
}

export function settleProduct(source: CommandSource, draw: Draw): Command {
  const product = settleable(source, draw);
  const final = draw(3) === 0 ? 1 : 0;
  return command('settleProduct', source.operator(draw), { product, final });
}
