import { HubError } from '../errors.ts';

/** The installed driver. Rejects with `HUB_BUS_DRIVER_MISSING`, or with what went wrong inside the driver. */
export async function loadDriver(): Promise<typeof import('@nats-io/transport-node')> {
  try {
    return await import('@nats-io/transport-node');
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message = 'NATS needs its client: npm install @nats-io/transport-node';
    throw new HubError('HUB_BUS_DRIVER_MISSING', message, { cause });
  }
}
