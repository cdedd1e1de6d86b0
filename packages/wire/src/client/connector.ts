import { sleep } from '@inkwire/base';
import { connectHub, type HubConnection, isRefused } from './hub-connection.ts';
import type { ResolvedClientOptions } from './options.ts';

/** `connecting`: an attempt is under way; `offline`: the next one waits; `closed`: there will be none. */
export type ClientState = 'connecting' | 'online' | 'offline' | 'closed';

/** Called at each change of state; for `offline` and `closed` with the error that caused it. */
export type StateListener = (state: ClientState, error?: Error) => void;

export interface ConnectorHandler {
  onConnection(connection: HubConnection): void;
  /** There is no connection: the last one is lost, or none could be made. */
  onOffline(error: Error): void;
  /** The hub refused to sign in; no further attempt is made. */
  onRefused(error: Error): void;
}

/** A connection that lasted this long was a good one: the waits begin anew. */
const stableMs = 5_000;

/*
 * Keeps the client connected.
 *
 *     connecting ──signed in──▶ online ──lost──▶ offline
 *       ▲   └──failed──▶ offline ──backoff──┐
 *       └───────────────────────────────────┘      any ──end(), or refused──▶ closed
 *
 * Each listener is called in a microtask of its own, so that nothing that it does happens in the middle of a change.
 */
export class Connector {
  state: ClientState = 'connecting';
  /** The connection while the state is `online`. */
  connection: HubConnection | undefined;
  readonly #options: ResolvedClientOptions;
  readonly #handler: ConnectorHandler;
  readonly #ending = new AbortController();
  readonly #listeners = new Set<StateListener>();
  #onConnection: (() => void)[] = [];

  constructor(options: ResolvedClientOptions, handler: ConnectorHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  /** Runs until the end. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#ending;
    const { backoffMs, clock } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.#moveTo('connecting');
      const connected = await this.#connect();
      if (connected instanceof Error) {
        if (signal.aborted) return;
        if (isRefused(connected)) {
          this.#handler.onRefused(connected);
          return;
        }
        this.#goOffline(connected);
      } else if (await this.#stay(connected)) {
        attempt = 0;
      }
      try {
        await sleep(backoffMs(attempt), { signal, clock });
      } catch {
        return;
      }
    }
  }

  /** Calls `listener` at each change until the function that it returns is called. */
  onState(listener: StateListener): () => void {
    // Its own function, so that the same listener may be given twice.
    const own: StateListener = (state, error) => listener(state, error);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Resolves with the connection, as soon as there is one. Rejects with the signal's reason. */
  async waitForConnection(signal: AbortSignal): Promise<HubConnection> {
    while (this.connection === undefined) {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const done = () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = () => {
          this.#onConnection.splice(this.#onConnection.indexOf(done), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        this.#onConnection.push(done);
      });
    }
    return this.connection;
  }

  /** Makes no further attempt. The connection, if any, is the caller's to end. */
  end(error?: Error): HubConnection | undefined {
    const { connection } = this;
    this.connection = undefined;
    this.#ending.abort();
    this.#moveTo('closed', error);
    return connection;
  }

  async #connect(): Promise<HubConnection | Error> {
    try {
      const connection = await connectHub(this.#options, this.#ending.signal);
      if (!this.#ending.signal.aborted) return connection;
      connection.destroy(this.#ending.signal.reason);
      return this.#ending.signal.reason;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Waits until a connection is lost. Returns whether it was a good one. */
  async #stay(connection: HubConnection): Promise<boolean> {
    const { clock } = this.#options;
    const since = clock.monotonic();
    this.connection = connection;
    this.#moveTo('online');
    this.#handler.onConnection(connection);
    for (const resolve of this.#onConnection.splice(0)) resolve();
    const error = await connection.commands.lost;
    if (!this.#ending.signal.aborted) this.#goOffline(error);
    return clock.monotonic() - since >= stableMs;
  }

  #goOffline(error: Error): void {
    this.connection = undefined;
    this.#moveTo('offline', error);
    this.#handler.onOffline(error);
  }

  #moveTo(state: ClientState, error?: Error): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener(state, error);
      });
    }
  }
}
