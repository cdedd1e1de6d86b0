import type { Client } from './client.ts';

/** The error of an allocator that is wrong: the rule is broken, or the sum by which it is kept. */
class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

/**
 * The rule, and the only place where what is reserved for a client changes:
 *
 *     Σ max(held, floor) ≤ capacity − spare
 *
 * over all clients that are admitted. `held` is raised before a grant is sent and lowered only by what a report proves,
 * so that the sum bounds what is open whatever becomes of the messages. After a restart it can be above the budget though
 * what is open is not: a client said goodbye, or was fenced, and that is not on disk yet; or the budget was lowered.
 * Nothing grows then until it is below.
 */
export class Reservations {
  readonly budget: number;
  #reserved = 0;
  /** The budget less what is reserved for the unsettled and what the others had when they settled; `-Infinity`: nothing is unknown. */
  #beyond = -Infinity;

  constructor(budget: number) {
    this.budget = budget;
  }

  /** The connections that are reserved for the clients, and those that are unknown. */
  get reserved(): number {
    return this.#reserved + this.unknown;
  }

  /** The connections that unsettled clients may hold beyond those reserved for them. */
  get unknown(): number {
    return Math.max(0, this.#beyond);
  }

  /** The connections that may still be reserved; below 0 when more are reserved than there are. */
  get free(): number {
    return this.budget - this.reserved;
  }

  /**
   * Keeps unavailable what clients that are not settled may hold beyond what is reserved for them. All together held no more
   * than the budget when the epoch began, and nobody more since: that is the budget, less what the settled had when they
   * settled. Called before there is a client.
   */
  beginUnknown(): void {
    this.#beyond = this.budget;
  }

  /** Everyone is settled. */
  endUnknown(): void {
    this.#beyond = -Infinity;
  }

  /** Reserves `held`, at least the floor, for a client. Throws when that would break the rule. */
  hold(client: Client, held: number): void {
    const more = Math.max(held, client.floor) - client.reserved;
    if (more > 0 && more > this.free)
      throw new RuleBroken(`${client.name} would hold ${held} while ${this.free} are free`);
    this.#set(client, held, client.reserved + more);
  }

  /** Throws unless so many are reserved for a client that it may be granted `max`. */
  expectReserved(client: Client, max: number): void {
    if (max > client.reserved)
      throw new RuleBroken(`${client.name} would be granted ${max} of ${client.reserved} reserved for it`);
  }

  /** Takes note of what a client holds, as it says. */
  observe(client: Client, held: number): void {
    this.#set(client, held, Math.max(held, client.floor));
  }

  release(client: Client): void {
    this.#set(client, 0, 0);
  }

  #set(client: Client, held: number, reserved: number): void {
    this.#reserved += reserved - client.reserved;
    if (!client.isSettled) this.#beyond -= reserved - client.reserved;
    client.held = held;
    client.reserved = reserved;
  }

  /** Adds everything up anew, O(n). Throws when the sum is not what it was kept as, or a member's part of it is wrong. */
  check(clients: Iterable<Client>): void {
    let sum = 0;
    for (const client of clients) {
      const { name, state, held, floor, granted, reserved } = client;
      const isAdmitted = state !== 'waiting';
      if (reserved !== (isAdmitted ? Math.max(held, floor) : 0))
        throw new RuleBroken(`${name} is ${state}, holds ${held}, and ${reserved} are reserved for it`);
      if (state === 'member') this.expectReserved(client, granted);
      sum += reserved;
    }
    if (sum !== this.#reserved) throw new RuleBroken(`${sum} are reserved, ${this.#reserved} were counted`);
  }
}
