import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { sources } from '../../vitest.config.ts';

export default defineConfig({
  ...sources,
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/databases/*.test.ts', 'packages/*/test/databases/*.test.ts'],
    globalSetup: fileURLToPath(new URL('./global-setup.ts', import.meta.url)),
    // Servers start, processes are killed and leases run out: slow machines must not turn tests red.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
