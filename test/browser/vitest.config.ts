import { defineConfig } from 'vitest/config';
import { endsHangs, sources } from '../../vitest.config.ts';

export default defineConfig({
  ...sources,
  test: {
    include: ['*.test.ts'],
    exclude: process.env.INKWIRE_SCREENSHOTS ? [] : ['screenshots.test.ts'],
    ...endsHangs(),
    fileParallelism: false,
  },
});
