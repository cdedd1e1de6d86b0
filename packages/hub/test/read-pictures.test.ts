import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { components } from '../src/http/schemas.ts';
import { fakePicture } from './fake-reader.ts';
import { formOf, json, problemIn, serveHub, turn, until } from './served-hub.ts';

describe('POST /api/readings', () => {
  it('reads a raw picture, keeps it, and answers with the reading', async () => {
    const { read, readings } = await serveHub();
    const [reading] = await read(fakePicture('47'));
    expect(reading).toMatchObject({ text: '47', source: 'upload', model: '0123456789ab', corrected: null });
    expect(reading).not.toHaveProperty('cells');
    expect(reading?.digits.map(({ digit }) => digit)).toEqual([4, 7]);
    expect(await readings.get(reading!.id)).toEqual(reading);
    expect(await readings.picture(reading!.id)).toEqual({ type: 'image/png', bytes: fakePicture('47') });
    expect((await readings.prepared(reading!.id))?.length).toBe(2);
  });

  it('takes the type of a picture from its bytes and not from what the client says', async () => {
    const { fetch, readings } = await serveHub();
    const response = await fetch('/api/readings', {
      method: 'POST',
      body: fakePicture('1'),
      headers: { 'content-type': 'image/jpeg; charset=x' },
    });
    const [{ id }] = ((await response.json()) as { readings: [{ id: string }] }).readings;
    expect((await readings.picture(id))?.type).toBe('image/png');
  });

  it('reads a form with one file, whatever the type of the part', async () => {
    const { read } = await serveHub();
    expect((await read(formOf(['seven.bin', fakePicture('7')]))).map(({ text }) => text)).toEqual(['7']);
  });

  it('reads a form with many files and answers in their order', async () => {
    const { read } = await serveHub();
    const texts = Array.from({ length: 20 }, (_, i) => String(100 + i));
    const read20 = await read(formOf(...texts.map((text) => [`${text}.png`, fakePicture(text)] as const)));
    expect(read20.map(({ text }) => text)).toEqual(texts);
  });

  it('keeps the good files of a form and names the bad one', async () => {
    const { fetch, readings, faults } = await serveHub();
    const files = Array.from({ length: 20 }, (_, i): [string, Uint8Array<ArrayBuffer>] => [
      `${i}.png`,
      fakePicture(String(i)),
    ]);
    files[11] = ['<evil> 11.png', new TextEncoder().encode('not a picture')];
    const response = await fetch('/api/readings', { method: 'POST', body: formOf(...files) });
    expect(response.status).toBe(201);
    const answer = components.Readings.parse(await response.json());
    expect(answer.readings.length).toBe(19);
    expect(answer.problems).toEqual([
      expect.objectContaining({ file: '<evil> 11.png', code: 'DIGITS_PICTURE_UNSUPPORTED', status: 415 }),
    ]);
    expect(await readings.count()).toBe(19);
    expect(faults).toEqual([]);
  });

  it('names a file of a form that is too large, and reads the others', async () => {
    const { fetch, readings } = await serveHub({ limits: { maxPictureBytes: 1000 } });
    const body = formOf(
      ['a.png', fakePicture('1')],
      ['large.png', fakePicture('x'.repeat(5000))],
      ['b.png', fakePicture('2')],
    );
    const answer = components.Readings.parse(
      await (await fetch('/api/readings', { method: 'POST', body })).json(),
    );
    expect(answer.readings.map(({ text }) => text)).toEqual(['1', '2']);
    expect(answer.problems).toMatchObject([
      { file: 'large.png', code: 'HUB_REQUEST_TOO_LARGE', status: 413 },
    ]);
    expect(await readings.count()).toBe(2);
  });

  it('answers with the problem itself when no file of a form could be read', async () => {
    const { fetch, readings } = await serveHub();
    const one = await fetch('/api/readings', {
      method: 'POST',
      body: formOf(['a.png', fakePicture('blank')]),
    });
    expect(await one.clone().json()).not.toHaveProperty('problems');
    expect(await problemIn(one)).toMatchObject({ status: 422, code: 'DIGITS_NONE_FOUND' });
    const two = await fetch('/api/readings', {
      method: 'POST',
      body: formOf(['a.png', fakePicture('damaged')], ['b.txt', new TextEncoder().encode('text')]),
    });
    expect(two.status).toBe(400);
    expect(await two.json()).toMatchObject({
      code: 'DIGITS_PICTURE_DAMAGED',
      problems: [
        { file: 'a.png', code: 'DIGITS_PICTURE_DAMAGED' },
        { file: 'b.txt', code: 'DIGITS_PICTURE_UNSUPPORTED' },
      ],
    });
    expect(await readings.count()).toBe(0);
  });

  it('reads the twenty files that a form may have, and says that there were more', async () => {
    const { fetch, readings } = await serveHub();
    const files = Array.from({ length: 21 }, (_, i) => [`${i}.png`, fakePicture(String(i))] as const);
    const response = await fetch('/api/readings', { method: 'POST', body: formOf(...files) });
    expect(response.status).toBe(201);
    const answer = components.Readings.parse(await response.json());
    expect(answer.readings.length).toBe(20);
    expect(answer.problems).toMatchObject([{ file: null, code: 'HUB_REQUEST_TOO_LARGE', status: 413 }]);
    expect(await readings.count()).toBe(20);
  });

  it('reads what came before the end of a form that did not say how long it is, and is too long', async () => {
    const texts = ['1', '2', '3', '4'];
    const pictures = texts.map((text) => fakePicture(text.padEnd(1000)));
    const maxFormBytes = 2 * pictures[0]!.length;
    const { fetch } = await serveHub({ limits: { maxFormBytes } });
    const send = async (...names: string[]) => {
      const form = new FormData();
      for (const [i, name] of names.entries()) form.append(name, new Blob([pictures[i]!]), 'a.png');
      const sent = new Response(form);
      const response = await fetch('/api/readings', {
        method: 'POST',
        headers: { 'content-type': sent.headers.get('content-type')! },
        body: sent.body,
        duplex: 'half',
      } as RequestInit);
      const { readings, problems } = components.Readings.parse(await response.json());
      return { texts: readings.map(({ text }) => text.trim()), problems };
    };
    const tooLong = [{ file: null, code: 'HUB_REQUEST_TOO_LARGE', status: 413 }];
    expect(await send('file', 'file')).toEqual({ texts: ['1', '2'] });
    expect(await send('file', 'file', 'file', 'file')).toMatchObject({
      texts: ['1', '2'],
      problems: tooLong,
    });
    // Files that are not read count as well.
    expect(await send('file', 'other', 'file')).toMatchObject({ texts: ['1'], problems: tooLong });
  });

  it('reads four pictures of a form at a time', async () => {
    const { fetch, reader } = await serveHub();
    const texts = Array.from({ length: 12 }, (_, i) => String(10 + i));
    let release = reader.hold();
    const body = formOf(...texts.map((text) => [text, fakePicture(text)] as const));
    const asked = fetch('/api/readings', { method: 'POST', body });
    for (let four = 0; four < 2; four++) {
      await until(() => reader.reading === 4);
      for (let i = 0; i < 10; i++) await fetch('/healthz');
      expect(reader.reading).toBe(4);
      release();
      release = reader.hold();
    }
    release();
    const { readings } = components.Readings.parse(await (await asked).json());
    expect(readings.map(({ text }) => text)).toEqual(texts);
  });

  it('reads a file of a form that has no name', async () => {
    const { fetch } = await serveHub();
    const head =
      '--ab\r\ncontent-disposition: form-data; name="file"\r\ncontent-type: application/octet-stream\r\n\r\n';
    const response = await fetch('/api/readings', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=ab' },
      body: Buffer.concat([
        Buffer.from(head),
        fakePicture('1'),
        Buffer.from(`\r\n${head}text\r\n--ab--\r\n`),
      ]),
    });
    const { readings, problems } = components.Readings.parse(await response.json());
    expect(readings.map(({ text }) => text)).toEqual(['1']);
    expect(problems).toMatchObject([{ file: '', code: 'DIGITS_PICTURE_UNSUPPORTED' }]);
  });

  it('reads a drawing with as much as one may have, and no more', async () => {
    const { fetch } = await serveHub({ limits: { maxStrokes: 2, maxPoints: 4 } });
    const draw = async (...points: number[]) => {
      const strokes = points.map((count) => Array.from({ length: count }, (_, i) => [i, i]));
      return (await fetch('/api/readings', { method: 'POST', ...json({ strokes }) })).status;
    };
    expect([await draw(2, 2), await draw(2, 3), await draw(1, 1, 1)]).toEqual([201, 413, 413]);
  });

  it('ignores other fields and files of a form, and asks for `file` when there is none', async () => {
    const { fetch, read } = await serveHub();
    const form = formOf(['a.png', fakePicture('3')]);
    form.append('comment', 'hello');
    form.append('other', new Blob([fakePicture('4')]), 'other.png');
    expect((await read(form)).map(({ text }) => text)).toEqual(['3']);
    form.delete('file');
    const response = await fetch('/api/readings', { method: 'POST', body: form });
    expect(await problemIn(response)).toMatchObject({ status: 400, code: 'HUB_FORM_WITHOUT_FILE' });
  });

  it('draws and reads pen strokes, with and without pressure', async () => {
    const { read, readings } = await serveHub();
    const strokes = [
      [
        [0, 0],
        [10.5, -3],
      ],
      [
        [0, 0, 0.5],
        [1e6, 2, 1],
      ],
    ];
    const [reading] = await read({ strokes });
    expect(reading).toMatchObject({ text: '2', source: 'drawing' });
    expect((await readings.picture(reading!.id))?.type).toBe('image/png');
  });

  it('keeps nothing and tells nobody with keep=false', async () => {
    const { read, readings, hub } = await serveHub();
    const told: unknown[] = [];
    hub.onReading((event) => told.push(event));
    for (const body of [fakePicture('5'), formOf(['a.png', fakePicture('5')]), { strokes: [[[0, 0]]] }]) {
      const [reading] = await read(body, '?keep=false');
      expect(reading).toMatchObject({ id: '', corrected: null });
    }
    expect(await readings.count()).toBe(0);
    expect(told).toEqual([]);
  });

  it('reads samples of MNIST with their true labels, under both names', async () => {
    const { fetch, readings } = await serveHub();
    const labels = '7210414959';
    const first = await fetch('/api/samples', { method: 'POST', ...json({ count: 10 }) });
    expect(first.status).toBe(201);
    const answer = components.Readings.parse(await first.json());
    expect(answer.readings.map(({ label }) => label).join('')).toBe(labels);
    expect(answer.readings.every(({ source }) => source === 'sample')).toBe(true);
    const picture = await readings.picture(answer.readings[0]!.id);
    expect(Buffer.from(picture!.bytes).toString('latin1', 1, 4)).toBe('PNG');

    const older = await fetch('/', { method: 'POST', ...json({ title: '3' }) });
    expect(older.status).toBe(201);
    const { readings: three } = components.Readings.parse(await older.json());
    expect(three.map(({ label }) => label).join('')).toBe(labels.slice(0, 3));

    for (const wrong of [{ title: '1.5' }, { title: 3, count: 3 }])
      expect((await fetch('/', { method: 'POST', ...json(wrong) })).status).toBe(400);

    expect((await fetch('/api/samples', { method: 'POST' })).status).toBe(201);
    for (const count of [0, 101, 1.5, '10', null]) {
      const response = await fetch('/api/samples', { method: 'POST', ...json({ count }) });
      expect(await problemIn(response)).toMatchObject({ status: 400, code: 'HUB_REQUEST_MALFORMED' });
    }
    for (const title of ['', 'x', '0', '101', null])
      expect((await fetch('/', { method: 'POST', ...json({ title }) })).status).toBe(400);
  });

  it('reads a form that arrives a byte at a time', async () => {
    const { url } = await serveHub();
    const boundary = 'ab';
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="8.png"\r\n\r\n`;
    const form = Buffer.concat([Buffer.from(head), fakePicture('8'), Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const outgoing = request(`${url}/api/readings`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    });
    const answer = new Promise<string>((resolve, reject) => {
      outgoing.on('error', reject).on('response', (response) => {
        let text = '';
        response.on('data', (data) => (text += data)).on('end', () => resolve(text));
      });
    });
    for (const byte of form) {
      outgoing.write(Buffer.of(byte));
      await turn();
    }
    outgoing.end();
    expect(JSON.parse(await answer).readings[0].text).toBe('8');
  });
});
