import { type Clock, systemClock } from '@inkwire/base';
import { createMemoryTables } from '@inkwire/kv';
import type { LeaseService } from '@inkwire/pool';
import { createMemoryReadings, type Readings } from '@inkwire/readings';
import { onTestFinished } from 'vitest';
import {
  $inbox,
  $members,
  $pool,
  $readings,
  createHub,
  createWireService,
  type Hub,
  type SystemName,
  type WireService,
  type WireServiceOptions,
} from '../src/index.ts';
import { createFakeReader, type FakeReader } from './fake-reader.ts';

export interface ComposedOptions extends Omit<WireServiceOptions, 'system' | 'tables' | 'clock'> {
  readonly readings?: Readings;
  readonly pool?: LeaseService;
  /** Parts besides those that every hub has. */
  readonly more?: readonly SystemName[];
  readonly clock?: Clock;
}

/** A hub with a fake reader, and its wire. */
export interface ComposedHub {
  readonly hub: Hub;
  readonly wire: WireService;
  readonly reader: FakeReader;
  readonly readings: Readings;
}

/** A limit on time in a test that does not try it: it only ends a hang. */
export const patientMs = 600_000;

/** Puts a hub together as `inkwire serve` does, until the test has finished. */
export function composeHub(options: ComposedOptions = {}): ComposedHub {
  const { readings = createMemoryReadings(), pool, more = [], clock = systemClock, ...others } = options;
  const limits = { readTimeoutMs: patientMs, ...options.limits };
  const reader = createFakeReader();
  const tables = createMemoryTables();
  const hub = createHub({ reader, readings, clock, hubs: options.hubs });
  const system = [$members, $inbox, $readings(hub), ...(pool ? [$pool(pool)] : []), ...more];
  const wire = createWireService({ system, tables, clock, version: '1.2.3', ...others, limits });
  onTestFinished(async () => {
    await wire.close();
    await hub.close();
    await tables.close();
    await readings.close();
  });
  return { hub, wire, reader, readings };
}
