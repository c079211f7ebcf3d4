import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  convertEnergy,
  convertPrice,
  Engine,
  type EnergyUnit,
  formatEnergy,
  formatPrice,
  fromSteps,
  type PriceUnit,
  toSteps,
} from '../src/index.ts';
import { type Bad, NO_TEXT } from './bad-values.ts';
import { limit, must, stage, thrownBy } from './stage.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
const RUNS = { seed: 20_240_917, numRuns: 2000 };

/** What one unit is worth, as a power of ten: of kWh, and of EUR/kWh. */
const ENERGY: Readonly<Record<EnergyUnit, number>> = { Wh: -3, kWh: 0, MWh: 3 };
const PRICES: readonly (readonly [PriceUnit, number])[] = [
  ['ct/kWh', -2],
  ['EUR/kWh', 0],
  ['EUR/MWh', -3],
  ['ct/MWh', -5],
];

/** Value of decimal text of any length in units of 10^-60. */
function exact(text: string, exponent = 0): bigint {
  const [whole, part = ''] = text.split('.') as [string, string?];
  return BigInt(whole + part) * 10n ** BigInt(60 - part.length + exponent);
}

/** The only way to write a number: no zero that could be left out. */
const SHORTEST = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/;

const digits = fc.stringMatching(/^\d{1,25}$/);
const text = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.option(digits))
  .map(([minus, whole, part]) => {
    const unsigned = part === null ? `${whole}` : `${whole}.${part}`;
    return minus && /[1-9]/.test(unsigned) ? `-${unsigned}` : unsigned;
  });

describe('units', () => {
  it('of energy turn into each other without changing the value', () => {
    const units = Object.keys(ENERGY) as EnergyUnit[];
    const unit = fc.constantFrom(...units);
    const property = fc.property(text, unit, unit, (before, from, to) => {
      const after = convertEnergy(before, from, to);
      expect(exact(after, ENERGY[to])).toBe(exact(before, ENERGY[from]));
      expect(after).toMatch(SHORTEST);
      expect(convertEnergy(after, to, from)).toBe(convertEnergy(before, from, from));
      expect(formatEnergy(before, to, from)).toBe(`${after} ${to}`);
    });
    fc.assert(property, RUNS);
  });

  it('of prices turn into each other without changing the value', () => {
    const unit = fc.constantFrom(...PRICES);
    const property = fc.property(text, unit, unit, (before, [from, source], [to, target]) => {
      const after = convertPrice(before, from, to);
      expect(exact(after, target)).toBe(exact(before, source));
      expect(after).toMatch(SHORTEST);
      expect(convertPrice(after, to, from)).toBe(convertPrice(before, from, from));
      expect(formatPrice(before, to, from)).toBe(`${after} ${to}`);
      expect(formatPrice(before, to)).toBe(formatPrice(before, to, 'EUR/kWh'));
    });
    fc.assert(property, RUNS);
  });

  it('are those of the trade', () => {
    expect(convertPrice('1', 'EUR/kWh', 'ct/kWh')).toBe('100');
    expect(convertPrice('1', 'EUR/kWh', 'EUR/MWh')).toBe('1000');
    expect(convertPrice('29.99', 'ct/kWh', 'EUR/kWh')).toBe('0.2999');
    expect(convertPrice('-85.5', 'EUR/MWh', 'ct/kWh')).toBe('-8.55');
    expect(convertPrice('0.000', 'ct/kWh', 'EUR/MWh')).toBe('0');
    expect(convertPrice('0.000000000000001', 'ct/kWh', 'EUR/kWh')).toBe('0.00000000000000001');
    expect(formatPrice('0.299900', 'ct/kWh')).toBe('29.99 ct/kWh');
    expect(formatPrice('-0.05', 'EUR/MWh')).toBe('-50 EUR/MWh');
    expect(convertEnergy('1.5', 'kWh', 'Wh')).toBe('1500');
    expect(convertEnergy('1', 'MWh', 'kWh')).toBe('1000');
    expect(convertEnergy(`${SAFE}`, 'MWh', 'Wh')).toBe(`${SAFE}000000`);
    expect(convertEnergy(`${SAFE}`, 'Wh', 'MWh')).toBe('9007199254.740991');
    expect(formatEnergy('1.500', 'kWh')).toBe('1.5 kWh');
    expect(formatEnergy('1500', 'kWh', 'Wh')).toBe('1.5 kWh');
  });

  it('name the currency, and ct is a hundredth of any', () => {
    expect(convertPrice('25', 'ct/kWh', 'CHF/kWh')).toBe('0.25');
    expect(convertPrice('0.25', 'CHF/kWh', 'CHF/MWh')).toBe('250');
    expect(formatPrice('0.25', 'USD/MWh')).toBe('250 USD/MWh');
    const exchanged = thrownBy(() => convertPrice('1', 'EUR/kWh', 'USD/kWh'));
    expect(exchanged).toBeInstanceOf(RangeError);
    expect(exchanged.message).toBe('to must be in EUR, got USD');
    const formatted = thrownBy(() => formatPrice('1', 'USD/kWh', 'EUR/MWh'));
    expect(formatted.message).toBe('unit must be in EUR, got USD');
  });

  it('take long text without waiting', () => {
    const zeros = '0'.repeat(1_000_000);
    expect(convertEnergy(`0.${zeros}1`, 'Wh', 'MWh')).toBe(`0.000000${zeros}1`);
    expect(convertEnergy(`1${zeros}.${zeros}`, 'MWh', 'Wh')).toBe(`1000000${zeros}`);
  });

  it('show what a market says', () => {
    const engine = stage();
    const orderId = limit(engine, 'alice', 'sell', 15, 255);
    const { price, quantity } = engine.order(orderId)!;
    expect(formatPrice(price, 'ct/kWh')).toBe('25.5 ct/kWh');
    expect(formatEnergy(quantity, 'Wh', 'kWh')).toBe('1500 Wh');
    const asked = convertPrice('24.9', 'ct/kWh', 'EUR/kWh');
    must(engine.amend({ actor: 'alice', orderId, price: asked }));
    expect(engine.order(orderId)!.priceTicks).toBe(249);
  });
});

describe('steps', () => {
  const step = fc
    .tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 12 }))
    .map(([mantissa, decimals]) => ({ mantissa, text: stepText(mantissa, decimals) }));
  const count = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1e9, max: 1e9 }));

  function stepText(mantissa: number, decimals: number): string {
    const all = String(mantissa).padStart(decimals + 1, '0');
    const at = all.length - decimals;
    return decimals === 0 ? all : `${all.slice(0, at)}.${all.slice(at)}`;
  }

  it('come back from their text, and their text from them', () => {
    let readable = 0;
    const property = fc.property(count, step, (steps, { mantissa, text: one }) => {
      const written = fromSteps(steps, one);
      expect(exact(written)).toBe(BigInt(steps) * exact(one));
      // Longer numbers can be written, and are too long to be read.
      if (!Number.isSafeInteger(steps * mantissa)) return;
      expect(toSteps(written, one)).toBe(steps);
      readable++;
    });
    fc.assert(property, RUNS);
    expect(readable).toBeGreaterThan(RUNS.numRuns / 2);
  });

  it('are a whole number of steps or refused', () => {
    const value = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 9 }));
    const property = fc.property(value, step, ([mantissa, decimals], { text: one }) => {
      const sign = mantissa < 0 ? '-' : '';
      const each = sign + stepText(Math.abs(mantissa), decimals);
      const steps = exact(each) / exact(one);
      const isWhole = exact(each) % exact(one) === 0n;
      if (isWhole && steps <= SAFE && steps >= -SAFE) {
        expect(toSteps(each, one)).toBe(Number(steps));
        return;
      }
      const refused = thrownBy(() => toSteps(each, one));
      expect(refused).toBeInstanceOf(RangeError);
      expect(refused.message).toMatch(/^text /);
      expect(refused.message).toContain(isWhole ? 'is too large' : 'is no whole multiple of');
    });
    fc.assert(property, RUNS);
  });

  it('reach to 2^53-1 and no further', () => {
    expect(toSteps('0.2999', '0.000001')).toBe(299_900);
    expect(fromSteps(299_900, '0.000001')).toBe('0.299900');
    expect(fromSteps(-0, '0.01')).toBe('0.00');
    expect(toSteps('9007199254.740991', '0.000001')).toBe(SAFE);
    expect(fromSteps(SAFE, '0.000001')).toBe('9007199254.740991');
    expect(fromSteps(-SAFE, '1')).toBe(`-${SAFE}`);
    expect(thrownBy(() => toSteps('9007199254.740992', '0.000001'))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => toSteps('0.29995', '0.0001')).message).toBe(
      'text "0.29995" is no whole multiple of 0.0001',
    );
  });

  it('are the steps of the market', () => {
    const engine: Engine = stage();
    const { tick, lot } = engine.product('noon')!;
    const id = limit(engine, 'alice', 'sell', toSteps('1.5', lot), toSteps('0.255', tick));
    const order = engine.order(id)!;
    expect([order.price, order.quantity]).toEqual(['0.255', '1.5']);
    expect(fromSteps(order.priceTicks, tick)).toBe(order.price);
    expect(fromSteps(order.quantityLots, lot)).toBe(order.quantity);
  });
});

describe('misuse', () => {
  const wrong = (values: readonly unknown[], kind: typeof RangeError): Bad[] =>
    values.map((value) => [value, kind]);
  const MALFORMED = [
    '',
    ' ',
    '1e3',
    '+1',
    '1.',
    '.5',
    '01',
    '-0',
    '-0.00',
    '1,5',
    'NaN',
    '1\n',
    '٣',
  ];
  const NO_DECIMAL = [...NO_TEXT, [undefined, TypeError] as Bad, ...wrong(MALFORMED, RangeError)];
  const NO_UNIT = [...NO_TEXT, ...wrong(['', 'kwh', 'toString', '__proto__', 'GWh'], RangeError)];
  const NO_PRICE_UNIT = [
    ...NO_TEXT,
    ...wrong(['', 'EUR', 'eur/kWh', 'EUR/Wh', 'EURO/kWh', 'ct/kWh\n', ' ct/kWh'], RangeError),
  ];
  const NO_STEP = [...NO_DECIMAL, ...wrong(['0', '0.0', '-1', '0.0000000000000001'], RangeError)];
  const NO_COUNT: Bad[] = [
    ...['1', 1n, undefined, null, {}, []].map((value): Bad => [value, TypeError]),
    ...wrong([NaN, Infinity, 0.5, 2 ** 53, -(2 ** 53)], RangeError),
  ];
  type Call = (value: never) => unknown;
  const CALLS: readonly (readonly [string, string, readonly Bad[], Call])[] = [
    ['convertEnergy', 'text', NO_DECIMAL, (value) => convertEnergy(value, 'Wh', 'kWh')],
    ['convertEnergy', 'from', NO_UNIT, (value) => convertEnergy('1', value, 'kWh')],
    ['convertEnergy', 'to', NO_UNIT, (value) => convertEnergy('1', 'kWh', value)],
    ['formatEnergy', 'text', NO_DECIMAL, (value) => formatEnergy(value, 'kWh')],
    ['formatEnergy', 'unit', NO_UNIT, (value) => formatEnergy('1', value)],
    ['formatEnergy', 'from', NO_UNIT, (value) => formatEnergy('1', 'kWh', value)],
    ['convertPrice', 'text', NO_DECIMAL, (value) => convertPrice(value, 'ct/kWh', 'EUR/kWh')],
    ['convertPrice', 'from', NO_PRICE_UNIT, (value) => convertPrice('1', value, 'EUR/kWh')],
    ['convertPrice', 'to', NO_PRICE_UNIT, (value) => convertPrice('1', 'EUR/kWh', value)],
    ['formatPrice', 'text', NO_DECIMAL, (value) => formatPrice(value, 'ct/kWh')],
    ['formatPrice', 'unit', NO_PRICE_UNIT, (value) => formatPrice('1', value)],
    ['formatPrice', 'from', NO_PRICE_UNIT, (value) => formatPrice('1', 'EUR/kWh', value)],
    ['toSteps', 'text', NO_DECIMAL, (value) => toSteps(value, '0.1')],
    ['toSteps', 'step', NO_STEP, (value) => toSteps('1', value)],
    ['fromSteps', 'count', NO_COUNT, (value) => fromSteps(value, '0.1')],
    ['fromSteps', 'step', NO_STEP, (value) => fromSteps(1, value)],
  ];

  it.each(CALLS)('of %s names %s', (_name, argument, values, call) => {
    for (const [value, kind] of values) {
      const error = thrownBy(() => call(value as never));
      expect(error, String(error)).toBeInstanceOf(kind);
      expect(error.message).toMatch(new RegExp(`^${argument} `));
    }
  });
});
