import { MAX_INTEGER } from '../core/limits.ts';
import { fromSteps } from '../core/units.ts';
import type { ProductOption } from './small-market.ts';

/** What an order is for and how much of it, and whether numbers are written as text. */
interface Size {
  readonly product: ProductOption;
  readonly ticks: number;
  readonly asText: boolean;
}

/** The second of two orders of which one cancels the other, in ticks; of the other side where it can be. */
export interface Second {
  readonly opposite: boolean;
  readonly ticks: number;
  readonly stop?: number;
}

/** How far from its own price an order is to get out, in ticks: at a better price, at a worse one. */
export interface Exits {
  readonly better: number;
  readonly worse: number;
}

/** The second of two orders of which one cancels the other. If it is for the other side, they never trade with each other. */
export function oco(
  { opposite, ticks, stop }: Second,
  side: string,
  { product, ticks: first, asText }: Size,
): object {
  const other = side === 'buy' ? 'sell' : 'buy';
  const apart = other === 'sell' ? ticks > first : ticks < first;
  return {
    ...price(ticks, product, asText),
    ...(opposite && apart ? { side: other } : {}),
    ...(stop === undefined ? {} : stopPrice(stop, product, asText)),
  };
}

/** What is to follow on an order, at prices that go together. */
export function bracket(
  { better, worse }: Exits,
  side: string,
  { product: { tick }, ticks, asText }: Size,
): object {
  const gain = side === 'buy' ? 1 : -1;
  const at = (name: string, distance: number): object => {
    const far = Math.max(-MAX_INTEGER, Math.min(MAX_INTEGER, ticks + gain * distance));
    return written(name, 'Ticks', far, tick, asText);
  };
  return {
    ...at('takeProfit', better),
    ...at('stopPrice', 0 - worse),
    ...at('stopLimit', 0 - worse),
  };
}

export function stopPrice(ticks: number, { tick }: ProductOption, asText: boolean): object {
  return written('stopPrice', 'Ticks', ticks, tick, asText);
}

export function price(ticks: number, { tick }: ProductOption, asText: boolean): object {
  return written('price', 'Ticks', ticks, tick, asText);
}

/** A number as decimal text, or as a count of steps; one out of proportion only as the latter. */
export function written(
  name: string,
  unit: string,
  count: number,
  step: string,
  asText: boolean,
): object {
  const readable = asText && Math.abs(count) <= 1_000_000_000;
  return readable ? { [name]: fromSteps(count, step) } : { [name + unit]: count };
}
