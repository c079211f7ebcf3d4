export type ErrorClass = typeof TypeError | typeof RangeError;
export type Bad = readonly [value: unknown, wrong: ErrorClass];

export const typed = (...values: unknown[]): Bad[] => values.map((value) => [value, TypeError]);
export const ranged = (...values: unknown[]): Bad[] => values.map((value) => [value, RangeError]);

const LONG = 'a'.repeat(1_000_000);
const DIGITS = '1'.repeat(1_000_000);
const OBJECTS = [null, {}, [], Symbol('x'), true, () => 1, new Date(0), Object.create(null)];
export const SPECIAL = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

export const NO_TEXT: Bad[] = typed(
  0,
  1,
  1.5,
  NaN,
  Infinity,
  -0,
  2 ** 53,
  1n,
  2n ** 64n,
  ['1'],
  ...OBJECTS,
);
export const ID: Bad[] = [
  ...NO_TEXT,
  ...ranged('', ' ', 'a b', ' a', 'a\n', '\0', 'a\0', '\ud800', 'a\udfff', 'é', '#', 'a,b', '\\'),
  ...ranged('a'.repeat(65), LONG),
];
export const NUMBER: Bad[] = [
  ...typed('1', '1e3', '0x10', '', '1'.repeat(1_000_000), 1n, 2n ** 64n, [1], ...OBJECTS),
  ...ranged(NaN, Infinity, -Infinity, -0, 0.5, 1.5, 5e-324, 2 ** 53, -(2 ** 53), 1e300, -1e300),
];
export const TEXT: Bad[] = [
  ...NO_TEXT,
  ...ranged('', ' ', '1e3', '1E3', '0x10', '+1', ' 1', '1 ', '1.', '.5', '.', '01', '-01', '-0'),
  ...ranged('-0.0', '--1', '-', '1,5', '1_000', '1n', 'NaN', 'Infinity', '1.2.3', '\u0661', '1\n'),
  ...ranged('1\0', '\0', '\ud800', '1\udfff', '0.0000000000000001', '9007199254740992'),
  ...ranged('99999999999999999', '1.0000000000000001', DIGITS, `0.${DIGITS}`, ...SPECIAL),
];
export const FLAG: Bad[] = typed(0, 1, 'true', '', 1n, null, {}, [], Symbol('x'), NaN);
export const names = (...others: string[]): Bad[] => [
  ...NO_TEXT,
  ...ranged('', ' ', '0', '1', '\0', '\ud800', LONG, ...SPECIAL, ...others),
];

export const REQUIRED = typed(undefined);
export const WHOLE = [...NUMBER, ...ranged(0, -1)];
export const NATURAL = [...NUMBER, ...ranged(-1)];
/** null is no number, and allowed. */
export const LIMIT = [...NATURAL.filter(([value]) => value !== null), ...ranged(2 ** 32)];
export const AMOUNT = [...TEXT, ...ranged('0', '0.0', '-1', '-0.1')];
export const PPM = [...NATURAL, ...ranged(1_000_001)];
