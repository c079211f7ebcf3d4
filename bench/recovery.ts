import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileStorage } from '../src/file/index.ts';
import { Exchange, type OrderReceipt, type Receipt } from '../src/index.ts';
import { openingRequests, perform, requestsOf, workload } from '../src/testing/index.ts';
import { inFolder } from './folders.ts';
import { timeInFlight } from './in-flight.ts';
import { FEES } from './opening.ts';
import { median } from './rounds.ts';
import type { Case } from './suite.ts';

const COMMANDS = 5_000_000;
const IN_FLIGHT = 4096;
/** Of a hundred commands one comes after the snapshot. */
const BEHIND_SNAPSHOT = 100;

interface Recovered {
  readonly seconds: number;
  readonly sequence: number;
  readonly marketHash: string;
  readonly megabytes: number;
}

/** A journal of five million commands in files, brought back in fresh processes, with a snapshot and without. */
export function recoveryCase(): Case {
  return {
    name: '5M',
    measure: (plan, note) =>
      inFolder(async (folder) => {
        note('writing the journal');
        const written = await write(folder, plan.size(COMMANDS));
        const recover = async (what: string): Promise<Recovered[]> => {
          const found: Recovered[] = [];
          for (let round = 1; round <= plan.rounds; round++) {
            note(`round ${round} of ${plan.rounds}, ${what}`);
            const recovered = inNewProcess(folder);
            if (recovered.marketHash !== written) throw new Error('another market came back');
            found.push(recovered);
          }
          return found;
        };
        const restored = await recover('with a snapshot');
        for (const name of readdirSync(folder)) {
          if (name.startsWith('snapshot-')) rmSync(join(folder, name));
        }
        const replayed = await recover('without');
        return {
          unit: 's',
          median: median(replayed.map(({ seconds }) => seconds)),
          details: {
            commands: replayed[0]!.sequence,
            withSnapshot: median(restored.map(({ seconds }) => seconds)),
            peakMB: Math.max(...replayed.map(({ megabytes }) => megabytes)),
          },
          checksum: written.slice(0, 16),
        };
      }),
  };
}

/** @returns the hash of the market that was written */
async function write(folder: string, commands: number): Promise<string> {
  const load = workload('A', { commands, prefill: Math.ceil(commands / BEHIND_SNAPSHOT) });
  const exchange = await Exchange.open({ storage: fileStorage(folder), keepBytes: 0 });
  type Answer = Promise<Receipt | OrderReceipt>;
  const opening = [...openingRequests(load, FEES)];
  await timeInFlight(opening.length, IN_FLIGHT, (i) => perform<Answer>(exchange, opening[i]!));
  const requests = requestsOf(load);
  const send = (): Answer => perform<Answer>(exchange, requests.next().value!);
  const behind = Math.floor(load.length / BEHIND_SNAPSHOT);
  await timeInFlight(load.length - behind, IN_FLIGHT, send);
  await exchange.saveSnapshot();
  await timeInFlight(behind, IN_FLIGHT, send);
  const hash = await exchange.read((market) => market.marketHash());
  await exchange.close();
  return hash;
}

function inNewProcess(folder: string): Recovered {
  const kind = extname(import.meta.url);
  const child = fileURLToPath(new URL(`recovery-child${kind}`, import.meta.url));
  const loader = kind === '.ts' ? ['--import', 'tsx'] : [];
  const out = execFileSync(process.execPath, [...loader, child, folder], { encoding: 'utf8' });
  return JSON.parse(out) as Recovered;
}
