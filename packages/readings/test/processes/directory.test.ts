import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../lmdb/test/temporary-directory.ts';
import { openLmdbReadings } from '../../src/lmdb/index.ts';
import { newReading } from '../contract.ts';

const run = promisify(execFile);
const keeper = fileURLToPath(new URL('keeper.js', import.meta.url));
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const isRoot = process.getuid?.() === 0;

describe('a directory that cannot be used', () => {
  it('is READINGS_UNWRITABLE when its permissions say no', async () => {
    const directory = await temporaryDirectory();
    await chmod(directory, 0o555);
    // Root may write anywhere, so a child becomes somebody else first, after it has loaded what it needs.
    const code = `
      const { openLmdbReadings } = await import('@inkwire/readings/lmdb');
      if (${isRoot}) { process.setgid(65534); process.setuid(65534); }
      await openLmdbReadings({ directory: process.env.DIRECTORY }).then(
        () => console.log('open'),
        (error) => console.log(error.code),
      );`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], {
      cwd: packageFolder,
      env: { ...process.env, DIRECTORY: directory },
    });
    expect(stdout.trim()).toBe('READINGS_UNWRITABLE');
  });
});

describe('a directory that several processes have open', () => {
  it('shows each what the others keep, in one order', async () => {
    const directory = await temporaryDirectory();
    const readings = await openLmdbReadings({ directory });
    const child = execFile(process.execPath, [keeper, directory, '0', '1']);
    const told: string[] = [];
    let text = '';
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (data: string) => {
        text += data;
        if (text.split('\n').length > 60) resolve();
      });
    });
    const mine: string[] = [];
    for (let i = 0; i < 50; i++) {
      const { id } = await readings.keep(newReading('5'));
      const [newest] = (await readings.list({ limit: 1, text: '5' })).readings;
      expect(newest!.id >= id).toBe(true);
      mine.push(id);
    }
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    for (const line of text.split('\n').slice(0, -1)) {
      const [what, number, id] = line.split(' ') as [string, string, string];
      if (what === 'kept' && Number(number) % 7 !== 2) told.push(id);
    }
    expect(told.length).toBeGreaterThan(20);
    for (const id of [...told, ...mine]) expect(await readings.get(id)).toBeDefined();
    expect(told).toEqual([...told].sort());
    expect(mine).toEqual([...mine].sort());
    await readings.close();
  });
});
