import type { SlipGroup } from './slip.ts';

/** What a snapshot may hold, and what it may not. */
export const SNAPSHOT: readonly SlipGroup[] = [
  {
    file: 'src/matching/soundness.ts',
    tests: ['snapshot-forgeries', 'snapshot', 'golden', 'property'],
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
        find: 'version !== (latest',
        replace: 'version < (latest',
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
        find: 'product.status === ProductStatus.closed',
        replace: 'product.status > ProductStatus.closed',
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
        about: 'a snapshot may end in bytes of no meaning',
        find: 'this.left > 0',
        replace: 'this.left < 0',
      },
      {
        about: 'a step may be written with zeros at its end',
        find: 'decimals === 0 ||',
        replace: 'decimals >= 0 ||',
      },
      {
        about: 'an order may rest with a self-trade mode that there is not',
        find: 'SelfTrade.decrement',
        replace: 'SelfTrade.decrement + 1',
      },
    ],
  },
];
