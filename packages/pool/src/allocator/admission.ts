import type { AllocatorState } from './allocator-state.ts';
import { Client, type ClientState } from './client.ts';
import type { LeaseReport } from './messages.ts';
import { type AdmittedClient, clientKey } from './options.ts';
import type { Replies } from './replies.ts';

/** Late messages are not later than so many leases. */
const departedLeases = 4;

/** The joining and leaving of clients: what is on disk of them, and what is reserved for them. */
export class Admission {
  readonly #state: AllocatorState;
  readonly #replies: Replies;
  /** Incarnations that are gone: their late reports are not taken for new ones. In order of going. */
  readonly #departed = new Map<string, number>();

  constructor(state: AllocatorState, replies: Replies) {
    this.#state = state;
    this.#replies = replies;
  }

  /** Takes in a client that was admitted in an earlier epoch: what it holds is not known. */
  restore(known: AdmittedClient, untilMs: number): void {
    const client = new Client(known, 'unsettled', untilMs);
    this.#state.clients.add(client);
    this.#state.reservations.observe(client, 0);
  }

  /** Takes in a client that has reported for the first time. */
  add({ client: name, incarnation, floor }: LeaseReport, state: ClientState): Client {
    const client = new Client({ name, incarnation, floor }, state, this.#state.leaseEndMs);
    this.#state.clients.add(client);
    return client;
  }

  /** Reserves its floor and has it written down. */
  admit(client: Client): void {
    if (client.state === 'unsettled') this.#state.reservations.observe(client, 0);
    else {
      client.state = 'admitting';
      this.#state.reservations.hold(client, 0);
    }
    client.isStored = false;
    this.#state.act({ kind: 'admit', client: client.identity });
  }

  /** It is on disk, or could not be written. */
  admitted(client: Client, isStored: boolean): void {
    if (client.isStored) return;
    if (!isStored) {
      // It may be on disk, and was told nothing.
      if (client.state === 'admitting') this.#state.act({ kind: 'forget', client: client.identity });
      this.#drop(client);
      return;
    }
    this.#state.counts.admitted++;
    client.isStored = true;
    if (client.state === 'admitting') client.state = 'member';
    this.#replies.owe(client);
  }

  /** It is gone for good. */
  remove(client: Client): void {
    this.#drop(client);
    this.#state.counts.departed++;
    this.#departed.set(clientKey(client.name, client.incarnation), this.#state.nowMs);
    this.#state.act({ kind: 'forget', client: client.identity });
  }

  /** Ends a client that has not reported. One that only waited had nothing: if it was slow, it may wait again. */
  end(client: Client): void {
    if (client.state === 'waiting') this.#drop(client);
    else this.remove(client);
  }

  /** Removes those of a name that are silent. Others are not the operator's to forget. */
  forget(name: string): void {
    for (const client of this.#state.clients.named(name))
      if (client.isAdmitted && this.#state.nowMs >= client.expiresAtMs) this.remove(client);
  }

  /** Whether that incarnation is gone. */
  hasDeparted({ client, incarnation }: LeaseReport): boolean {
    return this.#departed.has(clientKey(client, incarnation));
  }

  /** No longer remembers those of whom nothing can come any more. */
  forgetDeparted(): void {
    const { leaseMs, marginMs } = this.#state.options;
    for (const [key, atMs] of this.#departed) {
      if (this.#state.nowMs - atMs < departedLeases * (leaseMs + marginMs)) return;
      this.#departed.delete(key);
    }
  }

  #drop(client: Client): void {
    this.#state.reservations.release(client);
    this.#state.clients.delete(client);
    this.#replies.cancel(client);
  }
}
