import type { Server } from 'node:net';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { addCounters, addGauges } from '../measures.ts';
import type { WireService } from '../wire/wire-service.ts';
import type { HubOnWire } from './options.ts';
import { addWireMetrics, waitHistogram } from './wire-metrics.ts';

/** Of the process, once: its collectors watch the event loop and cannot be stopped. */
let processMetrics: Registry | undefined;

function metricsOfProcess(): Registry {
  if (processMetrics === undefined) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics });
  }
  return processMetrics;
}

/** The contents of `/metrics`, in Prometheus' text format. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Counts what one listener answers and what happens on its hub. */
export function addMetrics(app: FastifyInstance, { hub, wire }: HubOnWire): Metrics & { stop(): void } {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'inkwire_http_request_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const events = new Counter({
    name: 'inkwire_readings_total',
    help: 'Readings that were kept, corrected and removed',
    labelNames: ['event'] as const,
    registers,
  });
  addGauges(registers, () => hub, {
    inkwire_readings: ['Readings that are kept', ({ readings }) => readings.count()],
    inkwire_reader_queued: ['Digits waiting to be read', ({ reader }) => reader.stats.queued],
    inkwire_http_connections: ['Connections of the HTTP listener', () => openConnections(app.server)],
  });
  addCounters(registers, () => hub.reader.stats, {
    inkwire_reader_batches: ['Runs of the model', ({ batches }) => batches],
    inkwire_reader_digits: ['Digits read', ({ digits }) => digits],
  });

  app.addHook('onResponse', async (request, reply) => {
    // The pattern and never the address itself, which strangers could make endless.
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    requests.observe(labels, reply.elapsedTime / 1000);
  });
  const listening = hub.onReading(({ kind, isElsewhere }) => {
    if (!isElsewhere) events.inc({ event: kind });
  });

  return { ...metricsOf(registry, wire), stop: () => listening[Symbol.dispose]() };
}

/** The metrics of the wire, of its `$` names and of the process, beside those in `registry`. */
export function metricsOf(registry: Registry, wire: WireService): Metrics {
  addWireMetrics(wire, [registry]);
  for (const part of wire.parts) part.addMetrics?.([registry]);
  return {
    contentType: registry.contentType,
    text: async () =>
      [await registry.metrics(), waitHistogram(wire), await metricsOfProcess().metrics()].join('\n'),
  };
}

function openConnections(server: Server): Promise<number> {
  return promisify(server.getConnections).call(server);
}
