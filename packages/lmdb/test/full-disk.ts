import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { temporaryDirectory } from './temporary-directory.ts';

const run = promisify(execFile);

/** What `fill.js` found. */
export interface Filled {
  readonly failure: { readonly code: string; readonly retryable: boolean };
  readonly kept: number;
  readonly whole: number;
  readonly count: number;
  readonly removed: number;
  readonly after: string;
  readonly left: number;
}

/** Why this machine does not let us mount a file system that only one process sees; undefined when it does. */
export const noMount = ((): string | undefined => {
  try {
    execFileSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no small file system to fill: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
})();

export interface SmallDisk {
  /** Of the file system, as `mount` writes it: `2m`. */
  readonly size: string;
  /** Run first on it, in a shell. */
  readonly prepare?: string;
  readonly cwd?: string;
}

/** Runs Node with `args` on a small file system of its own, mounted at `$DIRECTORY`. */
export async function runOnSmallDisk(
  { size, prepare = 'true', cwd }: SmallDisk,
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const inside = `mount -t tmpfs -o size=${size} none "$DIRECTORY" && ${prepare} && exec "$NODE" "$@"`;
  return run('unshare', ['-Urm', 'sh', '-c', inside, 'sh', ...args], {
    env: { ...process.env, NODE: process.execPath, DIRECTORY: await temporaryDirectory() },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** What was acknowledged is there, whole, and nothing else; and there is room again after something was removed. */
export function expectNothingHalf({ kept, whole, count, removed, after, left }: Filled): void {
  expect(kept).toBeGreaterThan(20);
  expect(whole).toBe(kept);
  expect(count).toBe(kept);
  expect(removed).toBeGreaterThan(0);
  expect(after).toBe('kept');
  expect(left).toBe(kept - removed + 1);
}
