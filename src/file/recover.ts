import { WattbookError } from '../core/errors.ts';
import type { Disk } from './disk.ts';
import { examine } from './examine.ts';
import { storageOn } from './file-storage.ts';
import { contentsOf, readSegment, scanSegment } from './folder.ts';
import type { Ending } from './scan.ts';
import { snapshotSequence } from './snapshot-file.ts';
import type { FileWriter } from './writer.ts';

/** What was done to a folder so that it can be opened. */
export interface Recovery {
  /** How the journal ended before. */
  readonly ending: Ending;
  /** Sequence of its last command that counts. */
  readonly lastSequence: number;
  /** Bytes at its end that do not count any more. They stay where they are, in this file. */
  readonly cutBytes: number;
  readonly file: string | undefined;
}

/**
 * Makes a journal end where its last good frame does, as opening it would, and says what that left out. Nothing is changed where the
 * end is in doubt and its loss is not accepted, or where anything else is wrong.
 * @throws WattbookError STORAGE_IN_USE, BAD_FRAME, BAD_SNAPSHOT, TAIL_IN_DOUBT
 */
export async function recoverFolder(
  disk: Disk,
  folder: string,
  acceptTailLoss: boolean,
): Promise<Recovery> {
  const { findings } = await examine(disk, folder);
  // Of snapshots one that is sound will do: opening looks for it.
  const damage = findings.find(
    ({ kind, file }) => kind === 'damaged' && snapshotSequence(file) === undefined,
  );
  if (damage !== undefined) {
    throw new WattbookError('BAD_FRAME', `${damage.file}: ${damage.what}`);
  }
  const storage = storageOn(disk, folder, { acceptTailLoss });
  const writer = (await storage.open({ takeOver: false })) as FileWriter;
  try {
    const contents = await contentsOf(disk, folder);
    const last = contents.segments.at(-1);
    if (last === undefined)
      return { ending: 'whole', lastSequence: 0, cutBytes: 0, file: undefined };
    const bytes = await readSegment(disk, folder, last);
    const { ending, endsAt, end } = scanSegment(contents, last, bytes, Infinity);
    if (ending !== 'whole') await writer.cutTail();
    const cutBytes = bytes.length - endsAt;
    return { ending, lastSequence: end.sequence, cutBytes, file: last.name };
  } finally {
    await writer.close();
  }
}
