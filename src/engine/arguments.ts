import { integerArgument } from '../core/arguments.ts';
import { type Decimal, parseDecimal, parseSteps, shown } from '../core/decimal.ts';
import { MAX_INTEGER } from '../core/limits.ts';

export {
  choiceArgument,
  idArgument,
  integerArgument,
  nameArgument,
  objectArgument,
} from '../core/arguments.ts';

/** Checks an argument that must be true or false. @throws TypeError */
export function flagArgument(value: unknown, argument: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${argument} must be true or false, got ${shown(value)}`);
}

/**
 * Takes a number that may come as decimal text in whole units (`name`) or as a count of steps
 * (`countName`), but not as both.
 * @param step what one step is; undefined if it is not known, since what it belongs to is not
 * @returns the number of steps, or undefined if neither was given
 * @throws TypeError, RangeError
 */
export function stepsArgument(
  text: unknown,
  count: unknown,
  name: string,
  countName: string,
  min: number,
  step: Decimal | undefined,
): number | undefined {
  if (text !== undefined && count !== undefined) {
    throw new TypeError(`give either ${name} or ${countName}, not both`);
  }
  if (count !== undefined) return integerArgument(count, countName, min, MAX_INTEGER);
  if (text === undefined) return undefined;
  if (typeof text === 'number') {
    const hint = `decimal text such as '1.5' (or a whole number as ${countName})`;
    throw new TypeError(`${name} must be ${hint}, got ${shown(text)}`);
  }
  const steps = textSteps(text, name, step);
  if (steps < min) throw new RangeError(`${name} must be ${least(min)}, got ${shown(text)}`);
  return steps;
}

/**
 * Reads decimal text as a number of steps. Where the step is not known, since what it belongs to is
 * not, the text is checked for its form, and what counts is its sign.
 * @throws TypeError, RangeError
 */
export function textSteps(text: unknown, argument: string, step: Decimal | undefined): number {
  if (step !== undefined) return parseSteps(text, step, argument);
  return Math.sign(parseDecimal(text, argument).mantissa);
}

function least(min: number): string {
  return min === 1 ? 'more than zero' : 'zero or more';
}

/** The same as stepsArgument, for a number that must be given. @throws TypeError, RangeError */
export function requiredSteps(
  text: unknown,
  count: unknown,
  name: string,
  countName: string,
  min: number,
  step: Decimal | undefined,
): number {
  const steps = stepsArgument(text, count, name, countName, min, step);
  if (steps === undefined) throw new TypeError(`${name} (or ${countName}) is missing`);
  return steps;
}

/** Checks an argument that must be bytes. @throws TypeError */
export function bytesArgument(value: unknown, argument: string): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`${argument} must be a Uint8Array, got ${shown(value)}`);
  }
  if (value.length > 0 || !isDetached(value.buffer)) return value;
  throw new TypeError(`${argument} must be a Uint8Array, got one whose buffer is detached`);
}

/** Whether a buffer was given away, as to a worker: one of length 0 can still be looked at, that one not. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    return new DataView(buffer).byteLength < 0;
  } catch {
    return true;
  }
}

/** Checks an argument that must be a function. @throws TypeError */
export function functionArgument(value: unknown, argument: string): void {
  if (typeof value === 'function') return;
  throw new TypeError(`${argument} must be a function, got ${shown(value)}`);
}

/** The row of an id that must be registered. @throws RangeError */
export function known(row: number | undefined, argument: string, id: string): number {
  if (row === undefined) throw new RangeError(`${argument} ${JSON.stringify(id)} is unknown`);
  return row;
}
