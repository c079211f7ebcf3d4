import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';

const DRAFT = /^(?:HEAD|journal|snapshot)-[^ ]+\.(\d+)\.draft$/;

/** The name under which a writer makes a file: no two make the same one. */
export function draftName(name: string, epoch: number): string {
  return `${name}.${epoch}.draft`;
}

/** The epoch of the writer of a draft, undefined for other files. */
export function draftEpoch(name: string): number | undefined {
  const found = DRAFT.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Who makes a file. */
export interface Maker {
  readonly epoch: number;
  /** Asked before each step. @throws WattbookError FENCED */
  mustHold(): void;
}

/**
 * Makes a file that is there with all its bytes, or not at all.
 * @param mayReplace whether there may be one of that name; else it rejects with code EEXIST
 * @returns the file, still open: what has its name later may be another
 */
export async function madeWhole(
  disk: Disk,
  folder: string,
  name: string,
  maker: Maker,
  fill: (draft: DiskFile) => Promise<void>,
  mayReplace = false,
): Promise<DiskFile> {
  const [path, draft] = [join(folder, name), join(folder, draftName(name, maker.epoch))];
  const file = await disk.create(draft);
  try {
    maker.mustHold();
    await fill(file);
    await file.sync();
    maker.mustHold();
    if (mayReplace) await disk.rename(draft, path);
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
