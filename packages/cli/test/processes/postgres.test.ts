import { writeFile } from 'node:fs/promises';
import { createMemoryReadings, exportReadings } from '@inkwire/readings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newReading } from '../../../readings/test/contract.ts';
import {
  type EmbeddedPostgres,
  noPostgres,
  startEmbeddedPostgres,
} from '../../../readings/test/embedded-postgres.ts';
import { inkwire, serve, temporaryDirectory } from '../inkwire.ts';
import { expectKeptAndListed } from '../kept-and-listed.ts';

/** An export of readings with everything that one can have. */
async function newExport(): Promise<string> {
  await using readings = createMemoryReadings();
  for (let i = 0; i < 200; i++) {
    const { id } = await readings.keep(
      newReading(String(i), { source: 'a\0\ud800', label: '1', unsure: i % 2 === 0 }),
    );
    await readings.correct(id, i % 3 === 0 ? '\0' : null);
  }
  let text = '';
  for await (const line of exportReadings(readings)) text += line;
  return text;
}

describe.skipIf(noPostgres)('readings in PostgreSQL', () => {
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    server = await startEmbeddedPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  /** With a password, which the server does not ask for. */
  const secret = 'open-sesame';
  const withPassword = (url: string) => url.replace('postgres@', `postgres:${secret}@`);

  it('are kept by a server and listed by the command, and no line shows the password', async () => {
    await using folder = await temporaryDirectory();
    const readings = withPassword(await server.createDatabase());
    const env = { INKWIRE_READINGS: readings };
    await using hub = await serve(['--data', folder.file('data')], { env });
    const shown = readings.replace(secret, '…');
    await hub.output(new RegExp(`keeps readings in ${shown}, the rest in`));
    await expectKeptAndListed(hub, env);
    const { stdout, stderr } = await hub.stop();
    expect(stdout + stderr).not.toContain(secret);
  });

  it('are answered with 503 while the database is away, and are there again with it', async () => {
    await using folder = await temporaryDirectory();
    const env = { INKWIRE_READINGS: await server.createDatabase() };
    await using hub = await serve(['--data', folder.file('data')], { env });
    await server.kill();
    const answer = await fetch(`${hub.url}/api/readings`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ code: 'READINGS_UNREACHABLE' });
    await server.start();
    await expect.poll(async () => (await fetch(`${hub.url}/api/readings`)).status).toBe(200);
  });

  it('are missing where none were kept, and no table is made', async () => {
    const url = withPassword(await server.createDatabase());
    const { code, stderr } = await inkwire(['readings', '--readings', url]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^inkwire: Nothing is kept in postgres:\/\/postgres:…@.* \(CLI_DATA_MISSING\)\n$/);
    const tables = "SELECT to_regnamespace('inkwire') AS it";
    expect(await server.sql(new URL(url).pathname.slice(1), tables)).toEqual([{ it: null }]);
  });

  it('are moved there from LMDB and back, and nothing of them changes', async () => {
    await using folder = await temporaryDirectory();
    const text = await newExport();
    const file = folder.file('a.jsonl');
    await writeFile(file, text);
    const lmdb = ['--data', folder.file('data')];
    const postgres = ['--readings', withPassword(await server.createDatabase())];
    const moved = folder.file('b.jsonl.gz');
    for (const [into, name] of [
      [lmdb, file],
      [postgres, moved],
    ] as const) {
      const { code, stdout, stderr } = await inkwire(['readings', 'import', name, ...into]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Kept 200 readings; 0 were there already in /);
      expect(stdout).not.toContain(secret);
      if (name === file) await inkwire(['readings', 'export', moved, ...into]);
    }
    const back = await inkwire(['readings', 'export', '-', ...postgres]);
    expect(back.stdout.split('\n').slice(1, -2)).toEqual(text.split('\n').slice(1, -2));
  });

  it('end the command in one line without the password when the database refuses', async () => {
    await using folder = await temporaryDirectory();
    const url = withPassword(server.url('missing'));
    const { code, stderr } = await inkwire(['serve', '--data', folder.file('data'), '--readings', url]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^inkwire: .*"missing" does not exist \(READINGS_REFUSED\)\n$/);
    expect(stderr).not.toContain(secret);
  });
});
