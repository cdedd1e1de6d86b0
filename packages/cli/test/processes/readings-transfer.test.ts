import { execFile } from 'node:child_process';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { expect, it } from 'vitest';
import { noMount, runOnSmallDisk } from '../../../lmdb/test/full-disk.ts';
import { newReading } from '../../../readings/test/contract.ts';
import { bin, inkwire, temporaryDirectory } from '../inkwire.ts';

const run = promisify(execFile);

/** A data directory with so many readings. */
async function keepReadings(data: string, count = 70): Promise<string[]> {
  await using readings = await openLmdbReadings({ directory: `${data}/readings` });
  const kept = await Promise.all(
    Array.from({ length: count }, (_, i) => readings.keep(newReading(String(i)))),
  );
  await readings.correct(kept[0]!.id, '99');
  return ['--data', data];
}

it('moves readings into another store, through a file or a pipe, and says how many', async () => {
  await using folder = await temporaryDirectory();
  const from = await keepReadings(folder.file('from'));
  const [plain, zipped] = [folder.file('a.jsonl'), folder.file('a.jsonl.gz')];
  expect(await inkwire(['readings', 'export', plain, ...from])).toMatchObject({
    code: 0,
    stdout: `Exported 70 readings to ${plain}\n`,
    stderr: '',
  });
  expect((await inkwire(['readings', 'export', zipped, ...from])).code).toBe(0);
  const piped = await inkwire(['readings', 'export', '-', ...from]);
  expect(piped).toMatchObject({ code: 0, stderr: 'Exported 70 readings\n' });
  const readingsOf = (text: string) => text.split('\n').slice(1, -2);
  const text = await readFile(plain, 'utf8');
  expect(readingsOf(text)).toHaveLength(70);
  expect(readingsOf(piped.stdout)).toEqual(readingsOf(text));
  expect(readingsOf(gunzipSync(await readFile(zipped)).toString())).toEqual(readingsOf(text));
  expect((await readdir(folder.path)).sort()).toEqual(['a.jsonl', 'a.jsonl.gz', 'from']);

  const to = ['--data', folder.file('to')];
  const first = await inkwire(['readings', 'import', zipped, ...to]);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Kept 70 readings; 0 were there/) });
  const again = await inkwire(['readings', 'import', '-', ...to], { input: Buffer.from(text) });
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Kept 0 readings; 70 were there/) });
  const back = await inkwire(['readings', 'export', '-', ...to]);
  expect(readingsOf(back.stdout)).toEqual(readingsOf(text));
});

it('keeps nothing of a file that was cut off or changed, compressed or not', async () => {
  await using folder = await temporaryDirectory();
  const from = await keepReadings(folder.file('from'), 150);
  const to = ['--data', folder.file('to')];
  const text = (await inkwire(['readings', 'export', '-', ...from])).stdout;
  const files: Record<string, string | Buffer> = {
    'cut.jsonl': text.slice(0, text.length * 0.6),
    'cut.jsonl.gz': gzipSync(text).subarray(0, -9),
    'changed.jsonl': text.replace('"text":"12"', '"text":"13"'),
    'plain.jsonl.gz': text,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(folder.file(name), content);
    const { code, stderr } = await inkwire(['readings', 'import', folder.file(name), ...to]);
    expect(stderr, name).toMatch(/^inkwire: .* \(READINGS_EXPORT_DAMAGED\)\n$/);
    expect(code).toBe(1);
  }
  const missing = await inkwire(['readings', 'import', folder.file('none'), ...to]);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_FILE_UNREADABLE)') });
  expect((await inkwire(['readings', ...to])).stdout.split('\n')).toHaveLength(2);
  const piped = await inkwire(['readings', 'import', '-', ...to], {
    input: Buffer.from(files['cut.jsonl']!),
  });
  expect(piped.code).toBe(1);
  const [kept, failure] = piped.stderr.split('\n');
  expect(failure).toMatch(/cut off in or after line \d\d: .*\(READINGS_EXPORT_DAMAGED\)$/);
  expect(kept).toBe('Kept 64 readings; 0 were there already; continue with --from-line 66');
  const rest = await inkwire(['readings', 'import', '-', '--from-line', '66', ...to], {
    input: Buffer.from(text),
  });
  expect(rest).toMatchObject({ code: 0, stderr: '' });
  expect((await inkwire(['readings', 'export', '-', ...to])).stdout.length).toBe(text.length);
});

it('continues an export that was interrupted, and never takes it for a whole one', async () => {
  await using folder = await temporaryDirectory();
  const from = await keepReadings(folder.file('from'));
  for (const name of ['a.jsonl', 'a.jsonl.gz']) {
    const file = folder.file(name);
    expect((await inkwire(['readings', 'export', file, ...from])).code).toBe(0);
    const whole = await readFile(file);
    const occupied = await inkwire(['readings', 'export', file, '--resume', ...from]);
    expect(occupied).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_OUT_OCCUPIED)') });
    await writeFile(`${file}.part`, whole);
    await truncate(`${file}.part`, Math.round(whole.length * 0.6));
    await writeFile(file, '');
    expect((await inkwire(['readings', 'export', file, ...from])).code).toBe(1);
    await rm(file);
    const refused = await inkwire(['readings', 'export', file, ...from]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /did not end; continue it with --resume, or remove it \(CLI_OUT_OCCUPIED\)/,
      ),
    });
    const resumed = await inkwire(['readings', 'export', file, '--resume', ...from]);
    expect(resumed).toMatchObject({ code: 0, stdout: `Exported 70 readings to ${file}\n` });
    const text = (bytes: Buffer) => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    expect(text(await readFile(file))).toBe(text(whole));
  }
});

it('ends with a code when there is no room for the file, and continues when there is', async () => {
  await using folder = await temporaryDirectory();
  const from = await keepReadings(folder.file('from'));
  const file = folder.file('a.jsonl');
  const limited = run('sh', [
    '-c',
    'ulimit -f 100 && exec "$0" "$@"',
    process.execPath,
    bin,
    'readings',
    'export',
    file,
    ...from,
  ]);
  await expect(limited).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/a\.jsonl cannot be written: EFBIG.* \(CLI_FILE_UNWRITABLE\)\n$/),
  });
  expect((await readdir(folder.path)).sort()).toEqual(['a.jsonl.part', 'from']);
  const resumed = await inkwire(['readings', 'export', file, '--resume', ...from]);
  expect(resumed.stdout).toBe(`Exported 70 readings to ${file}\n`);
});

it('ends with a code when there is no room for the readings, and says where to continue', async ({
  skip,
}) => {
  skip(noMount !== undefined, noMount);
  await using folder = await temporaryDirectory();
  const from = await keepReadings(folder.file('from'), 2000);
  const file = folder.file('a.jsonl');
  await inkwire(['readings', 'export', file, ...from]);
  const importing = runOnSmallDisk(
    { size: '2m', prepare: 'set -- "$@" --data "$DIRECTORY"' },
    ...[bin, 'readings', 'import', file],
  );
  await expect(importing).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^Kept (\d+) readings; 0 were there already; continue with --from-line \d+\ninkwire: .*\(READINGS_FULL\)\n$/,
    ),
  });
});
