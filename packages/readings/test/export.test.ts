import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@inkwire/base';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createMemoryReadings,
  type ExportOptions,
  exportReadings,
  type ImportOptions,
  type ImportProgress,
  importReadings,
  type Readings,
  ReadingsError,
  verifyExport,
  type WholeReading,
} from '../src/index.ts';
import { openLmdbReadings } from '../src/lmdb/index.ts';
import { newReading, wholeReading } from './contract.ts';

const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

async function exported(readings: Readings, options: ExportOptions = {}): Promise<string> {
  let text = '';
  for await (const line of exportReadings(readings, { clock: createManualClock(start), ...options }))
    text += line;
  return text;
}

/** The bytes of an export, so many at a time. */
async function* bytesOf(text: string, size = 1000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

const imported = (readings: Readings, text: string, options?: ImportOptions) =>
  importReadings(readings, bytesOf(text), options);

async function wholes(readings: Readings): Promise<WholeReading[]> {
  const all: WholeReading[] = [];
  for await (const reading of readings.all())
    all.push({
      ...reading,
      picture: (await readings.picture(reading.id))!,
      prepared: (await readings.prepared(reading.id))!,
    });
  return all;
}

/** A store with so many readings, one of them with everything that one can have. */
async function filled(count: number): Promise<Readings> {
  const readings = createMemoryReadings({ clock: createManualClock(start) });
  for (let i = 1; i < count; i++) await readings.keep(newReading(String(i)));
  const cells = { rows: 1, columns: 2, texts: [['1\n', '\0\ud800']] };
  const more = { written: '1,2', label: '12', detector: 'f00f', cells, unsure: true, source: '小明 "a"' };
  const { id } = await readings.keep(newReading('1 2', more));
  await readings.correct(id, '');
  return readings;
}

/** An export with short lines, for what is tried at each of its bytes. */
async function short(): Promise<string> {
  await using readings = createMemoryReadings();
  for (let i = 0; i < 2; i++)
    await readings.load(wholeReading(start + i, '\0', { digits: [], prepared: [], corrected: 'Ω' }));
  return await exported(readings);
}

describe('an export of readings', () => {
  it('is read into another engine with every picture, id, time and correction, and exported from there again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'inkwire-export-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await using from = await filled(150);
    await using to = await openLmdbReadings({ directory });
    const text = await exported(from);
    expect(await imported(to, text)).toEqual({ nextLine: 152, loaded: 150, present: 0, different: 0 });
    expect(await wholes(to)).toEqual(await wholes(from));
    expect(await exported(to)).toBe(text);
  });

  it('has a first and a last line where nothing is kept', async () => {
    await using empty = createMemoryReadings();
    const text = await exported(empty);
    expect(text.split('\n').length).toBe(3);
    expect(await verifyExport(bytesOf(text))).toBe(0);
    expect(await imported(empty, text)).toMatchObject({ loaded: 0 });
  });

  it('is the example of docs/export.md', async () => {
    const page = readFileSync(new URL('../../../docs/export.md', import.meta.url), 'utf8');
    const example = /^```json\n(.*?)^```$/ms.exec(page)![1]!;
    await using readings = createMemoryReadings();
    expect(await imported(readings, example)).toMatchObject({ loaded: 1 });
    const changes = { id: '019b7ca9-8f2e-7abc-8def-0123456789ab', corrected: '1' };
    const [kept] = await wholes(readings);
    expect(kept).toEqual(wholeReading(start, '7', { ...changes, digits: [], prepared: [] }));
    expect(await exported(readings)).toBe(example);
  });

  it('is the same however its bytes arrive', async () => {
    const text = await exported(await filled(2));
    for (const size of [1, 2, 3, 7, 100_000]) {
      await using readings = createMemoryReadings();
      await importReadings(readings, bytesOf(text, size));
      expect(await exported(readings)).toBe(text);
    }
  });

  it('does not hold what is removed while it runs, nor what is kept', async () => {
    await using readings = await filled(200);
    const lines: string[] = [];
    for await (const line of exportReadings(readings)) {
      if (lines.push(line) !== 2) continue;
      const { readings: oldest } = await readings.list({ text: '5' });
      for (const { id } of oldest) await readings.remove(id);
      await readings.keep(newReading('5'));
    }
    expect(lines.filter((line) => line.includes('"text":"5"'))).toEqual([]);
    expect(JSON.parse(lines.at(-1)!).count).toBe(lines.length - 2);
    await using other = createMemoryReadings();
    await imported(other, lines.join(''));
  });

  it('is continued where it was cut, wherever that was', async () => {
    await using readings = await filled(4);
    const text = await exported(readings);
    for (let end = 0; end <= text.length; end += 97) {
      const begun = bytesOf(text.slice(0, end));
      const clock = createManualClock(start);
      let continued = 0;
      const options = { begun, clock, onContinue: async () => void continued++ };
      expect(await exported(readings, options)).toBe(text);
      expect(continued).toBe(1);
    }
    await expect(exported(readings, { begun: bytesOf('{"a":1}\n') })).rejects.toMatchObject({
      code: 'READINGS_EXPORT_FOREIGN',
    });
  });

  it('stops when told', async () => {
    const controller = new AbortController();
    await using readings = await filled(100);
    const onReading = () => controller.abort(new Error('enough'));
    await expect(exported(readings, { signal: controller.signal, onReading })).rejects.toThrow('enough');
  });
});

describe('an import of readings', () => {
  it('changes nothing of what is there, and tells what differs', async () => {
    await using from = await filled(100);
    const text = await exported(from);
    await using to = createMemoryReadings();
    await imported(to, text);
    const [newest, second] = (await to.list()).readings;
    await to.correct(newest!.id, '9');
    await to.remove(second!.id);
    expect(await imported(to, text)).toMatchObject({ loaded: 1, present: 99, different: 1 });
    expect((await to.get(newest!.id))?.corrected).toBe('9');
    expect(await to.count()).toBe(100);
  });

  it('refuses an export that was cut off, wherever that was, before anything is loaded', async () => {
    const text = (await short()).replaceAll('Ω', 'O');
    for (let end = 0; end < text.length; end++)
      await expect(verifyExport(bytesOf(text.slice(0, end))), String(end)).rejects.toMatchObject({
        code: expect.stringMatching(/^READINGS_EXPORT_(DAMAGED|FOREIGN)$/),
      });
  });

  it('refuses an export in which one byte was changed, whichever that was', async () => {
    const bytes = Buffer.from(await short());
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1;
      const source = (async function* () {
        yield changed;
      })();
      await expect(verifyExport(source), String(i)).rejects.toBeInstanceOf(ReadingsError);
    }
  });

  it('names the line that is broken, and what of it', async () => {
    const good = (await exported(await filled(2))).split('\n');
    const broken = async (line: string) => {
      await using readings = createMemoryReadings();
      const text = [good[0], good[1], line, good[3], ''].join('\n');
      return await imported(readings, text).catch((error: Error) => error.message);
    };
    const third = JSON.parse(good[2]!);
    const changed = (changes: object) => broken(JSON.stringify({ ...third, ...changes }));
    expect(await broken('{')).toBe('Line 3 of the export is broken: it holds no reading');
    expect(await broken(good[3]!)).toMatch('Line 3 of the export is broken: it holds no reading: id');
    expect(await changed({ unsure: 1 })).toMatch('it holds no reading: unsure');
    expect(await changed({ unknown: 1 })).toMatch('Line 3');
    expect(await changed({ id: 'x' })).toMatch('Line 3 of the export is broken: Expected `id`');
    expect(await changed({ time: 'today' })).toMatch('Expected `time`');
    expect(await changed({ prepared: 'AAAA' })).toMatch('Expected a prepared picture to be 784 bytes');
    expect(await changed({ prepared: '' })).toMatch('Expected 1 prepared pictures');
    expect(await changed({ picture: { type: 'x', base64: 'A*==' } })).toMatch('its bytes are no Base64');
    expect(await broken(`${good[2]}\n${good[2]}`)).toMatch('it says 2 readings');
  });

  it('refuses what is no export, and one of a later version', async () => {
    await using readings = createMemoryReadings();
    for (const text of ['', '\n', 'hello\n', '{"inkwire":"tables","version":1,"time":""}\n'])
      await expect(imported(readings, text)).rejects.toMatchObject({ code: 'READINGS_EXPORT_FOREIGN' });
    const later = (await exported(readings)).replace('"version":1', '"version":2');
    await expect(imported(readings, later)).rejects.toThrow(
      'The export is of version 2, and this program knows 1: use a newer one',
    );
  });

  it('tells how far it came when the store fails, and continues there', async () => {
    const text = await exported(await filled(200));
    await using to = createMemoryReadings();
    let room = 100;
    const store = new Proxy(to, {
      get: (target, name) => {
        if (name === 'load' && room-- <= 0)
          return async () => Promise.reject(new ReadingsError('READINGS_FULL', 'full', { retryable: true }));
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    let progress: ImportProgress | undefined;
    const onProgress = (one: ImportProgress) => {
      progress = one;
    };
    await expect(imported(store, text, { onProgress })).rejects.toMatchObject({ code: 'READINGS_FULL' });
    expect(progress).toEqual({ nextLine: 66, loaded: 64, present: 0, different: 0 });
    expect(await to.count()).toBe(100);
    const rest = await imported(to, text, { fromLine: progress!.nextLine });
    expect(rest).toEqual({ nextLine: 202, loaded: 100, present: 36, different: 0 });
    expect(await exported(to)).toBe(text);
  });

  it('stops when told', async () => {
    await using to = createMemoryReadings();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(imported(to, await exported(await filled(2)), { signal })).rejects.toThrow('enough');
  });
});
