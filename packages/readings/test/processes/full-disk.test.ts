import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { expectNothingHalf, type Filled, noMount, runOnSmallDisk } from '../../../lmdb/test/full-disk.ts';
import { temporaryDirectory } from '../../../lmdb/test/temporary-directory.ts';

const run = promisify(execFile);
const filler = fileURLToPath(new URL('filler.js', import.meta.url));
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

describe('a full disk', () => {
  it('is READINGS_FULL, keeps nothing by half, and goes on when there is room', async ({ skip }) => {
    skip(noMount !== undefined, noMount);
    const { stdout, stderr } = await runOnSmallDisk(
      { size: '2m', prepare: 'set -- "$1" "$DIRECTORY"' },
      filler,
    );
    // LMDB itself was never refused a write: it does not bear that.
    expect(stderr).toBe('');
    const filled = JSON.parse(stdout) as Filled;
    expect(filled.failure).toEqual({ code: 'READINGS_FULL', retryable: true });
    expectNothingHalf(filled);
  });

  it('keeps nothing by half either when the data file meets a limit of the process', async () => {
    const { stdout } = await run('sh', ['-c', 'ulimit -f 4000 && exec "$NODE" "$FILLER" "$DIRECTORY"'], {
      env: { ...process.env, NODE: process.execPath, FILLER: filler, DIRECTORY: await temporaryDirectory() },
    });
    const filled = JSON.parse(stdout) as Filled;
    expect(['READINGS_FULL', 'READINGS_FAILED']).toContain(filled.failure.code);
    expectNothingHalf(filled);
  });

  it('is READINGS_FULL already at the opening when not even the lock fits', async ({ skip }) => {
    skip(noMount !== undefined, noMount);
    const open = `import('@inkwire/readings/lmdb').then(({ openLmdbReadings }) => openLmdbReadings({ directory: process.env.DIRECTORY })).then(() => console.log('open'), (error) => console.log(error.code))`;
    const prepare = '{ head -c 60000 /dev/zero > "$DIRECTORY/other"; true; }';
    const { stdout } = await runOnSmallDisk({ size: '64k', prepare, cwd: packageFolder }, '-e', open);
    expect(stdout.trim()).toBe('READINGS_FULL');
  });
});
