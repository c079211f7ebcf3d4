import type { Bad } from './bad-values.ts';
import { ID, names, NATURAL, NUMBER, WHOLE } from './bad-values.ts';

const typed = (...values: unknown[]): Bad[] => values.map((value) => [value, TypeError]);
const ranged = (...values: unknown[]): Bad[] => values.map((value) => [value, RangeError]);
const MISSING = typed(undefined);
const REFERENCE = [...ID, ...MISSING];
const STAMP = { actor: ID, commandId: ID, at: NATURAL };
const NO_NUMBER = typed(0, 1, 1n, NaN, {}, [], true, Symbol('x'), null);
/** Steps of the stage: a tick is 0.001, kWh have 3 decimals. */
const PRICE = [...NO_NUMBER, ...MISSING, ...ranged('', ' ', '1e3', '0.0005', '+1', '01', '-0')];
const ENERGY = [...NO_NUMBER, ...MISSING, ...ranged('-1', '0.0001', '1e3', '4503599627370.496')];
const SETTLEMENT = {
  mode: 'firm',
  utility: 'dave',
  imbalanceMin: '-0.1',
  imbalanceMax: '0.5',
  positionLimit: '5',
};
const PRODUCT = {
  id: 'dusk',
  energy: 'kWh',
  money: 'EUR',
  tick: '0.001',
  lot: '0.001',
  delivery: { start: 5000, end: 6000, opensMs: -5000, gateMs: 1000 },
  settlement: SETTLEMENT,
};
const READING = { product: 'slot', account: 'alice', version: 1, quality: 'measured' };

interface SettlementForm {
  readonly method: 'listProduct' | 'recordReading' | 'setImbalancePrices' | 'settleProduct';
  readonly sample: object;
  readonly fields: Readonly<Record<string, readonly Bad[]>>;
}

/** The same as FORMS of what is about energy that is sold before it is there. */
export const SETTLEMENT_FORMS: readonly SettlementForm[] = [
  {
    method: 'listProduct',
    sample: PRODUCT,
    fields: {
      settlement: typed(0, 1, 'x', '', true, null, [], {}, Symbol('x'), 1n, { mode: 'firm' }),
      'settlement.mode': [...names('Firm', 'delivered', 'prepaid'), ...MISSING],
      'settlement.utility': REFERENCE,
      'settlement.imbalanceMin': [...PRICE, ...ranged('0.5', '0.6')],
      'settlement.imbalanceMax': [...PRICE, ...ranged('-0.1', '-0.2')],
      'settlement.positionLimit': [...NO_NUMBER, ...ranged('0', '-1', '0.0001', '1e3')],
      'delivery.gateMs': ranged(1001),
    },
  },
  {
    method: 'listProduct',
    sample: {
      ...PRODUCT,
      settlement: { ...SETTLEMENT, positionLimit: undefined, positionLimitLots: 5 },
    },
    fields: { 'settlement.positionLimitLots': WHOLE },
  },
  {
    method: 'recordReading',
    sample: { ...READING, imported: '1.5', exported: '0' },
    fields: {
      ...STAMP,
      product: REFERENCE,
      account: REFERENCE,
      version: [...WHOLE, ...MISSING, ...ranged(2 ** 32)],
      quality: [...names('Measured', 'guessed'), ...MISSING],
      imported: ENERGY,
      exported: ENERGY,
    },
  },
  {
    method: 'recordReading',
    sample: { ...READING, importedQuanta: 2 ** 52 - 1, exportedQuanta: 0 },
    fields: {
      importedQuanta: [...NATURAL, ...MISSING, ...ranged(2 ** 52)],
      exportedQuanta: [...NATURAL, ...MISSING, ...ranged(2 ** 52)],
    },
  },
  {
    method: 'setImbalancePrices',
    sample: { product: 'slot', long: '0.1', short: '0.3', tolerance: { ppm: 5, price: '0.2' } },
    fields: {
      ...STAMP,
      product: REFERENCE,
      long: [...PRICE, ...ranged('0.301')],
      short: [...PRICE, ...ranged('0.099', '0.199')],
      tolerance: typed(0, 1, 'x', '', true, null, [], {}, Symbol('x'), 1n, { price: '0.2' }),
      'tolerance.ppm': [...NUMBER, ...MISSING, ...ranged(0, -1, 1_000_001)],
      'tolerance.price': [...PRICE, ...ranged('0.099', '0.301')],
    },
  },
  {
    method: 'settleProduct',
    sample: { product: 'slot', final: false },
    fields: { ...STAMP, product: REFERENCE, final: typed(0, 1, 'true', '', null, {}, [], 1n) },
  },
];
