import { describe, expect, it } from 'vitest';
import { type MeterReading, settleSlot, type SettlementTerms } from '../src/index.ts';
import { type Bad, ID, names, NATURAL, NO_TEXT, WHOLE } from './bad-values.ts';
import { meters, TERMS, trades } from './settlement-stage.ts';
import { thrownBy } from './stage.ts';

const [TRADE] = trades(['anna', 'ben', 5, 200_000]);
const [READING] = meters({ anna: -5 });
const TERMS_WITH_ALL: SettlementTerms = {
  ...TERMS,
  sharing: 'fifo',
  fees: 'till',
  imbalance: { long: 1, short: 3 },
  tolerance: { ppm: 1, price: 2 },
};

const MISSING: Bad = [undefined, TypeError];
/** Numbers below zero are right here. */
const SIGNED = NATURAL.filter(([value]) => value !== -1);
const OPTIONAL = (bad: readonly Bad[]): readonly Bad[] =>
  bad.filter(([value]) => value !== undefined && value !== null);

const TRADES: Readonly<Record<string, readonly Bad[]>> = {
  trade: [...NATURAL, MISSING],
  time: [...NATURAL, MISSING],
  buyer: [...ID, MISSING],
  seller: [...ID, MISSING],
  quantity: [...WHOLE, MISSING],
  price: [...SIGNED, MISSING],
  buyerFee: NATURAL,
  sellerFee: NATURAL,
};
const READINGS: Readonly<Record<string, readonly Bad[]>> = {
  party: [...ID, MISSING],
  version: [...WHOLE, MISSING],
  quality: [...names('Measured', 'guessed'), MISSING],
  imported: [...NATURAL, MISSING],
  exported: [...NATURAL, MISSING],
};
const OBJECT: readonly Bad[] = NO_TEXT.filter(
  ([value]) => value === null || typeof value !== 'object' || Array.isArray(value),
);
const SETTLED: Readonly<Record<string, readonly Bad[]>> = {
  mode: [...names('prepaid', 'Firm'), MISSING],
  sharing: OPTIONAL(names('FIFO', 'lifo')),
  utility: [...ID, MISSING],
  fees: OPTIONAL(ID),
  retail: [...SIGNED, MISSING],
  feedIn: [...SIGNED, MISSING],
  imbalance: OBJECT,
  tolerance: OBJECT,
};

function refuses(call: () => unknown, [value, wrong]: Bad, field: string): void {
  const error = thrownBy(call);
  const told = `${typeof value === 'symbol' ? 'a symbol' : String(typeof value)}: ${error.message}`;
  expect([error.name, told.slice(0, 300)]).toEqual([wrong.name, expect.stringContaining(field)]);
}

describe('what is wrong in form is refused, and named', () => {
  it.each(Object.entries(TRADES))('trades: %s', (field, list) => {
    for (const bad of list) {
      const ask = () => settleSlot([TRADE!, { ...TRADE!, trade: 2, [field]: bad[0] }], [], TERMS);
      refuses(ask, bad, `trades[1].${field}`);
    }
  });

  it.each(Object.entries(READINGS))('readings: %s', (field, list) => {
    for (const bad of list) {
      const ask = () => settleSlot([], [READING!, { ...READING!, [field]: bad[0] }], TERMS);
      refuses(ask, bad, `readings[1].${field}`);
    }
  });

  it.each(Object.entries(SETTLED))('terms: %s', (field, list) => {
    for (const bad of list) {
      const ask = () => settleSlot([], [], { ...TERMS_WITH_ALL, [field]: bad[0] });
      refuses(ask, bad, `terms.${field}`);
    }
  });

  it('terms: prices of imbalance, tolerance and fields that there are not', () => {
    for (const bad of [...SIGNED, MISSING]) {
      const long = { ...TERMS, imbalance: { short: 3, long: bad[0] as number } };
      refuses(() => settleSlot([], [], long), bad, 'terms.imbalance.long');
      const short = { ...TERMS, imbalance: { long: 3, short: bad[0] as number } };
      refuses(() => settleSlot([], [], short), bad, 'terms.imbalance.short');
    }
    for (const bad of OPTIONAL(NATURAL)) {
      const ppm = { ...TERMS, tolerance: { ppm: bad[0] as number, price: 200_000 } };
      refuses(() => settleSlot([], [], ppm), bad, 'terms.tolerance.ppm');
    }
    const range = [1_000_001, RangeError] as const;
    const wide = { ...TERMS, tolerance: { ppm: 1_000_001, price: 200_000 } };
    refuses(() => settleSlot([], [], wide), range, 'terms.tolerance.ppm');
  });

  it.each([
    [{ tolerence: {} }, 'TypeError: terms has no field "tolerence"'],
    [{ imbalance: { long: 1, short: 2, mid: 1 } }, 'TypeError: terms.imbalance has no field "mid"'],
    [{ tolerance: { ppm: 1 } }, 'TypeError: terms.tolerance.price must be a number, got undefined'],
    [
      { tolerance: { price: 200_000 } },
      'TypeError: terms.tolerance.ppm must be a number, got undefined',
    ],
    [{ fees: 'grid' }, 'RangeError: terms.fees must be another party than terms.utility'],
    [
      { feedIn: 300_001 },
      'RangeError: what is paid for imbalance, 300001, must not exceed its cost, 300000',
    ],
    [
      { tolerance: { ppm: 1, price: 300_001 } },
      'RangeError: terms.tolerance.price must be between 80000 and 300000, the prices of imbalance, got 300001',
    ],
    [
      { imbalance: { long: 1, short: 100_000 }, tolerance: { ppm: 1, price: 200_000 } },
      'RangeError: terms.tolerance.price must be between 1 and 100000, the prices of imbalance, got 200000',
    ],
    [
      { tolerance: { ppm: 1, price: 79_999 } },
      'RangeError: terms.tolerance.price must be between 80000 and 300000, the prices of imbalance, got 79999',
    ],
  ])('terms: %j', (change, message) => {
    const ask = () => settleSlot([], [], { ...TERMS, ...change } as SettlementTerms);
    expect(String(thrownBy(ask))).toBe(message);
  });

  it.each([
    [[undefined, [], TERMS], 'TypeError: trades must be an array, got undefined'],
    [[[], {}, TERMS], 'TypeError: readings must be an array, got an object'],
    [[[], [], undefined], 'TypeError: terms needs an object with fields, got undefined'],
    [[[1], [], TERMS], 'TypeError: trades[0] needs an object with fields, got 1'],
    [[[], [null], TERMS], 'TypeError: readings[0] needs an object with fields, got null'],
    [
      [[{ ...TRADE!, seller: 'fees' }], [], TERMS],
      'RangeError: trades[0] is with "fees", which only collects fees',
    ],
    [
      [[], [{ ...READING!, party: 'grid' }], TERMS],
      'RangeError: readings[0].party is "grid", which has no meter',
    ],
    [
      [[], [{ ...READING!, party: 'fees' }], TERMS],
      'RangeError: readings[0].party is "fees", which has no meter',
    ],
    [
      [[TRADE!, { ...TRADE!, time: 5 }], [], TERMS],
      'RangeError: trades[1].trade is 1, which is there twice',
    ],
  ])('the rest: case %#', (asked, message) => {
    const ask = () => settleSlot(...(asked as unknown as Parameters<typeof settleSlot>));
    expect(String(thrownBy(ask))).toBe(message);
  });

  it('but fields that are for others are passed over', () => {
    const more = { ...READING!, meter: 'DE000123' } as MeterReading;
    const extra = { ...TRADE!, takerSide: 'buy' };
    expect(settleSlot([extra], [more], TERMS).missing).toEqual(['ben']);
  });

  it('and ids may be such as objects have fields of', () => {
    const traded = trades(['__proto__', 'constructor', 5, 200_000]);
    const settled = settleSlot(traded, meters({ toString: -5, valueOf: 5 }), TERMS);
    const ids = ['__proto__', 'constructor', 'toString', 'valueOf'];
    expect(settled.statements.map(({ party }) => party)).toEqual(ids);
  });
});
