import { fileURLToPath } from 'node:url';

/** Absolute path of the directory that holds the built page: `index.html` and its assets, to be served as they are. */
export const pageDirectory: string = fileURLToPath(new URL('../dist/page', import.meta.url));
