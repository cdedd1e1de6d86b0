#!/usr/bin/env node
// Committed, because npm links a command at `npm ci` only when its file exists, and dist/ is made later by the build.
import { existsSync } from 'node:fs';
import module from 'node:module';

const built = new URL('../dist/bin.js', import.meta.url);

if (existsSync(built)) {
  // From Node 22 on the second start need not compile what the first has compiled.
  module.enableCompileCache?.();
  await import(built.href);
} else {
  process.stderr.write(
    'inkwire: not built yet; run `npm run build` in the repository first (CLI_NOT_BUILT)\n',
  );
  process.exitCode = 1;
}
