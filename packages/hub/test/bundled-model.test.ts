import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { openReader, type Reader } from '@inkwire/digits';
import { openLmdbReadings } from '@inkwire/readings/lmdb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { components } from '../src/http/schemas.ts';
import { $readings, createHub, createWireService, listenHttp } from '../src/index.ts';
import { formOf, json, patientLimits, problemIn } from './served-hub.ts';

/** The hub as `inkwire serve` puts it together: the bundled model, and readings on the disk. */
describe('the hub with the bundled model and LMDB', () => {
  let reader: Reader;
  let directory: string;

  beforeAll(async () => {
    reader = await openReader();
    directory = await mkdtemp(join(tmpdir(), 'inkwire-hub-'));
  });
  afterAll(async () => {
    await reader.close();
    await rm(directory, { recursive: true });
  });

  async function serve() {
    const readings = await openLmdbReadings({ directory });
    const hub = createHub({ reader, readings });
    const wire = createWireService({ system: [$readings(hub)] });
    const listener = await listenHttp({ hub, wire }, { port: 0, limits: patientLimits });
    let ended: Promise<void> | undefined;
    const end = () =>
      (ended ??= (async () => {
        await listener.close();
        await wire.close();
        await hub.close();
        await readings.close();
      })());
    onTestFinished(end);
    const ask = (path: string, init?: RequestInit) => fetch(listener.url + path, init);
    return { ask, end, readings };
  }

  it('reads samples, finds them again after a restart, and reads its own pictures of them alike', async () => {
    const first = await serve();
    const response = await first.ask('/api/samples', { method: 'POST', ...json({ count: 50 }) });
    const { readings } = components.Readings.parse(await response.json());
    expect(readings.filter(({ text, label }) => text === label).length).toBeGreaterThanOrEqual(49);
    await first.end();

    const { ask } = await serve();
    const list = components.ReadingsPage.parse(await (await ask('/api/readings?limit=50')).json());
    expect(new Set(list.readings.map(({ id }) => id))).toEqual(new Set(readings.map(({ id }) => id)));
    let alike = 0;
    for (const { id, text } of readings.slice(0, 10)) {
      const image = await (await ask(`/api/readings/${id}/image`)).blob();
      const again = await ask('/api/readings?keep=false', { method: 'POST', body: image });
      if (!again.ok) continue;
      alike += Number(components.Readings.parse(await again.json()).readings[0]!.text === text);
    }
    expect(alike).toBeGreaterThanOrEqual(8);
  });

  it('reads pen strokes, and keeps a picture that its boxes lie in', async () => {
    const { ask } = await serve();
    const one = Array.from({ length: 30 }, (_, i) => [100, 40 + i * 4]);
    const ring = Array.from({ length: 41 }, (_, i) => [
      220 + 35 * Math.sin((i / 20) * Math.PI),
      100 - 60 * Math.cos((i / 20) * Math.PI),
    ]);
    const response = await ask('/api/readings', { method: 'POST', ...json({ strokes: [one, ring] }) });
    const [reading] = components.Readings.parse(await response.json()).readings;
    expect(reading).toMatchObject({ text: '10', source: 'drawing' });
    const png = Buffer.from(await (await ask(`/api/readings/${reading!.id}/image`)).arrayBuffer());
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([reading!.width, reading!.height]);
    for (const { box } of reading!.digits) {
      expect(box[0] + box[2]).toBeLessThanOrEqual(reading!.width);
      expect(box[1] + box[3]).toBeLessThanOrEqual(reading!.height);
    }
    for (const n of [0, 1]) expect((await ask(`/api/readings/${reading!.id}/digits/${n}`)).status).toBe(200);
  });

  it('answers bad pictures with their codes, and keeps none of them', async () => {
    const { ask, readings } = await serve();
    const before = await readings.count();
    const post = (bytes: Uint8Array<ArrayBuffer>) =>
      ask('/api/readings', { method: 'POST', body: formOf(['x', bytes]) });
    const text = (content: string) => new TextEncoder().encode(content) as Uint8Array<ArrayBuffer>;
    for (const [bytes, status, code] of [
      [text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'DIGITS_PICTURE_UNSUPPORTED'],
      [text('hello'), 415, 'DIGITS_PICTURE_UNSUPPORTED'],
      [new Uint8Array(), 400, 'DIGITS_PICTURE_EMPTY'],
      [greyPng(30_000, 30_000, new Uint8Array(100)), 413, 'DIGITS_PICTURE_TOO_LARGE'],
      [greyPng(40, 40, new Uint8Array(10)), 400, 'DIGITS_PICTURE_DAMAGED'],
      [greyPng(40, 40, white(40, 40)), 422, 'DIGITS_NONE_FOUND'],
      [greyPng(40, 40, white(40, 40)).slice(0, 60), 400, 'DIGITS_PICTURE_DAMAGED'],
    ] as const)
      expect(await problemIn(await post(bytes))).toMatchObject({ status, code });
    expect(await readings.count()).toBe(before);
  });

  it('shows the weights of the bundled softmax regression', async () => {
    const { ask } = await serve();
    const response = await ask('/api/model/weights');
    const { weights, accuracy } = components.Weights.parse(await response.json());
    expect(accuracy).toBeGreaterThan(0.9);
    // A zero has no ink in its middle, a one has.
    const middle = 14 * 28 + 14;
    expect(weights[0]![middle]).toBeLessThan(0);
    expect(weights[1]![middle]).toBeGreaterThan(0);
  });
});

function white(width: number, height: number): Uint8Array {
  const rows = new Uint8Array((width + 1) * height).fill(255);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  return rows;
}

/** A PNG of grey bytes, with as many rows as are given, whatever its header says. */
function greyPng(width: number, height: number, rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  return Uint8Array.from(
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', new Uint8Array()),
    ]),
  );
}
