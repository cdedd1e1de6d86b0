import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { endsHangs, sources } from '../../vitest.config.ts';

export default defineConfig({
  ...sources,
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/containers/*.test.ts'],
    globalSetup: fileURLToPath(new URL('./global-setup.ts', import.meta.url)),
    ...endsHangs(),
    pool: 'forks',
    fileParallelism: false,
  },
});
