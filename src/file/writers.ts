import { join } from 'node:path';
import { WattbookError } from '../core/errors.ts';
import { codeOf, type Disk, ifThere, type SignOfLife } from './disk.ts';
import { decodeSegmentHeader, SEGMENT_HEADER, segmentIndex } from './segment.ts';

/** The right to write to a folder, for one process at a time. */
export interface Claim {
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
  const bytes = await ifThere(disk.read(join(folder, latest)));
  const isAlive = bytes !== undefined && (await disk.answers(new TextDecoder().decode(bytes)));
  return { epoch: epochOf(latest)!, isAlive };
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
      if (await claimed(disk, folder, epoch, life)) return claimOf(disk, folder, epoch, life);
    }
  } catch (fault) {
    await life.close();
    throw fault;
  }
}

async function nextEpoch(disk: Disk, folder: string, takeOver: boolean): Promise<number> {
  const names = await disk.names(folder);
  let highest = await epochOfJournal(disk, folder, names);
  for (const name of names) {
    const epoch = epochOf(name);
    if (epoch === undefined) continue;
    highest = Math.max(highest, epoch);
    if (takeOver) continue;
    const bytes = await ifThere(disk.read(join(folder, name)));
    const address = new TextDecoder().decode(bytes);
    if (bytes === undefined || !(await disk.answers(address))) continue;
    throw new WattbookError('STORAGE_IN_USE', `${folder} is being written to (epoch ${epoch})`);
  }
  return highest + 1;
}

/** Epoch of the last file of the journal: claims may have been left behind where it was copied. 0 where it tells none. */
async function epochOfJournal(
  disk: Disk,
  folder: string,
  names: readonly string[],
): Promise<number> {
  const last = names
    .filter((name) => segmentIndex(name) !== undefined)
    .sort()
    .at(-1);
  if (last === undefined) return 0;
  const start = await ifThere(disk.read(join(folder, last), SEGMENT_HEADER));
  try {
    return start === undefined ? 0 : decodeSegmentHeader(start, last).epoch;
  } catch {
    // Who reads the journal says what is wrong with it.
    return 0;
  }
}

/** Makes the file of a claim, whole and at once, and removes the earlier ones; false where another was faster. */
async function claimed(
  disk: Disk,
  folder: string,
  epoch: number,
  life: SignOfLife,
): Promise<boolean> {
  const draft = join(folder, `draft-${life.address.replace(/[^a-z0-9]/gi, '').slice(-20)}`);
  await disk.remove(draft);
  const file = await disk.create(draft);
  try {
    await file.write(new TextEncoder().encode(life.address), 0);
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
  return { epoch, holds: () => disk.exists(path), release: () => life.close() };
}
