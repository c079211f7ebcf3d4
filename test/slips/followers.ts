import type { SlipGroup } from './slip.ts';

/** Orders that follow a price. */
export const FOLLOWERS: readonly SlipGroup[] = [
  {
    file: 'src/matching/trailing.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a trigger is on the wrong side of the price',
        find: 'side === Side.buy ? price + away',
        replace: 'side === Side.sell ? price + away',
      },
      {
        about: 'a distance in ticks is one in parts per million',
        find: 'by === TrailBy.ticks',
        replace: 'by !== TrailBy.ticks',
      },
      {
        about: 'a part of a small price is no tick',
        find: 'Math.max(1, ',
        replace: 'Math.max(0, ',
      },
      {
        about: 'a buyer trails upward',
        find: 'trigger < before',
        replace: 'trigger > before',
      },
      {
        about: 'a seller trails downward',
        find: 'trigger > before',
        replace: 'trigger < before',
      },
      {
        about: 'a trigger moves although it was reached',
        find: 'if (reached.has(orders.id(slot))) continue;',
        replace: '',
      },
      {
        about: 'a trigger that moves keeps its priority',
        find: '++state.lastPriority',
        replace: 'orders.priority(slot)',
      },
      {
        about: 'an order that trails never expires',
        find: '=== TimeInForce.gtd',
        replace: '> TimeInForce.gtd',
      },
      {
        about: 'one follower more than there may be',
        find: '>= MAX_FOLLOWERS',
        replace: '> MAX_FOLLOWERS',
      },
    ],
  },
  {
    file: 'src/matching/stops.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'triggers do not follow the first price of an order',
        find: 'moveTriggers(state, row, state.firstPrice, this.#known, outbox);',
        replace: '',
      },
      {
        about: 'triggers do not follow the last price of an order',
        find: 'moveTriggers(state, row, lastPrice, this.#known, outbox);',
        replace: '',
      },
      {
        about: 'a triggered order trails on',
        find: '!== 0) stopTrailing(orders, slot);',
        replace: '< 0) stopTrailing(orders, slot);',
      },
    ],
  },
  {
    file: 'src/matching/amend.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'an order that is amended so that it enters trails on',
        find: '!waits && (amended.flags & TRAILING)',
        replace: 'waits && (amended.flags & TRAILING)',
      },
    ],
  },
  {
    file: 'src/orderbook/followers.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'the latest follower of a product comes first',
        find: 'let at = slots.length;',
        replace: 'let at = 0;',
      },
      {
        about: 'the first follower of a product goes instead of another',
        find: 'slots.indexOf(slot)',
        replace: '0',
      },
    ],
  },
  {
    file: 'src/matching/pegs.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'pegs follow pegs',
        find: '(UNDISPLAYED | PEGGED)',
        replace: 'UNDISPLAYED',
      },
      {
        about: 'pegs follow what nobody sees',
        find: '(UNDISPLAYED | PEGGED)',
        replace: 'PEGGED',
      },
      {
        about: 'half a tick of the middle is rounded toward the other side',
        find: 'odd === 1 && side === Side.sell',
        replace: 'odd === 1 && side === Side.buy',
      },
      {
        about: 'two halves of a tick in the middle are none',
        find: 'odd === 2 ||',
        replace: 'odd === 3 ||',
      },
      {
        about: 'a peg that buys touches what it would trade with',
        find: 'inTheWay - 1',
        replace: 'inTheWay',
      },
      {
        about: 'a peg that sells touches what it would trade with',
        find: 'inTheWay + 1',
        replace: 'inTheWay',
      },
      {
        about: 'a peg that buys goes beyond its limit',
        find: 'high: Math.min(limit, high)',
        replace: 'high',
      },
      {
        about: 'a peg that sells goes beyond its limit',
        find: 'low: Math.max(limit, low)',
        replace: 'low',
      },
      {
        about: 'an all-or-none order is in the way of pegs that are smaller',
        find: '? 0 : orders.open(slot)',
        replace: '? 0 : 0',
      },
      {
        about: 'a peg without a price to follow is in no way',
        find: 'Number.isNaN(wanted) ? orders.price(slot) : farthest',
        replace: 'farthest',
      },
      {
        about: 'a peg leaves no place to those of the other side',
        find: 'side === Side.buy ? room.low : room.high',
        replace: 'side === Side.buy ? -Infinity : Infinity',
      },
      {
        about: 'a peg is in no way once it is placed',
        find: 'block(side, price);\n    return price;',
        replace: 'return price;',
      },
      {
        about: 'an iceberg that moves shows anew',
        find: 'clip.shown = shown;',
        replace: 'clip.shown = 0;',
      },
      {
        about: 'a peg that moves keeps its priority',
        find: '++state.lastPriority',
        replace: 'orders.priority(slot)',
      },
      {
        about: 'the end of an order moves no peg',
        find: 'type > EventType.orderEnded',
        replace: 'type >= EventType.orderEnded',
      },
      {
        about: 'a peg that moves never expires',
        find: '=== TimeInForce.gtd',
        replace: '> TimeInForce.gtd',
      },
    ],
  },
  {
    file: 'src/orderbook/orders.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a peg locks at where it stands',
        find: '? this.price(slot) : this.pegs.of(slot).limit',
        replace: '? this.price(slot) : this.price(slot)',
      },
    ],
  },
];
