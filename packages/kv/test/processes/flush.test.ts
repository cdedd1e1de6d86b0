import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../lmdb/test/temporary-directory.ts';

function canTrace(): boolean {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn(`No strace to watch flushes with: ${(error as Error).message.split('\n')[0]}`);
    return false;
  }
}

/** One write after the other, each announced before and acknowledged after it, as the system saw it. */
async function trace(durability: string, count: number): Promise<string[]> {
  const directory = await temporaryDirectory();
  const log = join(directory, 'trace');
  const code = `
    import { writeSync } from 'node:fs';
    import { openLmdbTables } from '@inkwire/kv/lmdb';
    const tables = await openLmdbTables({ directory: process.env.DIRECTORY, durability: process.env.DURABILITY });
    for (let i = 0; i < process.env.ROUNDS; i++) {
      writeSync(1, 'ask\\n');
      await tables.hset('t', 'k' + i, Uint8Array.of(0x0a, 1, 0x31));
      writeSync(1, 'ack\\n');
    }
    await tables.close();`;
  const run = spawnSync(
    'strace',
    [
      '-f',
      '-e',
      'trace=write,pwrite64,pwritev,writev,fdatasync,fsync,msync',
      '-o',
      log,
      process.execPath,
      '--input-type=module',
      '-e',
      code,
    ],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: {
        ...process.env,
        DIRECTORY: join(directory, 'data'),
        DURABILITY: durability,
        ROUNDS: String(count),
      },
      encoding: 'utf8',
    },
  );
  expect(run.status, run.stderr).toBe(0);
  return readFileSync(log, 'utf8').split('\n');
}

/** What the system did between each `ask` and its `ack`: a letter a call. */
function rounds(lines: readonly string[]): string[] {
  const rounds: string[] = [];
  let now: string | undefined;
  for (const line of lines) {
    if (line.includes('"ask\\n"')) now = '';
    else if (line.includes('"ack\\n"')) {
      rounds.push(now!);
      now = undefined;
    } else if (now !== undefined) {
      // A call that takes long is written down twice; its end is what counts.
      if (/(fdatasync|fsync|msync)(\(.*\)| resumed>.*\)) += 0/.test(line)) now += 's';
      else if (/(pwrite64|pwritev|writev)\(/.test(line)) now += 'w';
    }
  }
  return rounds;
}

describe.runIf(canTrace())('an acknowledgement, as the system sees it (needs strace)', () => {
  it('sync: comes after the pages were written and flushed', async () => {
    const seen = rounds(await trace('sync', 20));
    expect(seen.length).toBe(20);
    for (const round of seen) expect(round).toMatch(/w.*s/);
  });

  it('relaxed: comes after the pages were written, and waits for no flush', async () => {
    const seen = rounds(await trace('relaxed', 200));
    expect(seen.length).toBe(200);
    for (const round of seen) expect(round).toMatch(/w/);
    // A checkpoint is begun every 100 ms at most, so on the slowest machine too there are rounds between two.
    expect(seen.some((round) => !round.includes('s'))).toBe(true);
  });
});
