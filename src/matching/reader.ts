import { readI64, readId } from '../core/bytes.ts';
import type { Decimal } from '../core/decimal.ts';
import { isIdAt, MAX_DECIMALS, MAX_INTEGER } from '../core/limits.ts';

/** Reads values one behind the other. What cannot be is a RangeError. */
export class Reader {
  readonly view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.view.byteLength - this.#at;
  }

  /** Goes past the next `size` bytes, which are there; returns where they begin. */
  next(size: number): number {
    const at = this.#at;
    if (at + size > this.view.byteLength) throw new RangeError('ends too early');
    this.#at = at + size;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.next(1));
  }
  u32(): number {
    return this.view.getUint32(this.next(4));
  }
  i64(): number {
    return this.i64At(this.next(8));
  }
  /** A number in bytes that were gone past. */
  i64At(at: number): number {
    const value = readI64(this.view, at);
    if (Math.abs(value) > MAX_INTEGER) throw new RangeError('holds a number beyond 2^53-1');
    return value;
  }
  /** An id; may be '' only where that is said. */
  id(optional = false): string {
    const at = this.next(1);
    const length = this.view.getUint8(at);
    if (length === 0 && optional) return '';
    if (!isIdAt(this.view, this.next(length), length)) throw new RangeError('holds what is no id');
    return readId(this.view, at);
  }
  /** The number of a row that exists, out of `rows`. */
  row(rows: readonly unknown[]): number {
    return this.rowAt(this.next(4), rows);
  }
  /** The same in bytes that were gone past. */
  rowAt(at: number, rows: readonly unknown[]): number {
    const row = this.view.getUint32(at);
    if (rows[row] === undefined) throw new RangeError(`names row ${row} of ${rows.length}`);
    return row;
  }
  /** One of the numbers of a table. */
  oneOf(numbers: readonly number[]): number {
    const number = this.u8();
    if (numbers.includes(number)) return number;
    throw new RangeError(`holds ${number}, which is in no table`);
  }
  decimals(): number {
    const decimals = this.u8();
    if (decimals > MAX_DECIMALS) throw new RangeError(`holds a number of ${decimals} decimals`);
    return decimals;
  }
  /** A step: more than zero, and written without trailing zeros. */
  step(): Decimal {
    const mantissa = this.i64();
    const decimals = this.decimals();
    const sound = mantissa > 0 && (decimals === 0 || mantissa % 10 !== 0);
    if (!sound) throw new RangeError(`holds a step of ${mantissa} / 10^${decimals}`);
    return { mantissa, decimals };
  }
  end(): void {
    if (this.left > 0) throw new RangeError(`has ${this.left} bytes too many`);
  }
}
