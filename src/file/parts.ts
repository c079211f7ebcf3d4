/** A call of the system moves 2 GiB less a page at most, and Node refuses to ask for more. */
const MOST_PER_CALL = 2 ** 30;

/**
 * Moves bytes by calls that may each move less than they are asked to.
 * @param call is given from where, and how many at most; resolves with how many it moved
 * @returns how many were moved: fewer where a call moved none
 */
export async function inParts(
  length: number,
  call: (from: number, most: number) => Promise<number>,
  mostPerCall = MOST_PER_CALL,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const moved = await call(done, Math.min(length - done, mostPerCall));
    if (moved === 0) break;
    done += moved;
  }
  return done;
}
