import { describeRoutes, documentationPage } from '../documentation.ts';
import type { Metrics } from '../metrics.ts';
import type { HubOnWire } from '../options.ts';
import { prefersHtml, sendPage } from '../responses.ts';
import type { RouteTable } from '../route.ts';

/** Routes for machines: health, metrics, and the description of the interface. */
export function addOperationsRoutes(table: RouteTable, { hub, wire }: HubOnWire, metrics: Metrics): void {
  const about = { name: wire.name, version: wire.version };

  table.add({
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the server can read and has its readings',
    answers: { 200: { description: 'It can', content: { 'application/json': 'Health' } } },
    async handle({ reply }) {
      await hub.readings.count();
      const { recipe, version } = hub.reader.card;
      return reply
        .header('cache-control', 'no-store')
        .send({ status: 'ok', ...about, model: `${recipe} ${version}` });
    },
  });

  table.add({
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'In its text format', content: { 'text/plain': 'text' } } },
    handle: async ({ reply }) => reply.type(metrics.contentType).send(await metrics.text()),
  });

  table.add({
    method: 'GET',
    path: '/api/docs',
    summary: 'This documentation: OpenAPI 3.1, or a page for a browser',
    answers: { 200: { description: 'It', content: { 'application/json': 'binary', 'text/html': 'text' } } },
    handle: ({ request, reply }) =>
      prefersHtml(request)
        ? sendPage(reply, documentationPage(table.routes))
        : reply.send(describeRoutes(table.routes, about)),
  });
}
