import type { AllocatorCounts, AllocatorSnapshot, ClientSnapshot } from './snapshot.ts';

type Row = readonly [help: string, type: 'counter' | 'gauge', value: (client: ClientSnapshot) => number];

const clientRows: Readonly<Record<string, Row>> = {
  minimum_connections: ['Connections that it is to keep open', 'gauge', ({ min }) => min],
  maximum_connections: ['Connections that it may have', 'gauge', ({ max }) => max],
  held_connections: ['Connections that it may still have open', 'gauge', ({ held }) => held],
  current_connections: ['Connections that it has: lent, idle, opening, closing', 'gauge', currentOf],
  idle_connections: ['Connections that it does not use', 'gauge', ({ idle }) => idle],
  queued: ['Who waits for a connection', 'gauge', ({ queued }) => queued],
  used_ratio: ['Connections in use, of the maximum', 'gauge', ({ usedRate }) => usedRate],
  failure_ratio: [
    'Who waited for a connection in vain, of those who asked lately',
    'gauge',
    (c) => c.failureRate,
  ],
  failures_total: ['Who waited for a connection in vain', 'counter', ({ failures }) => failures],
  completed_total: ['Who gave a connection back', 'counter', ({ completed }) => completed],
  silent: ['Whether its lease has ended', 'gauge', ({ isSilent }) => (isSilent ? 1 : 0)],
};

const countRows: Readonly<Record<keyof AllocatorCounts, readonly [name: string, help: string]>> = {
  reports: ['reports_total', 'Reports heard'],
  grants: ['grants_total', 'Grants sent'],
  refusals: ['refusals_total', 'Refusals sent'],
  ignored: ['ignored_total', 'Reports that were late or repeated'],
  overdrawn: ['overdrawn_total', 'Reports of more connections than were granted'],
  admitted: ['admitted_total', 'Clients admitted'],
  departed: ['departed_total', 'Clients that said goodbye or were fenced'],
  fences: ['fences_total', 'Fences begun'],
  fencesFailed: ['fences_failed_total', 'Fences that failed or left a session'],
};

function currentOf({ inUse, idle, opening, closing }: ClientSnapshot): number {
  return inUse + idle + opening + closing;
}

/** An allocator's snapshot in Prometheus' text format, every name beginning with `inkwire_allocator_`. */
export function renderAllocatorMetrics(snapshot: AllocatorSnapshot): string {
  const lines: string[] = [];
  const add = (name: string, help: string, type: string, samples: readonly string[]) => {
    const full = `inkwire_allocator_${name}`;
    lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...samples.map((sample) => full + sample));
  };
  const { epoch, capacity, total, reserved, counts, clients } = snapshot;
  add('epoch', 'How often it has begun', 'gauge', [` ${epoch}`]);
  add('capacity', 'Connections that the database takes', 'gauge', [` ${capacity}`]);
  add('total', 'Connections that are shared', 'gauge', [` ${total}`]);
  add('reserved', 'Connections that are held or reserved', 'gauge', [` ${reserved}`]);
  add('learning', 'Whether nothing grows yet', 'gauge', [` ${snapshot.isLearning ? 1 : 0}`]);
  add('scarce', 'Whether more is needed than there is', 'gauge', [` ${snapshot.isScarce ? 1 : 0}`]);
  for (const [key, [name, help]] of Object.entries(countRows))
    add(name, help, 'counter', [` ${counts[key as keyof AllocatorCounts]}`]);
  for (const [name, [help, type, value]] of Object.entries(clientRows)) {
    const samples = clients.map((client) => `{client="${escaped(client.name)}"} ${value(client)}`);
    add(`client_${name}`, help, type, samples);
  }
  return `${lines.join('\n')}\n`;
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
