import { createMemoryReadings, type Readings } from '@inkwire/readings';
import { type Client, type ClientOptions, createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { onTestFinished } from 'vitest';
import {
  createHub,
  type Hub,
  type HubOptions,
  listenWire,
  type WireListener,
  type WireOptions,
} from '../src/index.ts';
import { createFakeReader, type FakeReader } from './fake-reader.ts';

/** A hub with a fake reader on a wire of its own. */
export interface WiredHub {
  readonly hub: Hub;
  readonly reader: FakeReader;
  readonly readings: Readings;
  readonly listener: WireListener;
  /** Failures that a member was answered by status 500. */
  readonly faults: unknown[];
  /** A member, multiplexed unless told otherwise, that is signed in. */
  join(options?: Partial<ClientOptions>): Promise<Client>;
}

/** Serves a hub on the wire until the test has finished. */
export async function wireHub(
  options: Partial<WireOptions> = {},
  hubOptions: Partial<HubOptions> = {},
): Promise<WiredHub> {
  const reader = createFakeReader();
  const readings = createMemoryReadings();
  const faults: unknown[] = [];
  const onError = (error: unknown) => void faults.push(error);
  const hub = createHub({ reader, readings, version: '1.2.3', name: 'test hub', onError, ...hubOptions });
  const listener = await listenWire(hub, { port: 0, ...options });
  onTestFinished(async () => {
    await listener.destroy();
    await hub.close();
    await readings.close();
  });
  return {
    hub,
    reader,
    readings,
    listener,
    faults,
    async join(clientOptions = {}) {
      const dial = (wait: object) => dialStream({ host: '127.0.0.1', port: listener.port, ...wait });
      const client = createClient({ dial, ...clientOptions });
      onTestFinished(() => client.destroy());
      await client.hget('$hub', 'time');
      return client;
    },
  };
}
