import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/**
 * Packages see each other's sources, so no test runs against a build that is older than what it tests. Vitest hands each
 * condition to Node as well: `import` among them would give a driver's `require` a module of the other kind.
 */
export const sources = {
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
};

/** Child processes run the build: Node 20 runs no TypeScript. */
const freshBuild = fileURLToPath(new URL('scripts/fresh-build.mjs', import.meta.url));

function project(
  name: string,
  include: string[],
  options: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include, ...options } };
}

/**
 * Limits that only end a hang: no test may depend on how fast the machine is. In full, the search of the pool's invariants
 * is one test of a minute on a quiet machine, and of twelve beside eight busy loops and other work.
 */
export const endsHangs = (ms = 600_000) => ({
  testTimeout: ms,
  hookTimeout: ms,
  expect: { poll: { timeout: ms, interval: 20 } },
});

export default defineConfig(({ mode }) => ({
  ...sources,
  test: {
    // `npm run test:long`: the tests of `slow` take all of what they otherwise take a seeded share of.
    // `npm run test:registry`: an empty project installs what it needs from npm, not from here.
    env: mode === 'long' ? { INKWIRE_LONG: '1' } : mode === 'registry' ? { INKWIRE_NPM: '1' } : {},
    ...endsHangs(),
    // Forks, because native engines (ONNX Runtime, LMDB, libvips) do not like being unloaded with a thread.
    pool: 'forks',
    // What a test keeps is measured after a collection: otherwise it would depend on when the last one was.
    execArgv: ['--expose-gc'],
    // Vitest's own choice leaves a core free: on two that is one worker, which mostly waits for sockets and children.
    maxWorkers: '100%',
    projects: [
      project('units', ['packages/*/src/**/*.test.ts'], { isolate: false }),
      project('faces', ['packages/*/test/*.test.ts', 'test/*.test.ts'], { isolate: false }),
      // A module that is mocked would be mocked for the next file too.
      project('mocks', ['packages/*/test/mocks/*.test.ts']),
      project('processes', ['packages/*/test/processes/*.test.ts', 'test/processes/*.test.ts'], {
        globalSetup: freshBuild,
      }),
      // Said here: a project that extends this file reads it again, without the mode.
      project('slow', ['packages/*/test/slow/*.test.ts', 'bench/pool/sim/*.test.ts'], {
        globalSetup: freshBuild,
        ...endsHangs(7_200_000),
      }),
    ],
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: `.ci/out/${process.env.CI_REPORT ?? 'vitest'}.json` },
  },
}));
