import { join } from 'node:path';
import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import type { StoredSnapshot } from '../storage/contract.ts';
import { type Disk, ifThere } from './disk.ts';
import { writeWhole } from './folder.ts';
import { decodeSnapshot, encodeSnapshot, snapshotName, snapshotSequence } from './snapshot-file.ts';

const KEPT = 2;

/** Names of the snapshots in a folder, the latest first. */
export async function snapshotNames(disk: Disk, folder: string): Promise<string[]> {
  const names = await disk.names(folder);
  return names
    .filter((name) => snapshotSequence(name) !== undefined)
    .sort()
    .reverse();
}

/**
 * The latest snapshot that is whole; undefined if there is none at all.
 * @throws WattbookError BAD_SNAPSHOT of the latest, where all are damaged
 */
export async function latestSnapshot(
  disk: Disk,
  folder: string,
  journal: Uint8Array,
): Promise<StoredSnapshot | undefined> {
  let first: unknown;
  for (const name of await snapshotNames(disk, folder)) {
    const bytes = await ifThere(disk.read(join(folder, name)));
    if (bytes === undefined) continue;
    try {
      return decodeSnapshot(bytes, name, journal);
    } catch (fault) {
      first ??= fault;
    }
  }
  if (first !== undefined) throw first;
  return undefined;
}

/**
 * Stores a snapshot, reads it back, and only then removes all but the latest two.
 * @returns the sequences of those that are kept, the latest first
 */
export async function saveSnapshot(
  disk: Disk,
  folder: string,
  snapshot: StoredSnapshot,
  journal: Uint8Array,
): Promise<number[]> {
  const name = snapshotName(snapshot.sequence);
  const bytes = encodeSnapshot(snapshot, journal);
  await writeWhole(disk, folder, name, (write) => write(bytes, 0));
  if (!sameBytes(await disk.read(join(folder, name)), bytes)) {
    throw new WattbookError('BAD_SNAPSHOT', `${name}: reads otherwise than it was written`);
  }
  const names = await snapshotNames(disk, folder);
  for (const old of names.slice(KEPT)) await disk.remove(join(folder, old));
  return names.slice(0, KEPT).map((each) => snapshotSequence(each)!);
}
