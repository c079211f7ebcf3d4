import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorCode, WattbookError } from '../core/errors.ts';
import { ed25519 } from '../chain/ed25519.ts';
import { Sealer } from '../sealing/sealer.ts';
import { fileBlocks } from './chain-file.ts';
import { fileStorage } from './file-storage.ts';

/** What a worker is told to begin with. */
export interface WorkerTask {
  readonly folder: string;
  readonly seed: Uint8Array;
  readonly name: string;
}

/** What a worker tells. */
export type WorkerNotice =
  | {
      readonly kind: 'opened' | 'sealed';
      readonly height: number;
      readonly sequence: number;
      readonly hash: Uint8Array;
      readonly key: string;
    }
  | {
      readonly kind: 'stopped';
      readonly fault: WorkerFault | undefined;
    };

/** What has stopped a worker; a misuse, by its class, only before it has opened the chain. */
export interface WorkerFault {
  readonly kind: ErrorCode | 'TypeError' | 'RangeError';
  readonly message: string;
}

async function run(): Promise<void> {
  const { folder, seed, name } = workerData as WorkerTask;
  const tell = (notice: WorkerNotice): void => parentPort!.postMessage(notice);
  const stop = new AbortController();
  parentPort!.on('message', () => stop.abort());
  const blocks = fileBlocks(folder);
  let fault: WorkerFault | undefined;
  let isOpen = false;
  try {
    const notice = (kind: 'opened' | 'sealed'): WorkerNotice => {
      const { head, chainId, key } = sealer;
      const { height = 0, lastSequence: sequence = 0 } = head?.header ?? {};
      return { kind, height, sequence, hash: head?.hash ?? chainId, key };
    };
    const sealer: Sealer = await Sealer.open({
      storage: fileStorage(folder),
      blocks,
      signer: ed25519.signer(seed),
      name,
      onSealed: () => tell(notice('sealed')),
    });
    isOpen = true;
    tell(notice('opened'));
    await sealer.follow(stop.signal);
    // What was stored before the signal, and is not seen yet.
    await sealer.seal();
  } catch (cause) {
    fault = faultOf(cause, isOpen);
  }
  tell({ kind: 'stopped', fault });
  parentPort!.close();
}

function faultOf(cause: unknown, isOpen: boolean): WorkerFault {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof WattbookError) return { kind: cause.code, message };
  if (!isOpen && cause instanceof TypeError) return { kind: 'TypeError', message };
  if (!isOpen && cause instanceof RangeError) return { kind: 'RangeError', message };
  return { kind: 'STORAGE_FAILED', message };
}

void run();
