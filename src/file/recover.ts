import { WattbookError } from '../core/errors.ts';
import type { Disk } from './disk.ts';
import { examine } from './examine.ts';
import { storageOn } from './file-storage.ts';
import type { Ending } from './scan.ts';
import { snapshotSequence } from './snapshot-file.ts';

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
 * @throws Error where there is none; WattbookError STORAGE_IN_USE, BAD_FRAME, BAD_SNAPSHOT, TAIL_IN_DOUBT
 */
export async function recoverFolder(
  disk: Disk,
  folder: string,
  acceptTailLoss: boolean,
): Promise<Recovery> {
  const { findings, segments, mark } = await examine(disk, folder);
  // Of snapshots one that is sound will do: opening looks for it.
  const damage = findings.find(
    ({ kind, file }) => kind === 'damaged' && snapshotSequence(file) === undefined,
  );
  if (damage !== undefined) {
    throw new WattbookError('BAD_FRAME', `${damage.file}: ${damage.what}`);
  }
  if (mark === undefined) throw new Error(`${folder} holds no journal`);
  const last = segments.at(-1);
  // Where the journal ends stands in the HEAD of a writer from its opening on.
  const writer = await storageOn(disk, folder, { acceptTailLoss }).open({ takeOver: false });
  try {
    const lastSequence = writer.end.sequence;
    if (last === undefined) return { ending: 'whole', lastSequence, cutBytes: 0, file: undefined };
    const { ending, bytes, endsAt, name } = last;
    return { ending, lastSequence, cutBytes: bytes - endsAt, file: name };
  } finally {
    await writer.close();
  }
}
