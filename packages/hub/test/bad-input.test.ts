import { connect, type Socket } from 'node:net';
import { createMemoryReadings, ReadingsError } from '@inkwire/readings';
import { describe, expect, it } from 'vitest';
import { fakePicture } from './fake-reader.ts';
import { formOf, json, problemIn, serveHub, until } from './served-hub.ts';

type Sent = readonly [what: string, init: RequestInit, status: number, code: string];

const picture = (body: BodyInit, type = 'image/png'): RequestInit => ({
  body,
  headers: { 'content-type': type },
});
const text = (body: string, type = 'application/json'): RequestInit => ({
  body,
  headers: { 'content-type': type },
});
const malformed = [400, 'HUB_REQUEST_MALFORMED'] as const;

/** Everything that is read, well formed. */
const ways: readonly (readonly [what: string, init: () => RequestInit])[] = [
  ['a picture', () => picture(fakePicture('1'))],
  ['a form', () => ({ body: formOf(['a', fakePicture('1')]) })],
  ['a drawing', () => json({ strokes: [[[1, 2]]] })],
];

const cases: readonly Sent[] = [
  ['what is not a picture', picture('hello, hello'), 415, 'DIGITS_PICTURE_UNSUPPORTED'],
  [
    'an SVG',
    picture('<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'),
    415,
    'DIGITS_PICTURE_UNSUPPORTED',
  ],
  ['a damaged picture', picture(fakePicture('damaged')), 400, 'DIGITS_PICTURE_DAMAGED'],
  ['a picture with no digit', picture(fakePicture('blank')), 422, 'DIGITS_NONE_FOUND'],
  [
    'a small file that decodes to far too many pixels',
    picture(fakePicture('bomb')),
    413,
    'DIGITS_PICTURE_TOO_LARGE',
  ],
  ['zero bytes', picture(''), 400, 'DIGITS_PICTURE_EMPTY'],
  ['zero bytes in a form', { body: formOf(['a.png', new Uint8Array()]) }, 400, 'DIGITS_PICTURE_EMPTY'],
  ['a picture over 10 MB', picture(new Uint8Array(10 * 2 ** 20 + 1)), 413, 'HUB_REQUEST_TOO_LARGE'],
  [
    'a picture over 10 MB in a form',
    { body: formOf(['a', new Uint8Array(10 * 2 ** 20 + 1)]) },
    413,
    'HUB_REQUEST_TOO_LARGE',
  ],
  [
    'a form over its limit',
    { body: formOf(...Array.from({ length: 11 }, () => ['a', new Uint8Array(10 * 2 ** 20)] as const)) },
    413,
    'HUB_REQUEST_TOO_LARGE',
  ],
  ['a wrong content type', picture('47', 'text/plain'), 415, 'HUB_MEDIA_TYPE_UNSUPPORTED'],
  ['a form without boundary', picture('47', 'multipart/form-data'), ...malformed],
  [
    'a form that ends in the middle',
    picture(
      '--ab\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      'multipart/form-data; boundary=ab',
    ),
    ...malformed,
  ],
  ['an empty form', { body: new FormData() }, 400, 'HUB_FORM_WITHOUT_FILE'],
  ['an urlencoded form', { body: new URLSearchParams({ a: '1' }) }, 415, 'HUB_MEDIA_TYPE_UNSUPPORTED'],
  ['nothing at all', {}, ...malformed],
  ['broken JSON', text('{"strokes": [[[1,2'), ...malformed],
  ['empty JSON', text(''), ...malformed],
  ['JSON that is something else', text('[1]'), ...malformed],
  ['JSON null', text('null'), ...malformed],
  ['no strokes', json({ strokes: [] }), ...malformed],
  ['strokes with NaN, which JSON writes as null', json({ strokes: [[[Number.NaN, 1]]] }), ...malformed],
  ['strokes with the word NaN', text('{"strokes": [[[NaN, 1]]]}'), ...malformed],
  ['strokes beyond every number', text('{"strokes": [[[1e999, 1]]]}'), ...malformed],
  ['strokes of strings', json({ strokes: [[['1', '2']]] }), ...malformed],
  ['points of one number', json({ strokes: [[[1]]] }), ...malformed],
  ['points of four numbers', json({ strokes: [[[1, 2, 3, 4]]] }), ...malformed],
  ['strokes and something else', json({ strokes: [[[1, 2]]], x: 1 }), ...malformed],
  ['a prototype', text('{"strokes": [[[1, 2]]], "__proto__": {"x": 1}}'), ...malformed],
  [
    'a million points',
    json({ strokes: [Array.from({ length: 1_000_000 }, () => [1, 2])] }),
    413,
    'HUB_REQUEST_TOO_LARGE',
  ],
  [
    'more points than a drawing may have',
    json({ strokes: [Array.from({ length: 50_001 }, () => [1, 2])] }),
    413,
    'HUB_REQUEST_TOO_LARGE',
  ],
  [
    'more strokes than a drawing may have',
    json({ strokes: Array.from({ length: 1_001 }, () => [[1, 2]]) }),
    413,
    'HUB_REQUEST_TOO_LARGE',
  ],
];

describe('POST /api/readings refuses', () => {
  for (const [what, init, status, code] of cases) {
    it(`${what}: ${status} ${code}, and keeps nothing`, async () => {
      const { fetch, readings, faults } = await serveHub();
      const response = await fetch('/api/readings', { method: 'POST', ...init });
      expect(await problemIn(response)).toMatchObject({ status, code });
      expect(await readings.count()).toBe(0);
      expect(faults).toEqual([]);
      // And it goes on.
      expect((await fetch('/healthz')).status).toBe(200);
    });
  }

  it('a keep that is neither true nor false', async () => {
    const { fetch } = await serveHub();
    const response = await fetch('/api/readings?keep=maybe', {
      method: 'POST',
      ...picture(fakePicture('1')),
    });
    expect(await problemIn(response)).toMatchObject({ status: 400, code: 'HUB_REQUEST_MALFORMED' });
  });

  it('what comes while the reader is overloaded, and says when to come back', async () => {
    const { fetch } = await serveHub();
    const response = await fetch('/api/readings', { method: 'POST', ...picture(fakePicture('busy')) });
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemIn(response)).toMatchObject({ status: 503, code: 'DIGITS_OVERLOADED' });
  });

  it.each(ways)('%s that takes too long to read', async (_, init) => {
    const { fetch, reader } = await serveHub({ limits: { readTimeoutMs: 20 } });
    reader.hold();
    const response = await fetch('/api/readings', { method: 'POST', ...init() });
    expect(await problemIn(response)).toMatchObject({ status: 503, code: 'BASE_TIMEOUT' });
  });

  it('what would take more memory than all bodies together may', async () => {
    const { fetch, reader } = await serveHub({ limits: { maxBodiesBytes: 1000 } });
    const large = fakePicture('1'.padEnd(700));
    const release = reader.hold();
    const first = fetch('/api/readings', { method: 'POST', ...picture(large) });
    await until(() => reader.reading === 1);
    const second = await fetch('/api/readings', { method: 'POST', ...picture(large) });
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await problemIn(second)).toMatchObject({ status: 503, code: 'HUB_OVERLOADED' });
    release();
    expect((await first).status).toBe(201);
    await expect
      .poll(async () => (await fetch('/api/readings', { method: 'POST', ...picture(large) })).status)
      .toBe(201);
  });

  it('what finds the disk full: 507, nothing kept, and the operator hears of it', async () => {
    const readings = createMemoryReadings();
    readings.keep = () => Promise.reject(new ReadingsError('READINGS_FULL', 'No room in /var/lib/secret'));
    const { fetch, faults } = await serveHub({}, { readings });
    const response = await fetch('/api/readings', { method: 'POST', ...picture(fakePicture('1')) });
    const problem = await problemIn(response);
    expect(problem).toMatchObject({ status: 507, code: 'READINGS_FULL' });
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect(faults).toMatchObject([{ code: 'READINGS_FULL' }]);
  });

  it('to say what failed inside: 500, and the operator hears of it', async () => {
    const { fetch, faults } = await serveHub();
    const response = await fetch('/api/readings', { method: 'POST', ...picture(fakePicture('crash')) });
    const problem = await problemIn(response);
    expect(problem).toEqual({
      type: 'urn:inkwire:problem:HUB_FAILED',
      title: 'The server failed',
      status: 500,
      code: 'HUB_FAILED',
    });
    expect(String(faults[0])).toContain('libsecret');
    const form = await fetch('/api/readings', {
      method: 'POST',
      body: formOf(['a', fakePicture('1')], ['b', fakePicture('crash')]),
    });
    expect(form.status).toBe(201);
    expect(JSON.stringify(await form.json())).not.toContain('libsecret');
    expect(faults.length).toBe(2);
    const failed = formOf(
      ['a', fakePicture('crash')],
      ['b', fakePicture('blank')],
      ['c', fakePicture('crash')],
    );
    expect((await fetch('/api/readings', { method: 'POST', body: failed })).status).toBe(500);
    expect(faults.length).toBe(4);
  });
});

/** Opens a bare socket to a server and gathers what it says. */
async function speak(url: string): Promise<{ socket: Socket; heard: () => string; closed: Promise<void> }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let all = '';
  socket.setEncoding('utf8').on('data', (data: string) => (all += data));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return { socket, heard: () => all, closed };
}

describe('a client that misbehaves', () => {
  it('hangs up half way through a picture: nothing is kept and nothing is left', async () => {
    const { url, readings, faults, fetch } = await serveHub({ limits: { maxBodiesBytes: 2000 } });
    const probe = { method: 'POST', ...picture(fakePicture('1'.padEnd(900))) };
    const probed = async () => (await fetch('/api/readings?keep=false', probe)).status;
    for (const [type, body] of [
      ['image/png', 'abc'],
      [
        'multipart/form-data; boundary=ab',
        '--ab\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      ],
      ['application/json', '{"strokes": [[['],
    ]) {
      const { socket } = await speak(url);
      socket.write(
        `POST /api/readings HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: 1500\r\n\r\n${body}`,
      );
      // While it is being received there is no memory for another, and afterwards there is.
      await until(async () => (await probed()) === 503);
      socket.destroy();
      await until(async () => (await probed()) === 200);
    }
    expect(await readings.count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it.each(ways)('hangs up while %s is read: the reading is aborted and not kept', async (_, init) => {
    const { url, reader, readings, faults } = await serveHub();
    const release = reader.hold();
    const controller = new AbortController();
    const asked = fetch(`${url}/api/readings`, { method: 'POST', ...init(), signal: controller.signal });
    await until(() => reader.reading === 1);
    controller.abort();
    await expect(asked).rejects.toThrow();
    await until(() => reader.aborted === 1);
    release();
    expect(await readings.count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('hangs up in the middle of a form: what was read before is kept', async () => {
    const { url, readings, fetch } = await serveHub({ limits: { maxBodiesBytes: 6000 } });
    const { socket } = await speak(url);
    const head = '--ab\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n';
    socket.write(
      'POST /api/readings HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: multipart/form-data; boundary=ab\r\n' +
        'content-length: 5000\r\n\r\n',
    );
    socket.write(Buffer.concat([Buffer.from(head), fakePicture('1'), Buffer.from(`\r\n${head}`)]));
    await until(async () => (await readings.count()) === 1);
    socket.destroy();
    // Once its memory is given back, the form is over.
    const probe = { method: 'POST', ...picture(fakePicture('1'.padEnd(1500))) };
    await until(async () => (await fetch('/api/readings?keep=false', probe)).status === 200);
    expect(await readings.count()).toBe(1);
  });

  it('speaks something else: 400', async () => {
    const { url } = await serveHub();
    const { socket, heard, closed } = await speak(url);
    socket.write('\x16\x03\x01 hello\r\n\r\n');
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(heard()).toContain('"code":"HUB_REQUEST_MALFORMED"');
  });

  it('sends headers without end: 431', async () => {
    const { url } = await serveHub();
    const { socket, heard, closed } = await speak(url);
    socket.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 431 /);
    expect(heard()).toContain('"code":"HUB_HEADERS_TOO_LARGE"');
  });

  it('sends its headers, or its body, too slowly: 408', async () => {
    const { url } = await serveHub({ limits: { headersTimeoutMs: 100, requestTimeoutMs: 200 } });
    for (const start of [
      'GET / HTTP/1.1\r\nhost: ',
      'POST /api/readings HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: image/png\r\ncontent-length: 10\r\n\r\nabc',
    ]) {
      const { socket, heard, closed } = await speak(url);
      socket.write(start);
      await closed;
      expect(heard()).toMatch(/^HTTP\/1\.1 408 /);
    }
  });

  it.each([
    [400_000, 500_000],
    [400_000, 120_000],
  ])(
    'may take %i ms for its headers and %i ms for the request',
    async (headersTimeoutMs, requestTimeoutMs) => {
      const { fetch } = await serveHub({ limits: { headersTimeoutMs, requestTimeoutMs } });
      expect((await fetch('/healthz')).status).toBe(200);
    },
  );

  it('asks too often: 429, and says when to come back', async () => {
    const { fetch } = await serveHub({ limits: { loopbackRequestsPerMinute: 3 } });
    for (let i = 0; i < 3; i++) expect((await fetch('/api/model')).status).toBe(200);
    const response = await fetch('/api/model');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemIn(response)).toMatchObject({ status: 429, code: 'HUB_RATE_LIMITED' });
    expect((await fetch('/healthz')).status).toBe(200);
  });

  it('opens more connections than there may be: the next is closed', async () => {
    const { url } = await serveHub({ limits: { maxConnections: 2 } });
    const first = await speak(url);
    const second = await speak(url);
    const third = await speak(url);
    await third.closed;
    first.socket.destroy();
    second.socket.destroy();
  });

  it('asks for what is no address: 400', async () => {
    const { url } = await serveHub();
    const { socket, heard } = await speak(url);
    socket.write('GET /api/readings/%E0%A4%A HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
    await until(() => heard().includes('}'));
    socket.destroy();
    expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard()).toContain('"code":"HUB_REQUEST_MALFORMED"');
  });
});
