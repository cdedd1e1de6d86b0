import { type Clock, CodedError, createBackoff, systemClock } from '@inkwire/base';
import type { Client, Subscription } from '@inkwire/wire';
import type { LeaseReply } from '../allocator/messages.ts';
import { decodeReply, encodeReport } from './codec.ts';
import { leaseTopic } from './lease-endpoint.ts';
import type { LeaseTransport } from './transport.ts';

/** The connection that reports and grants travel over, and its waits. */
export interface WireTransportOptions {
  /** It is not owned: its maker closes it. */
  readonly client: Pick<Client, 'lease' | 'subscribe'>;
  /** The lease client's name. */
  readonly name: string;
  /** The time in which a report must be answered. Default 2,000. */
  readonly timeoutMs?: number;
  /**
   * Called for reports that were not answered, messages that cannot be read, and subscriptions that failed. It continues: a
   * subscription that has ended is begun again, after waits that grow to at most 5 seconds, until `close()`.
   */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  /** Uniform in [0, 1): spreads out the waits. Default Math.random. */
  readonly random?: () => number;
}

/** The way to an allocator behind a hub. */
export interface WireTransport extends LeaseTransport, AsyncDisposable {
  /** Resolves once nothing runs any more. */
  close(): Promise<void>;
}

/** Reports are the command `lease`, answered by replies; replies that were not asked for come on the topic of the client. */
export function createWireTransport(options: WireTransportOptions): WireTransport {
  const { client, timeoutMs = 2000, onError = () => {} } = options;
  const listeners = new Set<(reply: LeaseReply) => void>();
  const receive = (bytes: Uint8Array) => {
    const reply = decodeReply(bytes);
    if (reply !== undefined) for (const listener of listeners) listener(reply);
  };
  const pushes = new Pushes(options, receive);

  return {
    send(report) {
      client.lease(encodeReport(report), { timeoutMs }).then(receive).catch(onError);
    },
    onReply(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    close() {
      listeners.clear();
      return pushes.close();
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** The topic of a client, subscribed to again whenever that ends. */
class Pushes {
  readonly #client: WireTransportOptions['client'];
  readonly #topic: string;
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #onError: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #backoffMs: (attempt: number) => number;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #subscription: Subscription;
  /** The number of times that it has ended since the last message. */
  #ends = 0;

  constructor(options: WireTransportOptions, receive: (bytes: Uint8Array) => void) {
    const { client, name, onError, clock, random } = options;
    this.#client = client;
    this.#topic = leaseTopic(name);
    this.#receive = receive;
    this.#onError = onError ?? (() => {});
    this.#clock = clock ?? systemClock;
    this.#backoffMs = createBackoff({ initialMs: 100, maxMs: 5000, ...(random && { random }) });
    this.#subscription = client.subscribe(this.#topic);
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#subscription.unsubscribe();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#listen();
      } catch (error) {
        this.#onError(error);
      }
      if (!signal.aborted && !(await this.#subscribeAgain())) return;
    }
  }

  async #listen(): Promise<void> {
    for await (const { values } of this.#subscription) {
      this.#ends = 0;
      // Where something was missed the next report brings it.
      const [bytes] = values ?? [];
      if (!(bytes instanceof Uint8Array)) continue;
      try {
        this.#receive(bytes);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** Answers false when there is nothing to wait for: the client is closed. */
  async #subscribeAgain(): Promise<boolean> {
    const { signal } = this.#ending;
    for (;;) {
      await this.#pause(this.#backoffMs(this.#ends++));
      if (signal.aborted) return false;
      try {
        this.#subscription = this.#client.subscribe(this.#topic);
        return true;
      } catch (error) {
        if (error instanceof CodedError && error.code === 'BASE_CLOSED') return false;
        this.#onError(error);
      }
    }
  }

  /** Waits, and keeps no process alive meanwhile. Resolves early when this is closed. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, end, { unref: true });
      function end() {
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      }
      signal.addEventListener('abort', end);
    });
  }
}
