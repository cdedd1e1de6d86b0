import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveHttpOptions } from '../src/http/options.ts';
import { createServer } from '../src/http/server.ts';
import { httpLimits, type Limit, wireLimits } from '../src/limits/limits.ts';
import { fakePicture } from './fake-reader.ts';
import { composeHub } from './hub-on-wire.ts';
import { serveHub } from './served-hub.ts';

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { readonly parameters?: { name: string; in: string }[] }>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

describe('the README', () => {
  it('lists every limit with its default and what it means, and no other', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const tables = [...readme.matchAll(/^\| limit \| default \| meaning \|\n.*\n((?:\|.*\n)+)/gm)];
    const rowsOf = (limits: Readonly<Record<string, Limit>>) =>
      Object.entries(limits).map(
        ([name, { byDefault, describes }]) =>
          `| \`${name}\` | ${byDefault.toLocaleString('en-US')} | ${describes} |\n`,
      );
    expect(tables.map(([, rows]) => rows)).toEqual(
      [wireLimits, httpLimits].map((each) => rowsOf(each).join('')),
    );
  });
});

describe('the documentation', () => {
  it('has every route that there is, and no other', async () => {
    const hub = composeHub();
    const there: string[] = [];
    const { app, table } = await createServer(hub, resolveHttpOptions({ port: 0 }), {
      isLocal: true,
      tokens: undefined,
    });
    // The router's own list is a tree: what a line says goes on from the line that it hangs on.
    const prefixes: string[] = [];
    for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
      const route = /^(?<indent>.*)[├└]── (?<path>\S+) \((?<methods>.+)\)/.exec(line)?.groups;
      if (!route) continue;
      const depth = route.indent!.length / 4;
      prefixes[depth] = (prefixes[depth - 1] ?? '') + route.path;
      for (const method of route.methods!.split(', '))
        if (method !== 'HEAD') there.push(`${method} ${prefixes[depth]}`);
    }
    expect(there.length).toBeGreaterThan(15);
    const documented = table.routes.map(
      ({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    );
    expect(there.sort()).toEqual(documented.sort());
    await app.close();
  });

  it('is OpenAPI 3.1 whose references all lead somewhere', async () => {
    const { fetch } = await serveHub();
    const response = await fetch('/api/docs');
    expect(response.headers.get('content-type')).toContain('application/json');
    const text = await response.text();
    const document = JSON.parse(text) as OpenApi;
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/api/readings/{id}/digits/{n}');
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas[name!], name).toBeDefined();
    for (const [path, operations] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(operations))
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath);
    }
    const list = document.paths['/api/readings']!.get!.parameters!;
    expect(list.map(({ name }) => name)).toEqual(['limit', 'before', 'text', 'unsure']);
    expect(document).toMatchSnapshot();
  });

  it('is a page for a browser', async () => {
    const { fetch } = await serveHub();
    const response = await fetch('/api/docs', { headers: { accept: 'text/html,*/*' } });
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('GET /api/readings?limit=&amp;before=&amp;text=&amp;unsure=');
    expect(text).toContain('DIGITS_NONE_FOUND');
  });
});

describe('what machines ask', () => {
  it('says that it lives', async () => {
    const { fetch, readings } = await serveHub();
    const response = await fetch('/healthz');
    expect(await response.json()).toEqual({
      status: 'ok',
      name: 'inkwire',
      version: '1.2.3',
      model: 'fake 0123456789ab',
    });
    expect((await fetch('/healthz', { method: 'HEAD' })).status).toBe(200);
    await readings.close();
    expect((await fetch('/healthz')).status).toBe(503);
  });

  it('counts what it does', async () => {
    const { fetch, read } = await serveHub();
    await read(fakePicture('1'));
    await read(fakePicture('2'));
    await fetch('/api/readings/nothing');
    const response = await fetch('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    for (const line of [
      'inkwire_readings_total{event="kept"} 2',
      'inkwire_readings 2',
      'inkwire_reader_batches 2',
      'inkwire_http_request_seconds_count{method="POST",route="/api/readings",status="201"} 2',
      'inkwire_http_request_seconds_count{method="GET",route="/api/readings/:id",status="404"} 1',
    ])
      expect(text).toContain(line);
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('says what the model is', async () => {
    const { fetch, reader } = await serveHub();
    expect(await (await fetch('/api/model')).json()).toEqual(reader.card);
  });

  it('shows no weights when there is no softmax model', async () => {
    const { fetch } = await serveHub({ weightsModel: '/nowhere.onnx' });
    expect((await fetch('/api/model/weights')).status).toBe(404);
  });

  it('shows the weights of a softmax model, from what it answers to single pixels', async () => {
    const { fetch, reader } = await serveHub();
    const weight = (pixel: number, digit: number) => ((pixel * 7 + digit * 13) % 11) / 10 - 0.5;
    const means = Array.from({ length: 784 }, (_, p) =>
      Array.from({ length: 10 }, (_, d) => weight(p, d)).reduce((sum, one) => sum + one / 10, 0),
    );
    Object.assign(reader.card, { recipe: 'softmax', temperature: 2 });
    reader.classify = async (pixels) => {
      const rows = pixels.length / 784;
      const probabilities = new Float32Array(rows * 10);
      for (let row = 0; row < rows; row++) {
        const scores = Array.from({ length: 10 }, (_, digit) => {
          let score = digit / 10;
          for (let p = 0; p < 784; p++) score += (pixels[row * 784 + p]! / 255) * weight(p, digit);
          return Math.exp(score / 2);
        });
        const sum = scores.reduce((total, one) => total + one, 0);
        scores.forEach((score, digit) => {
          probabilities[row * 10 + digit] = score / sum;
        });
      }
      return probabilities;
    };
    const answer = (await (await fetch('/api/model/weights')).json()) as {
      weights: number[][];
      accuracy: number;
    };
    Object.assign(reader.card, { recipe: 'fake', temperature: 1 });
    expect(answer.accuracy).toBe(0.99);
    for (let digit = 0; digit < 10; digit++)
      for (let p = 0; p < 784; p += 37)
        expect(answer.weights[digit]![p]).toBeCloseTo(weight(p, digit) - means[p]!, 3);
  });
});
