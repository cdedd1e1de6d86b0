import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectNothingHalf, type Filled, noMount, runOnSmallDisk } from '../../../lmdb/test/full-disk.ts';

const filler = fileURLToPath(new URL('filler.js', import.meta.url));

describe('a full disk', () => {
  it.for(['sync', 'relaxed'])(
    '%s: is KV_FULL, keeps nothing by half, and goes on when there is room',
    async (durability, { skip }) => {
      skip(noMount !== undefined, noMount);
      const { stdout, stderr } = await runOnSmallDisk(
        { size: '3m', prepare: `set -- "$1" "$DIRECTORY" ${durability}` },
        filler,
      );
      // LMDB itself was never refused a write: it does not bear that.
      expect(stderr).toBe('');
      const filled = JSON.parse(stdout) as Filled;
      expect(filled.failure).toEqual({ code: 'KV_FULL', retryable: true });
      expect(filled.kept).toBeGreaterThan(100);
      expectNothingHalf(filled);
    },
  );
});
