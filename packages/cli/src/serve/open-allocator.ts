import { CodedError } from '@inkwire/base';
import type { Fence, LeaseService } from '@inkwire/pool';
import type { PoolConfiguration } from '../settings/configuration.ts';
import type { DatabaseLocation } from '../settings/locations.ts';

/**
 * Begins a new epoch in the allocator's file and runs it. With a database silent clients are fenced there: its driver is
 * loaded, and the database is asked, at once. A database that does not answer is reported to `onError`; a driver that is
 * not installed rejects with `POOL_DRIVER_MISSING`.
 */
export async function openAllocator(
  { capacity, spare, strategy, leaseMs, database, file }: PoolConfiguration,
  onError: (error: unknown) => void,
): Promise<LeaseService> {
  const fence = database && (await openFence(database, onError));
  const { createLeaseService, openFileStore } = await import('@inkwire/pool');
  return createLeaseService({
    allocator: { capacity, spare, strategy, leaseMs },
    store: await openFileStore(file),
    ...(fence && { fence }),
    onError,
  });
}

async function openFence(
  { engine, url }: DatabaseLocation,
  onError: (error: unknown) => void,
): Promise<Fence> {
  const fence =
    engine === 'postgres'
      ? (await import('@inkwire/pool/pg')).createPgFence({ connection: url })
      : (await import('@inkwire/pool/mysql')).createMysqlFence({ connection: url });
  try {
    // The sessions of nobody: a fence that does not work should be known before a client falls silent.
    await fence({ name: 'inkwire allocator', incarnation: 'nobody' });
  } catch (error) {
    if (error instanceof CodedError && error.code === 'POOL_DRIVER_MISSING') throw error;
    onError(error);
  }
  return fence;
}
