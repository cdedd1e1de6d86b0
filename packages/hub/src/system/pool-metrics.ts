import type { AllocatorCounts, AllocatorSnapshot, ClientSnapshot, LeaseService } from '@inkwire/pool';
import { Counter, Gauge, type Registry } from 'prom-client';
import { addGauges } from '../measures.ts';
import { clientsByKey } from './pool-facts.ts';

const totals: Record<string, readonly [help: string, value: (snapshot: AllocatorSnapshot) => number]> = {
  inkwire_pool_capacity: ['Connections that the database takes', ({ capacity }) => capacity],
  inkwire_pool_spare: ['Of these, those that are never granted', ({ spare }) => spare],
  inkwire_pool_shared: ['Connections that are shared now', ({ total }) => total],
  inkwire_pool_reserved: ['Connections granted, being taken back, and floors', ({ reserved }) => reserved],
  inkwire_pool_epoch: ['Grows with every beginning of the allocator', ({ epoch }) => epoch],
  inkwire_pool_clients: [
    'Clients, those that wait to be admitted among them',
    ({ clients }) => clients.length,
  ],
  inkwire_pool_silent_clients: [
    'Clients whose lease is over',
    ({ clients }) => clients.filter(isSilent).length,
  ],
  inkwire_pool_scarce: ['1 while more is needed than there is', ({ isScarce }) => Number(isScarce)],
  inkwire_pool_learning: ['1 while nothing grows after a beginning', ({ isLearning }) => Number(isLearning)],
};

const isSilent = (client: ClientSnapshot) => client.isSilent;

const counters: Record<keyof AllocatorCounts, readonly [name: string, help: string]> = {
  reports: ['inkwire_pool_reports_total', 'Reports of clients'],
  grants: ['inkwire_pool_grants_total', 'Grants sent'],
  refusals: ['inkwire_pool_refusals_total', 'Refusals sent'],
  ignored: [
    'inkwire_pool_ignored_total',
    'Reports that were late, repeated or of an incarnation that is gone',
  ],
  overdrawn: ['inkwire_pool_overdrawn_total', 'Reports of more connections than were granted'],
  admitted: ['inkwire_pool_admitted_total', 'Clients admitted'],
  departed: ['inkwire_pool_departed_total', 'Clients that left, or were fenced'],
  fences: ['inkwire_pool_fences_total', 'Fences begun'],
  fencesFailed: ['inkwire_pool_fences_failed_total', 'Fences that failed or left something'],
};

/** In the words that operators of such systems know. */
const ofClients: Record<string, readonly [help: string, value: (client: ClientSnapshot) => number]> = {
  inkwire_pool_client_used_rate: ['Connections in use, of the maximum', ({ usedRate }) => usedRate],
  inkwire_pool_client_failure_rate: [
    'Of those who asked, who waited in vain',
    ({ failureRate }) => failureRate,
  ],
  inkwire_pool_client_minimum: ['Connections granted at least', ({ min }) => min],
  inkwire_pool_client_maximum: ['Connections granted at most', ({ max }) => max],
  inkwire_pool_client_current: ['Connections that are open, opening or closing', currentOf],
  inkwire_pool_client_idle: ['Connections that nobody uses', ({ idle }) => idle],
  inkwire_pool_client_queued: ['Who waits for a connection', ({ queued }) => queued],
  inkwire_pool_client_longest_wait_seconds: [
    'How long the first of them has waited, at the last report',
    ({ longestWaitMs }) => longestWaitMs / 1000,
  ],
};

function currentOf({ inUse, idle, opening, closing }: ClientSnapshot): number {
  return inUse + idle + opening + closing;
}

/** Adds what an allocator knows of its clients and of itself. */
export function addPoolMetrics(service: LeaseService, registers: Registry[]): void {
  addGauges(registers, () => service.snapshot(), totals);
  for (const [count, [name, help]] of Object.entries(counters))
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(service.snapshot().counts[count as keyof AllocatorCounts]);
      },
    });
  for (const [name, [help, value]] of Object.entries(ofClients))
    new Gauge({
      name,
      help,
      registers,
      labelNames: ['client'] as const,
      collect() {
        this.reset();
        for (const [client, facts] of clientsByKey(service.snapshot())) this.set({ client }, value(facts));
      },
    });
}
