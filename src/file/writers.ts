import { join } from 'node:path';
import { WattbookError } from '../core/errors.ts';
import { codeOf, type Disk, ifThere, type SignOfLife } from './disk.ts';
import { draftEpoch, type Maker } from './drafts.ts';
import { headEpoch } from './head.ts';
import { segmentIndex } from './segment.ts';

/** The right to write to a folder, for one process at a time. */
export interface Claim extends Maker {
  /** From 1 upward, higher than that of every claim before. */
  readonly epoch: number;
  /** Whether no later claim was made. At once and cheap. */
  holds(): boolean;
  /** Gives it back. The epoch is not used again. */
  release(): Promise<void>;
}

const NAME = /^writer-(\d{12})$/;
const nameOf = (epoch: number): string => `writer-${String(epoch).padStart(12, '0')}`;

/** The epoch of a file of claims, undefined for other files. */
export function epochOf(name: string): number | undefined {
  const found = NAME.exec(name)?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * Who has a folder's latest claim, and whether it is alive; undefined where nobody ever wrote. Changes nothing.
 */
export async function latestWriter(
  disk: Disk,
  folder: string,
): Promise<{ readonly epoch: number; readonly isAlive: boolean } | undefined> {
  const names = (await disk.names(folder)).filter((name) => epochOf(name) !== undefined);
  const latest = names.sort().at(-1);
  if (latest === undefined) return undefined;
  return { epoch: epochOf(latest)!, isAlive: await isAlive(disk, folder, latest) };
}

const LIFE = /^(?:draft-)?(life-[0-9a-f]{16}\.sock(?:\.draft)?)$/;

/** Whether who made a claim lives. One that holds anything but a name of a sign of life is nobody's. */
async function isAlive(disk: Disk, folder: string, claimName: string): Promise<boolean> {
  const bytes = await ifThere(disk.read(join(folder, claimName)));
  const name = new TextDecoder().decode(bytes);
  return LIFE.test(name) && disk.answers(folder, name);
}

/**
 * Removes what earlier writers have left behind, and what claimants that have died did: nothing of it counts, and nothing of it is
 * needed by anybody who may still write.
 * @param epoch of the writer; its HEAD counts by now
 * @param first index of the first file of the journal
 */
export async function removeLeftovers(
  disk: Disk,
  folder: string,
  epoch: number,
  first: number,
): Promise<void> {
  // The first files first: a follower that misses one then finds none before it, and looks for its place anew.
  for (const name of (await disk.names(folder)).sort()) {
    const life = LIFE.exec(name)?.[1];
    const isLeft =
      life === undefined
        ? (draftEpoch(name) ?? headEpoch(name) ?? epoch) < epoch ||
          (segmentIndex(name) ?? first) < first
        : !(await disk.answers(folder, life));
    if (isLeft) await disk.remove(join(folder, name));
  }
}

/**
 * Claims a folder. Each claim is a file of its own, of the epoch one above the highest, that names a sign of life; the
 * files of earlier claims are removed, by which their owners see that they are over. Who is asked to take
 * over does that to those who are alive as well. When this resolves, nothing that an earlier owner writes
 * from now on is acknowledged.
 * @throws WattbookError STORAGE_IN_USE
 */
export async function claim(disk: Disk, folder: string, takeOver: boolean): Promise<Claim> {
  const life = await disk.showLife(folder);
  try {
    for (;;) {
      const epoch = await nextEpoch(disk, folder, takeOver);
      if (!(await claimed(disk, folder, epoch, life))) continue;
      return claimOf(disk, folder, epoch, life);
    }
  } catch (fault) {
    await life.close();
    throw fault;
  }
}

async function nextEpoch(disk: Disk, folder: string, takeOver: boolean): Promise<number> {
  let highest = 0;
  for (const name of await disk.names(folder)) {
    // Of the others too: claims may have been left behind where a folder was copied.
    highest = Math.max(highest, epochOf(name) ?? headEpoch(name) ?? draftEpoch(name) ?? 0);
    const epoch = epochOf(name);
    if (epoch === undefined || takeOver || !(await isAlive(disk, folder, name))) continue;
    throw new WattbookError('STORAGE_IN_USE', `${folder} is being written to (epoch ${epoch})`);
  }
  return highest + 1;
}

/** Makes the file of a claim, whole and at once, and removes the earlier ones; false where another was faster. */
async function claimed(
  disk: Disk,
  folder: string,
  epoch: number,
  life: SignOfLife,
): Promise<boolean> {
  const draft = join(folder, `draft-${life.name}`);
  const file = await disk.create(draft);
  try {
    await file.write(new TextEncoder().encode(life.name), 0);
    await file.sync();
    await disk.link(draft, join(folder, nameOf(epoch)));
  } catch (fault) {
    if (codeOf(fault) === 'EEXIST') return false;
    throw fault;
  } finally {
    await file.close();
    await disk.remove(draft);
  }
  for (const name of await disk.names(folder)) {
    const other = epochOf(name) ?? epoch;
    if (other < epoch) await disk.remove(join(folder, name));
    if (other <= epoch) continue;
    // A later one removed that of this epoch before this one took its name.
    await disk.remove(join(folder, nameOf(epoch)));
    return false;
  }
  await disk.syncFolder(folder);
  return true;
}

function claimOf(disk: Disk, folder: string, epoch: number, life: SignOfLife): Claim {
  const path = join(folder, nameOf(epoch));
  // By what it says: one of that name may be made again, by somebody who began to claim long ago.
  const holds = (): boolean => disk.says(path, life.name);
  const mustHold = (): void => {
    if (!holds()) throw fenced(epoch);
  };
  return { epoch, holds, mustHold, release: () => life.close() };
}

/** What a writer is told that may not write any more. */
export function fenced(epoch: number, cause?: unknown): WattbookError {
  return new WattbookError('FENCED', `writer ${epoch} may not write any more`, { cause });
}
