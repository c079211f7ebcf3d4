import type { SlipGroup } from './slip.ts';

/** Orders that wait for a price, and what triggers them. */
export const STOPS: readonly SlipGroup[] = [
  {
    file: 'src/matching/stops.ts',
    tests: ['golden', 'stops', 'property'],
    slips: [
      {
        about: 'a stop order whose new price has come waits on',
        find: 'order.flags &= ~WAITING',
        replace: 'order.flags &= ~0',
      },
      {
        about: 'of two stop orders the later one is triggered first',
        find: 'orders.priority(a) - orders.priority(b)',
        replace: 'orders.priority(b) - orders.priority(a)',
      },
      {
        about: 'a buyer waits for the lowest price of a taker',
        find: 'Math.max(first, last)',
        replace: 'last',
      },
      {
        about: 'a seller waits for the highest price of a taker',
        find: 'Math.min(first, last)',
        replace: 'last',
      },
      {
        about: 'one stop order fewer than there may be is triggered',
        find: '++count > MAX_CASCADE',
        replace: '++count >= MAX_CASCADE',
        tests: ['stops'],
      },
      {
        about: 'the receipt counts what stop orders filled',
        find: 'receipt.filled = filled',
        replace: 'receipt.filled += filled',
      },
      {
        about: 'the first price of a stop order is that of the order before it',
        find: 'receipt.filled = 0;',
        replace: 'receipt.filled = filled;',
      },
      {
        about: 'a stop order is reached twice',
        find: '!this.#known.has(orders.id(slot))',
        replace: 'slot >= 0',
      },
      {
        about: 'stop orders share the last priority',
        find: '++state.lastPriority',
        replace: 'state.lastPriority',
      },
      {
        about: 'an order waits at its limit',
        find: '.rest(slot, clientOrderId, stopPrice)',
        replace: '.rest(slot, clientOrderId, orders.price(slot))',
      },
      {
        about: 'a stop order that waits never expires',
        find: '=== TimeInForce.gtd',
        replace: '> TimeInForce.gtd',
      },
      {
        about: 'a triggered order waits on',
        find: '& ~WAITING',
        replace: '& ~0',
      },
      {
        about: 'a triggered order trades what it finds, although it is fill or kill',
        find: '|| trades(state, product, orderIn(state, slot))',
        replace: '|| true',
      },
      {
        about: 'stop orders of sellers are left waiting',
        find: '[Side.buy, Side.sell]',
        replace: '[Side.buy]',
      },
      {
        about: 'an amended iceberg is measured by what it shows now',
        find: '0 : clip.size',
        replace: '0 : clip.shown',
      },
      {
        about: 'the trades of a triggered order trigger nothing',
        find: 'if (receipt.filled > 0) reached.follow',
        replace: 'if (receipt.filled < 0) reached.follow',
      },
    ],
  },
  {
    file: 'src/matching/match.ts',
    tests: ['golden', 'stops', 'property'],
    slips: [
      {
        about: 'the first price of an order is its last',
        find: 'receipt.filled === 0',
        replace: 'receipt.filled >= 0',
      },
    ],
  },
  {
    file: 'src/matching/admission.ts',
    tests: ['golden', 'stops', 'property'],
    slips: [
      {
        about: 'a buyer waits for a price above that of the stop',
        find: 'price >= stopPrice',
        replace: 'price > stopPrice',
      },
      {
        about: 'a seller waits for a price below that of the stop',
        find: 'price <= stopPrice',
        replace: 'price < stopPrice',
      },
      {
        about: 'a stop order has the kind of a market order as it waits',
        within: 'function admitStop(',
        find: '&= ~KIND',
        replace: '&= ~0',
      },
      {
        about: 'fill or kill is asked before a stop order waits',
        find: 'if ((entry.flags & WAITING) !== 0) return 0',
        replace: 'if ((entry.flags & WAITING) < 0) return 0',
      },
      {
        about: 'a stop order waits although the last price is there',
        find: 'isReached(side, entry.stopPrice, lastPrice)',
        replace: 'isReached(side, entry.stopPrice, NaN)',
      },
    ],
  },
  {
    file: 'src/matching/amend.ts',
    tests: ['golden', 'stops', 'property'],
    slips: [
      {
        about: 'an amended order triggers no stop orders',
        within: 'function enterAnew(',
        find: 'triggerStops(state, product, outbox);',
        replace: '',
      },
      {
        about: 'an amended stop order enters',
        within: 'function enterAnew(',
        find: '(amended.flags & WAITING) !== 0',
        replace: '(amended.flags & WAITING) < 0',
      },
      {
        about: 'an amended stop order that enters is not asked for the collar',
        within: 'function enterAnew(',
        find: 'admitPrice(state, product, amended, peg)',
        replace:
          'admitPrice(state, product, (orders.flags(slot) & WAITING) === 0 ? amended : { ...amended, flags: orders.flags(slot) }, peg)',
      },
      {
        about: 'an order that waits for a new price keeps the old one',
        find: 'newStop ? readI64(view, at + AT.stopPrice) : oldStop',
        replace: 'oldStop',
      },
      {
        about: 'any order can be given a price to wait for',
        find: 'newStop && !waits',
        replace: 'newStop && waits && !waits',
      },
      {
        about: 'an order that waits for a new price keeps its place if it is smaller',
        find: '!newStop &&',
        replace: '',
        tests: ['property', 'golden'],
      },
    ],
  },
  {
    file: 'src/matching/state.ts',
    tests: ['golden', 'stops', 'property'],
    slips: [
      {
        about: 'stop orders outlive their product',
        find: '...(this.stops[row]?.slots() ?? [])',
        replace: '',
      },
      {
        about: 'stop orders leave the book, in which they never were',
        find: 'return this.stopsOf(row);',
        replace: 'return this.books[row]!;',
      },
      {
        about: 'a snapshot leaves out stop orders',
        find: '[book, this.stops[row]]',
        replace: '[book]',
      },
    ],
  },
  {
    file: 'src/orderbook/book.ts',
    tests: ['golden', 'stops', 'property'],
    slips: [
      {
        about: 'the stop order of a buyer that is reached last comes first',
        find: 'ofStops ? Side.sell : Side.buy',
        replace: 'Side.buy',
      },
      {
        about: 'the stop order of a seller that is reached last comes first',
        find: 'ofStops ? Side.buy : Side.sell',
        replace: 'Side.sell',
        tests: ['property', 'golden'],
      },
    ],
  },
  {
    file: 'src/exchange/limits.ts',
    tests: ['exchange-limits'],
    slips: [
      {
        about: 'stop orders that wait are not counted',
        find: '|| type === EventType.stopPlaced',
        replace: '|| type === EventType.stopTriggered',
      },
      {
        about: 'a triggered order is counted for as long as it was to wait',
        find: 'type === EventType.stopTriggered ||',
        replace: '',
      },
      {
        about: 'an immediate stop order cannot wait',
        find: 'view.getUint8(SPECIAL.hasStop) === 0',
        replace: 'view.getUint8(SPECIAL.hasStop) <= 1',
      },
      {
        about: 'only orders that everyone sees leave the count',
        find: '!== Standing.outside',
        replace: '=== Standing.displayed',
      },
    ],
  },
];
