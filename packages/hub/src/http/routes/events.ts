import type { ServerResponse } from 'node:http';
import { BaseError, type Clock, systemClock, type Timer } from '@inkwire/base';
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../errors.ts';
import type { Hub } from '../../hub.ts';
import type { ReadingEvent } from '../../reading-event.ts';
import type { ResolvedHttpOptions } from '../options.ts';
import type { RouteTable } from '../route.ts';

const names = { kept: 'reading', corrected: 'corrected', removed: 'removed' } as const;

/** A proxy takes a silent connection for a dead one; so do we. */
const heartbeatMs = 15_000;

/**
 * `GET /api/events`: server-sent events. Each stream owns its socket and a place among `maxEventStreams`; one that
 * does not read what it is sent is cut off at `maxEventLagBytes`, and comes back by itself.
 */
export function addEventsRoute(
  app: FastifyInstance,
  table: RouteTable,
  hub: Hub,
  { limits }: ResolvedHttpOptions,
  clock: Clock = systemClock,
): void {
  const streams = new Set<ServerResponse>();
  let heartbeat: Timer | undefined;
  let isClosing = false;

  const send = (text: string) => {
    for (const stream of streams) {
      if (stream.writableLength > limits.maxEventLagBytes) stream.destroy();
      else stream.write(text);
    }
  };
  const beat = () => {
    heartbeat = clock.after(
      heartbeatMs,
      () => {
        send(': still here\n\n');
        beat();
      },
      { unref: true },
    );
  };
  const listening = hub.onReading((event) => {
    if (streams.size > 0) send(toText(event));
  });
  app.addHook('preClose', async () => {
    isClosing = true;
    listening[Symbol.dispose]();
    heartbeat?.cancel();
    for (const stream of streams) stream.end();
  });

  table.add({
    method: 'GET',
    path: '/api/events',
    summary: 'What happens from now on: events `reading`, `corrected` and `removed`, each with the reading',
    answers: { 200: { description: 'Server-sent events', content: { 'text/event-stream': 'text' } } },
    head: false,
    handle({ reply }) {
      if (isClosing) throw new BaseError('BASE_CLOSED', 'The server is closing', { retryable: true });
      if (streams.size >= limits.maxEventStreams)
        throw new HubError('HUB_OVERLOADED', 'Too many are listening already', { retryable: true });
      const stream = reply.raw;
      reply.hijack();
      stream.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      stream.write('retry: 2000\n\n');
      streams.add(stream);
      if (heartbeat === undefined) beat();
      stream.once('close', () => {
        streams.delete(stream);
        if (streams.size > 0) return;
        heartbeat?.cancel();
        heartbeat = undefined;
      });
    },
  });
}

function toText({ kind, reading }: ReadingEvent): string {
  return `event: ${names[kind]}\ndata: ${JSON.stringify(reading)}\n\n`;
}
