import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from '@inkwire/wire/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../settings/configuration.ts';
import { type Check, diagnose, ok, problem } from './check.ts';
import { checks } from './checks.ts';
import { embeddedStoreCheck, findDirectory, findRoom } from './data-directory.ts';
import { findListener, listenersCheck } from './listeners.ts';
import { modelsCheck } from './models.ts';
import { findInDatabase } from './postgres.ts';
import { findNode, findOpenFiles } from './runtime.ts';
import { findKey, findValidity, tlsCheck } from './tls.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-doctor-'));
});
afterEach(() => rm(folder, { recursive: true }));

const configured = (flags: Record<string, string> = {}) =>
  loadConfiguration({ flags: { data: folder, ...flags }, environment: {}, workingDirectory: folder });

it('looks at everything, one after the other, and a check that fails is a problem', async () => {
  const broken: Check = {
    subject: 'broken',
    find: () => {
      throw new Error('oh');
    },
  };
  const two: Check = { subject: 'two', find: async () => [ok('a'), problem('b')] };
  const found = [];
  for await (const one of diagnose([broken, two], await configured())) found.push(one);
  expect(found).toEqual([
    { subject: 'broken', state: 'problem', message: 'This could not be looked at: oh' },
    { subject: 'two', state: 'ok', message: 'a' },
    { subject: 'two', state: 'problem', message: 'b' },
  ]);
  expect(new Set(checks.map(({ subject }) => subject)).size).toBe(checks.length);
});

it('knows which Node is new enough', () => {
  for (const version of ['v20.19.0', 'v20.20.2', 'v22.0.0', 'v26.1.0'])
    expect(findNode(version).state).toBe('ok');
  for (const version of ['v18.20.0', 'v20.18.9']) expect(findNode(version).state).toBe('problem');
});

it('compares open files with the limits on connections', async () => {
  const limits = (hard: string) =>
    `Limit  Soft  Hard\nMax open files            1024                 ${hard}              files\n`;
  const configuration = await configured({ 'wire-max-members': '100', 'http-max-connections': '50' });
  expect(findOpenFiles(limits('350'), configuration)).toMatchObject([{ state: 'ok' }]);
  expect(findOpenFiles(limits('349'), configuration)).toMatchObject([{ state: 'warning' }]);
  expect(findOpenFiles(limits('250'), { ...configuration, wire: 'off' })).toMatchObject([{ state: 'ok' }]);
  expect(findOpenFiles(limits('unlimited'), configuration)).toEqual([]);
  expect(findOpenFiles('', configuration)).toEqual([]);
});

describe('the data directory', () => {
  it('is there, can be made, is a file, or belongs to another', async () => {
    expect((await findDirectory(folder)).message).toMatch(/is there and can be written to$/);
    expect((await findDirectory(join(folder, 'a', 'b'))).message).toMatch(
      /b is not there yet and can be made$/,
    );
    await writeFile(join(folder, 'file'), '');
    expect(await findDirectory(join(folder, 'file'))).toMatchObject({ state: 'problem' });
    expect(await findDirectory(join(folder, 'file', 'in'))).toMatchObject({ state: 'problem' });
    await mkdir(join(folder, 'closed'));
    await chmod(join(folder, 'closed'), 0o500);
    // Root may write everywhere.
    const expected = process.getuid?.() === 0 ? 'ok' : 'problem';
    expect((await findDirectory(join(folder, 'closed'))).state).toBe(expected);
  });

  it('is on a disk with room, or not', () => {
    expect(findRoom(2 ** 31).state).toBe('ok');
    expect(findRoom(2 ** 30 - 1).state).toBe('warning');
    expect(findRoom(2 ** 27 - 1)).toMatchObject({
      state: 'problem',
      message: expect.stringContaining('127 MiB'),
    });
  });

  it('has stores that are of this version, of another, or damaged', async () => {
    const configuration = await configured();
    const messages = async () => (await embeddedStoreCheck.find(configuration)).map(({ message }) => message);
    expect(await messages()).toEqual(['No readings are kept yet', 'No tables are kept yet']);
    const { openLmdbTables } = await import('@inkwire/kv/lmdb');
    await (await openLmdbTables({ directory: join(folder, 'tables') })).close();
    expect(await messages()).toEqual([
      'No readings are kept yet',
      'The tables are whole and of this version',
    ]);
    await mkdir(join(folder, 'readings'));
    await writeFile(join(folder, 'readings', 'data.mdb'), await readFile(join(folder, 'tables', 'data.mdb')));
    expect((await messages())[0]).toContain('(READINGS_FOREIGN)');
    await writeFile(join(folder, 'readings', 'data.mdb'), 'x'.repeat(10_000));
    expect((await messages())[0]).toContain('(READINGS_DAMAGED)');
  });
});

describe('a listener', () => {
  const guards = { isGuarded: false, isEncrypted: false };

  it('is free or in use, and is then free again', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const address = { host: '127.0.0.1', port };
    const inUse = await findListener('http', address, guards);
    expect(inUse).toMatchObject([
      { state: 'problem', message: expect.stringContaining('(HUB_PORT_IN_USE)') },
    ]);
    await new Promise((resolve) => other.close(resolve));
    for (let i = 0; i < 2; i++)
      expect(await findListener('http', address, guards)).toMatchObject([{ state: 'ok' }]);
  });

  it('that others can reach needs a token, and had better have TLS', async () => {
    const everywhere = { host: '0.0.0.0', port: 0 };
    const states = async (isGuarded: boolean, isEncrypted: boolean) =>
      (await findListener('wire', everywhere, { isGuarded, isEncrypted })).map(({ state }) => state);
    expect(await states(false, false)).toEqual(['problem']);
    expect(await states(true, false)).toEqual(['ok', 'warning']);
    expect(await states(true, true)).toEqual(['ok']);
  });

  it('is needed', async () => {
    const off = await configured({ http: 'off', wire: 'off' });
    expect(await listenersCheck.find(off)).toMatchObject([{ state: 'problem' }]);
  });
});

describe('TLS files', () => {
  const day = 86_400_000;

  it('are valid, end soon, have ended, or are not valid yet', async () => {
    const { server } = await createCertificates({ directory: folder });
    const pem = await readFile(server.cert, 'utf8');
    const { X509Certificate } = await import('node:crypto');
    const { validFrom, validTo } = new X509Certificate(pem);
    const at = (ms: number) => findValidity('c.pem', pem, ms);
    expect(at(Date.parse(validFrom) + 1)).toMatchObject({ state: 'ok' });
    expect(at(Date.parse(validFrom) - 1)).toMatchObject({
      state: 'problem',
      message: expect.stringMatching('not valid before'),
    });
    expect(at(Date.parse(validTo) - 13 * day)).toMatchObject({ state: 'warning' });
    expect(at(Date.parse(validTo) + 1)).toMatchObject({
      state: 'problem',
      message: expect.stringMatching('has ended on'),
    });
    expect(findValidity('c.pem', 'hello', 0)).toMatchObject({ state: 'problem' });
    const key = await readFile(server.key, 'utf8');
    const files = { cert: 'c.pem', key: 'k.pem' };
    expect(findKey(files, pem, key).state).toBe('ok');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    expect(findKey(files, pem, String(other))).toMatchObject({
      message: expect.stringMatching('another certificate'),
    });
    expect(findKey(files, pem, 'hello').state).toBe('problem');
    const configuration = await configured({ 'tls-cert': server.cert, 'tls-key': server.key });
    expect((await tlsCheck.find(configuration)).map(({ state }) => state)).toEqual(['ok', 'ok']);
  });

  it('are missing, or are not asked for', async () => {
    const configuration = await configured({ 'tls-cert': 'none.pem', 'tls-key': 'none.pem' });
    expect(await tlsCheck.find(configuration)).toMatchObject([
      { state: 'problem', message: expect.stringContaining('(CLI_FILE_UNREADABLE)') },
    ]);
    expect(await tlsCheck.find(await configured())).toEqual([]);
  });
});

it('opens the model and the detector', async () => {
  expect(await modelsCheck.find(await configured({ model: 'softmax', detector: 'rules' }))).toMatchObject([
    { state: 'ok' },
  ]);
  await writeFile(join(folder, 'm.onnx'), 'hello');
  const broken = await configured({ model: join(folder, 'm.onnx'), detector: 'rules' });
  expect(await modelsCheck.find(broken)).toMatchObject([
    { state: 'problem', message: expect.stringMatching(/DIGITS_/) },
  ]);
});

it('says in words what a database lacks', () => {
  const facts = {
    server: '18.4',
    version: 2,
    knownVersion: 2,
    mayCreate: true,
    isReadOnly: false,
    missingRights: undefined,
    trigrams: 'ready',
    maxConnections: 97,
    usedConnections: 4,
    aheadMs: 20,
    isFlushing: true,
  } as const;
  const found = (changes: object) =>
    findInDatabase({ ...facts, ...changes })
      .filter(({ state }) => state !== 'ok')
      .map(({ state, message }) => `${state}: ${message}`)
      .join();
  expect(found({})).toBe('');
  expect(found({ version: undefined })).toBe('');
  expect(found({ version: undefined, mayCreate: false })).toMatch(/^problem: There are no tables/);
  expect(found({ version: 3 })).toMatch(/^problem: .*of version 3, and this program knows 2/);
  expect(found({ version: 1 })).toMatch(/^warning: .*the next start brings them to 2/);
  expect(found({ isReadOnly: true })).toMatch(/^problem: The database only lets read/);
  expect(found({ missingRights: 'The role a lacks x' })).toBe('problem: The role a lacks x');
  expect(found({ trigrams: 'absent' })).toMatch(/^warning: The extension pg_trgm is not installed/);
  expect(found({ trigrams: 'refused' })).toMatch(/^warning: The role may not create the extension/);
  expect(found({ usedConnections: 88 })).toMatch(/^warning: 88 of 97 connections/);
  expect(found({ aheadMs: -90_000 })).toMatch(/^warning: .*is 90 seconds behind the one here/);
  expect(found({ isFlushing: false })).toMatch(/^problem: fsync is off/);
});
