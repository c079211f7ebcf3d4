/** How long each of so many calls took, in nanoseconds, and all of them, in seconds. */
export interface Timed {
  readonly seconds: number;
  readonly latenciesNs: Float64Array;
}

/**
 * Makes calls so that there are always as many under way: each that is answered is followed by the next. They are made in the order
 * of their numbers, from 0 on.
 */
export async function timeInFlight(
  count: number,
  inFlight: number,
  call: (index: number) => Promise<unknown>,
): Promise<Timed> {
  const latenciesNs = new Float64Array(count);
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const before = performance.now();
      await call(index);
      latenciesNs[index] = (performance.now() - before) * 1e6;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: Math.min(count, inFlight) }, client));
  return { seconds: (performance.now() - start) / 1000, latenciesNs };
}
