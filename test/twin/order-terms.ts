import { PegTo } from '../../src/core/codes.ts';
import type { Draw } from '../mulberry32.ts';

const MAX = Number.MAX_SAFE_INTEGER;

/** One of several, by weight. */
export function pick<T>(draw: Draw, weighted: readonly (readonly [number, T])[]): T {
  let left = draw(weighted.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, value] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  throw new Error('the weights do not add up');
}

/** What an order is pegged to, if anything. */
export function pegged(never: boolean, oneIn: number, draw: Draw) {
  if (never || draw(oneIn) > 0) return { pegTo: PegTo.none, pegOffset: 0 };
  const far = draw(40) === 0 ? (draw(2) === 0 ? 1 : -1) * (MAX - draw(2)) : draw(5) - 2;
  return { pegTo: 1 + draw(3), pegOffset: far };
}

/** What an order waits for, if for anything. */
export function stop(never: boolean, mayTrail: boolean, stopPrice: number, draw: Draw) {
  const none = { hasStop: 0, stopPrice: 0, trailBy: 0, trailDistance: 0 };
  const which = never ? 9 : draw(10);
  if (which > 1) return none;
  if (which === 0 || !mayTrail) return { ...none, hasStop: 1, stopPrice };
  const [trailBy, trailDistance] = pick(draw, [
    [6, [1, 1 + draw(4)]],
    [3, [2, 1 + draw(1_000_000)]],
    [1, [1, MAX - draw(2)]],
  ]);
  const begins = draw(2);
  return { hasStop: begins, stopPrice: begins * stopPrice, trailBy, trailDistance };
}
