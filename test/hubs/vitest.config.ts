import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { endsHangs, sources } from '../../vitest.config.ts';

export default defineConfig({
  ...sources,
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/hubs/*.test.ts'],
    ...endsHangs(),
    pool: 'forks',
    fileParallelism: false,
  },
});
