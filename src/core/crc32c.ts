/** CRC-32C (Castagnoli), reflected polynomial; RFC 3720, appendix B.4 has test values. */
const POLYNOMIAL = 0x82f6_3b78;

/**
 * Eight tables, one behind the other: a byte that has n of its eight bytes behind it goes through table n,
 * so that eight bytes take one step. On 38 kB that was twice as fast as four arrays for four bytes.
 */
const TABLES = tables();

function tables(): Int32Array {
  const all = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    all[byte] = value;
  }
  for (let i = 256; i < all.length; i++) {
    const value = all[i - 256]!;
    all[i] = (value >>> 8) ^ all[value & 0xff]!;
  }
  return all;
}

/** The checksum of the bytes from `start` to `end`. O(end - start). */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const table = TABLES;
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      table[1792 + (crc & 0xff)]! ^
      table[1536 + ((crc >>> 8) & 0xff)]! ^
      table[1280 + ((crc >>> 16) & 0xff)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
