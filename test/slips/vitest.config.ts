import { mergeConfig } from 'vitest/config';
import usual from '../../vitest.config.ts';

export default mergeConfig(usual, {
  // Whoever runs the file ends what takes too long: on a busy machine that is no sign of a slip.
  test: { setupFiles: ['test/slips/unshrunk.ts'], testTimeout: 3_600_000 },
});
