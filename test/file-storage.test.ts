import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { fileStorage } from '../src/file/index.ts';
import { storageContract } from './storage-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattbook-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
storageContract('fileStorage', async () => {
  const path = join(folder, String(++made));
  return { storage: fileStorage(path), reopened: async () => fileStorage(path) };
});
