import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digitPng, openMnistPart } from '@inkwire/digits';
import { median, printTable, quantile, saveResults } from '../report.ts';
import { startServer } from './server.ts';

const [alone, together, atOnce] = [300, 1_500, 8];

/** `POST /api/readings` with one small PNG: decoded, prepared, read and durably kept. Client and server share the cores. */
export async function http(): Promise<void> {
  const { images } = await openMnistPart('test');
  const pictures = Array.from({ length: 200 }, (_, i) => digitPng(images.subarray(i * 784, (i + 1) * 784)));
  const data = await mkdtemp(join(tmpdir(), 'inkwire-bench-'));
  const server = await startServer(data);
  const post = async (i: number): Promise<number> => {
    const began = performance.now();
    const body = Buffer.from(pictures[i % pictures.length]!);
    const response = await fetch(`${server.url}/api/readings`, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body,
    });
    await response.arrayBuffer();
    if (response.status !== 201 && response.status !== 422)
      throw new Error(`POST answered ${response.status}`);
    return performance.now() - began;
  };
  try {
    for (let i = 0; i < 200; i++) await post(i);
    const latencies: number[] = [];
    for (let i = 0; i < alone; i++) latencies.push(await post(i));
    let next = 0;
    const began = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < together) await post(next++);
      }),
    );
    const perSecond = (together * 1000) / (performance.now() - began);
    const results = {
      p50: median(latencies),
      p95: quantile(latencies, 0.95),
      perSecond,
      alone,
      together,
      atOnce,
    };
    printTable(
      ['POST /api/readings', ''],
      [
        ['one at a time, p50', `${results.p50.toFixed(1)} ms`],
        ['one at a time, p95', `${results.p95.toFixed(1)} ms`],
        [`${atOnce} at a time`, `${Math.round(perSecond)} a second`],
      ],
    );
    saveResults('digits-http', 'npm run bench -- digits --only http', results);
  } finally {
    await server.stop();
    await rm(data, { recursive: true });
  }
}
