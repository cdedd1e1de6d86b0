import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fakePicture } from './fake-reader.ts';
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
