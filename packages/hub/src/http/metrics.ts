import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Hub } from '../hub.ts';

/** Of the process, once: its collectors watch the event loop and cannot be stopped. */
let processMetrics: Registry | undefined;

function metricsOfProcess(): Registry {
  if (processMetrics === undefined) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics });
  }
  return processMetrics;
}

/** What `/metrics` says, in Prometheus' text format. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  stop(): void;
}

/** Counts what one listener answers and what happens on its hub. */
export function addMetrics(app: FastifyInstance, hub: Hub): Metrics {
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
  gauge('inkwire_readings', 'Readings that are kept', () => hub.readings.count());
  gauge('inkwire_reader_batches', 'Runs of the model', () => hub.reader.stats.batches);
  gauge('inkwire_reader_digits', 'Digits read', () => hub.reader.stats.digits);
  gauge('inkwire_reader_queued', 'Digits waiting to be read', () => hub.reader.stats.queued);
  addWireMetrics(hub, registers);

  app.addHook('onResponse', async (request, reply) => {
    // The pattern and never the address itself, which strangers could make endless.
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    requests.observe(labels, reply.elapsedTime / 1000);
  });
  const listening = hub.onReading(({ kind }) => events.inc({ event: kind }));

  function gauge(name: string, help: string, value: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  }

  return {
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${await metricsOfProcess().metrics()}`,
    stop: () => listening[Symbol.dispose](),
  };
}

/** What happens on the wire, as its service counts it. */
function addWireMetrics({ wire: { metrics, members } }: Hub, registers: Registry[]): void {
  const numbers: Record<string, readonly [help: string, value: () => number]> = {
    inkwire_members: ['Members that are here, over every transport', () => members.size],
    inkwire_wire_streams: ['Streams that are served', () => metrics.streams],
    inkwire_wire_streams_total: ['Streams that were served', () => metrics.streamsOpened],
    inkwire_wire_received_bytes_total: ['Bytes of payloads that came in', () => metrics.bytesIn],
    inkwire_wire_sent_bytes_total: ['Bytes of frames that went out', () => metrics.bytesOut],
    inkwire_wire_pending_commands: ['Commands whose answers are awaited', () => metrics.pending],
    inkwire_topics: ['Topics that somebody hears', () => metrics.topics],
    inkwire_subscriptions: ['Subscriptions that are', () => metrics.subscriptions],
    inkwire_published_total: ['Messages published', () => metrics.published],
    inkwire_delivered_total: ['Messages handed to subscribers', () => metrics.delivered],
    inkwire_command_wait_seconds_count: ['Commands that had to wait for their answer', () => metrics.waited],
    inkwire_command_wait_seconds_sum: ['Seconds that they waited together', () => metrics.waitedSeconds],
    inkwire_subscribers_dropped_total: ['Subscribers dropped for being slow', () => metrics.dropped],
  };
  for (const [name, [help, value]] of Object.entries(numbers))
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  new Gauge({
    name: 'inkwire_commands_total',
    help: 'Commands answered, by kind and status; 0 stands for statuses that are not counted apart',
    labelNames: ['kind', 'status'] as const,
    registers,
    collect() {
      for (const { kind, status, count } of metrics.commands())
        this.set({ kind, status: String(status) }, count);
    },
  });
  new Gauge({
    name: 'inkwire_command_wait_seconds_bucket',
    help: 'Commands that waited no longer for their answer',
    labelNames: ['le'] as const,
    registers,
    collect() {
      for (const { seconds, count } of metrics.waits()) this.set({ le: String(seconds) }, count);
      this.set({ le: '+Inf' }, metrics.waited);
    },
  });
}
