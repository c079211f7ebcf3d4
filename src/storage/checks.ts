import { shown } from '../core/decimal.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { StoredSnapshot } from './contract.ts';
import type { Frame } from './frame.ts';

function check(isRight: boolean, argument: string, rule: string, value: unknown): void {
  if (!isRight) throw new TypeError(`${argument} must be ${rule}, got ${shown(value)}`);
}

/** Checks the options of `open`. @throws TypeError */
export function openArgument(options: { readonly takeOver: boolean }): void {
  check(typeof options === 'object' && options !== null, 'options', 'an object', options);
  for (const name in options) {
    if (name !== 'takeOver') throw new TypeError(`options has no field ${shown(name)}`);
  }
  const { takeOver } = options;
  check(typeof takeOver === 'boolean', 'takeOver', 'true or false', takeOver);
}

/** Checks a sequence, from 0 upward. @throws TypeError, RangeError */
export function sequenceArgument(value: number, argument: string): void {
  check(typeof value === 'number', argument, 'a number', value);
  if (Number.isSafeInteger(value) && value >= 0) return;
  const range = `a whole number from 0 to ${MAX_INTEGER}`;
  throw new RangeError(`${argument} must be ${range}, got ${shown(value)}`);
}

/** Checks what of a frame a storage makes use of. @throws TypeError, RangeError */
export function frameArgument(frame: Frame): void {
  bytesAndHash(frame, 'frame');
  sequenceArgument(frame.lastSequence, 'frame.lastSequence');
}

/** Checks a snapshot. @throws TypeError, RangeError */
export function snapshotArgument(snapshot: StoredSnapshot): void {
  bytesAndHash(snapshot, 'snapshot');
  sequenceArgument(snapshot.sequence, 'snapshot.sequence');
}

function bytesAndHash(value: Frame | StoredSnapshot, argument: string): void {
  check(typeof value === 'object' && value !== null, argument, `a ${argument}`, value);
  for (const field of ['bytes', 'hash'] as const) {
    const isRight = value[field] instanceof Uint8Array;
    check(isRight, `${argument}.${field}`, 'a Uint8Array', value[field]);
  }
}
