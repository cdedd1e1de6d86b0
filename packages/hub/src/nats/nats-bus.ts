import { type Clock, createBackoff, expectInteger, Owner, sleep, systemClock, within } from '@inkwire/base';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { type Bus, type BusSubject, noCounts } from '../bus/bus.ts';
import { type KeptLimits, KeptMessages } from '../bus/kept-messages.ts';
import { loadDriver } from './driver.ts';
import { expectNats, toBusError } from './nats-errors.ts';
import { NatsLane, settleMs } from './nats-lane.ts';

/*
 * A bus over NATS: one connection for each lane, because a subscriber that is stuck slows everyone who publishes to it, and
 * because of pings a server that has stopped is noticed within 6 s (the client's own settings need 360 s).
 *
 *     control ═══▶ ┐
 *                  ├ one server of those that were named; both connect again by themselves, for ever
 *     data    ═══▶ ┘
 */

/** How a bus over NATS is reached. */
export interface NatsBusOptions extends KeptLimits {
  /** `host:port` of each server that may be used. At least one. */
  readonly servers: readonly string[];
  /** Hubs see those of the same space. Default `inkwire`. */
  readonly space?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Instead of user and password. */
  readonly token?: string | undefined;
  /** Default false. `ca`: authorities in PEM; default: those of the system. */
  readonly tls?:
    | boolean
    | { readonly ca?: string; readonly cert?: string; readonly key?: string }
    | undefined;
  /** The name that the server's monitoring shows. Default `inkwire`. */
  readonly name?: string | undefined;
  /** How long a server that cannot be reached is tried at the start. Default 10,000. */
  readonly connectMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Called with errors that the server reports while it is used. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Two missing PONGs, 2 s apart: a server that has stopped is noticed after 6 s at most. */
const pingMs = 2_000;
const missedPings = 2;
/** One attempt to connect. */
const attemptMs = 3_000;
const reconnectMs = 250;
const drainMs = 5_000;

/**
 * Connects to NATS. Rejects with `HUB_BUS_UNREACHABLE` when no server could be reached for `connectMs`, `HUB_BUS_FOREIGN`,
 * `HUB_BUS_REFUSED`, `HUB_BUS_DRIVER_MISSING`.
 */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const { servers, clock = systemClock, name = 'inkwire', tls } = options;
  if (servers.length === 0) throw new RangeError('Expected `servers` to have at least one');
  const connectMs = expectInteger('connectMs', options.connectMs ?? 10_000, { min: 1 });
  const { connect, headers } = await loadDriver();
  const common: ConnectionOptions = {
    noEcho: true,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectMs,
    reconnectJitter: reconnectMs / 2,
    // Otherwise two refusals in a row end the connection for good.
    ignoreAuthErrorAbort: true,
    pingInterval: pingMs,
    maxPingOut: missedPings,
    timeout: attemptMs,
    noAsyncTraces: true,
    ...(options.user !== undefined && { user: options.user, pass: options.password ?? '' }),
    ...(options.token !== undefined && { token: options.token }),
    ...(tls && { tls: tls === true ? {} : tls }),
  };
  const control = await connectPatiently(
    async () => {
      // With TLS a server may be silent until it is spoken to.
      if (!tls) await expectNats(servers, attemptMs);
      return connect({ ...common, servers: [...servers], name: `${name} control` });
    },
    servers,
    connectMs,
    clock,
  );
  try {
    // The same server first: an echo on one lane then tells of the other too.
    const same = [control.getServer(), ...servers.filter((server) => server !== control.getServer())];
    const data = await connect({ ...common, servers: same, noRandomize: true, name: `${name} data` });
    return new NatsBus({ control, data, headers }, options, clock);
  } catch (error) {
    await control.close();
    throw toBusError(error, servers);
  }
}

async function connectPatiently(
  connect: () => Promise<NatsConnection>,
  servers: readonly string[],
  connectMs: number,
  clock: Clock,
): Promise<NatsConnection> {
  const until = clock.monotonic() + connectMs;
  const backoff = createBackoff({ initialMs: 200, maxMs: 1_000 });
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect();
    } catch (error) {
      const known = toBusError(error, servers);
      const waitMs = backoff(attempt);
      if (known.code !== 'HUB_BUS_UNREACHABLE' || clock.monotonic() + waitMs > until) throw known;
      await sleep(waitMs, { clock });
    }
  }
}

interface Connections {
  readonly control: NatsConnection;
  readonly data: NatsConnection;
  readonly headers: typeof import('@nats-io/transport-node').headers;
}

class NatsBus extends Owner implements Bus {
  readonly control: NatsLane;
  readonly data: NatsLane;
  readonly counts = noCounts();
  readonly #connections: Connections;
  readonly #clock: Clock;
  readonly #onError: (error: Error) => void;
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  #wasConnected = true;

  constructor(connections: Connections, options: NatsBusOptions, clock: Clock) {
    super('bus');
    const { control, data, headers } = connections;
    const { space = 'inkwire', onError = () => {} } = options;
    this.#connections = connections;
    this.#clock = clock;
    this.#onError = onError;
    const common = {
      createHeaders: headers,
      space,
      counts: this.counts,
      expectOpen: () => this.expectOpen(),
    };
    const kept = new KeptMessages<BusSubject>(options, this.counts);
    this.control = new NatsLane({ ...common, connection: control, kept: undefined });
    this.data = new NatsLane({ ...common, connection: data, kept });
    void this.#follow(control, this.control);
    void this.#follow(data, this.data);
  }

  get isConnected(): boolean {
    return this.control.isConnected && this.data.isConnected;
  }

  onConnection(listener: (isConnected: boolean) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async #follow(connection: NatsConnection, lane: NatsLane): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'error') this.#onError(status.error);
      else if (status.type === 'disconnect' && lane.isConnected) {
        lane.disconnected();
        this.#notify();
      } else if (status.type === 'reconnect' && !lane.isConnected) {
        lane.connected();
        this.#notify();
        this.#clock.after(settleMs, () => !this.closed && lane.release(), { unref: true });
      }
    }
  }

  #notify(): void {
    const { isConnected } = this;
    if (isConnected === this.#wasConnected) return;
    this.#wasConnected = isConnected;
    if (!isConnected) this.counts.disconnects++;
    for (const listener of this.#listeners) listener(isConnected);
  }

  protected override async drain(): Promise<void> {
    const { control, data } = this.#connections;
    this.data.release();
    await Promise.all([end(control, this.control.isConnected), end(data, this.data.isConnected)]);
  }

  protected override async abort(): Promise<void> {
    const { control, data } = this.#connections;
    await Promise.all([control.close(), data.close()]);
  }
}

/** Ends a connection: in order where there is one, so that callbacks have run and the server has everything. */
async function end(connection: NatsConnection, isConnected: boolean): Promise<void> {
  if (isConnected) await within(connection.drain(), { timeoutMs: drainMs }).catch(() => {});
  await connection.close();
}
