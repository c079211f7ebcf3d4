import { type ByteLog, putI64, putId } from '../core/bytes.ts';
import type { Decimal } from '../core/decimal.ts';

/** Writes values one behind the other. */
export class Writer {
  readonly log: ByteLog;

  constructor(log: ByteLog) {
    this.log = log;
  }

  u8(value: number): void {
    const at = this.log.extend(1);
    this.log.view.setUint8(at, value);
  }
  u32(value: number): void {
    const at = this.log.extend(4);
    this.log.view.setUint32(at, value);
  }
  i64(value: number): void {
    const at = this.log.extend(8);
    putI64(this.log.view, at, value);
  }
  id(text: string): void {
    const at = this.log.extend(1 + text.length);
    putId(this.log.bytes, at, text);
  }
  decimal(value: Decimal): void {
    this.i64(value.mantissa);
    this.u8(value.decimals);
  }
}

/** The entries of a table by row, from the first one up. */
export function inOrder<T>(table: ReadonlyMap<number, T>): [row: number, value: T][] {
  return [...table].sort(([a], [b]) => a - b);
}
