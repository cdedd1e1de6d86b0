import { Readable } from 'node:stream';
import { digitPng } from '@inkwire/digits';
import { z } from 'zod';
import { HubError } from '../../errors.ts';
import type { Hub } from '../../hub.ts';
import { toCsv } from '../csv.ts';
import { parse, type RouteTable } from '../route.ts';
import { components } from '../schemas.ts';

const id = z.string().meta({ description: 'of a reading' });
const params = z.object({ id });

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  before: z.string().optional().meta({ description: 'the `next` of an earlier list' }),
  text: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'only where the text or the correction contains this' }),
  unsure: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
});

/** Kept pictures never change, and must never run as anything in our origin. */
const pictureHeaders = {
  'cache-control': 'private, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

const pictureTypes = /^image\/(?:avif|gif|jpeg|png|tiff|webp)$/;

/** Everything about readings that are kept. */
export function addReadingsRoutes(table: RouteTable, hub: Hub): void {
  const { readings } = hub;

  table.add({
    method: 'GET',
    path: '/api/readings',
    summary: 'The readings, newest first',
    query: listQuery,
    answers: { 200: { description: 'One page of them', content: { 'application/json': 'ReadingsPage' } } },
    handle: ({ query, signal }) => readings.list({ ...query, signal }),
  });

  table.add({
    method: 'GET',
    path: '/api/readings.csv',
    summary: 'All readings as CSV, newest first',
    answers: { 200: { description: 'RFC 4180, with a header', content: { 'text/csv': 'text' } } },
    handle: ({ reply, signal }) =>
      reply
        .type('text/csv; charset=utf-8; header=present')
        .header('content-disposition', 'attachment; filename="readings.csv"')
        .send(Readable.from(toCsv(readings.all({ signal })), { objectMode: false })),
  });

  table.add({
    method: 'GET',
    path: '/api/readings/{id}',
    summary: 'One reading',
    params,
    answers: { 200: { description: 'It', content: { 'application/json': 'Reading' } } },
    problems: [404],
    handle: async ({ params: { id } }) => expectFound(await readings.get(id)),
  });

  table.add({
    method: 'GET',
    path: '/api/readings/{id}/image',
    summary: 'The picture of a reading, byte for byte as it arrived',
    params,
    answers: { 200: { description: 'It', content: { 'image/*': 'binary' } } },
    problems: [404],
    async handle({ params: { id }, reply }) {
      const { type, bytes } = expectFound(await readings.picture(id));
      return reply
        .headers(pictureHeaders)
        .type(pictureTypes.test(type) ? type : 'application/octet-stream')
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
  });

  table.add({
    method: 'GET',
    path: '/api/readings/{id}/digits/{n}',
    summary: 'A digit of a reading as the model saw it, 28 × 28',
    params: z.object({ id, n: z.coerce.number().int().min(0).meta({ description: 'from 0' }) }),
    answers: { 200: { description: 'Dark ink on white', content: { 'image/png': 'binary' } } },
    problems: [404],
    async handle({ params: { id, n }, reply }) {
      const prepared = expectFound(await readings.prepared(id));
      return reply
        .headers(pictureHeaders)
        .type('image/png')
        .send(Buffer.from(digitPng(expectFound(prepared[n]))));
    },
  });

  table.add({
    method: 'PATCH',
    path: '/api/readings/{id}',
    summary: 'Sets what a person says that it is; what was read stays',
    params,
    body: { 'application/json': 'Correction' },
    answers: { 200: { description: 'The corrected reading', content: { 'application/json': 'Reading' } } },
    problems: [404, 413, 415],
    async handle({ params: { id }, request }) {
      const { corrected } = parse(components.Correction, request.body, 'body');
      return expectFound(await hub.correct(id, corrected));
    },
  });

  table.add({
    method: 'DELETE',
    path: '/api/readings/{id}',
    summary: 'Removes a reading and its picture',
    params,
    answers: { 204: { description: 'It is gone' } },
    problems: [404],
    async handle({ params: { id }, reply }) {
      if (!(await hub.remove(id))) throw notFound();
      return reply.code(204).send();
    },
  });
}

function expectFound<T>(found: T | undefined): T {
  if (found === undefined) throw notFound();
  return found;
}

function notFound(): HubError {
  return new HubError('HUB_NOT_FOUND', 'There is no such reading');
}
