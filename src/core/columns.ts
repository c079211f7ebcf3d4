/** A copy of a column with room for `capacity` rows. */
export function grownFloats(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacity);
  grown.set(column);
  return grown;
}

/** A copy of a column with room for `capacity` rows. */
export function grownInts(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacity);
  grown.set(column);
  return grown;
}

/**
 * By how many rows to grow, at least by `least`: by an eighth at most, so that hardly anything lies idle among
 * millions of rows, each of which is copied some ten times for that on the way there.
 */
export function growth(capacity: number, least: number): number {
  return Math.max(least, 2 ** Math.floor(Math.log2(capacity)) / 8);
}
