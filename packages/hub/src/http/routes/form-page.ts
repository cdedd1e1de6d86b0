import type { Reading } from '@inkwire/readings';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../errors.ts';
import type { Hub } from '../../hub.ts';
import { html, page } from '../html.ts';
import type { ResolvedHttpOptions } from '../options.ts';
import { sendPage, sendProblem } from '../responses.ts';
import { parse, type RouteTable } from '../route.ts';
import { readForm } from './read-pictures.ts';
import type { SampleReader } from './samples.ts';

/** Older scripts send the count as a string. */
function titleSchema(maxSamples: number) {
  return z.strictObject({ title: z.coerce.number().int().min(1).max(maxSamples) });
}

/** Routes of the page without JavaScript, and the older name of `/api/samples`. */
export function addFormPageRoutes(
  table: RouteTable,
  hub: Hub,
  options: ResolvedHttpOptions,
  readSamples: SampleReader,
  sendIndex: ((reply: FastifyReply) => FastifyReply) | undefined,
): void {
  const title = titleSchema(options.limits.maxSamples);

  table.add({
    method: 'GET',
    path: '/',
    summary: 'The page',
    answers: { 200: { description: 'It', content: { 'text/html': 'text' } } },
    handle: ({ reply }) => (sendIndex ? sendIndex(reply) : sendPage(reply, formPage())),
  });

  table.add({
    method: 'POST',
    path: '/',
    summary:
      'Without JavaScript: a form with `file` leads to a page that says what was read; JSON reads samples',
    body: { 'multipart/form-data': 'Pictures', 'application/json': title },
    answers: {
      201: { description: 'The samples', content: { 'application/json': 'Readings' } },
      303: { description: 'To /uploads/{name}' },
    },
    problems: [413, 415, 422, 507],
    async handle(call) {
      const { request, reply, signal } = call;
      if (!request.isMultipart()) {
        const count = parse(title, request.body, 'body').title;
        return reply.code(201).send({ readings: await readSamples(count, signal) });
      }
      const { readings, error } = await readForm(call, hub, options, true);
      const [first] = readings;
      if (first === undefined) return sendProblem(request, reply, error, options.onError);
      return reply.redirect(`/uploads/${first.id}`, 303);
    },
  });

  table.add({
    method: 'GET',
    path: '/uploads/{name}',
    summary: 'A page that says what was read in an uploaded picture',
    params: z.object({ name: z.string() }),
    answers: { 200: { description: 'It', content: { 'text/html': 'text' } } },
    problems: [404],
    async handle({ params: { name }, reply }) {
      const reading = await hub.readings.get(name);
      if (!reading) throw new HubError('HUB_NOT_FOUND', 'There is no such upload');
      return sendPage(reply, readingPage(reading));
    },
  });
}

function readingPage({ id, text, unsure }: Reading) {
  const doubt = unsure ? html`<p>The reader is not sure.</p>` : html``;
  return page(
    'Inkwire',
    html`<p class="reading">The prediction number is :${text}</p>
${doubt}
<p><img src="/api/readings/${id}/image" alt="The picture"></p>
<p><a href="/">Another</a></p>`,
  );
}

function formPage() {
  return page(
    'Inkwire',
    html`<h1>Inkwire</h1>
<p>Choose a picture of a handwritten number, and it is read for you.</p>
<form method="post" action="/" enctype="multipart/form-data">
<p><label>Picture <input name="file" type="file" accept="image/*" required></label></p>
<p><button type="submit">Read</button></p>
</form>`,
  );
}
