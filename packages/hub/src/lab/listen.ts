import { type Clock, type Closable, expectInteger, Owner, systemClock } from '@inkwire/base';
import { listenStreams, type StreamListener } from '@inkwire/wire/node';
import { expectSafeBinding, inUrl, toListenError } from '../binding.ts';
import type { WireService } from '../wire/wire-service.ts';
import { LabSession } from './lab-session.ts';

/** The options of the hub for clients that send lab packets. The packet has no place for a token: loopback only. */
export interface LabOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Requests that one client is answered in a second; more get an error. Default 1,000. */
  readonly maxRequestsPerSecond?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** The listener for lab packets. `close()` asks every client to disconnect. */
export interface LabListener extends Closable {
  /** `lab://127.0.0.1:4000`. */
  readonly url: string;
  readonly port: number;
}

/**
 * Listens for lab packets. Throws `HUB_BINDING_UNSAFE`, `HUB_PORT_IN_USE`, `HUB_ADDRESS_UNUSABLE`, and a RangeError for
 * an option out of bounds.
 */
export async function listenLab(wire: WireService, options: LabOptions): Promise<LabListener> {
  const { host = '127.0.0.1', port, clock = systemClock } = options;
  const most = expectInteger('maxRequestsPerSecond', options.maxRequestsPerSecond ?? 1_000, { min: 1 });
  await expectSafeBinding({ host, port, guarded: false, flag: 'lab' });
  const sessions = new Set<LabSession>();
  try {
    const listener: StreamListener = await listenStreams({
      host,
      port,
      onChannel: (channel) =>
        new LabSession(channel, {
          wire,
          clock,
          address: listener.host,
          maxRequestsPerSecond: most,
          sessions,
        }),
    });
    return new Listener(listener, sessions, `lab://${inUrl(host)}:${listener.port}`);
  } catch (error) {
    throw toListenError(error, host, port, 'lab');
  }
}

class Listener extends Owner implements LabListener {
  readonly url: string;
  readonly port: number;
  readonly #listener: StreamListener;
  readonly #sessions: ReadonlySet<LabSession>;

  constructor(listener: StreamListener, sessions: ReadonlySet<LabSession>, url: string) {
    super('lab listener');
    this.url = url;
    this.port = listener.port;
    this.#listener = listener;
    this.#sessions = sessions;
  }

  protected override async drain(): Promise<void> {
    await this.#listener.close();
    for (const session of this.#sessions) session.dismiss();
  }

  protected override async abort(): Promise<void> {
    await this.#listener.close();
    for (const session of this.#sessions) session.cut();
  }
}
