import { nodeDisk } from '../file/node-disk.ts';
import { recoverFolder } from '../file/recover.ts';
import { EXIT, mustBeDirectory, type Outcome } from './outcome.ts';

/** Makes a journal end where its last good frame does. */
export async function recover(folder: string, acceptTailLoss: boolean): Promise<Outcome> {
  mustBeDirectory(folder);
  const found = await recoverFolder(nodeDisk, folder, acceptTailLoss);
  const { ending, lastSequence, cutBytes, file } = found;
  const what =
    ending === 'whole'
      ? 'it was whole: nothing to do'
      : `${cutBytes} bytes at the end of ${file} do not count any more (${ending}); they are still there`;
  const text = `the journal ends at command ${lastSequence}; ${what}`;
  return { exit: EXIT.fine, text, json: { ok: true, ...found } };
}
