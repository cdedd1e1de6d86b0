import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import sharp from 'sharp';
import { handwriting } from './handwriting.ts';

/** Stands in for the hub until there is one: the same routes and shapes, with a reader that compares with templates. */
type Kept = { reading: any; picture: Buffer; type: string };

const raster = 16;
const templates: { digit: number; pixels: Float32Array }[] = [];

async function loadTemplates() {
  if (templates.length) return;
  for (const [digit, variants] of handwriting.entries()) {
    for (const lines of variants) {
      const { png } = await render(lines.map((l) => pairs(l)));
      const [cell] = await segment(png);
      templates.push({ digit, pixels: cell!.pixels });
    }
  }
}
const pairs = (line: readonly number[]) =>
  Array.from({ length: line.length / 2 }, (_, i) => [line[2 * i]!, line[2 * i + 1]!]);

async function render(strokes: readonly (readonly (readonly number[])[])[]) {
  const all = strokes.flat();
  const xs = all.map((p) => p[0]!),
    ys = all.map((p) => p[1]!);
  const [l, t, r, b] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const scale = 300 / Math.max(20, b - t, (r - l) / 6);
  const width = Math.round((r - l) * scale + 60),
    height = Math.round((b - t) * scale + 60);
  const lines = strokes
    .map((s) =>
      `<polyline points="${s.map((p) => `${(p[0]! - l) * scale + 30},${(p[1]! - t) * scale + 30}`).join(' ')} ${(s[0]![0]! - l) * scale + 30 + 0}," />`.replace(
        / [\d.]+," \/>/,
        '" />',
      ),
    )
    .join('');
  const dots = strokes
    .filter((s) => s.length === 1)
    .map((s) => `<circle cx="${(s[0]![0]! - l) * scale + 30}" cy="${(s[0]![1]! - t) * scale + 30}" r="12"/>`)
    .join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/><g fill="none" stroke="#000" stroke-width="24" stroke-linecap="round" stroke-linejoin="round">${lines}</g>${dots}</svg>`;
  return { png: await sharp(Buffer.from(svg)).png().toBuffer(), width, height };
}

async function segment(bytes: Buffer) {
  const { data, info } = await sharp(bytes)
    .flatten({ background: '#fff' })
    .greyscale()
    .normalise()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const ink = (x: number, y: number) => data[y * width + x]! < 110;
  const cells: { box: number[]; pixels: Float32Array }[] = [];
  let start = -1;
  for (let x = 0; x <= width; x++) {
    let any = false;
    if (x < width)
      for (let y = 0; y < height; y++)
        if (ink(x, y)) {
          any = true;
          break;
        }
    if (any && start < 0) start = x;
    if (!any && start >= 0) {
      let top = height,
        bottom = 0;
      for (let i = start; i < x; i++)
        for (let y = 0; y < height; y++)
          if (ink(i, y)) {
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
          }
      if (bottom - top > height * 0.1 && bottom - top > 5)
        cells.push({
          box: [start, top, x - start, bottom - top + 1],
          pixels: shrink(ink, start, top, x - start, bottom - top + 1),
        });
      start = -1;
    }
  }
  return cells;
}
function shrink(ink: (x: number, y: number) => boolean, x0: number, y0: number, w: number, h: number) {
  const out = new Float32Array(raster * raster);
  const side = Math.max(w, h);
  const ox = x0 - (side - w) / 2,
    oy = y0 - (side - h) / 2;
  for (let j = 0; j < raster * 3; j++)
    for (let i = 0; i < raster * 3; i++) {
      const x = Math.floor(ox + ((i + 0.5) * side) / (raster * 3)),
        y = Math.floor(oy + ((j + 0.5) * side) / (raster * 3));
      if (x >= x0 && x < x0 + w && y >= y0 && y < y0 + h && ink(x, y))
        out[Math.floor(j / 3) * raster + Math.floor(i / 3)]! += 1 / 9;
    }
  return out;
}
function classify(pixels: Float32Array) {
  const nearest = Array<number>(10).fill(Infinity);
  for (const t of templates) {
    let d = 0;
    for (let i = 0; i < pixels.length; i++) d += (pixels[i]! - t.pixels[i]!) ** 2;
    nearest[t.digit] = Math.min(nearest[t.digit]!, d);
  }
  const e = nearest.map((d) => Math.exp(-d / 6));
  const sum = e.reduce((a, b) => a + b);
  return e.map((v) => v / sum);
}

export async function startFakeHub(
  pageDirectory: string,
  options: { port?: number; kept?: Map<string, Kept> } = {},
) {
  await loadTemplates();
  const kept = options.kept ?? new Map<string, Kept>();
  const listeners = new Set<ServerResponse>();
  let sequence = 0;
  const newId = () =>
    `${Date.now().toString(16).padStart(12, '0')}-${(++sequence).toString(16).padStart(6, '0')}`;
  const tell = (event: string, reading: any) => {
    for (const l of listeners) l.write(`event: ${event}\ndata: ${JSON.stringify(reading)}\n\n`);
  };

  class Wrong extends Error {
    readonly status: number;
    readonly code: string;
    constructor(status: number, code: string) {
      super(code);
      this.status = status;
      this.code = code;
    }
  }

  async function read(picture: Buffer, type: string, source: string, keep: boolean, extra: any = {}) {
    const meta = await sharp(picture)
      .metadata()
      .catch(() => {
        throw new Wrong(415, 'DIGITS_PICTURE_UNSUPPORTED');
      });
    const cells = await segment(picture).catch(() => {
      throw new Wrong(422, 'DIGITS_PICTURE_DAMAGED');
    });
    if (cells.length === 0) throw new Wrong(422, 'DIGITS_NONE_FOUND');
    const digits = cells.map(({ box, pixels }) => {
      const probabilities = classify(pixels);
      const digit = probabilities.indexOf(Math.max(...probabilities));
      return { digit, confidence: probabilities[digit], box, probabilities };
    });
    const confidence = digits.reduce((a, d) => a * d.confidence!, 1);
    const reading = {
      id: keep ? newId() : '',
      time: new Date().toISOString(),
      source,
      text: digits.map((d) => d.digit).join(''),
      confidence,
      unsure: Math.min(...digits.map((d) => d.confidence!)) < 0.62,
      digits,
      model: 'cnn-3f9a1c07be42',
      corrected: null,
      width: meta.width,
      height: meta.height,
      ...extra,
    };
    if (keep) {
      kept.set(reading.id, { reading, picture, type });
      tell('reading', reading);
    }
    return reading;
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url!, 'http://x');
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const body = async () => {
      const parts: Buffer[] = [];
      for await (const c of request) parts.push(c as Buffer);
      return Buffer.concat(parts);
    };
    const [, api, route, id, part] = url.pathname.split('/');
    if (api !== 'api') {
      const file = path.join(pageDirectory, url.pathname === '/' ? 'index.html' : url.pathname);
      const types: Record<string, string> = {
        '.html': 'text/html',
        '.js': 'text/javascript',
        '.css': 'text/css',
        '.svg': 'image/svg+xml',
      };
      const bytes = await readFile(file).catch(() => undefined);
      response.writeHead(bytes ? 200 : 404, {
        'content-type': types[path.extname(file)] ?? 'text/plain',
        'content-security-policy': "default-src 'self'",
      });
      return void response.end(bytes);
    }
    if (route === 'events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(':\n\n');
      listeners.add(response);
      request.on('close', () => listeners.delete(response));
      return;
    }
    if (route === 'readings' && !id && request.method === 'POST') {
      const keep = url.searchParams.get('keep') !== 'false';
      const type = request.headers['content-type'] ?? '';
      const bytes = await body();
      if (type.startsWith('application/json')) {
        const { strokes } = JSON.parse(bytes.toString());
        const { png } = await render(strokes);
        return json(keep ? 201 : 200, { readings: [await read(png, 'image/png', 'drawing', keep)] });
      }
      const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
      const file = form.get('file') as File;
      return json(keep ? 201 : 200, {
        readings: [await read(Buffer.from(await file.arrayBuffer()), file.type, 'upload', keep)],
      });
    }
    if (route === 'readings' && !id) {
      const q = url.searchParams;
      const all = [...kept.values()]
        .map((k) => k.reading)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .filter(
          (r) =>
            (!q.get('text') || r.text.includes(q.get('text')) || r.corrected?.includes(q.get('text'))) &&
            (q.get('unsure') !== 'true' || r.unsure) &&
            (!q.get('before') || r.id < q.get('before')!),
        );
      const page = all.slice(0, Number(q.get('limit') ?? 50));
      return json(200, { readings: page, next: page.length < all.length ? page.at(-1).id : null });
    }
    if (route === 'readings.csv') {
      response.writeHead(200, { 'content-type': 'text/csv' });
      return void response.end('id\n');
    }
    if (route === 'readings') {
      const entry = kept.get(id!);
      if (!entry) throw new Wrong(404, 'HUB_READING_UNKNOWN');
      if (part === 'image') {
        response.writeHead(200, { 'content-type': entry.type });
        return void response.end(entry.picture);
      }
      if (part === 'digits') {
        const [x, y, w, h] = entry.reading.digits[Number(url.pathname.split('/').pop())].box;
        const png = await sharp(entry.picture)
          .flatten({ background: '#fff' })
          .extract({ left: x, top: y, width: w, height: h })
          .resize(20, 20, { fit: 'contain', background: '#fff' })
          .extend({ top: 4, left: 4, right: 4, bottom: 4, background: '#fff' })
          .png()
          .toBuffer();
        response.writeHead(200, { 'content-type': 'image/png' });
        return void response.end(png);
      }
      if (request.method === 'PATCH') {
        entry.reading.corrected = JSON.parse((await body()).toString()).corrected;
        tell('corrected', entry.reading);
        return json(200, entry.reading);
      }
      if (request.method === 'DELETE') {
        kept.delete(id!);
        tell('removed', entry.reading);
        response.writeHead(204);
        return void response.end();
      }
      return json(200, entry.reading);
    }
    if (route === 'samples') {
      const labels = [7, 2, 1, 0, 4, 1, 4, 9, 5, 9];
      const readings = [];
      for (const [i, label] of labels.entries()) {
        const { png } = await render(handwriting[label]![i % 2]!.map(pairs));
        const small = await sharp(png)
          .negate({ alpha: false })
          .resize(28, 28, { fit: 'contain', background: '#000' })
          .negate({ alpha: false })
          .png()
          .toBuffer();
        const reading = await read(small, 'image/png', 'sample', true, {
          label: String(i === 8 ? 6 : label),
        });
        readings.push(reading);
      }
      return json(201, { readings });
    }
    if (route === 'model' && id === 'weights') {
      const weights = Array.from({ length: 10 }, (_, d) => {
        const t = templates.find((x) => x.digit === d)!;
        return Array.from({ length: 784 }, (_, i) => {
          const x = Math.floor(((i % 28) - 4) / 1.25),
            y = Math.floor((Math.floor(i / 28) - 4) / 1.25);
          return x < 0 || y < 0 || x > 15 || y > 15
            ? 0
            : (t.pixels[y * 16 + x]! - 0.25) * (1 + Math.sin(i * 12.9898) * 0.5);
        });
      });
      return json(200, { recipe: 'softmax', accuracy: 0.9264, weights });
    }
    if (route === 'model') {
      const figure = (set: string, count: number, wrong: number, seed: number) => {
        const confusion = Array.from({ length: 10 }, (_, d) =>
          Array.from({ length: 10 }, (_, r) => (r === d ? Math.round(count / 10) : 0)),
        );
        let left = wrong;
        for (let k = 0; left > 0; k++) {
          const d = (k * 7 + seed) % 10,
            r = (k * k * 3 + 4 + seed) % 10;
          if (d !== r) {
            const n = Math.min(left, 1 + ((k * 5) % 6));
            confusion[d]![r]! += n;
            confusion[d]![d]! -= n;
            left -= n;
          }
        }
        const p = (count - wrong) / count,
          z = 1.96,
          m = (p + (z * z) / (2 * count)) / (1 + (z * z) / count),
          w = (z / (1 + (z * z) / count)) * Math.sqrt((p * (1 - p)) / count + (z * z) / (4 * count * count));
        return { set, count, correct: count - wrong, accuracy: p, interval: [m - w, m + w], confusion };
      };
      return json(200, {
        recipe: 'cnn',
        version: '3f9a1c07be42',
        parameters: 1_288_906,
        seed: 1,
        trained: '2025-11-20T10:00:00Z',
        unsureErrorRate: 0.01,
        figures: [
          figure('MNIST test', 10000, 24, 1),
          figure('USPS test', 2007, 28, 2),
          figure('optdigits', 1797, 17, 5),
        ],
      });
    }
    throw new Wrong(404, 'HUB_ROUTE_UNKNOWN');
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      const status = error.status ?? 500;
      if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({ status, code: error.code ?? 'FAKE_FAILED', title: String(error.message) }),
      );
      if (status === 500) console.error(error);
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    kept,
    read,
    close: async () => {
      for (const l of listeners) l.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
