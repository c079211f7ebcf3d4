import { join } from 'node:path';
import { ed25519 } from '../src/chain/index.ts';
import { fileStorage, sealInWorker } from '../src/file/index.ts';
import { Exchange, memoryStorage, type OrderReceipt, type Receipt } from '../src/index.ts';
import { memoryBlocks, Sealer } from '../src/sealing/index.ts';
import type { StorageAdapter } from '../src/storage/contract.ts';
import {
  type OpeningRequest,
  openingRequests,
  perform,
  requestsOf,
  type Workload,
  workload,
  type WorkloadRequest,
} from '../src/testing/index.ts';
import { inFolder } from './folders.ts';
import { timeInFlight } from './in-flight.ts';
import { FEES } from './opening.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case } from './suite.ts';

const COMMANDS = 500_000;
const PREFILL = 50_000;
const IN_FLIGHT = 512;
const SEED = new Uint8Array(32).fill(7);

type Answer = Promise<Receipt | OrderReceipt>;

/** Flow A through an exchange with its journal in files, with a block every second that a worker makes, and without, in turns. */
export function durableCostCase(): Case {
  return {
    name: 'durable-cost',
    async measure(plan, note) {
      const commands = plan.size(COMMANDS);
      const load = workload('A', { commands, prefill: plan.size(PREFILL) });
      const requests: WorkloadRequest[] = [...requestsOf(load)];
      const run = (storage: StorageAdapter, isSealed: boolean): Promise<number> =>
        secondsOf(load, requests, storage, isSealed);
      const inFiles = (isSealed: boolean): Promise<number> =>
        inFolder(async (folder) => {
          const journal = join(folder, 'journal');
          const storage = fileStorage(journal);
          if (!isSealed) return run(storage, false);
          const worker = await sealInWorker({ folder: journal, seed: SEED });
          const seconds = await run(storage, true);
          await worker.stop();
          if (worker.head.height === 0) throw new Error('nothing was sealed');
          return seconds;
        });
      const inMemory = async (isSealed: boolean): Promise<number> => {
        const storage = memoryStorage();
        const seconds = await run(storage, isSealed);
        const signer = ed25519.signer(SEED);
        if (isSealed) await (await Sealer.open({ storage, blocks: memoryBlocks(), signer })).seal();
        return seconds;
      };
      const seconds: Record<string, number[]> = { with: [], without: [], memory: [], bare: [] };
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        for (const [name, each] of [
          ['without', () => inFiles(false)],
          ['with', () => inFiles(true)],
          ['bare', () => inMemory(false)],
          ['memory', () => inMemory(true)],
        ] as const) {
          collectGarbage();
          const took = await each();
          if (round > 0) seconds[name]!.push(took);
        }
      }
      const ratio = (a: string, b: string): number =>
        median(seconds[a]!.map((each, i) => each / seconds[b]![i]!));
      return {
        unit: 'commands/s',
        median: commands / median(seconds['with']!),
        against: 'the same without blocks, in turns',
        ratio: ratio('without', 'with'),
        details: {
          without: commands / median(seconds['without']!),
          inMemory: commands / median(seconds['memory']!),
          inMemoryRatio: ratio('bare', 'memory'),
        },
        checksum: String(commands),
      };
    },
  };
}

/** Seconds for the timed commands. */
async function secondsOf(
  load: Workload,
  requests: readonly WorkloadRequest[],
  storage: StorageAdapter,
  isSealed: boolean,
): Promise<number> {
  const open = await Exchange.open({ storage, ...(isSealed && { blocks: { everyMs: 1_000 } }) });
  const send = (request: OpeningRequest | WorkloadRequest): Answer =>
    perform<Answer>(open, request);
  await Promise.all([...openingRequests(load, FEES)].map(send));
  await Promise.all(requests.slice(0, load.prefill).map(send));
  const timed = requests.slice(load.prefill);
  const { seconds } = await timeInFlight(timed.length, IN_FLIGHT, (i) => send(timed[i]!));
  await open.close();
  return seconds;
}
