import { type Client, type Subscription, WireStatusError } from '@inkwire/wire';
import type { Seen } from './message-history.ts';

/** Clients that write down what they do and see. */
export class RecordedClients {
  readonly history: Seen[] = [];
  readonly #sequences = new Map<string, number>();
  #subscribers = 0;

  /** Subscribes; resolves with its name when that is answered. */
  async subscribe(client: Client, topic: string): Promise<string> {
    const subscriber = `subscriber ${++this.#subscribers}`;
    const subscription = client.subscribe(topic);
    await subscription.ready();
    this.history.push({ kind: 'subscribed', subscriber, topic });
    void this.#receive(subscriber, subscription);
    return subscriber;
  }

  /** Publishes the next message of a publisher; resolves when it is answered, also by a refusal. */
  async publish(client: Client, publisher: string, topic: string): Promise<void> {
    const sequence = this.#sequences.get(publisher) ?? 0;
    this.#sequences.set(publisher, sequence + 1);
    this.history.push({ kind: 'published', publisher, topic, sequence });
    try {
      await client.publish(topic, [publisher, sequence]);
    } catch (error) {
      // Any other failure says nothing of whether it was published.
      if (!(error instanceof WireStatusError)) throw error;
      this.history.push({ kind: 'refused', publisher, sequence });
    }
  }

  note(kind: 'broken' | 'whole' | 'settled'): void {
    this.history.push({ kind });
  }

  /** The number of messages received. */
  get received(): number {
    return this.history.filter(({ kind }) => kind === 'received').length;
  }

  async #receive(subscriber: string, subscription: Subscription): Promise<void> {
    try {
      for await (const { values } of subscription) {
        // A client that has connected again is told that it may have missed some: they are then looked for as lost.
        if (values === undefined) continue;
        const [publisher, sequence] = values;
        this.history.push({
          kind: 'received',
          subscriber,
          publisher: String(publisher),
          sequence: Number(sequence),
        });
      }
    } catch {
      // The client is closed.
    }
    this.history.push({ kind: 'unsubscribed', subscriber });
  }
}
