import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { connectHub } from '../connect-hub.ts';
import { inkwire, temporaryDirectory } from '../inkwire.ts';

it('makes what the commands that it prints need', async () => {
  await using folder = await temporaryDirectory();
  const directory = folder.file('with a space');
  const { code, stdout, stderr } = await inkwire([
    'certs',
    directory,
    '--name',
    'ink.example',
    '--name',
    '10.1.2.3',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const [, cert, key, ca] = /serve --tls-cert '(.+)' --tls-key '(.+)' --tls-ca '(.+)'/.exec(stdout)!;
  const [, ...mine] = /connect ink\.example:9527 --ca '(.+)' --cert '(.+)' --key '(.+)'/.exec(stdout)!;
  expect((await stat(key!)).mode & 0o777).toBe(0o600);

  const pem = (file: string) => readFile(file, 'utf8');
  await using hub = await connectHub({
    tls: { cert: await pem(cert!), key: await pem(key!), ca: await pem(ca!) },
  });
  const flags = ['--ca', mine[0]!, '--cert', mine[1]!, '--key', mine[2]!];
  const outcome = await inkwire(['kv', 'exists', 't', 'k', '--hub', hub.address, ...flags]);
  expect(outcome).toMatchObject({ stdout: 'false\n' });
});

it('uses its authority again, and leaves the keys of others alone', async () => {
  await using folder = await temporaryDirectory();
  const run = () => inkwire(['certs', folder.path]);
  expect(await run()).toMatchObject({ code: 0 });
  const authority = await readFile(folder.file('ca.pem'), 'utf8');
  expect(await run()).toMatchObject({ code: 0 });
  expect(await readFile(folder.file('ca.pem'), 'utf8')).toBe(authority);

  await using other = await temporaryDirectory();
  await writeFile(other.file('server-key.pem'), 'of somebody else');
  expect(await inkwire(['certs', other.path])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/holds other files; .*\(CLI_OUT_OCCUPIED\)\n$/),
  });
  expect(await readdir(other.path)).toEqual(['server-key.pem']);
});
