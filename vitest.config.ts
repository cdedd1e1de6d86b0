import { defineConfig } from 'vitest/config';

export default defineConfig({
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
