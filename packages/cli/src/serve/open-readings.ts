import type { Readings } from '@inkwire/readings';
import type { ReadingsLocation } from '../settings/locations.ts';

export interface OpenReadingsOptions {
  readonly create?: boolean;
  /** Receives what the place does not promise, a sentence each. */
  readonly onWarning?: (sentence: string) => void;
}

/** Opens the readings; the engine, and a driver that it needs, are loaded only here. */
export async function openReadings(
  location: ReadingsLocation,
  { onWarning, ...options }: OpenReadingsOptions = {},
): Promise<Readings> {
  switch (location.engine) {
    case 'postgres': {
      const { openPostgresReadings } = await import('@inkwire/readings/postgres');
      return openPostgresReadings({ connection: location.url, ...options });
    }
    case 'cassandra': {
      const { openCassandraReadings } = await import('@inkwire/readings/cassandra');
      return openCassandraReadings({ connection: location.url, ...options, ...(onWarning && { onWarning }) });
    }
    case 'lmdb': {
      const { openLmdbReadings } = await import('@inkwire/readings/lmdb');
      return openLmdbReadings({ directory: location.directory });
    }
  }
}
