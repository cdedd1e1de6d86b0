import type { Readings } from '@inkwire/readings';
import type { ReadingsLocation } from '../settings/locations.ts';

/** Opens the readings; the engine, and a driver that it needs, are loaded only here. */
export async function openReadings(
  location: ReadingsLocation,
  options: { readonly create?: boolean } = {},
): Promise<Readings> {
  if (location.engine === 'postgres') {
    const { openPostgresReadings } = await import('@inkwire/readings/postgres');
    return openPostgresReadings({ connection: location.url, ...options });
  }
  const { openLmdbReadings } = await import('@inkwire/readings/lmdb');
  return openLmdbReadings({ directory: location.directory });
}
