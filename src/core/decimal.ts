import { MAX_DECIMALS, MAX_INTEGER } from './limits.ts';

/** An exact decimal: mantissa / 10^decimals, without trailing zeros. */
export interface Decimal {
  readonly mantissa: number;
  readonly decimals: number;
}

const DECIMAL = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/;
const DECIMAL_OF_ANY_LENGTH = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const MINUS_ZERO = /^-[0.]*$/;

/**
 * Checks decimal text such as '0.2999' or '-12.5'. No exponent, no plus sign, no bare dot, no
 * superfluous zero in front: one number, one way to write its whole part. No minus zero.
 * @throws TypeError if `text` is no string; RangeError if it is no such number
 */
export function decimalText(
  text: unknown,
  argument: string,
  form: RegExp = DECIMAL_OF_ANY_LENGTH,
): string {
  if (typeof text !== 'string') {
    throw new TypeError(`${argument} must be decimal text such as '1.5', got ${shown(text)}`);
  }
  if (!form.test(text) || MINUS_ZERO.test(text)) {
    const rule = brokenRule(text);
    throw new RangeError(
      `${argument} must be decimal text such as '1.5'${rule}, got ${shown(text)}`,
    );
  }
  return text;
}

/** The rule that text breaks where one does not see it at once: it looks like decimal text. */
function brokenRule(text: string): string {
  if (/^-?0\d/.test(text)) return ' without a superfluous zero in front';
  if (!DECIMAL_OF_ANY_LENGTH.test(text)) return '';
  if (MINUS_ZERO.test(text)) return ', where zero has no sign';
  return ' of at most 16 digits before and 15 behind the point';
}

/**
 * Reads decimal text of at most 16 digits before and 15 after the point.
 * @throws TypeError if it is no string; RangeError if it is no such number or too large
 */
export function parseDecimal(value: unknown, argument: string): Decimal {
  const text = decimalText(value, argument, DECIMAL);
  const point = text.indexOf('.');
  const digits = point < 0 ? text : text.slice(0, point) + text.slice(point + 1);
  let mantissa = BigInt(digits);
  let decimals = point < 0 ? 0 : text.length - point - 1;
  while (decimals > 0 && mantissa % 10n === 0n) {
    mantissa /= 10n;
    decimals--;
  }
  if (mantissa > MAX_INTEGER || mantissa < -MAX_INTEGER) {
    throw new RangeError(`${argument} ${shown(text)} has more digits than can be kept exactly`);
  }
  return { mantissa: Number(mantissa), decimals };
}

/**
 * How many steps of mantissa / 10^decimals make up the decimal text.
 * @throws RangeError if it is no whole number of steps, or more than 2^53-1 of them
 */
export function parseSteps(text: unknown, step: Decimal, argument: string): number {
  const value = parseDecimal(text, argument);
  const shift = step.decimals - value.decimals;
  const scaled = BigInt(value.mantissa) * 10n ** BigInt(Math.max(shift, 0));
  const unit = BigInt(step.mantissa) * 10n ** BigInt(Math.max(-shift, 0));
  if (scaled % unit !== 0n) {
    const size = formatSteps(1, step);
    throw new RangeError(`${argument} ${shown(text)} is no whole multiple of ${size}`);
  }
  return safe(scaled / unit, argument, text);
}

function safe(value: bigint, argument: string, text: unknown): number {
  if (value > MAX_INTEGER || value < -MAX_INTEGER) {
    throw new RangeError(`${argument} ${shown(text)} is too large to be kept exactly`);
  }
  return Number(value);
}

/** How every number below one begins. */
const SMALL = `0.${'0'.repeat(MAX_DECIMALS)}`;

/** The decimal text of `count` steps, exact, with as many decimals as the step has. */
export function formatSteps(count: number | bigint, step: Decimal): string {
  const product = typeof count === 'number' ? count * step.mantissa : NaN;
  // BigInt takes several times as long, and few numbers need it.
  const exact = Number.isSafeInteger(product) ? product : BigInt(count) * BigInt(step.mantissa);
  const { decimals } = step;
  let digits = String(exact < 0 ? -exact : exact);
  if (decimals > 0) {
    const whole = digits.length - decimals;
    // Not by `padStart`, which takes as long as all the rest.
    digits =
      whole > 0
        ? `${digits.slice(0, whole)}.${digits.slice(whole)}`
        : SMALL.slice(0, 2 - whole) + digits;
  }
  return exact < 0 ? `-${digits}` : digits;
}

/** `value` in units of 10^-decimals as an integer, or undefined if it is no whole number of them. */
export function inQuanta(value: bigint, ownDecimals: number, decimals: number): bigint | undefined {
  const shift = decimals - ownDecimals;
  if (shift >= 0) return value * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return value % divisor === 0n ? value / divisor : undefined;
}

/** The step of an asset: one quantum. */
export function quantum(decimals: number): Decimal {
  if (decimals < 0 || decimals > MAX_DECIMALS) throw new RangeError('decimals out of range');
  return { mantissa: 1, decimals };
}

/** A short picture of any value for an error message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (typeof value === 'bigint') return shortened(`${value}n`);
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : shortened(String(value));
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
