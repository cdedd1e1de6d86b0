import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRandom } from '@inkwire/base';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { type LmdbReadingsOptions, openLmdbReadings } from '../src/lmdb/index.ts';
import { newReading } from './contract.ts';
import { numberedReading } from './numbered-reading.js';
import { temporaryDirectory } from './temporary-directory.ts';

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const isRoot = process.getuid?.() === 0;

/** What `filler.js` found. */
interface Filled {
  readonly failure: { readonly code: string; readonly retryable: boolean };
  readonly kept: number;
  readonly whole: number;
  readonly count: number;
  readonly removed: number;
  readonly after: string;
  readonly stderr: string;
}

async function fill(command: string, directory: string): Promise<Filled> {
  const { stdout, stderr } = await run('sh', ['-c', command], {
    env: { ...process.env, NODE: process.execPath, FILLER: script('filler.js'), DIRECTORY: directory },
  });
  return { ...(JSON.parse(stdout) as Filled), stderr };
}

function expectNothingHalfKept({ kept, whole, count, removed, after }: Filled): void {
  expect(kept).toBeGreaterThan(20);
  expect(whole).toBe(kept);
  expect(count).toBe(kept);
  // Room can be made, and then it goes on in the same process.
  expect(removed).toBeGreaterThan(0);
  expect(after).toBe('kept');
}

/** Why this machine does not let us mount a file system that nobody else sees; undefined when it does. */
const noMount = ((): string | undefined => {
  try {
    execFileSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no small file system to fill: ${(error as Error).message.trim().split('\n').at(-1)}`;
  }
})();

async function makeStore(directory: string, count: number): Promise<string[]> {
  const readings = await openLmdbReadings({ directory });
  const ids: string[] = [];
  for (let number = 0; number < count; number++) ids.push((await readings.keep(numberedReading(number))).id);
  await readings.close();
  return ids;
}

async function codeOfOpening(options: LmdbReadingsOptions): Promise<string | undefined> {
  try {
    const readings = await openLmdbReadings(options);
    await readings.close();
    return undefined;
  } catch (error) {
    expect((error as Error).message).toContain(options.directory);
    return (error as { readonly code?: string }).code;
  }
}

describe('a full disk', () => {
  it('is READINGS_FULL, keeps nothing by half, and goes on when there is room', async ({ skip }) => {
    skip(noMount !== undefined, noMount);
    const directory = await temporaryDirectory();
    const filled = await fill(
      `unshare -Urm sh -c 'mount -t tmpfs -o size=2m none "$DIRECTORY" && "$NODE" "$FILLER" "$DIRECTORY"'`,
      directory,
    );
    expect(filled.failure).toMatchObject({ code: 'READINGS_FULL', retryable: true });
    // LMDB itself was never refused a write: it does not bear that.
    expect(filled.stderr).toBe('');
    expectNothingHalfKept(filled);
  });

  it('keeps nothing by half either when the data file meets a limit of the process', async () => {
    const directory = await temporaryDirectory();
    const filled = await fill(`ulimit -f 4000 && exec "$NODE" "$FILLER" "$DIRECTORY"`, directory);
    expect(['READINGS_FULL', 'READINGS_FAILED']).toContain(filled.failure.code);
    expectNothingHalfKept(filled);
  });

  it('is READINGS_FULL already at the opening when not even the lock fits', async ({ skip }) => {
    skip(noMount !== undefined, noMount);
    const directory = await temporaryDirectory();
    const open = `import('@inkwire/readings/lmdb').then(({ openLmdbReadings }) => openLmdbReadings({ directory: process.env.DIRECTORY })).then(() => console.log('open'), (error) => console.log(error.code))`;
    const { stdout } = await run(
      'sh',
      [
        '-c',
        `unshare -Urm sh -c 'mount -t tmpfs -o size=64k none "$DIRECTORY" && head -c 60000 /dev/zero > "$DIRECTORY/other"; "$NODE" -e "$OPEN"'`,
      ],
      {
        cwd: script('..'),
        env: { ...process.env, NODE: process.execPath, OPEN: open, DIRECTORY: directory },
      },
    );
    expect(stdout.trim()).toBe('READINGS_FULL');
  });
});

describe('a directory that cannot be used', () => {
  it('is READINGS_UNWRITABLE when it is a file, or lies below one', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, 'x');
    expect(await codeOfOpening({ directory: file })).toBe('READINGS_UNWRITABLE');
    expect(await codeOfOpening({ directory: join(file, 'below') })).toBe('READINGS_UNWRITABLE');
  });

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
      cwd: script('..'),
      env: { ...process.env, DIRECTORY: directory },
    });
    expect(stdout.trim()).toBe('READINGS_UNWRITABLE');
  });

  it('is READINGS_UNWRITABLE when data.mdb is a directory', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'data.mdb'));
    expect(await codeOfOpening({ directory })).toBe('READINGS_UNWRITABLE');
  });

  it('may have a dot in its name, and is created with those above it', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b.data');
    expect(await codeOfOpening({ directory })).toBeUndefined();
    expect((await readdir(directory)).sort()).toEqual(['data.mdb', 'lock.mdb']);
  });
});

describe('a data file that is not what was written', () => {
  it('is READINGS_DAMAGED when it is something else altogether', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'data.mdb'), 'not a database '.repeat(10_000));
    expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
    await writeFile(join(directory, 'data.mdb'), 'short');
    expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
  });

  it('is READINGS_FOREIGN when another program keeps its data there, which stays untouched', async () => {
    for (const name of ['zebra', 'about', 'aardvark']) {
      const directory = await temporaryDirectory();
      const other = open({ path: directory, noSubdir: false, overlappingSync: false });
      await other.openDB({ name }).put('key', 'value');
      await other.put('plain', 'value');
      const keys = [...other.getKeys()];
      await other.close();
      expect(await codeOfOpening({ directory })).toBe('READINGS_FOREIGN');
      const again = open({ path: directory, noSubdir: false, overlappingSync: false });
      expect(again.get('plain')).toBe('value');
      expect([...again.getKeys()]).toEqual(keys);
      await again.close();
    }
  });

  it('is READINGS_FOREIGN when a later version wrote it', async () => {
    const directory = await temporaryDirectory();
    await makeStore(directory, 1);
    const root = open({ path: directory, noSubdir: false, overlappingSync: false });
    await root.openDB({ name: 'about', encoding: 'string' }).put('format', 'inkwire readings 2');
    await root.close();
    expect(await codeOfOpening({ directory })).toBe('READINGS_FOREIGN');
  });

  it('is READINGS_DAMAGED wherever it was cut, and never ends the process', async () => {
    const random = createRandom(11);
    const original = await temporaryDirectory();
    await makeStore(original, 40);
    const whole = await readFile(join(original, 'data.mdb'));
    for (let i = 0; i < 25; i++) {
      const directory = await temporaryDirectory();
      await writeFile(join(directory, 'data.mdb'), whole);
      const length = 1 + random.below(whole.length - 1);
      await truncate(join(directory, 'data.mdb'), length);
      expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
      // It stays as it was found, and so it is no better the next time.
      expect(await codeOfOpening({ directory })).toBe('READINGS_DAMAGED');
      expect((await stat(join(directory, 'data.mdb'))).size).toBe(length);
    }
  });

  it('is opened when it is only shorter than it may be, with everything in it', async () => {
    const directory = await temporaryDirectory();
    const ids = await makeStore(directory, 5);
    const file = join(directory, 'data.mdb');
    const data = await readFile(file);
    // LMDB may count unused pages at the end that it never wrote: both meta pages claim seven more.
    for (const meta of [0, data.readUInt32LE(48)])
      data.writeBigUInt64LE(data.readBigUInt64LE(meta + 144) + 7n, meta + 144);
    await writeFile(file, data);
    const readings = await openLmdbReadings({ directory });
    expect((await stat(file)).size).toBe(data.length);
    for (const [number, id] of ids.entries())
      expect((await readings.picture(id))?.bytes).toEqual(numberedReading(number).picture.bytes);
    await readings.close();
  });

  it('gives no picture that the disk has changed', async () => {
    const directory = await temporaryDirectory();
    const bytes = new Uint8Array(9000).fill(0xa5);
    const readings = await openLmdbReadings({ directory });
    const { id } = await readings.keep(newReading('7', { picture: { type: 'image/png', bytes } }));
    await readings.close();
    const file = join(directory, 'data.mdb');
    const data = await readFile(file);
    data[data.indexOf(bytes.subarray(0, 4000)) + 3000]! ^= 1;
    await writeFile(file, data);
    const again = await openLmdbReadings({ directory });
    await expect(again.picture(id)).rejects.toMatchObject({ code: 'READINGS_DAMAGED' });
    expect((await again.get(id))?.text).toBe('7');
    expect((await again.prepared(id))?.length).toBe(1);
    await again.close();
  });
});

describe('a directory that several processes have open', () => {
  it('shows each what the others keep, in one order', async () => {
    const directory = await temporaryDirectory();
    const readings = await openLmdbReadings({ directory });
    const child = execFile(process.execPath, [script('keeper.js'), directory, '0', '1']);
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
