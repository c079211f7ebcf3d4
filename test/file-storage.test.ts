import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileStorage } from '../src/file/index.ts';
import { liveThrough } from './file-crashes.ts';
import { storageContract } from './storage-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattbook-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
storageContract('fileStorage', async () => {
  const path = join(folder, String(++made));
  return { storage: fileStorage(path), reopened: async () => fileStorage(path) };
});

describe('a market on a disk that stops at any moment', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('loses nothing, doubles nothing: seed %i', async (seed) => {
    const lives = await liveThrough(seed, 40);
    expect(lives.known).toBeGreaterThan(0);
  });
});
