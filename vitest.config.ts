import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      'wattbook/chain': source('chain/index.ts'),
      'wattbook/file': source('file/index.ts'),
      'wattbook/mongodb': source('mongodb/index.ts'),
      'wattbook/sealing': source('sealing/index.ts'),
      'wattbook/signing': source('signing/index.ts'),
      'wattbook/testing': source('testing/index.ts'),
      'wattbook/verify': source('verify/index.ts'),
      wattbook: source('index.ts'),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // Modules are loaded once for each worker: 138 s instead of 168 on two cores.
    isolate: false,
    // On two cores the default is one worker.
    maxWorkers: '100%',
    testTimeout: 120_000,
    reporters: ['default', './scripts/count-reporter.ts'],
  },
});
