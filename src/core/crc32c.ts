/** CRC-32C (Castagnoli), reflected polynomial; RFC 3720, appendix B.4 has test values. */
const POLYNOMIAL = 0x82f6_3b78;

/** Four tables: byte i of a word goes through table 3 - i, so that a word takes one step. */
const TABLES: readonly Uint32Array[] = tables();

function tables(): Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    first[byte] = value;
  }
  const all = [first];
  for (let i = 1; i < 4; i++) {
    all.push(all[i - 1]!.map((value) => (value >>> 8) ^ first[value & 0xff]!));
  }
  return all;
}

/** The checksum of the bytes from `start` to `end`. O(end - start). */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const [t0, t1, t2, t3] = TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  let crc = 0xffff_ffff;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc = t3[crc & 0xff]! ^ t2[(crc >>> 8) & 0xff]! ^ t1[(crc >>> 16) & 0xff]! ^ t0[crc >>> 24]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
