export { flushDirectory } from './flush-directory.ts';
export { makeDirectory } from './make-directory.ts';
