import { nameOf, PegTo, TrailBy } from '../core/codes.ts';
import { type Decimal, formatSteps } from '../core/decimal.ts';
import type { Peg, Trail } from '../orderbook/followers.ts';

/** What there is to tell of an order that follows a price. */
export interface FollowerView {
  /** Of a trailing stop order that waits, how far its trigger stays behind the last price: a distance or a part of it. */
  readonly trail: string | undefined;
  readonly trailTicks: number | undefined;
  readonly trailPpm: number | undefined;
  /** Of a pegged order, which stands at `price` now: what it follows, how far above it, and the limit at which it locks. */
  readonly peg: 'bid' | 'ask' | 'mid' | undefined;
  readonly pegOffset: string | undefined;
  readonly pegOffsetTicks: number | undefined;
  readonly limitPrice: string | undefined;
  readonly limitPriceTicks: number | undefined;
}

/** How an order trails, told as it was asked for. */
export function trailView(
  trail: Trail | undefined,
  tick: Decimal,
): Pick<FollowerView, 'trail' | 'trailTicks' | 'trailPpm'> {
  const ticks = trail?.by === TrailBy.ticks ? trail.distance : undefined;
  return {
    trail: ticks === undefined ? undefined : formatSteps(ticks, tick),
    trailTicks: ticks,
    trailPpm: trail?.by === TrailBy.ppm ? trail.distance : undefined,
  };
}

/** What an order follows, told as it was asked for. */
export function pegView(
  peg: Pick<Peg, 'to' | 'offset'> | undefined,
  tick: Decimal,
): Pick<FollowerView, 'peg' | 'pegOffset' | 'pegOffsetTicks'> {
  if (peg === undefined) return { peg: undefined, pegOffset: undefined, pegOffsetTicks: undefined };
  const { to, offset } = peg;
  const name = nameOf(PegTo, to) as Exclude<keyof typeof PegTo, 'none'>;
  return { peg: name, pegOffset: formatSteps(offset, tick), pegOffsetTicks: offset };
}

/** The limit of an order that stands at another price. */
export function limitView(
  limit: number | undefined,
  tick: Decimal,
): Pick<FollowerView, 'limitPrice' | 'limitPriceTicks'> {
  const text = limit === undefined ? undefined : formatSteps(limit, tick);
  return { limitPrice: text, limitPriceTicks: limit };
}
