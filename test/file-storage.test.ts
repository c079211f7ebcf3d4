import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { examine } from '../src/file/examine.ts';
import { fileStorage } from '../src/file/index.ts';
import { nodeDisk } from '../src/file/node-disk.ts';
import { liveThrough } from './file-crashes.ts';
import { storageSuite } from '../src/testing/index.ts';
import { stagedOn } from './journals.ts';
import { must } from './stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattbook-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const cases = storageSuite(async () => {
  const path = join(folder, String(++made));
  return { storage: fileStorage(path), reopened: async () => fileStorage(path) };
});
describe('fileStorage keeps the contract', () => {
  it.each(cases)('$name', ({ run }) => run());
});

describe('whoever reads while a market writes', () => {
  it('finds nothing wrong: while files are begun, and dropped', async () => {
    const path = join(folder, 'busy');
    const options = { segmentBytes: 1024, dropsOldSegments: true };
    const exchange = await stagedOn(fileStorage(path, options));
    let [isWriting, looks, reads] = [true, 0, 0];
    const look = async (): Promise<void> => {
      while (isWriting) {
        const { findings, lastSequence } = await examine(nodeDisk, path);
        expect(findings.filter(({ kind }) => kind !== 'torn')).toEqual([]);
        const after = Math.max(0, lastSequence - 1);
        for await (const _ of fileStorage(path).read(after)) reads++;
        looks++;
      }
    };
    const looking = [look(), look()];
    for (const each of looking) each.catch(() => {});
    for (let i = 1; i <= 150; i++) {
      must(await exchange.deposit({ account: 'alice', asset: 'EUR', amountQuanta: i }));
      if (i % 10 === 0) await exchange.saveSnapshot();
    }
    isWriting = false;
    await Promise.all(looking);
    expect([looks > 2, reads > 2]).toEqual([true, true]);
    await exchange.close();
  });
});

describe('a market on a disk that stops at any moment', () => {
  it('loses nothing, doubles nothing', async () => {
    let known = 0;
    // `npm run test:faults` goes through more of them.
    for (const seed of [1, 2, 3, 4]) known += (await liveThrough(seed, 30)).known;
    expect(known).toBeGreaterThan(0);
  });
});
