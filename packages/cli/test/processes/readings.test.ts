import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { inkwire, serve, temporaryDirectory } from '../inkwire.ts';
import { picture } from '../pictures.ts';

async function keep(url: string, png: Uint8Array): Promise<void> {
  const headers = { 'content-type': 'image/png' };
  const answer = await fetch(`${url}/api/readings`, { method: 'POST', headers, body: Buffer.from(png) });
  expect(answer.status).toBe(201);
}

it('lists what was kept, newest first, while the server runs and after it', async () => {
  await using folder = await temporaryDirectory();
  const data = ['--data', folder.file('data')];
  const [older, newer] = await Promise.all([picture(0, 1), picture(2)]);
  await using server = await serve(data);
  const readings = () => inkwire(['readings', '--json', ...data]);
  expect(await readings()).toMatchObject({ code: 0, stdout: '' });
  await keep(server.url, older.png);
  await keep(server.url, newer.png);

  const meanwhile = await readings();
  expect(meanwhile.stderr).toBe('');
  const kept = meanwhile.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(kept.map(({ text }) => text)).toEqual([newer.text, older.text]);
  // The server goes on writing after another process has read its store.
  await keep(server.url, newer.png);
  await server.stop();

  const after = await inkwire(['readings', '--limit', '2'], { env: { INKWIRE_DATA: folder.file('data') } });
  const [title, ...rows] = after.stdout.trimEnd().split('\n');
  expect(title).toMatch(/^TIME +TEXT +CONFIDENCE +CORRECTED +SOURCE +ID$/);
  expect(rows).toHaveLength(2);
  expect(rows[1]).toContain(kept[0].id);
});

it('does not create a store where there is none', async () => {
  await using folder = await temporaryDirectory();
  const { code, stderr } = await inkwire(['readings', '--data', folder.file('none')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^inkwire: Nothing is kept in .*none.* \(CLI_DATA_MISSING\)\n$/);
  const other = await inkwire(['readings', '--readings', `lmdb:${folder.path}`]);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_DATA_MISSING)') });
  expect(await readdir(folder.path)).toEqual([]);
});
