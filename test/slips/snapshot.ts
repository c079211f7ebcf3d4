import type { SlipGroup } from './slip.ts';

/** What a snapshot may hold, and what it may not. */
export const SNAPSHOT: readonly SlipGroup[] = [
  {
    file: 'src/matching/soundness.ts',
    tests: ['snapshot-forgeries', 'archive', 'snapshot', 'golden', 'property'],
    slips: [
      {
        about: 'a fee of all the value is taken for one of more',
        find: 'takerPpm > PPM',
        replace: 'takerPpm >= PPM',
      },
      {
        about: 'a taker may pay more than the value',
        find: 'takerPpm > PPM',
        replace: 'takerPpm > 2 * PPM',
      },
      {
        about: 'a maker may pay more than the value',
        find: 'makerPpm > PPM',
        replace: 'makerPpm > 2 * PPM',
      },
      {
        about: 'a band of one price is taken for one upside down',
        find: 'band.low > band.high',
        replace: 'band.low >= band.high',
      },
      {
        about: 'a buyer and a seller may stand at one price',
        find: 'orders.price(bid) >= orders.price(ask)',
        replace: 'orders.price(bid) > orders.price(ask)',
      },
      {
        about: 'two remembered commands may share a sequence',
        find: 'sequence > last',
        replace: 'sequence >= last',
      },
      {
        about: 'the latest command cannot be remembered',
        find: 'sequence <= state.sequence',
        replace: 'sequence < state.sequence',
      },
      {
        about: 'the latest order cannot rest',
        find: 'orders.id(slot) > lastOrder',
        replace: 'orders.id(slot) >= lastOrder',
      },
      {
        about: 'an order may have the priority zero',
        find: 'priority < 1',
        replace: 'priority < 0',
      },
      {
        about: 'an order may have the version zero',
        find: 'orders.version(slot) < 1',
        replace: 'orders.version(slot) < 0',
      },
      {
        about: 'a remembered command cannot be about the latest order',
        find: 'order <= state.lastOrder',
        replace: 'order < state.lastOrder',
      },
      {
        about: 'a counter may be below zero',
        find: 'counter >= 0',
        replace: 'counter <= Infinity',
      },
      {
        about: 'a version of terms may be left out',
        find: 'version <= known.size',
        replace: 'version < known.size',
      },
      {
        about: 'a band may be upside down by a tick',
        find: 'band.low > band.high',
        replace: 'band.low > band.high + 1',
      },
      {
        about: 'an account may be closed with an order that locks nothing',
        find: 'closed[orders.account(slot)] === 1',
        replace: 'closed[orders.account(slot)] === 2',
      },
      {
        about: 'a command is remembered for longer than the window',
        find: 'state.sequence - COMMAND_WINDOW',
        replace: 'state.sequence - COMMAND_WINDOW - 1',
      },
      {
        about: 'a remembered command may be about an order that is yet to come',
        find: 'order <= state.lastOrder',
        replace: 'order <= state.lastOrder + 1',
      },
      {
        about: 'a remembered command may have filled less than nothing',
        find: 'filled >= 0',
        replace: 'filled >= -1',
      },
      {
        about: 'an expiry that is due now is not past',
        find: 'timers.due(state.time)',
        replace: 'timers.due(state.time - 1)',
      },
      {
        about: 'a closed product may have orders',
        find: '!isTrading(product.status)',
        replace: 'product.status > ProductStatus.closed',
      },
      {
        about: 'all-or-none orders may not stand beyond others',
        find: '& ALL_OR_NONE) !== 0',
        replace: '& ALL_OR_NONE) < 0',
      },
      {
        about: 'only one all-or-none order may stand beyond others',
        find: 'while (best !== NONE',
        replace: 'if (best !== NONE',
      },
      {
        about: 'the stop order of a seller may have been reached',
        within: 'function stopFault(',
        find: '[Side.buy, Side.sell]',
        replace: '[Side.buy]',
      },
      {
        about: 'the stop order of a buyer may have been reached',
        within: 'function stopFault(',
        find: '[Side.buy, Side.sell]',
        replace: '[Side.sell]',
      },
      {
        about: 'stop orders of buyers may wait out of order',
        find: '!inTime(stops, Side.buy, state) ||',
        replace: '',
      },
      {
        about: 'stop orders of sellers may wait out of order',
        find: '|| !inTime(stops, Side.sell, state)',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/snapshot.ts',
    tests: ['snapshot-forgeries', 'snapshot', 'bad-input-bytes'],
    slips: [
      {
        about: 'orders may come in any order that rests them all',
        find: 'slot !== placed',
        replace: 'slot < 0',
      },
      {
        about: 'the checksum leaves out the first byte of the body',
        within: 'export function restore(',
        find: 'sha256(body)',
        replace: 'sha256(body.subarray(1))',
      },
    ],
  },
  {
    file: 'src/matching/reader.ts',
    tests: ['snapshot-forgeries', 'snapshot'],
    slips: [
      {
        about: 'a snapshot may end in bytes of no meaning',
        find: 'this.left > 0',
        replace: 'this.left < 0',
      },
      {
        about: 'a step may be written with zeros at its end',
        find: 'decimals === 0 ||',
        replace: 'decimals >= 0 ||',
      },
    ],
  },
  {
    file: 'src/matching/decode.ts',
    tests: ['snapshot-forgeries', 'snapshot', 'golden'],
    slips: [
      {
        about: 'an order may rest with nothing open',
        find: 'orders.open(slot) > 0',
        replace: 'orders.open(slot) >= 0',
      },
      {
        about: 'an order that has not traded cannot rest',
        find: 'orders.open(slot) <= orders.total(slot)',
        replace: 'orders.open(slot) < orders.total(slot)',
      },
      {
        about: 'an order may rest with a self-trade mode that there is not',
        find: 'SelfTrade.decrement',
        replace: 'SelfTrade.decrement + 1',
      },
      {
        about: 'an iceberg may show its next part below nothing',
        find: 'order.refreshBelow > 0',
        replace: 'order.refreshBelow >= 0',
      },
      {
        about: 'an iceberg may show its next part before it has shown all of one',
        find: 'order.refreshBelow <= order.clip',
        replace: 'order.refreshBelow <= order.clip + 1',
      },
      {
        about: 'an iceberg that always shows a whole part cannot be restored',
        find: 'order.refreshBelow <= order.clip',
        replace: 'order.refreshBelow < order.clip',
      },
      {
        about: 'an iceberg may show less than that at which it shows more',
        find: ': Math.min(order.refreshBelow, order.quantity)',
        replace: ': 0',
      },
      {
        about: 'the end of an iceberg cannot be restored',
        find: ': Math.min(order.refreshBelow, order.quantity)',
        replace: ': order.refreshBelow',
      },
      {
        about: 'an iceberg may show more than it has',
        find: ': Math.min(order.clip, order.quantity)',
        replace: ': order.clip',
      },
      {
        about: 'an iceberg may show more than a part',
        find: ': Math.min(order.clip, order.quantity)',
        replace: ': order.quantity',
      },
      {
        about: 'a stop order that waits may show a part',
        find: 'waits ? 0 : Math.min(order.clip',
        replace: 'false ? 0 : Math.min(order.clip',
      },
      {
        about: 'an order may be hidden and an iceberg',
        find: 'displayOf(flags) <= Display.hidden',
        replace: 'displayOf(flags) <= Display.hidden + 1',
      },
      {
        about: 'an all-or-none order may be hidden',
        find: '(displayOf(flags) === Display.all && orders.open',
        replace: '(displayOf(flags) >= Display.all && orders.open',
      },
      {
        about: 'a part of an all-or-none order may have traded',
        find: 'displayOf(flags) === Display.all && orders.open(slot) === orders.total(slot)',
        replace: 'displayOf(flags) === Display.all && orders.open(slot) <= orders.total(slot)',
      },
      {
        about: 'an immediate stop order may be hidden as it waits',
        find: 'waits && displayOf(flags) === Display.all',
        replace: 'waits && displayOf(flags) >= Display.all',
      },
      {
        about: 'an immediate stop order may be all-or-none as it waits',
        find: 'Display.all && (flags & ALL_OR_NONE) === 0',
        replace: 'Display.all && (flags & ALL_OR_NONE) >= 0',
      },
      {
        about: 'an immediate order may rest as one may wait',
        find: '(waits && displayOf',
        replace: '(displayOf',
      },
      {
        about: 'a stop order that waits may be post-only',
        find: 'postOnlyOf(flags) === PostOnly.off && orders',
        replace: 'orders',
      },
      {
        about: 'a part of a stop order that waits may have traded',
        find: 'PostOnly.off && orders.open(slot) === orders.total(slot)',
        replace: 'PostOnly.off && orders.open(slot) <= orders.total(slot)',
      },
      {
        about: 'an iceberg may have any number of parts',
        find: 'order.quantity / MAX_CLIPS <= order.clip',
        replace: 'order.quantity / MAX_CLIPS >= 0',
      },
    ],
  },
];
