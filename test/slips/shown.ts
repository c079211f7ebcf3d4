import type { SlipGroup } from './slip.ts';

/** Orders that are not seen whole: icebergs, hidden and all-or-none orders. */
export const SHOWN: readonly SlipGroup[] = [
  {
    file: 'src/orderbook/book.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'an iceberg shows its next part a lot too early',
        find: 'shown >= clip.refreshBelow',
        replace: 'shown > clip.refreshBelow',
      },
      {
        about: 'an iceberg that shows all that is left goes to the back',
        find: 'shown === open',
        replace: 'shown > open',
      },
      {
        about: 'the last part of an iceberg is as large as the others',
        within: '  refresh(slot: number)',
        find: 'Math.min(clip.size, open)',
        replace: 'clip.size',
      },
      {
        about: 'what was left of a part counts beside the next part',
        find: 'clip.shown - shown',
        replace: 'clip.shown',
      },
      {
        about: 'a refreshed iceberg is said to have shown its next part before',
        within: '  refresh(slot: number)',
        find: 'return shown',
        replace: 'return clip.shown',
        tests: ['property', 'golden'],
      },
      {
        about: 'the order behind a refreshed iceberg knows none before it',
        within: '  #toBack(slot: number)',
        find: 'i32[next * HALVES + PREVIOUS] = previous',
        replace: 'i32[next * HALVES + PREVIOUS] = NONE',
      },
      {
        about: 'a refreshed iceberg knows none before it',
        within: '  #toBack(slot: number)',
        find: 'i32[half + PREVIOUS] = tail',
        replace: 'i32[half + PREVIOUS] = NONE',
        tests: ['property', 'golden'],
      },
      {
        about: 'a refreshed iceberg is not the end of its queue',
        within: '  #toBack(slot: number)',
        find: 'queues[queue + TAIL] = slot',
        replace: 'queues[queue + TAIL] = tail',
      },
      {
        about: 'what trades of a hidden order leaves the depth',
        within: '  #reduceClip(slot: number',
        find: '& UNDISPLAYED) === 0',
        replace: '& UNDISPLAYED) >= 0',
      },
      {
        about: 'an iceberg shows what has traded',
        find: 'shown -= lots',
        replace: 'shown -= 0',
      },
      {
        about: 'less of an iceberg is less of what it shows',
        find: 'Math.max(0, orders.tradable(slot) - (orders.open(slot) - lots))',
        replace: 'Math.min(lots, orders.tradable(slot))',
      },
      {
        about: 'a restored iceberg shows a whole part',
        find: 'clip.shown === 0',
        replace: 'clip.shown >= 0',
      },
      {
        about: 'an iceberg that enters anew shows what it showed',
        find: 'clip.shown = 0',
        replace: 'clip.shown = shown',
      },
      {
        about: 'a book counts two hidden orders as one',
        find: 'this.#undisplayed++',
        replace: 'this.#undisplayed = 1',
        tests: ['property', 'golden'],
      },
      {
        about: 'the only hidden order counts in its level',
        find: 'this.#undisplayed === 0',
        replace: 'this.#undisplayed <= 1',
      },
      {
        about: 'the depth ends at a price with hidden orders only',
        find: 'open === 0n) return true',
        replace: 'open === 0n) return false',
      },
      {
        about: 'the last part of an iceberg is met as if it were whole',
        find: 'Math.min(part.size, part.left)',
        replace: 'part.size',
        tests: ['property', 'golden'],
      },
      {
        about: 'an iceberg never ends on the dry walk',
        find: 'left: part.left - lots',
        replace: 'left: part.left',
      },
      {
        about: 'only the part that an iceberg shows is met on the dry walk',
        find: 'const left = orders.open(slot) - lots',
        replace: 'const left = orders.tradable(slot) - lots',
      },
      {
        about: 'what comes behind an order is sought on one price only',
        find: 'return worse === NONE ? NONE : this.#levels.head(worse)',
        replace: 'return NONE',
      },
    ],
  },
  {
    file: 'src/orderbook/ladder.ts',
    tests: ['orderbook', 'golden'],
    slips: [
      {
        about: 'the best level of a page is passed over on the way to worse ones',
        within: '  worse(level: number)',
        find: 'at = page.size;',
        replace: 'at = page.size - 1;',
      },
      {
        about: 'behind the worst level of a page nothing comes',
        within: '  worse(level: number)',
        find: 'page.worse;',
        replace: 'undefined;',
      },
    ],
  },
  {
    file: 'src/orderbook/orders.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'everyone sees all of a hidden order',
        within: '  shown(slot: number)',
        find: '.shown : 0',
        replace: '.shown : this.open(slot)',
      },
      {
        about: 'all of an iceberg is in reach at once',
        within: '  tradable(slot: number)',
        find: 'this.#clips.get(slot)!.shown',
        replace: 'this.open(slot)',
      },
    ],
  },
  {
    file: 'src/matching/walk.ts',
    tests: ['golden', 'preview', 'property'],
    slips: [
      {
        about: 'an order of just its size passes an all-or-none order over',
        find: 'lots < orders.open(maker)',
        replace: 'lots <= orders.open(maker)',
      },
      {
        about: 'the dry walk fills an all-or-none order with what has gone to others',
        find: 'isPassedOver(orders, maker, left)',
        replace: 'isPassedOver(orders, maker, order.quantity)',
      },
      {
        about: 'an all-or-none order enters by way of an order of its own',
        find: 'order.quantity && !state.walk.meetsOwn',
        replace: 'order.quantity || !state.walk.meetsOwn',
      },
    ],
  },
  {
    file: 'src/orderbook/flags.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'an all-or-none order enters whatever it finds',
        within: 'export function isWhole(',
        find: '(flags & ALL_OR_NONE) !== 0',
        replace: '(flags & ALL_OR_NONE) < 0',
      },
    ],
  },
  {
    file: 'src/matching/match.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'nothing comes behind an order that is passed over',
        find: 'book.after(passed)',
        replace: 'NONE',
      },
      {
        about: 'a trade takes more of an iceberg than it shows',
        find: '(flags & ICEBERG) === 0 ? makerOpen : orders.tradable(maker)',
        replace: 'makerOpen',
      },
      {
        about: 'a plain order that an iceberg trades with is to show its next part',
        find: 'else if ((orders.flags(maker) & ICEBERG) !== 0) refresh',
        replace: 'else if ((flags & ICEBERG) !== 0) refresh',
      },
      {
        about: 'a refreshed iceberg shares the last priority',
        within: 'function refresh(',
        find: '++state.lastPriority',
        replace: 'state.lastPriority',
      },
      {
        about: 'a decrement takes more of an iceberg than it shows',
        find: 'Math.min(orders.open(taker), orders.tradable(maker))',
        replace: 'Math.min(orders.open(taker), orders.open(maker))',
      },
      {
        about: 'an iceberg that was decremented shows nothing more',
        find: 'rests && orders.clip(slot) !== undefined',
        replace: '!rests && orders.clip(slot) !== undefined',
      },
    ],
  },
  {
    file: 'src/matching/take.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a hidden order can be taken',
        find: 'HIDDEN | WAITING)',
        replace: 'WAITING)',
      },
      {
        about: 'a stop order that waits can be taken',
        find: 'HIDDEN | WAITING)',
        replace: 'HIDDEN)',
      },
    ],
  },
  {
    file: 'src/matching/amend.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'less of an all-or-none order stays where it is',
        find: '(orders.flags(slot) & ALL_OR_NONE) === 0',
        replace: '(orders.flags(slot) & ALL_OR_NONE) >= 0',
      },
      {
        about: 'an amended all-or-none order trades what it finds',
        find: '(!isWhole(amended.flags) || trades(state, product, amended))',
        replace: 'true',
      },
    ],
  },
  {
    file: 'src/matching/admission.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a post-only order looks past one all-or-none order only',
        find: 'while (touch !== NONE',
        replace: 'if (touch !== NONE',
      },
      {
        about: 'an iceberg may have no more than 999 parts',
        find: 'quantity / MAX_CLIPS > order.clip',
        replace: 'quantity / MAX_CLIPS >= order.clip',
      },
    ],
  },
  {
    file: 'src/matching/events.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'an order that loses its place is said to be shown beforehand',
        find: 'keepsPlace ? orders.shown(slot) : 0',
        replace: 'orders.shown(slot)',
        tests: ['property', 'golden'],
      },
      {
        about: 'a hidden order is said to wait',
        find: '(flags & WAITING) === 0 ?',
        replace: '(flags & WAITING) !== 0 ?',
        tests: ['property', 'golden'],
      },
    ],
  },
  {
    file: 'src/matching/submit-special.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'an iceberg is said to show more as soon as less is left than it shows',
        within: 'function writeTerms(',
        find: 'AT.refreshBelow',
        replace: 'AT.displayQuantity',
      },
      {
        about: 'an iceberg shows more as soon as less is left than it shows',
        within: 'export function readSpecialEntry(',
        find: 'AT.refreshBelow',
        replace: 'AT.displayQuantity',
      },
      {
        about: 'an all-or-none order that waits for others trades part by part',
        find: '!isWhole(entry.flags) ||',
        replace: '!isWhole(entry.flags) &&',
      },
    ],
  },
  {
    file: 'src/exchange/displayed.ts',
    tests: ['exchange-depth', 'market-data'],
    slips: [
      {
        about: 'a trade with a hidden order changes the depth',
        find: 'view.getUint8(at + TRADE.standing) !== Standing.displayed',
        replace: 'view.getUint8(at + TRADE.standing) === Standing.outside',
      },
      {
        about: 'a hidden order that is reduced changes the depth',
        find: 'view.getUint8(at + REDUCED.standing) !== Standing.displayed',
        replace: 'view.getUint8(at + REDUCED.standing) === Standing.outside',
      },
      {
        about: 'a hidden order that ends changes the depth',
        find: 'view.getUint8(at + ENDED.standing) !== Standing.displayed',
        replace: 'view.getUint8(at + ENDED.standing) === Standing.outside',
      },
      {
        about: 'all of an iceberg leaves the depth as it ends',
        find: 'readI64(view, at + ENDED.shown)',
        replace: 'readI64(view, at + ENDED.open)',
      },
      {
        about: 'a hidden order that comes to rest counts as one',
        find: 'if (lots === 0) return undefined;',
        replace: 'if (lots < 0) return undefined;',
      },
      {
        about: 'the next part of an iceberg is added to what was left of the one before',
        find: 'readI64(view, at + REFRESHED.shown) - before',
        replace: 'readI64(view, at + REFRESHED.shown)',
      },
      {
        about: 'the next part of an iceberg does not reach the depth',
        find: 'type === EventType.orderRefreshed ||',
        replace: 'type === EventType.stopTriggered ||',
      },
      {
        about: 'a hidden order that is amended leaves the depth',
        find: 'before === 0',
        replace: 'before < 0',
      },
    ],
  },
];
