import { defineConfig } from 'vitest/config';
import { sources } from '../../vitest.config.ts';

export default defineConfig({
  ...sources,
  test: {
    include: ['*.test.ts'],
    exclude: process.env.INKWIRE_SCREENSHOTS ? [] : ['screenshots.test.ts'],
    // Limits that only end a hang: no test may depend on how fast the machine is.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    fileParallelism: false,
  },
});
