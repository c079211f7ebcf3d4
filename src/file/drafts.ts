import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';

const DRAFT = /\.(\d+)\.draft$/;

/** The name under which a writer makes a file: no two make the same one. */
export function draftName(name: string, epoch: number): string {
  return `${name}.${epoch}.draft`;
}

/** The epoch of the writer of a draft, undefined for other files. */
export function draftEpoch(name: string): number | undefined {
  const found = DRAFT.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * Makes a file that is there with all its bytes, or not at all.
 * @param mayReplace asked right before another file of that name is replaced, and throws if it may not be; without it there
 * must be none
 * @returns the file, still open: what has its name later may be another
 */
export async function madeWhole(
  disk: Disk,
  folder: string,
  name: string,
  epoch: number,
  fill: (draft: DiskFile) => Promise<void>,
  mayReplace?: () => void,
): Promise<DiskFile> {
  const [path, draft] = [join(folder, name), join(folder, draftName(name, epoch))];
  const file = await disk.create(draft);
  try {
    await fill(file);
    await file.sync();
    mayReplace?.();
    if (mayReplace !== undefined) await disk.rename(draft, path);
    else {
      await disk.link(draft, path);
      await disk.remove(draft);
    }
    await disk.syncFolder(folder);
    return file;
  } catch (fault) {
    await file.close();
    throw fault;
  }
}
