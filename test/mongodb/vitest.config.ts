import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import shared from '../../vitest.config.ts';

/** The suites that need a server: `npm run test:mongo`. */
export default mergeConfig(
  { ...shared, test: { ...shared.test, include: [] } },
  defineConfig({
    test: {
      root: fileURLToPath(new URL('../..', import.meta.url)),
      include: ['test/mongodb/**/*.mongo.ts'],
      globalSetup: ['test/mongodb/servers-up.ts'],
      // The servers are what takes the time: files in turn, so that one does not wait for another's.
      fileParallelism: false,
    },
  }),
);
