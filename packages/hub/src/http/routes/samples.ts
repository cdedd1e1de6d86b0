import { digitPng, openMnistPart } from '@inkwire/digits';
import type { Reading } from '@inkwire/readings';
import { z } from 'zod';
import type { Hub } from '../../hub.ts';
import type { ResolvedHttpOptions } from '../options.ts';
import { parse, type RouteTable } from '../route.ts';

const digitBytes = 784;

/** Reads the first so many pictures of MNIST's test set. */
export type SampleReader = (count: number, signal: AbortSignal) => Promise<Reading[]>;

/** The first pictures of MNIST's test set, [count, 784], and what they show. */
interface Samples {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Creates what `/api/samples` and its older name do. The data is opened at the first call, and then remembered. */
export function createSampleReader(hub: Hub, { limits }: ResolvedHttpOptions): SampleReader {
  let opened: Promise<Samples> | undefined;
  const samples = () => {
    opened ??= openSamples(limits.maxSamples).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return async (count, signal) => {
    const { images, labels } = await samples();
    return Promise.all(
      Array.from({ length: count }, (_, i) => {
        const pixels = images.subarray(i * digitBytes, (i + 1) * digitBytes);
        return hub.read(
          { pixels },
          {
            source: 'sample',
            label: String(labels[i]),
            signal,
            timeoutMs: limits.readTimeoutMs,
            original: pngOf(pixels),
          },
        );
      }),
    );
  };
}

function pngOf(pixels: Uint8Array) {
  return { type: 'image/png', bytes: digitPng(pixels) };
}

async function openSamples(count: number): Promise<Samples> {
  const { images, labels } = await openMnistPart('test');
  // Copies, so that the other ten thousand can go.
  return { images: images.slice(0, count * digitBytes), labels: labels.slice(0, count) };
}

/** `POST /api/samples`. */
export function addSamplesRoute(
  table: RouteTable,
  readSamples: SampleReader,
  { limits }: ResolvedHttpOptions,
): void {
  const body = z.strictObject({ count: z.number().int().min(1).max(limits.maxSamples).default(10) });
  table.add({
    method: 'POST',
    path: '/api/samples',
    summary: 'Reads the first pictures of MNIST’s test set and keeps them with their true labels',
    body: { 'application/json': body },
    answers: { 201: { description: 'Read and kept', content: { 'application/json': 'Readings' } } },
    problems: [415, 507],
    async handle({ request, reply, signal }) {
      const { count } = parse(body, request.body ?? {}, 'body');
      return reply.code(201).send({ readings: await readSamples(count, signal) });
    },
  });
}
