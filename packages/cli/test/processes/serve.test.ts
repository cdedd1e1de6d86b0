import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Reading } from '@inkwire/readings';
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { describe, expect, it } from 'vitest';
import { patient } from '../../../wire/test/patient.ts';
import { inkwire, serve, start, temporaryDirectory } from '../inkwire.ts';
import { picture } from '../pictures.ts';

async function post(url: string, png: Uint8Array): Promise<Reading> {
  const answer = await fetch(`${url}/api/readings`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: Buffer.from(png),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { readings: Reading[] }).readings[0]!;
}

async function list(url: string): Promise<Reading[]> {
  const answer = await fetch(`${url}/api/readings`);
  return ((await answer.json()) as { readings: Reading[] }).readings;
}

/** Whether every user may enter a directory and all that it lies in. */
function isReadByOthers(directory: string): boolean {
  const parent = dirname(directory);
  return (statSync(directory).mode & 0o5) === 0o5 && (parent === directory || isReadByOthers(parent));
}

describe('a server', () => {
  it('prints where it is, serves the page, and ends with 0 at SIGTERM and at SIGINT', async () => {
    await using folder = await temporaryDirectory();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await using server = await serve(['--data', folder.file('data')]);
      expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      expect(await (await fetch(server.url)).text()).toContain('<html');
      server.child.kill(signal);
      expect(await server.outcome).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('finds what it kept again after a restart, in a directory that only its owner can enter', async () => {
    await using folder = await temporaryDirectory();
    const { png, text } = await picture(0, 1, 2);
    await using first = await serve(['--data', folder.file('data')]);
    const kept = await post(first.url, png);
    expect(kept.text).toBe(text);
    await first.stop();
    await using second = await serve(['--data', folder.file('data')]);
    expect(await list(second.url)).toEqual([kept]);
    expect((await stat(folder.file('data'))).mode & 0o777).toBe(0o700);
  });

  it('finishes an upload that is under way at SIGTERM, and takes no new one', async () => {
    await using folder = await temporaryDirectory();
    const { png, text } = await picture(3);
    await using server = await serve(['--data', folder.file('data')]);
    const upload = await beginUpload(server.url, png);
    server.child.kill('SIGTERM');
    await server.output(/Finishing what was accepted/);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();

    upload.end(png.subarray(png.length >> 1));
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(201);
    expect(await json(answer)).toMatchObject({ readings: [{ text }] });
    expect(await server.outcome).toMatchObject({ code: 0 });
  });

  it('ends at once at the second signal', async () => {
    await using folder = await temporaryDirectory();
    const { png } = await picture(4);
    await using server = await serve(['--data', folder.file('data')]);
    const upload = await beginUpload(server.url, png);
    upload.on('error', () => {});
    server.child.kill('SIGINT');
    await server.output(/Finishing what was accepted/);
    const again = setInterval(() => server.child.kill('SIGINT'), 50);
    expect(await server.outcome).toMatchObject({ code: 130 });
    clearInterval(again);
  });

  it('reports in JSON when asked', async () => {
    await using folder = await temporaryDirectory();
    const args = [
      'serve',
      '--http',
      '127.0.0.1:0',
      '--wire',
      '127.0.0.1:0',
      '--log',
      'json',
      '--data',
      folder.file('data'),
    ];
    await using server = start(args);
    const [line] = await server.output(/^.*"event":"ready".*$/m);
    const wire = expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:[1-9]\d+$/);
    expect(JSON.parse(line)).toMatchObject({
      event: 'ready',
      url: expect.stringMatching(/^http:\/\/127/),
      wire,
    });
    server.child.kill('SIGTERM');
    const events = (await server.outcome).stdout.trimEnd().split('\n');
    expect(events.map((each) => (JSON.parse(each) as { event: string }).event)).toEqual([
      'ready',
      'closing',
      'closed',
    ]);
  });

  it('asks for the token, and answers to the names that it was given', async () => {
    await using folder = await temporaryDirectory();
    const env = { INKWIRE_TOKEN: 'of-this-test-only', INKWIRE_ALLOWED_HOSTS: 'ink.example' };
    await using server = await serve(['--data', folder.file('data')], { env });
    const token = { authorization: 'Bearer of-this-test-only' };
    expect(await status(server.url, {})).toBe(401);
    expect(await status(server.url, token)).toBe(200);
    expect(await status(server.url, { ...token, host: 'ink.example' })).toBe(200);
    expect(await status(server.url, { ...token, host: 'other.example' })).toBe(403);
  });

  it('gives each token its role, on every listener', async () => {
    await using folder = await temporaryDirectory();
    const [reader, writer, admin] = ['of-a-reader', 'of-a-writer', 'of-an-admin'];
    const args = ['--wire', '127.0.0.1:0', '--read-token', reader!, '--data', folder.file('data')];
    const env = { INKWIRE_WRITE_TOKEN: writer!, INKWIRE_TOKEN: admin! };
    await using server = await serve(args, { env });
    const [, hub] = await server.output(/wire tcp:\/\/(\S+)/);

    const { png } = await picture(5);
    const post = async (token: string) => {
      const headers = { 'content-type': 'image/png', authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/api/readings`, { method: 'POST', headers, body: Buffer.from(png) }))
        .status;
    };
    const kv = (token: string, ...words: string[]) =>
      inkwire(['kv', '--hub', hub!, '--token', token, ...words]);
    for (const [token, may] of [
      [reader!, false],
      [writer!, true],
      [admin!, true],
    ] as const) {
      expect(await status(server.url, { authorization: `Bearer ${token}` })).toBe(200);
      expect(await post(token)).toBe(may ? 201 : 403);
      expect(await kv(token, 'set', 'by', token, 'x')).toMatchObject({
        code: may ? 0 : 1,
        stderr: may ? '' : expect.stringContaining('the role of this token does not allow it (status 403)'),
      });
    }
    expect(await kv(reader!, 'all', 'by')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^of-a-\w+/),
    });
    expect(await status(server.url, { authorization: 'Bearer of-nobody' })).toBe(401);
    expect((await kv('of-nobody', 'all', 'by')).stderr).toContain('status 401');
  });

  it('keeps to the limits that it is given', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(folder.file('inkwire.toml'), 'wire-max-subscriptions-per-member = 1\n');
    const places = ['--wire', '127.0.0.1:0', '--data', folder.file('data')];
    const settings = ['--config', folder.file('inkwire.toml'), '--http-max-samples', '3'];
    const env = { INKWIRE_HTTP_MAX_JSON_BYTES: '1024' };
    await using server = await serve([...places, ...settings], { env });
    const samples = async (body: object) => {
      const headers = { 'content-type': 'application/json' };
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      return (await fetch(`${server.url}/api/samples`, request)).status;
    };
    expect(await samples({ count: 3 })).toBe(201);
    expect(await samples({ count: 4 })).toBe(400);
    expect(await samples({ count: 3, more: 'x'.repeat(1024) })).toBe(413);

    const [, port] = await server.output(/wire tcp:\/\/127\.0\.0\.1:(\d+)/);
    const dial = (wait: object) => dialStream({ host: '127.0.0.1', port: Number(port), ...wait });
    const client = createClient({ dial, ...patient });
    try {
      await client.subscribe('one').ready();
      await expect(client.subscribe('two').ready()).rejects.toMatchObject({ status: 429 });
    } finally {
      await client.destroy();
    }
  });

  it('serves TLS to those who have a certificate', async () => {
    await using folder = await temporaryDirectory();
    const pem = (name: string) =>
      fileURLToPath(new URL(`../../../hub/test/tls/${name}.pem`, import.meta.url));
    const files = ['--tls-cert', pem('server'), '--tls-key', pem('server-key'), '--tls-ca', pem('ca')];
    await using server = await serve(['--data', folder.file('data'), ...files]);
    expect(server.url).toMatch(/^https:/);
    const mine = { cert: readFileSync(pem('client')), key: readFileSync(pem('client-key')) };
    const options = { ca: readFileSync(pem('ca')), servername: 'localhost' };
    const [answer] = await once(
      secureRequest(`${server.url}/healthz`, { ...options, ...mine }).end(),
      'response',
    );
    expect((answer as IncomingMessage).resume().statusCode).toBe(200);
    const stranger = once(secureRequest(`${server.url}/healthz`, options).end(), 'response');
    await expect(stranger).rejects.toThrow();
  });

  it('is told by flags over environment over file', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(
      folder.file('inkwire.toml'),
      'http = "127.0.0.1:1"\ndata = "of-the-file"\nlog = "json"\n',
    );
    const env = { INKWIRE_CONFIG: folder.file('inkwire.toml'), INKWIRE_HTTP: 'off', INKWIRE_LOG: 'text' };
    await using _ = await serve([], { env });
    expect((await stat(folder.file('of-the-file'))).isDirectory()).toBe(true);
  });
});

/** `fetch` would not send another Host. */
async function status(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const [answer] = (await once(request(`${url}/api/readings`, { headers }).end(), 'response')) as [
    IncomingMessage,
  ];
  answer.resume();
  return answer.statusCode;
}

/** Sends half of a picture, once the server has taken the head of the request. */
async function beginUpload(url: string, png: Uint8Array) {
  const upload = request(`${url}/api/readings`, {
    method: 'POST',
    headers: { 'content-type': 'image/png', 'content-length': png.length, expect: '100-continue' },
  });
  upload.flushHeaders();
  await once(upload, 'continue');
  upload.write(png.subarray(0, png.length >> 1));
  return upload;
}

describe('what is wrong is one clear line and exit 1', () => {
  async function refused(args: readonly string[], env?: Record<string, string>): Promise<string> {
    const options = env === undefined ? {} : { env };
    const { code, stdout, stderr } = await inkwire(
      ['serve', '--http', '127.0.0.1:0', '--wire', 'off', ...args],
      options,
    );
    expect(stderr).toMatch(/^inkwire: .+ \([A-Z_]+\)\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    return stderr;
  }

  it('a port in use', async () => {
    await using folder = await temporaryDirectory();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const line = await refused(['--http', `127.0.0.1:${port}`, '--data', folder.file('data')]);
    expect(line).toContain(`127.0.0.1:${port}`);
    expect(line).toContain('in use');
    expect(line).toContain('(HUB_PORT_IN_USE)');
    other.close();
  });

  it('an address that is not this machine’s', async () => {
    await using folder = await temporaryDirectory();
    const args = ['--http', '192.0.2.1:0', '--token', 'of-this-test-only', '--data', folder.file('data')];
    expect(await refused(args)).toMatch(/192\.0\.2\.1.*\(HUB_ADDRESS_UNUSABLE\)/);
  });

  it('an address for everyone without a token', async () => {
    await using folder = await temporaryDirectory();
    const data = ['--data', folder.file('data')];
    expect(await refused(['--http', '0.0.0.0:0', ...data])).toMatch(/token.*\(HUB_BINDING_UNSAFE\)/);
    expect(await refused(['--wire', '0.0.0.0:0', ...data])).toMatch(/token.*\(HUB_BINDING_UNSAFE\)/);
    const token = ['--read-token', 'of-this-test-only'];
    expect(await refused(['--lab', '0.0.0.0:0', ...token, ...data])).toMatch(/\(HUB_BINDING_UNSAFE\)/);
  });

  it('a data directory that is a file, is inside a file, or cannot be made', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(folder.file('file'), '');
    expect(await refused(['--data', folder.file('file')])).toMatch(
      /file is a file or inside one; .*\(CLI_DIRECTORY_UNUSABLE\)/,
    );
    expect(await refused(['--data', folder.file('file/data')])).toContain('is a file or inside one');
    expect(await refused([], { INKWIRE_DATA: '/proc/inkwire' })).toContain('cannot be created there');
  });

  it('a data directory that may not be written to', async ({ skip }) => {
    // Root may write anywhere, so root becomes somebody else first.
    const isRoot = process.getuid?.() === 0;
    if (isRoot && !isReadByOthers(import.meta.dirname))
      skip('root runs this as another user, who may not read this checkout');
    const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    await using folder = await temporaryDirectory();
    await chmod(folder.path, 0o555);
    const args = ['serve', '--http', '127.0.0.1:0', '--wire', 'off', '--data'];
    const run = (data: string) => inkwire([...args, data], nobody);
    for (const data of [folder.path, folder.file('data')]) {
      const { code, stdout, stderr } = await run(data);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        /^inkwire: The directory .* may not be written to; .*\(CLI_DIRECTORY_UNUSABLE\)\n$/,
      );
    }
    await chmod(folder.path, 0o755);
  });

  it('readings that are no store', async () => {
    await using folder = await temporaryDirectory();
    await mkdir(folder.file('data/readings'), { recursive: true });
    await writeFile(folder.file('data/readings/data.mdb'), 'not a database'.repeat(10_000));
    expect(await refused(['--data', folder.file('data')])).toContain('(READINGS_DAMAGED)');
  });

  it('a missing and a damaged model', async () => {
    await using folder = await temporaryDirectory();
    const data = ['--data', folder.file('data')];
    expect(await refused([...data, '--model', folder.file('none.onnx')])).toContain('(DIGITS_MODEL_MISSING)');
    await writeFile(folder.file('cut.onnx'), readFileSync(bundled).subarray(0, 5000));
    expect(await refused([...data, '--model', folder.file('cut.onnx')])).toContain('(DIGITS_MODEL_DAMAGED)');
  });

  it('a certificate that cannot be read', async () => {
    await using folder = await temporaryDirectory();
    const tls = ['--tls-cert', folder.file('c.pem'), '--tls-key', folder.file('k.pem')];
    expect(await refused(['--data', folder.file('data'), ...tls])).toMatch(
      /^inkwire: Cannot read \/\S+c\.pem: ENOENT.*\(CLI_FILE_UNREADABLE\)\n$/,
    );
  });
});

const bundled = new URL('../../../digits/models/cnn.onnx', import.meta.url);

it('refuses a misspelt key in the file by name', async () => {
  await using folder = await temporaryDirectory();
  await writeFile(folder.file('inkwire.toml'), 'tokn = "x"\n');
  const { code, stderr } = await inkwire(['serve', '--config', folder.file('inkwire.toml')]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/inkwire\.toml: tokn is not a setting; there are http, .*\(CLI_CONFIG_INVALID\)\n$/);
});
