import { defineConfig } from 'vitest/config';
import { sources } from '../../vitest.config.ts';

export default defineConfig({
  ...sources,
  test: {
    include: ['*.test.ts'],
    exclude: process.env.INKWIRE_SCREENSHOTS ? [] : ['screenshots.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
