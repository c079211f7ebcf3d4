import type { SlipGroup } from './slip.ts';

/** The lock rule and the settlement. */
export const CONTRACTS: readonly SlipGroup[] = [
  {
    file: 'src/contracts/amounts.ts',
    tests: ['golden', 'locks', 'property'],
    slips: [
      {
        about: 'fees are rounded up',
        find: 'Math.floor(parts / PPM)',
        replace: 'Math.ceil(parts / PPM)',
      },
      {
        about: 'the fee of a great value is taken from a product that is not exact',
        find: '2 ** 52',
        replace: '2 ** 62',
        tests: ['locks'],
      },
      {
        about: 'a lock has no room for the fee',
        find: 'price + percentFee(price, ppm)',
        replace: 'price - percentFee(price, ppm)',
      },
      {
        about: 'a buyer is paid its fee',
        find: 'value + fee',
        replace: 'value - fee',
      },
      {
        about: 'a seller is paid its fee',
        find: 'fee - value',
        replace: '0 - fee - value',
      },
    ],
  },
  {
    file: 'src/contracts/new-order.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a lock counts the fee of a taker where that of a maker is larger',
        find: 'price, lots), terms.lockPpm',
        replace: 'price, lots), terms.takerPpm',
      },
      {
        about: 'the largest value there is passes the limit of locks',
        find: 'value > MAX_INTEGER ||',
        replace: 'value >= MAX_INTEGER ||',
        tests: ['property', 'golden'],
      },
      {
        about: 'the most energy there is passes the limit of locks',
        find: 'lots * product.grid.lotQuanta > MAX_INTEGER',
        replace: 'energyAmount(product, lots) >= MAX_INTEGER',
      },
      {
        about: 'the largest value with its fee passes the limit of locks',
        find: 'percentFee(value, ppm) <= MAX_INTEGER',
        replace: 'percentFee(value, ppm) < MAX_INTEGER',
        tests: ['property', 'golden'],
      },
      {
        about: 'buyers need energy, sellers none',
        within: 'export function shortage(',
        find: '=== Side.sell',
        replace: '=== Side.buy',
      },
      {
        about: 'an order at known prices locks energy that it does not deliver',
        within: 'export function lockOrder(',
        find: 'energyAmount(product, order.lots)',
        replace: 'energyAmount(product, order.quantity)',
      },
      {
        about: 'an amendment needs the energy of all lots again',
        find: 'energyAmount(product, amended.quantity - lotsBefore)',
        replace: 'energyAmount(product, amended.quantity)',
      },
      {
        about: 'an amendment needs the money of all lots again',
        within: 'export function amendShortage(',
        find: 'amended) - moneyBefore',
        replace: 'amended)',
      },
      {
        about: 'less of an order locks more energy',
        find: 'energyAmount(product, lots - lotsBefore)',
        replace: 'energyAmount(product, lotsBefore - lots)',
      },
    ],
  },
  {
    file: 'src/contracts/transaction.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a maker pays by the terms with which the taker came',
        find: 'i32[maker * HALVES + TERMS]!]!.makerPpm',
        replace: 'i32[taker * HALVES + TERMS]!]!.makerPpm',
      },
      {
        about: 'a taker pays as a maker does',
        find: '.takerPpm',
        replace: '.makerPpm',
      },
      {
        about: 'a buyer that was there first pays as a taker does',
        find: 'takerBuys ? takerFee : makerFee',
        replace: 'takerBuys ? takerFee : takerFee',
      },
      {
        about: 'the fee account gets the difference of both fees',
        find: 'ledger.credit(feeRow, takerFee + makerFee)',
        replace: 'ledger.credit(feeRow, takerFee - makerFee)',
      },
      {
        about: 'what a fill has paid stays locked',
        within: 'function pay(',
        find: 'open - lots',
        replace: 'open',
      },
      {
        about: 'what a fill of a peg has paid stays locked',
        within: 'function payOtherwise(',
        find: 'slot, open - lots)',
        replace: 'slot, open)',
      },
      {
        about: 'an order at known prices pays from what it had locked at first',
        find: 'holdings.exactLock = after',
        replace: 'holdings.exactLock = before',
      },
    ],
  },
  {
    file: 'src/contracts/delete-order.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'the energy of a seller stays locked',
        find: 'side === Side.sell',
        replace: 'side === Side.buy',
      },
      {
        about: 'a lock of one money quantum stays',
        find: 'release.money > 0',
        replace: 'release.money > 1',
      },
      {
        about: 'a lock of one energy quantum stays',
        find: 'release.energy > 0',
        replace: 'release.energy > 1',
      },
      {
        about: 'the energy of a peg that sells stays locked',
        find: 'energyAmount(product, open) : 0,',
        replace: '0 : 0,',
      },
    ],
  },
];
