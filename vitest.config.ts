import { defineConfig } from 'vitest/config';

/** Packages see each other's sources, so no test runs against a build that is older than what it tests. */
const conditions = ['source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'test/*.test.ts',
      'bench/pool/sim/*.test.ts',
    ],
    // Training, child processes killed on purpose, real files: slow machines must not turn tests red.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Forks, because native engines (ONNX Runtime, LMDB, libvips) do not like being unloaded with a thread.
    pool: 'forks',
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: '.ci/out/vitest.json' },
  },
});
