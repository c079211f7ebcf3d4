import { beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../src/file/examine.ts';
import { storageOn } from '../src/file/file-storage.ts';
import { hashOf, opened, stagedOn } from './journals.ts';
import { mulberry32 } from './mulberry32.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { must } from './stage.ts';

const FOLDER = '/market';

/** The files of a small market that was closed, with a snapshot and some frames behind it. */
const files = new Map<string, Uint8Array>();
let hash = '';

beforeAll(async () => {
  const disk = new SimulatedDisk();
  const exchange = await stagedOn(storageOn(disk, FOLDER));
  await exchange.saveSnapshot();
  for (const account of ['alice', 'bob']) {
    must(await exchange.deposit({ account, asset: 'EUR', amount: '1' }));
  }
  hash = await hashOf(exchange);
  await exchange.close();
  for (const name of await disk.names()) files.set(name, disk.file(name).slice());
});

function diskWith(changed: string, bytes: Uint8Array): SimulatedDisk {
  const disk = new SimulatedDisk();
  for (const [name, content] of files) disk.replace(name, name === changed ? bytes : content);
  return disk;
}

/** What opening comes to: the state that was closed, or a refusal with its code. */
async function outcomeOf(disk: SimulatedDisk): Promise<string> {
  try {
    const exchange = await opened(storageOn(disk, FOLDER));
    const found = await hashOf(exchange);
    return found === hash ? 'same' : `other: ${exchange.status().sequence}`;
  } catch (fault) {
    return (fault as { readonly code?: string }).code ?? String(fault);
  }
}

describe('damage to a journal', () => {
  it('is none at first', async () => {
    const disk = diskWith('', new Uint8Array());
    expect((await examine(disk, FOLDER)).findings).toEqual([]);
    expect(await outcomeOf(disk)).toBe('same');
  });

  it.each([/^journal/, /^HEAD/, /^snapshot/])(
    'of any byte of %s is found, and never leads to another state',
    async (pattern) => {
      const name = [...files.keys()].find((each) => pattern.test(each))!;
      const draw = mulberry32(7);
      const bytes = files.get(name)!;
      const outcomes = new Set<string>();
      for (let at = 0; at < bytes.length; at++) {
        if (name === 'HEAD' && at % 512 >= 60) continue;
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << draw(8);
        const { findings } = await examine(diskWith(name, damaged), FOLDER);
        expect(
          findings.map(({ file }) => file),
          `byte ${at}`,
        ).toContain(name);
        outcomes.add(await outcomeOf(diskWith(name, damaged)));
      }
      const allowed = name.startsWith('journal')
        ? ['BAD_FRAME', 'TAIL_IN_DOUBT']
        : ['same', 'BAD_SNAPSHOT', 'BAD_FRAME'];
      expect([...outcomes].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
    },
  );

  it('that cuts it short anywhere is found, since HEAD knows how far it went', async () => {
    const name = [...files.keys()].find((each) => each.startsWith('journal'))!;
    const bytes = files.get(name)!;
    for (let length = 0; length < bytes.length; length++) {
      expect(await outcomeOf(diskWith(name, bytes.slice(0, length))), `at ${length}`).toBe(
        'BAD_FRAME',
      );
    }
  });
});
