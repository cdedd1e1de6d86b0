import { freePort } from '../../bench/pool/servers/server-process.ts';
import { startCassandra } from '../../scripts/cassandra.mjs';
import { patientSettings } from './patient.ts';

/** One node for the tests that find it by this name; those about the loss of a node start their own. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.INKWIRE_TEST_CASSANDRA !== undefined) return async () => {};
  const cluster = await startCassandra({
    port: await freePort(),
    storagePort: await freePort(),
    settings: patientSettings,
  });
  process.env.INKWIRE_TEST_CASSANDRA = `cassandra://127.0.0.1:${cluster.port}/readings`;
  return cluster.stop;
}
