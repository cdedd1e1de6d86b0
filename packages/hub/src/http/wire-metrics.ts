import { Counter, type Registry } from 'prom-client';
import { addCounters, addGauges } from '../measures.ts';
import type { WireService } from '../wire/wire-service.ts';

/** Adds what happens on the wire and to members, as it is counted there. */
export function addWireMetrics(wire: WireService, registers: Registry[]): void {
  const { metrics } = wire;
  addGauges(registers, () => wire, {
    inkwire_members: ['Members that are here, over every transport', ({ members }) => members.size],
    inkwire_wire_connections: [
      'Connections over TCP, TLS and WebSocket',
      ({ connectionsOpen }) => connectionsOpen,
    ],
    inkwire_wire_queued_bytes: ['Bytes that peers have not taken yet', ({ queuedBytes }) => queuedBytes],
    inkwire_wire_streams: ['Streams that are served', () => metrics.streams],
    inkwire_wire_pending_commands: ['Commands whose answers are awaited', () => metrics.pending],
    inkwire_topics: ['Topics that somebody hears', () => metrics.topics],
    inkwire_subscriptions: ['Subscriptions that are', () => metrics.subscriptions],
    inkwire_lab_clients: ['Clients that send lab packets', ({ lab }) => lab.clients],
  });
  addCounters(registers, () => wire, {
    inkwire_wire_connections_total: [
      'Connections that were taken',
      ({ connectionsOpened }) => connectionsOpened,
    ],
    inkwire_wire_streams_total: ['Streams that were served', () => metrics.streamsOpened],
    inkwire_wire_received_bytes_total: ['Bytes of payloads that came in', () => metrics.bytesIn],
    inkwire_wire_sent_bytes_total: ['Bytes of frames that went out', () => metrics.bytesOut],
    inkwire_published_total: ['Messages published', () => metrics.published],
    inkwire_delivered_total: ['Messages handed to subscribers', () => metrics.delivered],
    inkwire_subscribers_dropped_total: ['Subscribers dropped for being slow', () => metrics.dropped],
    inkwire_lab_requests_total: ['Requests in lab packets', ({ lab }) => lab.requests],
    inkwire_wrong_tokens_total: ['Wrong tokens, however they came', ({ wrongTokens }) => wrongTokens.taken],
  });
  new Counter({
    name: 'inkwire_commands_total',
    help: 'Commands answered, by kind and status; 0 stands for statuses that are not counted apart',
    labelNames: ['kind', 'status'] as const,
    registers,
    collect() {
      this.reset();
      for (const { kind, status, count } of metrics.commands())
        this.inc({ kind, status: String(status) }, count);
    },
  });
}

/** The waiting times of commands, in Prometheus' text format: the library takes no histogram that is counted elsewhere. */
export function waitHistogram({ metrics }: WireService): string {
  const name = 'inkwire_command_wait_seconds';
  const buckets = [
    ...Array.from(metrics.waits(), ({ seconds, count }) => [String(seconds), count] as const),
    ['+Inf', metrics.waited] as const,
  ];
  return [
    `# HELP ${name} How long commands waited whose answer was not there at once`,
    `# TYPE ${name} histogram`,
    ...buckets.map(([bound, count]) => `${name}_bucket{le="${bound}"} ${count}`),
    `${name}_sum ${metrics.waitedSeconds}`,
    `${name}_count ${metrics.waited}`,
    '',
  ].join('\n');
}
