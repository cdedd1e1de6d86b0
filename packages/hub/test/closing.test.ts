import { connect } from 'node:net';
import { systemCode } from '@inkwire/base';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenHttp } from '../src/index.ts';
import { fakePicture } from './fake-reader.ts';
import { composeHub } from './hub-on-wire.ts';
import { serveHub, until } from './served-hub.ts';

describe('closing the listener', () => {
  it('answers what is under way, and nothing new', async () => {
    const { fetch, reader, listener, readings } = await serveHub();
    const release = reader.hold();
    const asked = fetch('/api/readings', {
      method: 'POST',
      body: fakePicture('1'),
      headers: { 'content-type': 'image/png' },
    });
    await until(() => reader.reading === 1);
    const closing = listener.close();
    expect(listener.closed).toBe(true);
    await expect
      .poll(() =>
        fetch('/healthz').then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .not.toBe(200);
    release();
    const answer = await asked;
    expect(answer.status).toBe(201);
    // Otherwise the client keeps the connection, and the listener waits for `keepAliveTimeoutMs`.
    expect(answer.headers.get('connection')).toBe('close');
    await closing;
    await listener.close();
    expect(await readings.count()).toBe(1);
  });

  it('cuts what is not done in time', async () => {
    const { fetch, reader, listener, readings } = await serveHub({ limits: { closeTimeoutMs: 50 } });
    const release = reader.hold();
    const asked = fetch('/api/readings', {
      method: 'POST',
      body: fakePicture('1'),
      headers: { 'content-type': 'image/png' },
    }).catch((error: unknown) => error);
    await until(() => reader.reading === 1);
    await listener.close();
    expect(await asked).toBeInstanceOf(Error);
    release();
    expect(await readings.count()).toBe(0);
  });

  it('is at once when destroyed', async () => {
    const { fetch, reader, listener } = await serveHub();
    reader.hold();
    const asked = fetch('/api/readings', {
      method: 'POST',
      body: fakePicture('1'),
      headers: { 'content-type': 'image/png' },
    }).catch((error: unknown) => error);
    await until(() => reader.reading === 1);
    await listener.destroy();
    expect(await asked).toBeInstanceOf(Error);
    await until(() => reader.aborted === 1);
  });

  it('answers what still arrives on a connection that is under way, and takes no new listener to events', async () => {
    const { listener, url, reader } = await serveHub();
    const release = reader.hold();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.setEncoding('utf8').on('data', (data: string) => (heard += data));
    // Requests that the listener closed without reading reset the connection; whether it sees that is a race.
    socket.on('error', (error) => expect(systemCode(error)).toMatch(/^(ECONNRESET|EPIPE)$/));
    const ask = (line: string, more = '') =>
      socket.write(`${line} HTTP/1.1\r\nhost: 127.0.0.1\r\n${more}\r\n`);
    ask('POST /api/readings', 'content-type: image/png\r\ncontent-length: 9\r\n');
    socket.write(fakePicture('1'));
    await until(() => reader.reading === 1);
    const closing = listener.close();
    ask('GET /healthz');
    ask('GET /api/events');
    release();
    await closing;
    await until(() => socket.closed);
    expect(heard).toMatch(/^HTTP\/1\.1 201 /);
    expect(heard).not.toContain('"statusCode":503');
  });

  it('answers a WebSocket that is asked for while it closes with 503', async () => {
    const { listener, url } = await serveHub();
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    let heard = '';
    socket.setEncoding('utf8').on('data', (data: string) => (heard += data));
    socket.write('GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\nGET /wire HTTP/1.1\r\n');
    await until(() => heard.includes('"ok"'));
    const closing = listener.close();
    socket.write(
      'host: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
        'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await until(() => socket.closed);
    expect(heard).toContain('HTTP/1.1 503 ');
    expect(heard).toContain('"BASE_CLOSED"');
    await closing;
  });

  it('leaves the port free after its listener has closed', async () => {
    const hub = composeHub();
    const first = await listenHttp(hub, { port: 0 });
    const { port } = first;
    await first.close();
    const second = await listenHttp(hub, { port });
    await second.close();
  });
});
