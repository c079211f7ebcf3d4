import type { SlipGroup } from './slip.ts';

/** Products that open and close as planned. */
export const LIFE_CYCLE: readonly SlipGroup[] = [
  {
    file: 'src/matching/life-cycle.ts',
    tests: ['golden', 'life-cycle', 'property'],
    slips: [
      {
        about: 'a gate closes before the orders that expire with it',
        find: 'plan.time < timers.expiresAt(slot)',
        replace: 'plan.time <= timers.expiresAt(slot)',
      },
      {
        about: 'orders that the gate ends look as if the product had been closed',
        find: 'EndReason.gateClosed',
        replace: 'EndReason.productClosed',
      },
      {
        about: 'a product that opens forgets its gate',
        find: 'planNext(state, product, opensAt(product.delivery!));\n  writeEvent',
        replace: 'writeEvent',
      },
      {
        about: 'a product that was closed opens all the same',
        find: '  schedule.drop(row);\n',
        replace: '',
      },
      {
        about: 'the gate closes when the delivery begins',
        find: 'gateAt(delivery)',
        replace: 'delivery.start',
      },
      {
        about: 'a timer is late by a millisecond',
        find: 'plan.time <= time',
        replace: 'plan.time < time',
      },
      {
        about: 'a gate that closes tells of one order more',
        find: '[product.row, slots.length]',
        replace: '[product.row, slots.length + 1]',
      },
      {
        about: 'a circuit outlives the product',
        find: '  product.circuit = undefined;\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/schedule.ts',
    tests: ['indexes'],
    slips: [
      {
        about: 'gates close before products open',
        find: 'a.kind - b.kind',
        replace: 'b.kind - a.kind',
      },
      {
        about: 'the last plan is lost with one that is dropped',
        find: 'if (last === entry) return;',
        replace: 'if (last !== entry) return;',
      },
      {
        about: 'a plan sinks to the later one of two',
        find: 'isBefore(right, left)',
        replace: 'isBefore(left, right)',
      },
    ],
  },
  {
    file: 'src/matching/apply.ts',
    tests: ['golden', 'life-cycle'],
    slips: [
      {
        about: 'what is planned for an instant waits for the next one',
        find: 'time >= state.nextPlanned',
        replace: 'time > state.nextPlanned',
      },
    ],
  },
  {
    file: 'src/matching/ending.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'the gate leaves exits behind',
        find: '  EndReason.gateClosed,\n  EndReason.killed,',
        replace: '  EndReason.killed,',
      },
    ],
  },
  {
    file: 'src/market/life-cycle.ts',
    tests: ['life-cycle', 'golden'],
    slips: [
      {
        about: 'a product that is listed as it opens has to wait',
        find: 'time < opensAt(delivery)',
        replace: 'time <= opensAt(delivery)',
      },
      {
        about: 'a product that is listed at its gate is open',
        find: 'time < gateAt(delivery)',
        replace: 'time <= gateAt(delivery)',
      },
      {
        about: 'a delivery goes on for a millisecond',
        find: 'time < delivery.end',
        replace: 'time <= delivery.end',
      },
    ],
  },
  {
    file: 'src/matching/permission.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'what is late is said to be early',
        find: 'gateClosed: RejectCode.GATE_CLOSED',
        replace: 'gateClosed: RejectCode.NOT_YET_OPEN',
      },
      {
        about: 'a scheduled product can be halted',
        find: 'return RejectCode.NOT_YET_OPEN;',
        replace: 'return product;',
      },
    ],
  },
];
