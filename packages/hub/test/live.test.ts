import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { systemCode } from '@inkwire/base';
import { createMemoryReadings } from '@inkwire/readings';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHub, listenHttp, type ReadingEvent } from '../src/index.ts';
import { createFakeReader, fakePicture } from './fake-reader.ts';
import { composeHub } from './hub-on-wire.ts';
import { problemIn, serveHub, until } from './served-hub.ts';

interface Heard {
  readonly event: string;
  readonly data: { readonly id: string; readonly text: string; readonly corrected: string | null };
}

/** Listens as an EventSource does. */
async function listen(
  url: string,
): Promise<{ heard: Heard[]; response: IncomingMessage; ended: () => boolean }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`${url}/api/events`, { agent: false }, resolve).on('error', reject),
  );
  onTestFinished(() => void response.destroy());
  const heard: Heard[] = [];
  let text = '';
  let ended = false;
  response.on('error', () => {}).on('close', () => (ended = true));
  response.setEncoding('utf8').on('data', (data: string) => {
    text += data;
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const message = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, at));
      if (message) heard.push({ event: message[1]!, data: JSON.parse(message[2]!) });
      text = text.slice(at + 2);
    }
  });
  return { heard, response, ended: () => ended };
}

/** What one more listener would be answered. */
async function statusOfEvents(url: string): Promise<number> {
  const controller = new AbortController();
  const { status } = await fetch(`${url}/api/events`, { signal: controller.signal });
  controller.abort();
  return status;
}

describe('GET /api/events', () => {
  it('tells everybody of what is kept, corrected and removed, in order', async () => {
    const { url, read, fetch } = await serveHub();
    const both = [await listen(url), await listen(url)];
    expect(both[0]!.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(both[0]!.response.headers['x-content-type-options']).toBe('nosniff');
    const [reading] = await read(fakePicture('47'));
    await read(fakePicture('1'), '?keep=false');
    const path = `/api/readings/${reading!.id}`;
    await fetch(path, {
      method: 'PATCH',
      body: '{"corrected":"4\\n1"}',
      headers: { 'content-type': 'application/json' },
    });
    await fetch(path, { method: 'DELETE' });
    for (const { heard } of both) {
      await until(() => heard.length === 3);
      expect(heard.map(({ event }) => event)).toEqual(['reading', 'corrected', 'removed']);
      expect(heard[0]!.data).toEqual(reading);
      expect(heard[1]!.data).toEqual({ ...reading, corrected: '4\n1' });
      expect(heard[2]!.data.id).toBe(reading!.id);
    }
  });

  it('ends with the listener, which waits for nobody who only listens', async () => {
    const { url, listener } = await serveHub({ limits: { closeTimeoutMs: 3_600_000 } });
    const { ended } = await listen(url);
    await listener.close();
    await until(ended);
  });

  it('has a bounded number of places, and gives them back', async () => {
    const { url, fetch } = await serveHub({ limits: { maxEventStreams: 1 } });
    const { response } = await listen(url);
    expect(await problemIn(await fetch('/api/events'))).toMatchObject({
      status: 503,
      code: 'HUB_OVERLOADED',
    });
    response.destroy();
    await expect.poll(() => statusOfEvents(url)).toBe(200);
  });

  it('cuts off who does not read, and nobody else', async () => {
    const limits = { maxEventLagBytes: 200_000, maxEventStreams: 2 };
    const { url, listener, hub } = await serveHub({ limits });
    const quick = await listen(url);
    const slow = connect(listener.port, '127.0.0.1');
    slow.on('error', () => {}).write('GET /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
    slow.pause();
    onTestFinished(() => void slow.destroy());
    await expect.poll(() => statusOfEvents(url)).toBe(503);

    const { id } = await hub.read({ bytes: fakePicture('1') }, { source: 'x'.repeat(100_000) });
    // The kernel's buffers take some megabytes before the server's own begin to fill.
    for (let i = 0; (await statusOfEvents(url)) === 503; i++) {
      expect(i).toBeLessThan(500);
      await hub.correct(id, String(i));
      await until(() => quick.heard.length === i + 2);
    }
    expect(quick.ended()).toBe(false);
  });

  it('has no HEAD that would listen for ever', async () => {
    const { fetch } = await serveHub();
    expect((await fetch('/api/events', { method: 'HEAD' })).status).toBe(404);
  });
});

describe('closing the listener', () => {
  it('answers what is under way, and nothing new', async () => {
    const { fetch, reader, listener, readings, url } = await serveHub();
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
        fetch(`${url}/healthz`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .not.toBe(200);
    release();
    expect((await asked).status).toBe(201);
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
});

describe('a hub', () => {
  const create = () => {
    const reader = createFakeReader();
    const readings = createMemoryReadings();
    return { reader, readings, hub: createHub({ reader, readings }) };
  };

  it('tells of a reading only after it was kept, and of nothing that failed', async () => {
    const { hub, readings } = create();
    const told: ReadingEvent[] = [];
    const wasKept: Promise<boolean>[] = [];
    hub.onReading((event) => {
      told.push(event);
      wasKept.push(readings.get(event.reading.id).then((found) => found !== undefined));
    });
    await hub.read({ bytes: fakePicture('1') }, { source: 'a' });
    await expect(hub.read({ bytes: fakePicture('blank') }, { source: 'a' })).rejects.toMatchObject({
      code: 'DIGITS_NONE_FOUND',
    });
    expect(await hub.correct('nothing', '1')).toBeUndefined();
    expect(await hub.remove('nothing')).toBe(false);
    readings.keep = () => Promise.reject(new Error('no'));
    await expect(hub.read({ bytes: fakePicture('2') }, { source: 'a' })).rejects.toThrow('no');
    expect(told.map(({ kind }) => kind)).toEqual(['kept']);
    expect(await Promise.all(wasKept)).toEqual([true]);
  });

  it('is not harmed by a listener that throws, and forgets one that is disposed of', async () => {
    const { hub } = create();
    // Heard here, and not on the terminal of whoever runs the tests.
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const told: string[] = [];
    hub.onReading(() => {
      throw new Error('listener');
    });
    const second = hub.onReading(({ reading }) => told.push(reading.text));
    await hub.read({ bytes: fakePicture('1') }, { source: 'a' });
    second[Symbol.dispose]();
    await hub.read({ bytes: fakePicture('2') }, { source: 'a' });
    expect(told).toEqual(['1']);
    expect(warn.mock.calls).toMatchObject([[{ message: 'listener' }], [{ message: 'listener' }]]);
  });

  it('keeps what it is given as the original, and the label', async () => {
    const { hub, readings } = create();
    const original = { type: 'image/webp', bytes: Uint8Array.of(1, 2) };
    const { id, label } = await hub.read({ bytes: fakePicture('1') }, { source: 'a', label: '7', original });
    expect(label).toBe('7');
    expect(await readings.picture(id)).toEqual(original);
  });

  it('keeps nothing after an abort', async () => {
    const { hub, reader, readings } = create();
    const release = reader.hold();
    const controller = new AbortController();
    const read = hub.read({ bytes: fakePicture('1') }, { source: 'a', signal: controller.signal });
    await until(() => reader.reading === 1);
    controller.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
    release();
    await expect(
      hub.read({ bytes: fakePicture('1') }, { source: 'a', signal: controller.signal }),
    ).rejects.toThrow('enough');
    expect(await readings.count()).toBe(0);
  });

  it('keeps nothing after an abort that came when the picture was read already', async () => {
    const { hub, reader, readings } = create();
    const controller = new AbortController();
    const read = reader.read.bind(reader);
    reader.read = async (picture) => {
      const reading = await read(picture);
      controller.abort(new Error('late'));
      return reading;
    };
    await expect(
      hub.read({ bytes: fakePicture('1') }, { source: 'a', signal: controller.signal }),
    ).rejects.toThrow('late');
    expect(await readings.count()).toBe(0);
  });

  it('finishes what is under way when closed, aborts it when destroyed, and closes nothing that it was given', async () => {
    for (const [end, expected] of [
      ['close', '1'],
      ['destroy', 'BASE_CLOSED'],
    ] as const) {
      const { hub, reader, readings } = create();
      const release = reader.hold();
      const read = hub.read({ bytes: fakePicture('1') }, { source: 'a' }).then(
        ({ text }) => text,
        ({ code }: { code: string }) => code,
      );
      await until(() => reader.reading === 1);
      const ended = hub[end]();
      if (end === 'close') release();
      expect(await read).toBe(expected);
      await ended;
      await expect(hub.read({ bytes: fakePicture('1') }, { source: 'a' })).rejects.toMatchObject({
        code: 'BASE_CLOSED',
      });
      expect(reader.closed || readings.closed).toBe(false);
    }
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

  it('leaves the port free after its listener has closed', async () => {
    const hub = composeHub();
    const first = await listenHttp(hub, { port: 0 });
    const { port } = first;
    await first.close();
    const second = await listenHttp(hub, { port });
    await second.close();
  });
});
