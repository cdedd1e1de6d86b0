import { X509Certificate } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer, connect as tcpConnect } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { createManualClock } from '@inkwire/base';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../src/channels/channel.ts';
import {
  type Certificates,
  createCertificates,
  dialStream,
  listenStreams,
  readTlsFiles,
  type StreamListener,
  type TlsMaterial,
  type WatchedTls,
  watchTls,
} from '../src/node/index.ts';
import { temporaryCertificates, tlsOf } from './connections.ts';

const wireError = (code: string) => expect.objectContaining({ code });
const opened: { close?: () => unknown; destroy: () => unknown }[] = [];
let directory: string;
let certificates: Certificates;
let server: TlsMaterial;
let client: TlsMaterial;

beforeAll(async () => {
  const temporary = await temporaryCertificates();
  ({ directory, certificates } = temporary);
  server = await tlsOf(certificates, certificates.server);
  client = await tlsOf(certificates, certificates.clients.client!);
  return temporary.remove;
});

afterEach(async () => {
  for (const each of opened.splice(0)) await each.destroy();
});

const keep = <T extends { destroy: () => unknown }>(each: T): T => {
  opened.push(each);
  return each;
};

/** A listener that counts, answers and forgets its channels. */
async function listen(
  tls: TlsMaterial | WatchedTls,
  refused: Error[] = [],
): Promise<StreamListener & { taken: Channel[] }> {
  const taken: Channel[] = [];
  const listener = await listenStreams({
    tls,
    onRefused: (error) => refused.push(error),
    onChannel: (channel) => {
      taken.push(keep(channel));
      channel.attach({
        onBytes: (bytes) => channel.write(bytes),
        onEnd: () => channel.end(),
        onDrain() {},
        onClose() {},
      });
    },
  });
  return keep(Object.assign(listener, { taken }));
}

/** Connects with Node's own TLS. */
function rawTls(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = keep(connect({ host: '127.0.0.1', port, ...options }));
    socket
      .once('secureConnect', () => resolve(socket))
      .once('error', reject)
      .once('close', () => reject(new Error('closed')));
  });
}

/** The first byte of an echo: in TLS 1.3 a client learns only by then that its certificate was refused. */
function echoed(channel: Channel): Promise<string> {
  return new Promise((resolve, reject) => {
    keep(channel).attach({
      onBytes: (bytes) => resolve(Buffer.from(bytes).toString()),
      onEnd: () => reject(new Error('ended')),
      onDrain() {},
      onClose: (error) => reject(error),
    });
    channel.write(Buffer.from('?'));
  });
}

describe('TLS', () => {
  test('is 1.3, with ALPN kv for clients that offer it', async () => {
    const { port } = await listen({ cert: server.cert, key: server.key });
    const socket = await rawTls(port, { ca: server.ca!, ALPNProtocols: ['other', 'kv'] });
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.3', 'kv']);
  });

  test('a client that offers no protocol is served', async () => {
    const { port } = await listen({ cert: server.cert, key: server.key });
    const socket = await rawTls(port, { ca: server.ca! });
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.3', false]);
  });

  test('a client that offers only another protocol, or an older TLS, is not', async () => {
    const refused: Error[] = [];
    const { port, taken } = await listen({ cert: server.cert, key: server.key }, refused);
    await expect(rawTls(port, { ca: server.ca!, ALPNProtocols: ['h2'] })).rejects.toThrow();
    await expect(rawTls(port, { ca: server.ca!, maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect(refused.length).toBe(2);
    expect(taken).toEqual([]);
  });

  test('with an authority for clients a certificate is required, and must be of that authority', async () => {
    const { port, taken } = await listen(server);
    expect(await echoed(await dialStream({ host: '127.0.0.1', port, tls: client }))).toBe('?');
    expect(taken.length).toBe(1);
    await expect(
      dialStream({ host: '127.0.0.1', port, tls: { ca: client.ca } }).then(echoed),
    ).rejects.toThrow();
    const strangers = await temporaryCertificates();
    const stranger = await tlsOf(strangers.certificates, strangers.certificates.clients.client!);
    await strangers.remove();
    await expect(
      dialStream({ host: '127.0.0.1', port, tls: { ...stranger, ca: client.ca } }).then(echoed),
    ).rejects.toThrow();
    expect(taken.length).toBe(1);
  });

  test('a server that is not trusted, or has another name, is refused for good', async () => {
    const { port } = await listen({ cert: server.cert, key: server.key });
    const untrusted = dialStream({ host: '127.0.0.1', port, tls: {} });
    await expect(untrusted).rejects.toThrow(wireError('WIRE_TLS_INVALID'));
    await expect(untrusted).rejects.toMatchObject({ retryable: false });
    await expect(
      dialStream({ host: '127.0.0.1', port, tls: { ca: client.ca, serverName: 'elsewhere.example' } }),
    ).rejects.toThrow(wireError('WIRE_TLS_INVALID'));
  });

  test('plain bytes to a TLS listener are refused, and hurt nobody else', async () => {
    const refused: Error[] = [];
    const { port } = await listen({ cert: server.cert, key: server.key }, refused);
    const plain = tcpConnect(port, '127.0.0.1');
    plain.on('error', () => {});
    plain.write('0000000a0a080a02743112026b31');
    await new Promise((resolve) => plain.once('close', resolve));
    expect(refused.length).toBe(1);
    expect(await echoed(await dialStream({ host: '127.0.0.1', port, tls: { ca: client.ca } }))).toBe('?');
  });

  test('material that cannot be used is refused at once', async () => {
    await expect(listenStreams({ tls: { cert: 'no', key: 'no' }, onChannel() {} })).rejects.toThrow(
      wireError('WIRE_TLS_INVALID'),
    );
    await expect(dialStream({ host: '127.0.0.1', port: 1, tls: { ca: 'no', cert: 'no' } })).rejects.toThrow(
      wireError('WIRE_TLS_INVALID'),
    );
  });

  test('authorities that OpenSSL would pass over in silence are refused', async () => {
    const { cert, key, ca } = server;
    const damaged = ca!.replace(/(?<=-----\n).{20}/, 'A'.repeat(20));
    for (const bad of ['no authority', ca!.slice(0, -30), `${ca}${ca!.slice(0, -30)}`, `${ca}${damaged}`]) {
      const listening = listenStreams({ tls: { cert, key, ca: bad }, onChannel() {} });
      await expect(listening).rejects.toThrow(wireError('WIRE_TLS_INVALID'));
      const dialled = dialStream({ host: '127.0.0.1', port: 1, tls: { ca: bad } });
      await expect(dialled).rejects.toThrow(wireError('WIRE_TLS_INVALID'));
    }
    const { port } = await listen({ cert, key, ca: `# Ours, twice\n${ca}\n${ca}` });
    expect(await echoed(await dialStream({ host: '127.0.0.1', port, tls: client }))).toBe('?');
  });
});

describe('connecting', () => {
  test('where nobody listens fails, retryable', async () => {
    const listener = await listenStreams({ onChannel() {} });
    await listener.close();
    const dialled = dialStream({ host: '127.0.0.1', port: listener.port });
    await expect(dialled).rejects.toThrow(wireError('WIRE_CONNECT_FAILED'));
    await expect(dialled).rejects.toMatchObject({ retryable: true });
  });

  test('an abort and a deadline end it', async () => {
    // A TLS client to a server that says nothing waits for ever.
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const dial = (options: { signal?: AbortSignal; timeoutMs?: number }) =>
      dialStream({ host: '127.0.0.1', port, tls: {}, ...options });
    const controller = new AbortController();
    silent.once('connection', () => controller.abort(new Error('never mind')));
    await expect(dial({ signal: controller.signal })).rejects.toThrow('never mind');
    await expect(dial({ signal: controller.signal })).rejects.toThrow('never mind');
    await expect(dial({ timeoutMs: 20 })).rejects.toThrow(wireError('WIRE_CONNECT_FAILED'));
    silent.close();
  });

  test('a port that is taken cannot be listened on', async () => {
    const { port } = keep(await listenStreams({ onChannel() {} }));
    const second = listenStreams({ port, onChannel() {} });
    await expect(second).rejects.toThrow(wireError('WIRE_LISTEN_FAILED'));
    await expect(second).rejects.toMatchObject({ retryable: true });
  });
});

describe('certificates', () => {
  const read = async (file: string) => new X509Certificate(await readFile(file));
  const daysLeft = (certificate: X509Certificate) =>
    (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;

  test('come from the authority, for a year and ten, with keys that others cannot read', async () => {
    const { ca, server: own, clients } = certificates;
    const authority = await read(ca.cert);
    expect([authority.ca, authority.verify(authority.publicKey)]).toEqual([true, true]);
    for (const file of [own.cert, clients.client!.cert]) {
      const certificate = await read(file);
      expect([
        certificate.ca,
        certificate.checkIssued(authority),
        certificate.verify(authority.publicKey),
      ]).toEqual([false, true, true]);
      expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
      expect(Math.round(daysLeft(certificate) / 365)).toBe(1);
    }
    expect(Math.round(daysLeft(authority) / 365)).toBe(10);
    const server = await read(own.cert);
    expect([server.checkHost('localhost'), server.checkIP('127.0.0.1'), server.checkIP('::1')]).toEqual([
      'localhost',
      '127.0.0.1',
      '::1',
    ]);
    for (const { key } of [ca, own, clients.client!]) expect((await stat(key)).mode & 0o777).toBe(0o600);
  });

  test('further ones come from the same authority, for the names that are given', async () => {
    const before = await readFile(certificates.ca.cert, 'utf8');
    const more = await createCertificates({
      directory,
      names: ['hub.example', '10.1.2.3'],
      clients: ['anna', 'ben'],
    });
    expect(await readFile(more.ca.cert, 'utf8')).toBe(before);
    expect(Object.keys(more.clients)).toEqual(['anna', 'ben']);
    const certificate = await read(more.server.cert);
    expect([certificate.checkHost('hub.example'), certificate.checkIP('10.1.2.3')]).toEqual([
      'hub.example',
      '10.1.2.3',
    ]);
    expect(certificate.verify((await read(more.ca.cert)).publicKey)).toBe(true);
  });

  test('names that would be other files are refused, and so is an authority that is damaged', async () => {
    for (const name of ['', '../x', 'ca', 'server', 'server-key', 'a/b', '.hidden'])
      await expect(createCertificates({ directory, clients: [name] })).rejects.toThrow(RangeError);
    const other = await temporaryCertificates();
    await writeFile(other.certificates.ca.cert, 'no certificate');
    await expect(createCertificates({ directory: other.directory })).rejects.toThrow(
      wireError('WIRE_TLS_INVALID'),
    );
    await other.remove();
  });
});

describe('watching TLS files', () => {
  test('a renewed certificate is served to the next client, the old one to nobody; the old connection goes on', async () => {
    const own = await temporaryCertificates();
    const { server: files, ca } = own.certificates;
    const clock = createManualClock();
    const watched = keep(await watchTls({ ...files }, { clock }));
    const { port } = await listen(watched);
    const serialOf = async () => {
      const socket = await rawTls(port, { ca: await readFile(ca.cert, 'utf8') });
      return socket.getPeerCertificate().serialNumber;
    };
    const first = await serialOf();
    expect(await serialOf()).toBe(first);
    await createCertificates({ directory: own.directory });
    const changed = new Promise((resolve) => watched.onChange(resolve));
    clock.advance(5000);
    await changed;
    expect(await serialOf()).not.toBe(first);
    await own.remove();
  });

  test('files that cannot be used are told of once, at the second look, and the old ones stay', async () => {
    const own = await temporaryCertificates();
    const { cert, key } = own.certificates.server;
    const told: Error[] = [];
    const watched = keep(
      await watchTls({ cert, key }, { clock: createManualClock(), onUnusable: (error) => told.push(error) }),
    );
    const before = watched.current;
    let changes = 0;
    watched.onChange(() => changes++);
    await watched.check();

    const good = await readFile(cert, 'utf8');
    await writeFile(`${cert}.new`, 'half of a certifica');
    await rename(`${cert}.new`, cert);
    await watched.check();
    expect(told).toEqual([]);
    await watched.check();
    await watched.check();
    expect(told).toEqual([wireError('WIRE_TLS_INVALID')]);
    // A key that does not fit its certificate.
    await writeFile(cert, good);
    await writeFile(key, await readFile(own.certificates.ca.key, 'utf8'));
    for (let i = 0; i < 3; i++) await watched.check();
    expect(told.length).toBe(2);
    await rename(key, join(own.directory, 'away'));
    for (let i = 0; i < 3; i++) await watched.check();
    expect(told.length).toBe(3);
    expect(watched.current).toBe(before);
    expect(changes).toBe(0);

    await createCertificates({ directory: own.directory });
    await watched.check();
    expect(changes).toBe(1);
    expect(watched.current).not.toBe(before);
    await own.remove();
  });

  test('files that are half written, each of them, are not used; the looks go on until they are whole', async () => {
    const own = await temporaryCertificates();
    const { ca, server: files } = own.certificates;
    const paths = { ...files, ca: ca.cert };
    const clock = createManualClock();
    const told: Error[] = [];
    const watched = keep(await watchTls(paths, { clock, onUnusable: (error) => told.push(error) }));
    const before = watched.current;
    const look = async () => {
      clock.advance(5000);
      // The next look is planned when this one is done.
      await expect.poll(() => clock.pending, { interval: 1 }).toBe(1);
    };
    for (const path of Object.values(paths)) {
      const whole = await readFile(path, 'utf8');
      for (const cut of [0, 20, whole.length / 2, whole.length - 5]) {
        await writeFile(path, whole.slice(0, cut));
        await look();
        await look();
        expect(watched.current).toBe(before);
      }
      await writeFile(path, whole);
    }
    expect(told.length).toBe(12);
    await look();
    expect(watched.current).toBe(before);
    // By rename, as most write certificates: what is at the path counts, and not the file that once was.
    await createCertificates({ directory: own.directory });
    const renewed = await readFile(files.cert, 'utf8');
    await writeFile(`${files.cert}.new`, renewed);
    await rename(`${files.cert}.new`, files.cert);
    await look();
    expect(watched.current.cert).toBe(renewed);
    await own.remove();
  });

  test('a listener that throws stops neither the looks nor what is used', async () => {
    const own = await temporaryCertificates();
    const clock = createManualClock();
    const told: Error[] = [];
    const watched = keep(
      await watchTls(own.certificates.server, { clock, onUnusable: (error) => told.push(error) }),
    );
    const before = watched.current;
    const stop = watched.onChange(() => {
      throw new Error('mine');
    });
    await createCertificates({ directory: own.directory });
    await expect(watched.check()).rejects.toThrow('mine');
    expect(watched.current).not.toBe(before);
    stop();
    await watched.check();
    expect(told).toEqual([]);
    await own.remove();
  });

  test('one that is closed while it looks tells nobody anything', async () => {
    const own = await temporaryCertificates();
    const told: unknown[] = [];
    const onUnusable = (error: Error) => told.push(error);
    const watched = await watchTls(own.certificates.server, { clock: createManualClock(), onUnusable });
    const before = watched.current;
    watched.onChange((material) => told.push(material));
    await createCertificates({ directory: own.directory });
    const looking = watched.check();
    await watched.close();
    await looking;
    await own.remove();
    for (let i = 0; i < 3; i++) await watched.check();
    expect(told).toEqual([]);
    expect(watched.current).toBe(before);
  });

  test('leaves no timer behind, and begins only with files that can be used', async () => {
    const clock = createManualClock();
    const { cert, key } = certificates.server;
    const watched = await watchTls({ cert, key }, { clock });
    expect(clock.pending).toBe(1);
    await watched.close();
    expect(clock.pending).toBe(0);
    await expect(watchTls({ cert, key: join(directory, 'none') })).rejects.toThrow(
      wireError('WIRE_TLS_INVALID'),
    );
    await expect(watchTls({ cert, key: certificates.ca.key })).rejects.toThrow(wireError('WIRE_TLS_INVALID'));
  });

  test('are read by their names, and one that cannot be read is named', async () => {
    const { cert, key } = certificates.server;
    const read = await readTlsFiles({ cert, key, ca: undefined });
    expect(read).toEqual({ cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') });
    await expect(readTlsFiles({ ca: directory })).rejects.toMatchObject({
      code: 'WIRE_TLS_INVALID',
      message: expect.stringContaining(`Cannot read ${directory}: EISDIR`),
    });
  });
});
