import { examine } from '../src/file/examine.ts';
import { storageOn } from '../src/file/file-storage.ts';
import { hashOf, opened, stagedOn } from './journals.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { must } from './stage.ts';

const FOLDER = '/market';
/** Bytes of a slot of HEAD, and from one to the next: what stands between them is nothing. */
const [SLOT, SECTOR] = [68, 512];

/** The files of a small market that was closed, with a snapshot and some frames behind it. */
export interface SmallMarket {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly hash: string;
}

export async function smallMarket(): Promise<SmallMarket> {
  const disk = new SimulatedDisk();
  const exchange = await stagedOn(storageOn(disk, FOLDER));
  await exchange.saveSnapshot();
  for (const account of ['alice', 'bob']) {
    must(await exchange.deposit({ account, asset: 'EUR', amount: '1' }));
  }
  const hash = await hashOf(exchange);
  await exchange.close();
  const files = new Map<string, Uint8Array>();
  // Without the claim: a copy of a market need not have it.
  for (const name of await disk.names()) {
    if (!name.startsWith('writer-')) files.set(name, disk.file(name).slice());
  }
  return { files, hash };
}

/** What opening comes to: the state that was closed, another one, or a refusal with its code. */
export async function outcomeOf(
  { files, hash }: SmallMarket,
  changed: string,
  bytes: Uint8Array,
): Promise<string> {
  try {
    const exchange = await opened(storageOn(diskWith(files, changed, bytes), FOLDER));
    const found = await hashOf(exchange);
    return found === hash ? 'same' : `other: ${exchange.status().sequence}`;
  } catch (fault) {
    return (fault as { readonly code?: string }).code ?? String(fault);
  }
}

/**
 * Flips bits of each byte of a file, one at a time.
 * @returns how often opening came to what
 * @throws Error if looking at the files does not find one
 */
export async function damagedBits(
  market: SmallMarket,
  name: string,
  bits: readonly number[] | (() => number),
): Promise<Map<string, number>> {
  const bytes = market.files.get(name)!;
  const counts = new Map<string, number>();
  for (let at = 0; at < bytes.length; at++) {
    if (name.startsWith('HEAD') && at % SECTOR >= SLOT) continue;
    for (const bit of typeof bits === 'function' ? [bits()] : bits) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << bit;
      const { findings } = await examine(diskWith(market.files, name, damaged), FOLDER);
      if (!findings.some(({ file }) => file === name)) {
        throw new Error(`bit ${bit} of byte ${at} of ${name} was not found`);
      }
      const outcome = await outcomeOf(market, name, damaged);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
  }
  return counts;
}

function diskWith(files: SmallMarket['files'], changed: string, bytes: Uint8Array): SimulatedDisk {
  const disk = new SimulatedDisk();
  for (const [name, content] of files) disk.replace(name, name === changed ? bytes : content);
  return disk;
}
