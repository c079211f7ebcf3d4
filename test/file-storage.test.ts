import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileStorage } from '../src/file/index.ts';
import { liveThrough } from './file-crashes.ts';
import { storageSuite } from '../src/testing/index.ts';

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

describe('a market on a disk that stops at any moment', () => {
  it('loses nothing, doubles nothing', async () => {
    let known = 0;
    // `npm run test:faults` goes through more of them.
    for (const seed of [1, 2, 3, 4]) known += (await liveThrough(seed, 30)).known;
    expect(known).toBeGreaterThan(0);
  });
});
