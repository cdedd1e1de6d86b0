// `npm start`: builds what is not built, then serves. On a built tree it reads the inputs of the build, and builds nothing.
import { ensureBuilt } from './build.mjs';

ensureBuilt();
process.argv.splice(2, 0, 'serve');
await import('../packages/cli/bin/inkwire.js');
