const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 with padding; RFC 4648, section 4. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const digits = [a! >> 2, ((a! & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const count = Math.min(4, bytes.length - at + 1);
    text += digits
      .slice(0, count)
      .map((digit) => DIGITS[digit])
      .join('')
      .padEnd(4, '=');
  }
  return text;
}

/** The bytes that a text stands for; undefined for a text that `toBase64` does not give. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/={1,2}$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [bits, value, at] = [0, 0, 0];
  for (const digit of digits) {
    const found = DIGITS.indexOf(digit);
    if (found < 0) return undefined;
    value = ((value << 6) | found) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (value >> bits) & 255;
  }
  return toBase64(bytes) === text ? bytes : undefined;
}
