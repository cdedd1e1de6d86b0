import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { type RequestOptions, request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { createManualClock } from '@inkwire/base';
import type { Channel } from '@inkwire/wire';
import { dialWebSocket } from '@inkwire/wire/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HttpOptions, listenHttp, listenWire } from '../src/index.ts';
import { fakePicture } from './fake-reader.ts';
import { askOnce } from './frames.ts';
import { composeHub } from './hub-on-wire.ts';
import { formOf, json, problemIn, serveHub } from './served-hub.ts';

const token = 'correct-horse-battery';
const tokens = { admin: token };
const pem = (name: string) => readFileSync(new URL(`tls/${name}.pem`, import.meta.url));

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Like fetch, but with whatever headers and certificates one likes. */
function ask(url: string, options: RequestOptions = {}): Promise<Answer> {
  const request = url.startsWith('https') ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    request(url, { agent: false, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (data: string) => (body += data));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

async function codeOfListening(options: HttpOptions): Promise<string | undefined> {
  const hub = composeHub();
  try {
    await (await listenHttp(hub, options)).close();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

describe('binding', () => {
  it('to anything but loopback is refused without a token or client certificates, and says how', async () => {
    const hub = composeHub();
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      await expect(listenHttp(hub, { host, port: 0 })).rejects.toMatchObject({
        code: 'HUB_BINDING_UNSAFE',
        message: expect.stringMatching(/--token.*--tls-ca/),
      });
    const tls = { cert: pem('server'), key: pem('server-key') };
    expect(await codeOfListening({ host: '0.0.0.0', port: 0, tls })).toBe('HUB_BINDING_UNSAFE');
  });

  it('to everywhere is allowed with a token, or with client certificates', async () => {
    expect(await codeOfListening({ host: '0.0.0.0', port: 0, tokens })).toBeUndefined();
    const tls = { cert: pem('server'), key: pem('server-key'), ca: pem('ca') };
    expect(await codeOfListening({ host: '0.0.0.0', port: 0, tls })).toBeUndefined();
  });

  it('to loopback needs nothing, under each of its names', async () => {
    for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1'])
      expect([undefined, 'HUB_ADDRESS_UNUSABLE']).toContain(await codeOfListening({ host, port: 0 }));
  });

  it('refuses options that make no sense', async () => {
    const hub = composeHub();
    for (const options of [
      { port: -1 },
      { port: 65_536 },
      { port: 0, tokens: { read: '' } },
      { port: 0, tokens: { read: 'short' } },
      { port: 0, tokens: { read: 'with a space in it' } },
      { port: 0, tokens: { admin: token, read: token } },
      { port: 0, limits: { maxFiles: 0 } },
      { port: 0, limits: { maxFlies: 1 } as never },
    ])
      await expect(listenHttp(hub, options)).rejects.toThrow(RangeError);
  });
});

describe('a page from elsewhere', () => {
  it('cannot read through a name of its own that leads to this machine', async () => {
    const { url } = await serveHub({ allowedHosts: ['ink.example'] });
    for (const host of [
      'evil.example',
      'evil.example:8080',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ])
      expect(JSON.parse((await ask(`${url}/api/readings`, { headers: { host } })).body)).toMatchObject({
        status: 403,
        code: 'HUB_HOST_REFUSED',
      });
    for (const host of [
      'localhost',
      'LOCALHOST:8080',
      '127.0.0.1:1',
      '127.9.9.9',
      '[::1]:8080',
      'ink.example',
    ])
      expect((await ask(`${url}/api/readings`, { headers: { host } })).status).toBe(200);
  });

  it('cannot change anything', async () => {
    const { url, fetch, readings, read } = await serveHub({ allowedHosts: ['ink.example'] });
    const id = (await read(fakePicture('1')))[0]!.id;
    const post = (path: string, method: string, headers: HeadersInit, body?: BodyInit) =>
      fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:1` },
      { origin: 'nonsense' },
      { origin: 'file://' },
    ] as Record<string, string>[]) {
      for (const refused of [
        await post('/api/readings', 'POST', headers, formOf(['a', fakePicture('2')])),
        await post('/', 'POST', headers, formOf(['a', fakePicture('2')])),
        await post('/api/samples', 'POST', { ...headers, 'content-type': 'application/json' }, '{}'),
        await post(`/api/readings/${id}`, 'DELETE', headers),
        await post(
          `/api/readings/${id}`,
          'PATCH',
          { ...headers, 'content-type': 'application/json' },
          '{"corrected":"1"}',
        ),
      ])
        expect(await problemIn(refused)).toMatchObject({ status: 403, code: 'HUB_ORIGIN_REFUSED' });
    }
    // A browser that sends no origin says at least that.
    const crossSite = await ask(`${url}/api/readings/${id}`, {
      method: 'DELETE',
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(crossSite.status).toBe(403);
    expect(await readings.count()).toBe(1);

    for (const origin of [url, 'https://ink.example'])
      expect((await post('/api/readings', 'POST', { origin }, formOf(['a', fakePicture('2')]))).status).toBe(
        201,
      );
  });

  it('is told nothing that it could use', async () => {
    const { fetch } = await serveHub();
    const { headers } = await fetch('/api/readings');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('a token', () => {
  it('is asked for everywhere but at the page’s own files and the liveness check', async () => {
    const { fetch } = await serveHub({ tokens });
    for (const [method, path] of [
      ['GET', '/api/readings'],
      ['GET', '/api/readings.csv'],
      ['GET', '/api/readings/x/image'],
      ['GET', '/api/events'],
      ['GET', '/api/model'],
      ['GET', '/api/docs'],
      ['GET', '/metrics'],
      ['GET', '/uploads/x'],
      ['GET', '/nothing'],
      ['GET', '/assets/../api/readings'],
      ['GET', '/api/x.js'],
      ['POST', '/'],
      ['POST', '/api/readings'],
      ['POST', '/api/samples'],
      ['DELETE', '/api/readings/x'],
      ['PATCH', '/api/readings/x'],
    ] as const) {
      const response = await fetch(path, { method });
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await problemIn(response)).toMatchObject({ status: 401, code: 'HUB_TOKEN_MISSING' });
    }
    for (const path of ['/', '/healthz']) expect((await fetch(path)).status).toBe(200);
  });

  it('is accepted as bearer, in the address and as a cookie; a wrong one is not', async () => {
    const { fetch } = await serveHub({ tokens });
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(path, { headers, redirect: 'manual' })).status;
    expect(await status('/api/readings', { authorization: `Bearer ${token}` })).toBe(200);
    expect(await status('/api/readings', { authorization: `bearer  ${token}` })).toBe(200);
    expect(await status(`/api/readings?token=${token}`)).toBe(200);
    expect(await status('/api/readings', { cookie: `a=b; inkwire-token=${token}; c=d` })).toBe(200);

    for (const wrong of ['x', `${token}x`, token.slice(1), token.toUpperCase()]) {
      expect(await status('/api/readings', { authorization: `Bearer ${wrong}` })).toBe(401);
      expect(await status(`/api/readings?token=${wrong}`)).toBe(401);
      expect(await status(`/?token=${wrong}`)).toBe(401);
      expect(await status('/api/readings', { cookie: `inkwire-token=${wrong}` })).toBe(401);
    }
    expect(await status('/api/readings', { cookie: 'inkwire-token=%E0%A4%A' })).toBe(401);
    expect(await status('/api/readings', { authorization: `Basic ${token}` })).toBe(401);
    const refused = await fetch('/api/readings', { headers: { authorization: 'Bearer x' } });
    expect(await problemIn(refused)).toMatchObject({ code: 'HUB_TOKEN_WRONG' });
  });

  it('cannot be tried without end, wherever it is tried', async () => {
    const { fetch } = await serveHub({ tokens, limits: { loopbackRequestsPerMinute: 6 } });
    const wrong = { headers: { authorization: 'Bearer wrong-token' } };
    for (const [path, init] of [
      ['/?token=wrong-token', {}],
      ['/healthz?token=wrong-token', {}],
      ['/nothing', wrong],
      ['/api/readings', wrong],
      ['/uploads/x', { headers: { cookie: 'inkwire-token=wrong-token' } }],
      ['/metrics?token=wrong-token', {}],
    ] as const)
      expect((await fetch(path, init)).status).toBe(401);
    // Not even the right one now.
    expect((await fetch(`/?token=${token}`, { redirect: 'manual' })).status).toBe(429);
    expect((await fetch('/nothing', wrong)).status).toBe(429);
    expect((await fetch('/healthz')).status).toBe(200);
  });

  it('in the page’s address becomes a cookie that scripts cannot see, and leaves the address', async () => {
    const { fetch } = await serveHub({ tokens });
    const response = await fetch(`/?token=${token}`, { redirect: 'manual' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    const again = await fetch('/api/readings', { headers: { cookie: cookie.split(';')[0]! } });
    expect(again.status).toBe(200);
  });
});

describe('roles', () => {
  const tokens = { admin: 'admin-token', write: 'write-token', read: 'read-token' };
  const changes = [
    ['POST', '/api/readings'],
    ['POST', '/api/readings?keep=false'],
    ['POST', '/api/samples'],
    ['POST', '/'],
    ['PATCH', '/api/readings/x'],
    ['DELETE', '/api/readings/x'],
  ] as const;
  const looks = ['/api/readings', '/api/readings.csv', '/api/model', '/api/docs', '/metrics'];

  it('read looks at everything, and changes nothing', async () => {
    const { fetch, readings } = await serveHub({ tokens });
    const headers = { authorization: `Bearer ${tokens.read}` };
    for (const path of looks) expect((await fetch(path, { headers })).status).toBe(200);
    for (const [method, path] of changes)
      expect(await problemIn(await fetch(path, { method, headers }))).toMatchObject({
        status: 403,
        code: 'HUB_ROLE_INSUFFICIENT',
      });
    const cookie = (await fetch(`/?token=${tokens.read}`, { redirect: 'manual' })).headers.get('set-cookie')!;
    const remembered = { cookie: cookie.split(';')[0]!, 'content-type': 'image/png' };
    expect((await fetch('/api/readings', { headers: remembered })).status).toBe(200);
    const kept = await fetch('/api/readings', {
      method: 'POST',
      body: fakePicture('1'),
      headers: remembered,
    });
    expect(kept.status).toBe(403);
    expect(await readings.count()).toBe(0);
  });

  it('write and admin change', async () => {
    const { fetch } = await serveHub({ tokens });
    for (const token of [tokens.write, tokens.admin]) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png' };
      const kept = await fetch('/api/readings', { method: 'POST', body: fakePicture('1'), headers });
      expect(kept.status).toBe(201);
      const [{ id }] = ((await kept.json()) as { readings: [{ id: string }] }).readings;
      expect((await fetch(`/api/readings/${id}`, { headers })).status).toBe(200);
      expect((await fetch(`/api/readings/${id}`, { method: 'DELETE', headers })).status).toBe(204);
    }
  });
});

describe('wrong tokens', () => {
  const tokens = { admin: 'admin-token', read: 'read-token' };

  it('are counted for each address, on every listener together, and forgotten in time', async () => {
    const clock = createManualClock();
    const limits = { loopbackWrongTokensPerMinute: 4 };
    const { wire: service, url, fetch } = await serveHub({ tokens }, { clock, limits });
    const wire = await listenWire(service, { port: 0, tokens });
    onTestFinished(() => wire.destroy());

    const byHttp = async (token: string) =>
      (await fetch('/api/readings', { headers: { authorization: `Bearer ${token}` } })).status;
    const byWebSocket = (token: string) =>
      statusOf(dialWebSocket({ url: `${url.replace('http', 'ws')}/wire?token=${token}` }));
    const onTheWire = async (token: string) => {
      const pair = { key: 'token', value: { kind: 'string', value: token } } as const;
      return (await askOnce(wire.port, { kind: 'hset', table: '$session', pair })).status;
    };
    const ways = [byHttp, byWebSocket, onTheWire];

    // The right one, and none at all, cost nothing.
    for (let i = 0; i < 5; i++) for (const way of ways) expect(await way(tokens.read)).toBe(200);
    expect((await fetch('/api/readings')).status).toBe(401);
    for (const way of [...ways, byHttp]) expect(await way('wrong-token')).toBe(401);

    // From now on not even the right one, wherever it is presented.
    for (const way of ways) expect(await way(tokens.admin)).toBe(429);
    const refused = await fetch(`/?token=${tokens.admin}`, { redirect: 'manual' });
    expect(refused.headers.get('retry-after')).toBe('15');
    expect(await problemIn(refused)).toMatchObject({ status: 429, code: 'HUB_RATE_LIMITED' });
    const elsewhere = { localAddress: '127.0.0.2', headers: { authorization: `Bearer ${tokens.admin}` } };
    expect((await ask(`${url}/api/readings`, elsewhere)).status).toBe(200);
    expect((await fetch('/')).status).toBe(200);

    clock.advance(15_000);
    for (const way of ways) expect(await way(tokens.admin)).toBe(200);
    expect(await byHttp('wrong-token')).toBe(401);
    expect(await byHttp(tokens.admin)).toBe(429);
  });
});

/** What a handshake was refused with, or 200. */
async function statusOf(dialled: Promise<Channel>): Promise<number> {
  try {
    (await dialled).destroy();
    return 200;
  } catch (error) {
    return Number(/\b4\d\d\b/.exec((error as Error).message)?.[0]);
  }
}

describe('TLS', () => {
  const tls = { cert: pem('server'), key: pem('server-key') };

  it('serves with a certificate', async () => {
    const { url } = await serveHub({ tls, tokens });
    expect(url).toMatch(/^https:/);
    const answer = await ask(`${url}/?token=${token}`, { ca: pem('ca') });
    expect(answer.status).toBe(303);
    expect(answer.headers['set-cookie']![0]).toMatch(/; Secure$/);
    expect(answer.headers['strict-transport-security']).toBeDefined();
  });

  it('turns away who has no certificate of an accepted authority', async () => {
    const { url } = await serveHub({ tls: { ...tls, ca: pem('ca') } });
    await expect(ask(`${url}/healthz`, { ca: pem('ca') })).rejects.toThrow();
    const known = { ca: pem('ca'), cert: pem('client'), key: pem('client-key') };
    expect((await ask(`${url}/healthz`, known)).status).toBe(200);
  });

  it('is not kept from closing by a client that never ends its handshake', async () => {
    for (const end of ['close', 'destroy'] as const) {
      const { listener } = await serveHub({ tls, limits: { closeTimeoutMs: 50 } });
      const socket = connect(listener.port, '127.0.0.1');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {}).resume();
      await new Promise((resolve) => socket.once('connect', resolve));
      await new Promise((resolve) => socket.write('\x16\x03\x01', resolve));
      await listener[end]();
      await closed;
    }
  });

  it('is HUB_TLS_INVALID with a broken certificate or a key of another', async () => {
    expect(await codeOfListening({ port: 0, tls: { ...tls, cert: 'nonsense' } })).toBe('HUB_TLS_INVALID');
    expect(await codeOfListening({ port: 0, tls: { ...tls, key: pem('client-key') } })).toBe(
      'HUB_TLS_INVALID',
    );
  });
});

describe('a port', () => {
  it('in use is HUB_PORT_IN_USE', async () => {
    const { listener } = await serveHub();
    expect(await codeOfListening({ port: listener.port })).toBe('HUB_PORT_IN_USE');
  });

  it('on an address that is not this machine’s is HUB_ADDRESS_UNUSABLE', async () => {
    expect(await codeOfListening({ host: '192.0.2.1', port: 0, tokens })).toBe('HUB_ADDRESS_UNUSABLE');
    expect(await codeOfListening({ host: 'no-such-host.invalid', port: 0, tokens })).toBe(
      'HUB_ADDRESS_UNUSABLE',
    );
  });
});

it('answers JSON without a token when there is none', async () => {
  const { fetch } = await serveHub();
  expect((await fetch('/api/samples', { method: 'POST', ...json({ count: 1 }) })).status).toBe(201);
});
