import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpLimits, type Limit, wireLimits } from '@inkwire/hub/limits';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigurationSources, loadConfiguration } from './configuration.ts';
import { limitSetting } from './settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-configuration-'));
});
afterEach(() => rm(folder, { recursive: true }));

function load(sources: Partial<ConfigurationSources>) {
  return loadConfiguration({ flags: {}, environment: {}, workingDirectory: '/work', ...sources });
}

async function file(content: string): Promise<string> {
  const path = join(folder, 'inkwire.toml');
  await writeFile(path, content);
  return path;
}

const defaultsOf = (limits: Readonly<Record<string, Limit>>) =>
  Object.fromEntries(Object.entries(limits).map(([name, { byDefault }]) => [name, byDefault]));

describe('what serve runs with', () => {
  it('has a default for everything', async () => {
    expect(await load({})).toEqual({
      http: { host: '127.0.0.1', port: 8080 },
      wire: { host: '127.0.0.1', port: 9527 },
      lab: 'off',
      data: '/work/data',
      readings: { engine: 'lmdb', directory: '/work/data/readings' },
      bus: undefined,
      tables: { engine: 'lmdb', directory: '/work/data/tables', durability: 'relaxed' },
      model: { bundled: 'cnn' },
      detector: { bundled: 'page' },
      tokens: undefined,
      allowedHosts: [],
      tls: undefined,
      log: 'text',
      limits: { http: defaultsOf(httpLimits), wire: defaultsOf(wireLimits) },
    });
  });

  it('takes flags over the environment over the file', async () => {
    const config = await file('http = "127.0.0.1:1"\ntoken = "of-the-file"\nlog = "json"');
    const environment = { INKWIRE_HTTP: '127.0.0.1:2', INKWIRE_TOKEN: 'of-the-environment' };
    const { http, tokens, log } = await load({ flags: { config, http: '127.0.0.1:3' }, environment });
    expect(http).toEqual({ host: '127.0.0.1', port: 3 });
    expect(tokens).toEqual({ admin: 'of-the-environment' });
    expect(log).toBe('json');
  });

  it('takes a token for each role, wherever each comes from, and no two the same', async () => {
    const config = await file('read-token = "for-readers"');
    const flags = { config, 'write-token': 'for-writers' };
    expect((await load({ flags })).tokens).toEqual({ read: 'for-readers', write: 'for-writers' });
    const environment = { INKWIRE_TOKEN: 'for-admins', INKWIRE_READ_TOKEN: 'of-the-environment' };
    const tokens = { admin: 'for-admins', read: 'of-the-environment', write: 'for-writers' };
    expect((await load({ flags, environment })).tokens).toEqual(tokens);
    const same = load({ flags, environment: { INKWIRE_TOKEN: 'for-writers' } });
    await expect(same).rejects.toMatchObject({
      code: 'CLI_CONFIG_INVALID',
      message: 'token, write-token and read-token need to differ',
    });
  });

  it('finds the file by INKWIRE_CONFIG, and the flag over that', async () => {
    const environment = { INKWIRE_CONFIG: await file('log = "json"') };
    expect((await load({ environment })).log).toBe('json');
    const missing = load({ environment, flags: { config: '/nowhere.toml' } });
    await expect(missing).rejects.toMatchObject({ code: 'CLI_CONFIG_UNREADABLE' });
  });

  it('starts relative paths from the file’s folder, and others from the working directory', async () => {
    const config = await file('data = "kept"\nmodel = "m.onnx"\ntls-cert = "c.pem"\ntls-key = "k.pem"');
    const loaded = await load({ flags: { config, readings: 'lmdb:here', 'tls-ca': 'ca.pem' } });
    expect(loaded.data).toBe(join(folder, 'kept'));
    expect(loaded.model).toEqual({ file: join(folder, 'm.onnx') });
    expect(loaded.tls).toEqual({
      cert: join(folder, 'c.pem'),
      key: join(folder, 'k.pem'),
      ca: '/work/ca.pem',
    });
    expect(loaded.readings).toEqual({ engine: 'lmdb', directory: '/work/here' });
  });

  it('keeps readings under the data directory of whichever layer named it', async () => {
    const { readings } = await load({ environment: { INKWIRE_DATA: '/kept' } });
    expect(readings).toEqual({ engine: 'lmdb', directory: '/kept/readings' });
  });

  it('keeps tables where it is told to, or nowhere', async () => {
    const { tables } = await load({ environment: { INKWIRE_DATA: '/kept', INKWIRE_DURABILITY: 'sync' } });
    expect(tables).toEqual({ engine: 'lmdb', directory: '/kept/tables', durability: 'sync' });
    const config = await file('tables = "memory"\nwire = "off"\nlab = "127.0.0.1:5000"');
    const { tables: none, wire, lab } = await load({ flags: { config } });
    expect({ none, wire, lab }).toEqual({
      none: { engine: 'memory' },
      wire: 'off',
      lab: { host: '127.0.0.1', port: 5000 },
    });
  });

  it('takes how long readings are kept, in days, hours or minutes', async () => {
    const environment = { INKWIRE_KEEP: '365d' };
    expect((await load({ environment })).keep).toEqual({ ms: 31_536_000_000, text: '365d' });
    expect((await load({ environment, flags: { keep: '12h' } })).keep).toEqual({
      ms: 43_200_000,
      text: '12h',
    });
    const config = await file('keep = "30m"');
    expect((await load({ flags: { config } })).keep).toEqual({ ms: 1_800_000, text: '30m' });
  });

  it('takes an empty variable for one that is not set', async () => {
    expect((await load({ environment: { INKWIRE_TOKEN: '', INKWIRE_CONFIG: '' } })).tokens).toBeUndefined();
  });

  it('takes several names that the server answers to', async () => {
    const flags = { 'allowed-hosts': 'ink.example,ink.example:8443,[::1]:80' };
    expect((await load({ flags })).allowedHosts).toEqual(['ink.example', 'ink.example:8443', '[::1]:80']);
  });

  it('takes numbers in the file as they are, and as text', async () => {
    const config = await file('pool-capacity = 5\npool-lease-ms = "1000"');
    expect((await load({ flags: { config, 'pool-spare': '1' } })).pool).toEqual({
      ...{ capacity: 5, spare: 1, strategy: 'fair', leaseMs: 1000, file: '/work/data/leases.json' },
    });
  });

  it('takes limits from every layer', async () => {
    const config = await file('http-max-files = 2\nwire-max-members = 3');
    const environment = { INKWIRE_HTTP_MAX_FILES: '4', INKWIRE_HTTP_READ_TIMEOUT_MS: '500' };
    const { limits } = await load({ flags: { config, 'http-max-points': '6' }, environment });
    expect(limits).toEqual({
      http: { ...defaultsOf(httpLimits), maxFiles: 4, readTimeoutMs: 500, maxPoints: 6 },
      wire: { ...defaultsOf(wireLimits), maxMembers: 3 },
    });
    await expect(load({ flags: { 'http-max-files': '0' } })).rejects.toThrow(
      '--http-max-files: expected at least 1',
    );
  });

  it('refuses a limit with which the hub would serve no one, and says the least', async () => {
    await expect(load({ flags: { 'http-max-header-bytes': '1' } })).rejects.toThrow(
      '--http-max-header-bytes: expected at least 1024',
    );
    for (const [where, table] of Object.entries({ http: httpLimits, wire: wireLimits }))
      for (const [name, { least, byDefault }] of Object.entries<Limit>(table)) {
        expect(least).toBeLessThanOrEqual(byDefault);
        const flag = limitSetting(where as 'http' | 'wire', name);
        await expect(load({ flags: { [flag]: String(least) } })).resolves.toBeDefined();
        await expect(load({ flags: { [flag]: String(least - 1) } })).rejects.toThrow(
          `--${flag}: expected at least ${least}`,
        );
      }
  });

  it('leaves variables of others alone', async () => {
    // Kubernetes sets such a one for a service that is called inkwire.
    await expect(load({ environment: { INKWIRE_PORT: 'tcp://10.0.0.1:80' } })).resolves.toBeDefined();
  });
});

describe('a mistake is refused by the name that the person wrote', () => {
  it.each([
    ['htpt = "127.0.0.1:1"', /inkwire\.toml: htpt is not a setting; there are http, wire, lab, data, /],
    ['[tls]\ncert = "x"', /inkwire\.toml: tls is not a setting/],
    ['http = 8080', /inkwire\.toml: http: expected text in quotes/],
    ['log = "xml"', /inkwire\.toml: log: expected text or json, got "xml"/],
    ['wire = "9527"', /inkwire\.toml: wire: expected HOST:PORT or off/],
    ['durability = "fast"', /inkwire\.toml: durability: expected sync or relaxed/],
    ['http = "8080"', /inkwire\.toml: http: expected HOST:PORT or off/],
    ['token = "short"', /inkwire\.toml: token: expected at least 8 /],
    ['read-token = "short"', /inkwire\.toml: read-token: expected at least 8 /],
    ['token = "with a space"', /inkwire\.toml: token: expected at least 8 /],
    ['allowed-hosts = "a, b"', /inkwire\.toml: allowed-hosts: expected names separated by commas/],
    ['data = ""', /inkwire\.toml: data: expected something/],
    ['keep = "1y"', /inkwire\.toml: keep: expected a time such as 365d, 12h or 30m/],
    ['keep = "0d"', /inkwire\.toml: keep: expected a time/],
    ['pool-capacity = 1.5', /inkwire\.toml: pool-capacity: expected an integer/],
    ['pool-capacity = true', /inkwire\.toml: pool-capacity: expected an integer/],
    ['pool-capacity = 0', /inkwire\.toml: pool-capacity: expected at least 1/],
    ['data = 5\nlog = 6', /inkwire\.toml: data: expected text in quotes; .*inkwire\.toml: log: expected/],
    ['http = ', /inkwire\.toml: .*\(line 1, column 8\)/],
  ])('in the file: %s', async (content, message) => {
    const loading = load({ flags: { config: await file(content) } });
    await expect(loading).rejects.toMatchObject({ code: 'CLI_CONFIG_INVALID' });
    await expect(loading).rejects.toThrow(message);
  });

  it('in the environment and in a flag', async () => {
    await expect(load({ environment: { INKWIRE_HTTP: '80' } })).rejects.toThrow(
      'INKWIRE_HTTP: expected HOST:PORT',
    );
    await expect(load({ flags: { 'tls-cert': '' } })).rejects.toThrow('--tls-cert: expected something');
    await expect(load({ flags: { readings: 'redis:' } })).rejects.toThrow(
      '--readings: expected lmdb:DIRECTORY',
    );
  });

  it('also below a layer that would have hidden it', async () => {
    const config = await file('http = "8080"');
    await expect(load({ flags: { config, http: 'off' } })).rejects.toThrow('inkwire.toml: http: expected');
  });

  it.each(['pool-spare', 'pool-lease-ms', 'pool-strategy'])('%s without pool-capacity', async (name) => {
    const flags = { [name]: name === 'pool-strategy' ? 'mean' : '500' };
    await expect(load({ flags })).rejects.toMatchObject({
      code: 'CLI_CONFIG_INVALID',
      message: `${name} needs pool-capacity: how many connections there are`,
    });
  });

  it.each([
    [{ 'tls-cert': 'c' }, 'tls-key is missing'],
    [{ 'tls-key': 'k' }, 'tls-cert is missing'],
    [{ 'tls-ca': 'ca' }, 'tls-cert is missing'],
  ])('TLS that lacks a half: %o', async (flags, message) => {
    await expect(load({ flags })).rejects.toThrow(message);
  });
});
