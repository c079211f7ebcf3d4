import type { Arbitrary } from 'fast-check';
import { PPM } from '../core/limits.ts';
import type { Exits, Second } from './draft-prices.ts';
import type { Draw } from './drafts.ts';

/** What makes an order more than a limit order that stands. */
export interface Terms {
  readonly kind?: 'market';
  readonly timeInForce?: 'gtc' | 'gtd' | 'ioc' | 'fok' | 'session';
  readonly lifeMs?: number;
  readonly postOnly?: 'reject' | 'slide';
  /** Least quantity on entry, in lots. */
  readonly least?: number;
  /** Lots that are shown at a time, and below how many the next ones are. */
  readonly clip?: number;
  readonly below?: number;
  /** Whether the order would have more parts than an order may have. */
  readonly tooMany?: true;
  readonly allOrNone?: true;
  /** In ticks. */
  readonly stop?: number;
  readonly trail?: number;
  readonly trailPpm?: number;
  readonly peg?: 'bid' | 'ask' | 'mid';
  readonly pegOffsetTicks?: number;
  /** The most that it may cost, in money quanta; only of one that buys at once. */
  readonly budget?: number;
  /** The second of two orders of which one cancels the other, in ticks; of the other side where it can be. */
  readonly second?: Second;
  /** How far from its own price the order is to get out, in ticks: at a better price, at a worse one. */
  readonly exits?: Exits;
  /** false leaves the price away. */
  readonly priced?: boolean;
}

/** What makes an order more than that, of one kind at a time. */
export function terms(draw: Draw): Arbitrary<Terms> {
  const { fc } = draw;
  const immediate = fc.constantFrom('ioc', 'fok');
  return fc.oneof(
    fc.record({ timeInForce: immediate }),
    fc.record({ timeInForce: fc.constant('session') }),
    fc.record({ timeInForce: fc.constant('gtd'), lifeMs: fc.integer({ min: -1, max: 30 }) }),
    fc.record(
      { postOnly: fc.constantFrom('reject', 'slide'), timeInForce: fc.constant('session') },
      { requiredKeys: ['postOnly'] },
    ),
    fc.record(
      { least: fc.integer({ min: 1, max: 4 }), timeInForce: fc.constant('ioc') },
      { requiredKeys: ['least'] },
    ),
    draw.merged(
      fc.record(
        {
          clip: fc.nat({ max: 4 }),
          below: fc.integer({ min: 1, max: 3 }),
          timeInForce: fc.constant('session'),
        },
        { requiredKeys: ['clip'] },
      ),
      draw.maybe({ tooMany: fc.constant(true) }, 20),
    ),
    fc.record(
      { allOrNone: fc.constant(true), timeInForce: fc.constant('session') },
      { requiredKeys: ['allOrNone'] },
    ),
    fc.record(
      { stop: draw.ticks, timeInForce: fc.constantFrom('ioc', 'fok', 'session') },
      { requiredKeys: ['stop'] },
    ),
    fc.record(
      { trail: fc.integer({ min: 1, max: 3 }), stop: draw.ticks },
      { requiredKeys: ['trail'] },
    ),
    fc.record({ trailPpm: fc.integer({ min: 1, max: PPM }) }),
    fc.record({ peg: fc.constantFrom('bid', 'ask', 'mid'), pegOffsetTicks: draw.offset }),
    fc.record(
      {
        kind: fc.constant('market'),
        priced: fc.boolean(),
        timeInForce: fc.constantFrom('ioc', 'fok', 'gtc', 'session'),
        budget: draw.mostly(
          fc.nat({ max: Math.ceil(draw.market.maxAmountQuanta / 50) }),
          fc.constant(0),
          3,
        ),
      },
      { requiredKeys: ['kind'] },
    ),
    draw.merged(
      fc.record({
        exits: fc.record({
          better: fc.integer({ min: 1, max: 5 }),
          worse: fc.integer({ min: 1, max: 5 }),
        }),
      }),
      draw.maybe({ kind: fc.constant('market') }, 4),
    ),
    fc.record({
      second: fc.record(
        { opposite: fc.boolean(), ticks: draw.ticks, stop: draw.ticks },
        { requiredKeys: ['opposite', 'ticks'] },
      ),
    }),
  );
}
