import { createMemoryReadings, type Reading } from '@inkwire/readings';
import { describe, expect, it } from 'vitest';
import { components } from '../src/http/schemas.ts';
import { fakePicture } from './fake-reader.ts';
import { json, problemIn, serveHub, turn, until } from './served-hub.ts';

const unknownId = '0198c0de-0000-7000-8000-000000000000';

describe('GET /api/readings', () => {
  it('lists newest first, pages by cursor and filters', async () => {
    const { fetch, read } = await serveHub();
    for (const text of ['12', '34', '91', '56']) await read(fakePicture(text));
    const list = async (query: string) =>
      components.ReadingsPage.parse(await (await fetch(`/api/readings${query}`)).json());
    const texts = async (query: string) => (await list(query)).readings.map(({ text }) => text);

    expect(await texts('')).toEqual(['56', '91', '34', '12']);
    const first = await list('?limit=3');
    expect(first.readings.map(({ text }) => text)).toEqual(['56', '91', '34']);
    expect(await texts(`?before=${first.next}`)).toEqual(['12']);
    expect((await list('?limit=4')).next).toBeNull();
    expect(await texts('?text=1')).toEqual(['91', '12']);
    expect(await texts('?unsure=true')).toEqual(['91']);
    expect(await texts('?unsure=false&text=5')).toEqual(['56']);
  });

  it('refuses what is no query', async () => {
    const { fetch } = await serveHub();
    for (const query of [
      '?limit=0',
      '?limit=x',
      '?limit=1001',
      '?limit=1.5',
      '?unsure=maybe',
      '?limit=1&limit=2',
    ])
      expect(await problemIn(await fetch(`/api/readings${query}`))).toMatchObject({
        status: 400,
        code: 'HUB_REQUEST_MALFORMED',
        detail: expect.stringMatching(/^query\.(limit|unsure): /),
      });
    expect(await problemIn(await fetch('/api/readings?before=nonsense'))).toMatchObject({
      status: 400,
      code: 'READINGS_CURSOR_INVALID',
    });
  });
});

describe('one reading', () => {
  it('is answered with its picture and each prepared digit', async () => {
    const { fetch, read } = await serveHub();
    const [reading] = await read(fakePicture('47'));
    const path = `/api/readings/${reading!.id}`;
    expect(await (await fetch(path)).json()).toEqual(reading);

    const image = await fetch(`${path}/image`);
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(image.headers.get('content-security-policy')).toContain('sandbox');
    expect(image.headers.get('x-content-type-options')).toBe('nosniff');
    expect(image.headers.get('cache-control')).toContain('immutable');
    expect(new Uint8Array(await image.arrayBuffer())).toEqual(fakePicture('47'));

    for (const n of [0, 1]) {
      const digit = await fetch(`${path}/digits/${n}`);
      expect(digit.headers.get('content-type')).toBe('image/png');
      const png = Buffer.from(await digit.arrayBuffer());
      expect(png.readUInt32BE(16)).toBe(28);
      expect(png.readUInt32BE(20)).toBe(28);
    }
  });

  it('has what is written, by which it is found, and the cells of a grid', async () => {
    const { fetch, read } = await serveHub();
    const [amount] = await read(fakePicture('12,34'));
    const [grid] = await read(fakePicture('4|7'));
    expect(amount).toMatchObject({ text: '12 34', written: '12,34', detector: 'f00f00f00f00' });
    expect(grid).toMatchObject({ text: '4 7', cells: { rows: 1, columns: 2, texts: [['4', '7']] } });
    expect(await (await fetch(`/api/readings/${grid!.id}`)).json()).toEqual(grid);
    expect(await (await fetch('/api/readings?text=2,3')).json()).toMatchObject({ readings: [amount] });
  });

  it('shows no picture as anything but a picture, whatever it was kept as', async () => {
    const readings = createMemoryReadings();
    const { fetch } = await serveHub({}, { readings });
    const { id } = await readings.keep({
      source: 'x',
      text: '1',
      confidence: 1,
      unsure: false,
      digits: [],
      model: 'm',
      width: 1,
      height: 1,
      picture: { type: 'image/svg+xml', bytes: new TextEncoder().encode('<svg onload="alert(1)"/>') },
      prepared: [],
    });
    const image = await fetch(`/api/readings/${id}/image`);
    expect(image.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('is corrected and taken back; what the machine read stays', async () => {
    const { fetch, read } = await serveHub();
    const [reading] = await read(fakePicture('47'));
    const correct = async (corrected: unknown) =>
      fetch(`/api/readings/${reading!.id}`, { method: 'PATCH', ...json({ corrected }) });
    expect(await (await correct('41')).json()).toEqual({ ...reading, corrected: '41' });
    expect(await (await correct(null)).json()).toEqual(reading);
    for (const wrong of [41, undefined, ['41'], 'x'.repeat(1001)])
      expect(await problemIn(await correct(wrong))).toMatchObject({
        status: 400,
        code: 'HUB_REQUEST_MALFORMED',
      });
    const more = await fetch(`/api/readings/${reading!.id}`, {
      method: 'PATCH',
      ...json({ corrected: '1', text: '2' }),
    });
    expect(more.status).toBe(400);
  });

  it('is removed with its picture', async () => {
    const { fetch, read } = await serveHub();
    const [reading] = await read(fakePicture('47'));
    const path = `/api/readings/${reading!.id}`;
    const removed = await fetch(path, { method: 'DELETE' });
    expect(removed.status).toBe(204);
    expect(await removed.text()).toBe('');
    for (const gone of [path, `${path}/image`, `${path}/digits/0`])
      expect(await problemIn(await fetch(gone))).toMatchObject({ status: 404, code: 'HUB_NOT_FOUND' });
    expect((await fetch(path, { method: 'DELETE' })).status).toBe(404);
  });

  it('is 404 when nobody knows it', async () => {
    const { fetch, read } = await serveHub();
    const [reading] = await read(fakePicture('4'));
    for (const path of [
      `/api/readings/${unknownId}`,
      '/api/readings/nonsense',
      `/api/readings/${unknownId}/image`,
      `/api/readings/${unknownId}/digits/0`,
      `/api/readings/${reading!.id}/digits/1`,
      '/api/readings/%00',
      '/api/nothing',
      '/nothing',
    ])
      expect(await problemIn(await fetch(path))).toMatchObject({ status: 404, code: 'HUB_NOT_FOUND' });
    expect((await fetch(`/api/readings/${reading!.id}/digits/x`)).status).toBe(400);
    const patch = await fetch(`/api/readings/${unknownId}`, { method: 'PATCH', ...json({ corrected: '1' }) });
    expect(patch.status).toBe(404);
  });
});

describe('GET /api/readings.csv', () => {
  it('gives everything, quoted as RFC 4180 says and harmless to a spreadsheet', async () => {
    const { fetch, read, hub } = await serveHub();
    const [reading] = await read(fakePicture('1 2\n3'));
    await hub.correct(reading!.id, '=HYPERLINK("http://evil","a,b")');
    const [second] = await read(fakePicture('7'));
    await hub.correct(second!.id, '-1+1');
    const response = await fetch('/api/readings.csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('content-disposition')).toContain('readings.csv');
    expect(await response.text()).toBe(
      'id,time,source,text,corrected,confidence,unsure,label,model,written\r\n' +
        `${second!.id},${second!.time},upload,7,'-1+1,0.9,false,,0123456789ab,7\r\n` +
        `${reading!.id},${reading!.time},upload,"1 2\n3","'=HYPERLINK(""http://evil"",""a,b"")",0.9,false,,0123456789ab,"1 2\n3"\r\n`,
    );
  });

  it('has its header when there is nothing', async () => {
    const { fetch } = await serveHub();
    expect(await (await fetch('/api/readings.csv')).text()).toBe(
      'id,time,source,text,corrected,confidence,unsure,label,model,written\r\n',
    );
  });

  it('is read from the store no faster than it is taken, and stops when nobody takes it', async () => {
    const readings = createMemoryReadings();
    let taken = 0;
    let stopped = false;
    const row: Reading = {
      id: unknownId,
      time: '2026-01-01T00:00:00.000Z',
      source: 'x'.repeat(1000),
      text: '1',
      written: '1',
      confidence: 1,
      unsure: false,
      digits: [],
      model: 'm',
      corrected: null,
      width: 1,
      height: 1,
    };
    readings.all = async function* () {
      try {
        for (;;) {
          taken++;
          if (taken % 100 === 0) await turn();
          yield row;
        }
      } finally {
        stopped = true;
      }
    };
    const { url } = await serveHub({}, { readings });
    const controller = new AbortController();
    const response = await fetch(`${url}/api/readings.csv`, { signal: controller.signal });
    const reader = response.body!.getReader();
    await reader.read();
    // What sockets and streams hold between the two ends is bounded. Without a bound the store gives more in each turn.
    for (let before = 0, idleTurns = 0; idleTurns < 1_000; before = taken) {
      await turn();
      idleTurns = taken === before ? idleTurns + 1 : 0;
      expect(taken * row.source.length).toBeLessThan(64 * 2 ** 20);
    }
    controller.abort();
    await until(() => stopped);
  });
});
