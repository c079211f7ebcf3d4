import { type Period, slotsOf } from '../market/calendar.ts';
import { idArgument, integerArgument, objectArgument } from './arguments.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { ListProductRequest } from './requests.ts';

/** The products of a day: what they have in common, and when each is traded. */
export interface SlotProductsRequest extends Omit<
  ListProductRequest,
  'id' | 'energy' | 'delivery' | 'commandId'
> {
  /** First part of their ids, such as 'DE'. */
  readonly zone: string;
  /** IANA name of the time zone whose day it is, such as 'Europe/Berlin'. */
  readonly timeZone: string;
  /** 'yyyy-mm-dd', from 1900 to 9998. */
  readonly day: string;
  /** Length of the delivery periods, such as 'PT15M'. */
  readonly period: Period;
  /** When each opens, in ms from the start of its delivery: below zero for before. */
  readonly opensMs: number;
  /** When its gate closes, likewise, after `opensMs`. */
  readonly gateMs: number;
  /** Asset that they all trade. Left out, each trades one of its own, which has its id. */
  readonly energy?: string;
}

/**
 * The requests that list a product for each delivery period of a local day, in order: 92, 96 or 100 for quarter hours.
 * An id is made of zone, period and start in UTC, such as 'DE/PT15M/2026-03-29T00:45Z': the hour that clocks show
 * twice has two. Nothing is listed by it; energy assets of their own are for the caller to list before. O(slots).
 * @throws TypeError or RangeError for what `slotsOf` throws for, and for a zone or offsets that cannot be; what is wrong with the rest
 * `listProduct` says
 *
 * @example
 * const grid = { money: 'EUR', tick: '0.00001', lot: '0.1' };
 * const day = { zone: 'DE', timeZone: 'Europe/Berlin', day: '2026-03-29', period: 'PT15M' } as const;
 * for (const request of slotProducts({ ...grid, ...day, opensMs: -172_800_000, gateMs: -300_000 })) {
 *   market.listAsset({ id: request.energy, decimals: 3 });
 *   market.listProduct(request);
 * }
 */
export function slotProducts(request: SlotProductsRequest): ListProductRequest[] {
  objectArgument(request, 'slotProducts');
  const { zone, timeZone, day, period, opensMs, gateMs, energy, ...terms } = request;
  idArgument(zone, 'zone');
  for (const [name, offset] of Object.entries({ opensMs, gateMs })) {
    integerArgument(offset, name, -MAX_INTEGER, MAX_INTEGER);
  }
  return slotsOf(timeZone, day, period).map(({ start, end }) => {
    const id = idArgument(`${zone}/${period}/${instantText(start)}`, 'zone with period and start');
    return { ...terms, id, energy: energy ?? id, delivery: { start, end, opensMs, gateMs } };
  });
}

/** Minutes are enough, but for days of old when the clocks of some zones were not whole minutes off. */
function instantText(time: number): string {
  return new Date(time).toISOString().replace(/(:00)?\.000Z$/, 'Z');
}
