// `npm start`: builds what is not built, then serves. On a built tree nothing but a few hundred file times is read.
import { ensureBuilt } from './build.mjs';

ensureBuilt();
process.argv.splice(2, 0, 'serve');
await import('../packages/cli/bin/inkwire.js');
