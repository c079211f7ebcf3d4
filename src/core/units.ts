import {
  type Decimal,
  decimalText,
  formatSteps,
  parseDecimal,
  parseSteps,
  shown,
} from './decimal.ts';

/** Units in which people count energy: 1 MWh = 1,000 kWh = 1,000,000 Wh. */
export type EnergyUnit = 'Wh' | 'kWh' | 'MWh';

/**
 * Units in which people quote prices, such as 'ct/kWh', 'EUR/kWh' or 'EUR/MWh': a currency by its
 * three capital letters, or ct, a hundredth of whatever currency it is; per kWh or per MWh.
 */
export type PriceUnit = `${'ct' | Uppercase<string>}/${'kWh' | 'MWh'}`;

/** Powers of ten, in kWh. */
const ENERGY_EXPONENTS = { Wh: -3, kWh: 0, MWh: 3 } as const;
const PRICE_UNIT = /^(ct|[A-Z]{3})\/(kWh|MWh)$/;

/**
 * An amount of energy in another unit, exact for any number of digits, without superfluous zeros:
 * `convertEnergy('1.5', 'kWh', 'Wh')` is '1500'.
 * @throws TypeError or RangeError for what is no decimal text or no unit
 */
export function convertEnergy(text: string, from: EnergyUnit, to: EnergyUnit): string {
  const source = energyExponent(from, 'from');
  return shifted(text, source - energyExponent(to, 'to'));
}

/**
 * An amount of energy with its unit, in as few digits as are exact: `formatEnergy('1.500', 'kWh')`
 * is '1.5 kWh'.
 * @param from unit of `text`; left out, it is `unit`
 * @throws TypeError or RangeError for what is no decimal text or no unit
 */
export function formatEnergy(text: string, unit: EnergyUnit, from: EnergyUnit = unit): string {
  const target = energyExponent(unit, 'unit');
  return `${shifted(text, energyExponent(from, 'from') - target)} ${unit}`;
}

/**
 * A price in another unit, exact for any number of digits, without superfluous zeros:
 * `convertPrice('29.99', 'ct/kWh', 'EUR/kWh')` is '0.2999'. Currencies are not exchanged.
 * @throws TypeError or RangeError for what is no decimal text or no unit, or for two currencies
 */
export function convertPrice(text: string, from: PriceUnit, to: PriceUnit): string {
  return shifted(text, priceShift(readPriceUnit(from, 'from'), readPriceUnit(to, 'to'), 'to'));
}

/**
 * A price with its unit, in as few digits as are exact: `formatPrice('0.299900', 'ct/kWh')` is
 * '29.99 ct/kWh'.
 * @param from unit of `text`; left out, it is whole money per kWh, as views of a market in kWh give it
 * @throws TypeError or RangeError for what is no decimal text or no unit, or for two currencies
 */
export function formatPrice(text: string, unit: PriceUnit, from?: PriceUnit): string {
  const target = readPriceUnit(unit, 'unit');
  const source = from === undefined ? WHOLE_PER_KWH : readPriceUnit(from, 'from');
  return `${shifted(text, priceShift(source, target, 'unit'))} ${unit}`;
}

/**
 * How many steps decimal text makes: `toSteps('0.2999', '0.000001')` is 299900. With a product's
 * tick it turns a price into `priceTicks`, with its lot a quantity into `quantityLots`.
 * @param step decimal text above zero
 * @returns a whole number from -(2^53-1) to 2^53-1
 * @throws TypeError or RangeError for what is no decimal text, no whole number of steps (too many
 * decimals), or too many of them
 */
export function toSteps(text: string, step: string): number {
  return parseSteps(text, readStep(step), 'text');
}

/**
 * Decimal text of so many steps, with the decimals of the step, as views have it:
 * `fromSteps(299900, '0.000001')` is '0.299900'.
 * @param count a whole number from -(2^53-1) to 2^53-1
 * @param step decimal text above zero
 * @throws TypeError or RangeError for another count or step
 */
export function fromSteps(count: number, step: string): string {
  if (typeof count !== 'number') {
    throw new TypeError(`count must be a number, got ${shown(count)}`);
  }
  if (!Number.isSafeInteger(count)) {
    throw new RangeError(`count must be a whole number up to 2^53-1, got ${shown(count)}`);
  }
  return formatSteps(count, readStep(step));
}

function readStep(text: string): Decimal {
  const step = parseDecimal(text, 'step');
  if (step.mantissa <= 0) throw new RangeError(`step must be more than zero, got ${shown(text)}`);
  return step;
}

/** A price unit as a power of ten of whole money per kWh; ct names no currency. */
interface PriceScale {
  readonly exponent: number;
  readonly currency: string | undefined;
}

const WHOLE_PER_KWH: PriceScale = { exponent: 0, currency: undefined };

function readPriceUnit(unit: unknown, argument: string): PriceScale {
  const [, money, energy] = PRICE_UNIT.exec(unitText(unit, argument)) ?? [];
  if (money === undefined) {
    const forms = "such as 'ct/kWh', 'EUR/kWh' or 'EUR/MWh'";
    throw new RangeError(`${argument} must be a unit ${forms}, got ${shown(unit)}`);
  }
  const perEnergy = ENERGY_EXPONENTS[energy as EnergyUnit];
  if (money === 'ct') return { exponent: -2 - perEnergy, currency: undefined };
  return { exponent: 0 - perEnergy, currency: money };
}

function priceShift(from: PriceScale, to: PriceScale, argument: string): number {
  const known = from.currency !== undefined && to.currency !== undefined;
  if (known && from.currency !== to.currency) {
    throw new RangeError(`${argument} must be in ${from.currency}, got ${to.currency}`);
  }
  return from.exponent - to.exponent;
}

function energyExponent(unit: unknown, argument: string): number {
  const name = unitText(unit, argument);
  if (Object.hasOwn(ENERGY_EXPONENTS, name)) return ENERGY_EXPONENTS[name as EnergyUnit];
  throw new RangeError(`${argument} must be one of Wh, kWh, MWh, got ${shown(unit)}`);
}

function unitText(unit: unknown, argument: string): string {
  if (typeof unit === 'string') return unit;
  throw new TypeError(`${argument} must be a unit (text), got ${shown(unit)}`);
}

/** Decimal text times 10^shift: the point moves, and no digit changes. */
function shifted(value: string, shift: number): string {
  const text = decimalText(value, 'text');
  const sign = text.startsWith('-') ? '-' : '';
  const [whole, part = ''] = text.slice(sign.length).split('.') as [string, string?];
  const room = '0'.repeat(Math.abs(shift));
  const digits = room + whole + part + room;
  const point = room.length + whole.length + shift;
  let end = digits.length;
  // No pattern for the zeros at the end: on many zeros elsewhere it would take quadratic time.
  while (end > point && digits[end - 1] === '0') end--;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  return sign + before + (end === point ? '' : `.${digits.slice(point, end)}`);
}
