// Vitest's global set-up of the tests that start child processes.
export { ensureBuilt as setup } from './build.mjs';
