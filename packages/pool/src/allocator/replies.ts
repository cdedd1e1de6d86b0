import type { AllocatorState } from './allocator-state.ts';
import type { Client } from './client.ts';
import type { LeaseReport, RefusalReason } from './messages.ts';

/** The replies to clients, and the clients that receive one when the event has been handled. */
export class Replies {
  readonly #state: AllocatorState;
  readonly #due = new Set<Client>();

  constructor(state: AllocatorState) {
    this.#state = state;
  }

  /** Replies to a client, once the event has been handled. */
  owe(client: Client): void {
    this.#due.add(client);
  }

  /** A client that is gone receives no reply. */
  cancel(client: Client): void {
    this.#due.delete(client);
  }

  /** Sends what is owed. */
  send(isLearning: boolean): void {
    for (const client of this.#due) {
      if (client.state === 'member') this.#grant(client);
      else if (client.state === 'unsettled' && client.isStored && client.report)
        this.#confirm(client, client.report);
      else if (client.state === 'waiting') this.refuse(client.report!, isLearning ? 'learning' : 'full');
    }
    this.#due.clear();
  }

  refuse(report: LeaseReport, reason: RefusalReason): void {
    this.#state.counts.refusals++;
    const waitsFor = reason === 'learning' ? this.#state.clients.unsettled?.name : undefined;
    const reply = {
      kind: 'refusal',
      ...this.#answer(report),
      reason,
      ...(waitsFor !== undefined && { waitsFor }),
    } as const;
    this.#state.act({ kind: 'reply', reply });
  }

  bidFarewell(report: LeaseReport): void {
    this.#state.act({ kind: 'reply', reply: { kind: 'farewell', ...this.#answer(report) } });
  }

  #grant(client: Client): void {
    this.#state.reservations.expectReserved(client, client.granted);
    this.#sendGrant(client, client.sent(client.granted), client.granted, false);
  }

  /** Raises nothing, so that it need not be remembered. */
  #confirm(client: Client, { max }: LeaseReport): void {
    this.#sendGrant(client, ++client.grantSequence, Math.max(client.floor, max), true);
  }

  #sendGrant(client: Client, sequence: number, max: number, isConfirmation: boolean): void {
    this.#state.counts.grants++;
    const floor = Math.min(client.floor, max);
    const { leaseMs } = this.#state.options;
    const grant = { sequence, min: floor, max, leaseMs, floor, isConfirmation };
    this.#state.act({ kind: 'reply', reply: { kind: 'grant', ...this.#answer(client.report!), ...grant } });
  }

  #answer({ client, incarnation, sequence }: LeaseReport) {
    return { client, incarnation, epoch: this.#state.options.epoch, answers: sequence };
  }
}
