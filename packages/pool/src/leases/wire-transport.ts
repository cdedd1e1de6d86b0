import type { Client, Subscription } from '@inkwire/wire';
import type { LeaseReply } from '../allocator/messages.ts';
import { decodeReply, encodeReport } from './codec.ts';
import { leaseTopic } from './lease-endpoint.ts';
import type { LeaseTransport } from './transport.ts';

export interface WireTransportOptions {
  /** It is not owned: whoever made it closes it. */
  readonly client: Pick<Client, 'lease' | 'subscribe'>;
  /** The lease client's name. */
  readonly name: string;
  /** How long a report may take to be answered. Default 2,000. */
  readonly timeoutMs?: number;
  /** Told of reports that were not answered and of subscriptions that ended: both are begun again. */
  readonly onError?: (error: unknown) => void;
}

/** The way to an allocator behind a hub. */
export interface WireTransport extends LeaseTransport, AsyncDisposable {
  /** Resolves once nothing runs any more. */
  close(): Promise<void>;
}

/** Reports are the command `lease`, answered by replies; what was not asked for is heard on the topic of the client. */
export function createWireTransport(options: WireTransportOptions): WireTransport {
  const { client, name, timeoutMs = 2000, onError = () => {} } = options;
  const listeners = new Set<(reply: LeaseReply) => void>();
  const subscription = client.subscribe(leaseTopic(name));

  const hear = (bytes: Uint8Array) => {
    const reply = decodeReply(bytes);
    if (reply !== undefined) for (const listener of listeners) listener(reply);
  };
  const running = listen(subscription, hear).catch(onError);

  return {
    send(report) {
      client.lease(encodeReport(report), { timeoutMs }).then(hear).catch(onError);
    },
    onReply(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async close() {
      listeners.clear();
      subscription.unsubscribe();
      await running;
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

async function listen(subscription: Subscription, hear: (bytes: Uint8Array) => void): Promise<void> {
  for await (const { values } of subscription) {
    // Where something was missed the next report brings it.
    const [bytes] = values ?? [];
    if (bytes instanceof Uint8Array) hear(bytes);
  }
}
