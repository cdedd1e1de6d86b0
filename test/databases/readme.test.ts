import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startPostgres } from '../../bench/pool/servers/postgres.ts';
import { start, temporaryDirectory } from '../../packages/cli/test/inkwire.ts';

const directory = fileURLToPath(new URL('../../packages/pool/', import.meta.url));

test('the README of the pool: a client of inkwire allocate, as it stands but for the addresses', async () => {
  const readme = await readFile(`${directory}README.md`, 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(readme)![1]!;
  await using server = await startPostgres({ maxConnections: 10 });
  await using data = await temporaryDirectory();
  const options = ['--capacity', `${server.capacity}`, '--spare', '2', '--lease-ms', '500'];
  const database = ['--database', server.superuserUrl];
  await using allocator = start([
    'allocate',
    '--wire',
    '127.0.0.1:0',
    '--data',
    data.path,
    ...options,
    ...database,
  ]);
  const [, port] = await allocator.output(/wire \w+:\/\/[^\s]+:(\d+)/);
  const code = example.replace('9527', port!).replace('postgres://app@localhost/app', server.url);
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: directory });
  expect(stdout).toBe('42 true\n');
});
