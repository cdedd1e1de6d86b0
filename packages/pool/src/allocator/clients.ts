import type { Client } from './client.ts';
import { clientKey } from './options.ts';

/** The clients of an allocator. Of an earlier epoch several may have one name. */
export class Clients implements Iterable<Client> {
  readonly #all = new Map<string, Client>();
  readonly #byName = new Map<string, readonly Client[]>();

  get size(): number {
    return this.#all.size;
  }

  get(name: string, incarnation: string): Client | undefined {
    return this.#all.get(clientKey(name, incarnation));
  }

  /** Those of one name, in the order of their coming. */
  named(name: string): readonly Client[] {
    return this.#byName.get(name) ?? [];
  }

  add(client: Client): void {
    const { name, incarnation } = client;
    this.#all.set(clientKey(name, incarnation), client);
    this.#byName.set(name, [...this.named(name), client]);
  }

  delete(client: Client): void {
    const { name, incarnation } = client;
    this.#all.delete(clientKey(name, incarnation));
    const others = this.named(name).filter((other) => other !== client);
    if (others.length > 0) this.#byName.set(name, others);
    else this.#byName.delete(name);
  }

  /** One of which it is not known what it holds; undefined once that is known of all. */
  get unsettled(): Client | undefined {
    for (const client of this) if (!client.isSettled) return client;
    return undefined;
  }

  /** Those that are there now, in the order of their coming: to be read while some come or go. */
  list(): Client[] {
    // Of the map's own iterator: a spread of this class takes each step through it, at several times the cost.
    return [...this.#all.values()];
  }

  /** In the order of their coming. */
  [Symbol.iterator](): Iterator<Client> {
    return this.#all.values();
  }
}
