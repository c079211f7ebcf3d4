/**
 * A growing run of bytes: the command log and the outbox. All integers are big-endian; 64-bit ones
 * are signed and hold safe integers only, so that no BigInt is needed on the way.
 */
export class ByteLog {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  /** Bytes in use. */
  length = 0;

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `size` more bytes, and returns where they begin. Amortised O(size). */
  extend(size: number): number {
    const at = this.length;
    const end = at + size;
    if (end > this.bytes.length) this.#grow(end);
    this.length = end;
    return at;
  }

  /** Appends a copy of `bytes`. */
  append(bytes: Uint8Array): void {
    const at = this.extend(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** Forgets the first `size` bytes, keeps the room. O(bytes left). */
  dropFirst(size: number): void {
    this.bytes.copyWithin(0, size, this.length);
    this.length -= size;
  }

  /** A copy of the bytes from `start` to `end`. */
  slice(start = 0, end: number = this.length): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(start, end);
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

const TWO_32 = 4_294_967_296;

/** Writes a safe integer as 64 bits, two's complement. */
export function putI64(view: DataView, at: number, value: number): void {
  const low = value >>> 0;
  view.setInt32(at, (value - low) / TWO_32);
  view.setUint32(at + 4, low);
}

/** Reads what putI64 wrote. Values beyond the safe integers come out rounded; check first. */
export function readI64(view: DataView, at: number): number {
  return view.getInt32(at) * TWO_32 + view.getUint32(at + 4);
}

/** Writes one length byte and the characters of an id (ASCII); returns where it ends. */
export function putId(bytes: Uint8Array, at: number, id: string): number {
  const length = id.length;
  bytes[at] = length;
  for (let i = 0; i < length; i++) bytes[at + 1 + i] = id.charCodeAt(i);
  return at + 1 + length;
}

/** Reads what putId wrote. */
export function readId(view: DataView, at: number): string {
  const length = view.getUint8(at);
  let id = '';
  for (let i = 1; i <= length; i++) id += String.fromCharCode(view.getUint8(at + i));
  return id;
}

/** Whether two runs of bytes are the same. O(length). */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a;
  if (length !== b.length) return false;
  // By four bytes at a time in place of `every`: 75 MB take 90 ms in place of 1,000.
  const [left, right] = [viewOf(a), viewOf(b)];
  let at = 0;
  for (; at + 4 <= length; at += 4) if (left.getInt32(at) !== right.getInt32(at)) return false;
  for (; at < length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
