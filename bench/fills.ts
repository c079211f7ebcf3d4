import { createHash } from 'node:crypto';

/** Every fill of a run: four numbers each, in the order in which they came about. */
export class Fills {
  count = 0;
  readonly #numbers: Int32Array;

  /**
   * @param orders entered in all: each fill ends one of them, or of an iceberg a part, and few enough trade
   * that there is room
   */
  constructor(orders: number) {
    this.#numbers = new Int32Array(orders * 4);
  }

  add(maker: number, taker: number, priceTicks: number, quantityLots: number): void {
    const at = this.count++ * 4;
    const numbers = this.#numbers;
    numbers[at] = maker;
    numbers[at + 1] = taker;
    numbers[at + 2] = priceTicks;
    numbers[at + 3] = quantityLots;
  }

  /** The first 16 digits of the SHA-256 over the first `count` fills: 16 bytes each, big-endian. */
  checksum(count = this.count): string {
    if (count * 4 > this.#numbers.length) throw new Error('there are more fills than orders');
    const bytes = new Uint8Array(count * 16);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count * 4; i++) view.setInt32(i * 4, this.#numbers[i]!);
    return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  }
}

/** One checksum for several. */
export function combined(checksums: readonly string[]): string {
  if (checksums.length === 1) return checksums[0]!;
  return createHash('sha256').update(checksums.join()).digest('hex').slice(0, 16);
}
