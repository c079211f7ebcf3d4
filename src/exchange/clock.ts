import { WattbookError } from '../core/errors.ts';
import type { Clock } from '../engine/sequencer.ts';

/** How much of a clock's time may pass before it is compared with the time that has passed: to ask for that costs as much as the clock. */
const COMPARED_MS = 60_000;

/**
 * A clock that refuses to jump: one that goes further ahead than the time that has passed would have every order expire. The
 * first time that it tells is taken as it is, since a market may have been closed for as long as one likes; steps back are
 * the market's business.
 * @param maxJumpMs at least 60,000
 * @param passedMs time of a clock that nobody sets
 */
export function steadyClock(
  clock: Clock,
  maxJumpMs: number,
  passedMs: Clock = () => performance.now(),
): Clock {
  if (maxJumpMs >= Number.MAX_SAFE_INTEGER) return clock;
  let toldMs: number | undefined;
  let atMs = 0;
  return () => {
    const time = clock();
    if (toldMs !== undefined && time - toldMs <= COMPARED_MS) return time;
    const now = passedMs();
    const jumpMs = toldMs === undefined ? 0 : time - toldMs - (now - atMs);
    if (jumpMs > maxJumpMs) {
      const what = `the clock went ${Math.round(jumpMs)} ms further than the time that has passed`;
      throw new WattbookError('CLOCK_JUMP', `${what}; ${maxJumpMs} are allowed`);
    }
    toldMs = time;
    atMs = now;
    return time;
  };
}
