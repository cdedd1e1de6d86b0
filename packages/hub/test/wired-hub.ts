import { type Client, type ClientOptions, createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { onTestFinished } from 'vitest';
import { patient } from '../../wire/test/patient.ts';
import { listenWire, type WireListener, type WireOptions } from '../src/index.ts';
import { type ComposedHub, type ComposedOptions, composeHub } from './hub-on-wire.ts';

/** A hub with a fake reader on a wire of its own. */
export interface WiredHub extends ComposedHub {
  readonly listener: WireListener;
  /** Failures that a member was answered by status 500. */
  readonly faults: unknown[];
  /** A member, multiplexed unless told otherwise, that is signed in. */
  join(options?: Partial<ClientOptions>): Promise<Client>;
}

/** Serves a hub on the wire until the test has finished. */
export async function wireHub(
  options: Partial<WireOptions> = {},
  hubOptions: ComposedOptions = {},
): Promise<WiredHub> {
  const faults: unknown[] = [];
  const onError = (error: unknown) => void faults.push(error);
  const composed = composeHub({ name: 'test hub', onError, ...hubOptions });
  const listener = await listenWire(composed.wire, { port: 0, ...options });
  onTestFinished(() => listener.destroy());
  return {
    ...composed,
    listener,
    faults,
    async join(clientOptions = {}) {
      const dial = (wait: object) => dialStream({ host: '127.0.0.1', port: listener.port, ...wait });
      const client = createClient({ dial, ...patient, ...clientOptions });
      onTestFinished(() => client.destroy());
      await client.hget('$hub', 'time');
      return client;
    },
  };
}
