import { join } from 'node:path';
import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import type { StoredSnapshot } from '../storage/contract.ts';
import { type Disk, type DiskFile, ifThere } from './disk.ts';
import { madeWhole, type Maker } from './drafts.ts';
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
 * The latest snapshot that is whole, and of no later sequence than asked for; undefined if there is none at all.
 * @throws WattbookError BAD_SNAPSHOT of the latest, where all are damaged
 */
export async function latestSnapshot(
  disk: Disk,
  folder: string,
  journal: Uint8Array,
  notAfter = Infinity,
): Promise<StoredSnapshot | undefined> {
  let first: unknown;
  for (const name of await snapshotNames(disk, folder)) {
    if (snapshotSequence(name)! > notAfter) continue;
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
 * Stores a snapshot, reads it back, and only then removes those that came before the latest two sound ones.
 * @returns the sequences of the latest two sound ones, the latest first
 */
export async function saveSnapshot(
  disk: Disk,
  folder: string,
  snapshot: StoredSnapshot,
  maker: Maker,
  journal: Uint8Array,
): Promise<number[]> {
  const name = snapshotName(snapshot.sequence);
  const bytes = encodeSnapshot(snapshot, journal);
  const fill = (draft: DiskFile): Promise<void> => draft.write(bytes, 0);
  await (await madeWhole(disk, folder, name, maker, fill, true)).close();
  if (!sameBytes(await disk.read(join(folder, name)), bytes)) {
    throw new WattbookError('BAD_SNAPSHOT', `${name}: reads otherwise than it was written`);
  }
  const kept: number[] = [];
  for (const each of await snapshotNames(disk, folder)) {
    if (kept.length === KEPT) {
      maker.mustHold();
      await disk.remove(join(folder, each));
    } else if (each === name || (await isSound(disk, folder, each, journal))) {
      kept.push(snapshotSequence(each)!);
    }
  }
  return kept;
}

async function isSound(
  disk: Disk,
  folder: string,
  name: string,
  journal: Uint8Array,
): Promise<boolean> {
  const bytes = await ifThere(disk.read(join(folder, name)));
  try {
    return bytes !== undefined && decodeSnapshot(bytes, name, journal) !== undefined;
  } catch {
    return false;
  }
}
