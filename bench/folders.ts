import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Not the system's folder for such things: that may be in memory, where a sync costs nothing. */
const PLACE = join('node_modules', '.cache', 'wattbook');

/** Calls with a new folder on the disk of the project, and removes it. */
export async function inFolder<T>(call: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(PLACE, { recursive: true });
  const folder = mkdtempSync(join(PLACE, 'bench-'));
  try {
    return await call(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
