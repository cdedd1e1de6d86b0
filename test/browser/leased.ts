import { createLeaseClient, createPool, type Lease } from '@inkwire/pool';
import { createWireTransport } from '@inkwire/pool/leases';
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { onTestFinished } from 'vitest';
import { patient } from '../../packages/wire/test/patient.ts';

/** A program that leases connections to nothing until the test is over. */
export interface Leased {
  /** Takes so many connections; whoever finds none waits. */
  take(count: number): void;
  /** Gives so many back. */
  give(count: number): void;
}

export async function leased(
  wire: { readonly host: string; readonly port: number },
  name: string,
): Promise<Leased> {
  const client = createClient({ dial: (wait) => dialStream({ ...wire, ...wait }), name, ...patient });
  const pool = createPool({
    name,
    open: async () => ({}),
    close: async () => {},
    limits: { min: 0, max: 0 },
  });
  const lease = createLeaseClient({ pool, transport: createWireTransport({ client, name }), name });
  const held: Lease<object>[] = [];
  onTestFinished(async () => {
    // First nothing is open any more, then goodbye is said: the next test begins with all there is.
    await pool.destroy();
    await lease.close();
    await client.destroy();
  });
  await lease.ready();
  return {
    take(count) {
      for (let at = 0; at < count; at++)
        void pool.acquire({ timeoutMs: 600_000 }).then(
          (each) => held.push(each),
          () => {},
        );
    },
    give(count) {
      for (const each of held.splice(0, count)) each.release();
    },
  };
}
