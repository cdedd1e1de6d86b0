import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { endsHangs, sources } from '../../vitest.config.ts';

export default defineConfig({
  ...sources,
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['packages/*/test/processes/cassandra.test.ts', 'test/cassandra/*.test.ts'],
    globalSetup: fileURLToPath(new URL('./global-setup.ts', import.meta.url)),
    // Three nodes and a quorum that waits for one of them: a busy machine needs minutes for what takes seconds otherwise.
    ...endsHangs(1_800_000),
    pool: 'forks',
    fileParallelism: false,
  },
});
