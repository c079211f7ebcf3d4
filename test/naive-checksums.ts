/** CRC-32C bit by bit. */
export function naiveCrc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? 0x82f6_3b78n : 0n);
  }
  return Number(crc ^ 0xffff_ffffn);
}

const U32 = 0xffff_ffffn;
const times = (a: bigint, b: bigint): bigint => (a * b) & U32;
const turned = (a: bigint, by: bigint): bigint => ((a << by) | (a >> (32n - by))) & U32;

/** MurmurHash3, x86 32-bit variant, seed 0, in exact arithmetic. */
export function naiveMurmur3(bytes: Uint8Array): number {
  let hash = 0n;
  for (let at = 0; at < bytes.length; at += 4) {
    const block = bytes.subarray(at, at + 4);
    const word = block.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    hash ^= times(turned(times(word, 0xcc9e_2d51n), 15n), 0x1b87_3593n);
    if (block.length === 4) hash = (turned(hash, 13n) * 5n + 0xe654_6b64n) & U32;
  }
  hash ^= BigInt(bytes.length);
  hash = times(hash ^ (hash >> 16n), 0x85eb_ca6bn);
  hash = times(hash ^ (hash >> 13n), 0xc2b2_ae35n);
  return Number(hash ^ (hash >> 16n));
}
