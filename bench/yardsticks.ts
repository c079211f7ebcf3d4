import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { median } from './rounds.ts';
import type { Figure } from './suite.ts';

const SIZE = 64 * 2 ** 20;
const ROUNDS = 3;

/** What this machine is worth while the figures are taken: arithmetic, memory, and its clock. */
export function yardsticks(): Figure[] {
  return [hashing(), walking(), reading()];
}

/** SHA-256 in JavaScript over 64 MB: arithmetic out of registers. */
function hashing(): Figure {
  const bytes = new Uint8Array(SIZE).map((_, at) => at);
  let digest = '';
  const seconds = timed(() => {
    digest = bytesToHex(sha256(bytes));
  });
  const checksum = digest.slice(0, 16);
  return { name: 'yardstick/sha256', unit: 'MB/s', median: 64 / seconds, checksum };
}

/** A walk over 64 MB, each step where the one before says: the wait for memory. */
function walking(): Figure {
  const steps = 2_000_000;
  const table = new Int32Array(SIZE / 4);
  for (let i = 0; i < table.length; i++) table[i] = Math.imul(i, 0x9e37_79b1) >>> 1;
  const mask = table.length - 1;
  let at = 0;
  const seconds = timed(() => {
    at = 0;
    for (let step = 0; step < steps; step++) {
      // The step goes in as well, so that the walk does not end in a short circle.
      at = (table[at]! + Math.imul(step, 0x85eb_ca6b)) & mask;
    }
  });
  const checksum = at.toString(16);
  return { name: 'yardstick/walk', unit: 'steps/s', median: steps / seconds, checksum };
}

/** What one reading of the clock costs that times single commands. */
function reading(): Figure {
  const readings = 1_000_000;
  let last = 0;
  const seconds = timed(() => {
    for (let i = 0; i < readings; i++) last = performance.now();
  });
  if (!(last > 0)) throw new Error('the clock stands still');
  const nanoseconds = (seconds / readings) * 1e9;
  return { name: 'yardstick/clock', unit: 'ns', median: nanoseconds, checksum: '' };
}

/** Median seconds of a few runs, after one that does not count. */
function timed(run: () => void): number {
  run();
  const seconds = Array.from({ length: ROUNDS }, () => {
    const before = performance.now();
    run();
    return (performance.now() - before) / 1000;
  });
  return median(seconds);
}
