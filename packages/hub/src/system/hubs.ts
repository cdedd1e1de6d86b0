import type { Registry } from 'prom-client';
import type { BusCounts } from '../bus/bus.ts';
import type { Hubs } from '../hubs/hubs.ts';
import { addCounters, addGauges } from '../measures.ts';
import type { SystemPart } from './system-part.ts';
import { integer, text, type VirtualTable } from './virtual-table.ts';

const table = '$hubs';

const counters: Partial<Record<keyof BusCounts, readonly [name: string, help: string]>> = {
  sent: ['inkwire_bus_sent_total', 'Messages sent to other hubs'],
  sentBytes: ['inkwire_bus_sent_bytes_total', 'Bytes of them'],
  received: ['inkwire_bus_received_total', 'Messages received from other hubs'],
  receivedBytes: ['inkwire_bus_received_bytes_total', 'Bytes of them'],
  dropped: ['inkwire_bus_dropped_total', 'Messages that could neither be sent nor kept'],
  disconnects: ['inkwire_bus_disconnects_total', 'Times that the bus was lost'],
};

/** `$hubs`: the hubs on the bus, this one among them, by number. And two facts of `$hub`, and the metrics of the bus. */
export function hubsPart(hubs: Hubs): SystemPart {
  const all = () => [hubs.own, ...hubs.others.filter(({ number }) => number > 0)];
  const pairs = () =>
    all().map((facts) => ({ key: String(facts.number), value: text(JSON.stringify(facts)) }));
  const asTable: VirtualTable = {
    get: (key) => pairs().find((pair) => pair.key === key)?.value,
    pairs,
  };
  return {
    tables: { [table]: () => asTable },
    facts: { number: () => integer(hubs.own.number), hubs: () => integer(all().length) },
    addMetrics: (registers) => addBusMetrics(hubs, registers),
  };
}

function addBusMetrics(hubs: Hubs, registers: Registry[]): void {
  const { bus } = hubs;
  addGauges(registers, () => bus, {
    inkwire_bus_connected: ['1 while the bus is connected', ({ isConnected }) => Number(isConnected)],
    inkwire_bus_kept_messages: ['Messages that wait for a connection', ({ counts }) => counts.kept],
    inkwire_bus_unconfirmed_bytes: [
      'Bytes that the bus has not confirmed; it is asked every 64 KiB',
      ({ counts }) => counts.unconfirmedBytes,
    ],
    inkwire_bus_hubs: ['Hubs on the bus, with this one', () => hubs.others.length + 1],
  });
  for (const [count, [name, help]] of Object.entries(counters))
    addCounters(registers, () => bus.counts, {
      [name]: [help, (counts) => counts[count as keyof BusCounts]],
    });
}
