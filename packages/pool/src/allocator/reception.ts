import type { Admission } from './admission.ts';
import type { AllocatorState } from './allocator-state.ts';
import type { Client, ClientState } from './client.ts';
import type { Learning } from './learning.ts';
import { isGoodbye, type LeaseReport } from './messages.ts';
import { clientKey } from './options.ts';
import type { Replies } from './replies.ts';
import type { ShareOut } from './share-out.ts';

/** Handles reports: their client, their epoch, and the connections that it holds. */
export class Reception {
  readonly #state: AllocatorState;
  readonly #admission: Admission;
  readonly #learning: Learning;
  readonly #shareOut: ShareOut;
  readonly #replies: Replies;
  /** The last reports of a later epoch, which wait for the store's. */
  readonly #later = new Map<string, LeaseReport>();
  /** The epoch of an allocator that has taken over. */
  supersededBy: number | undefined;

  constructor(
    state: AllocatorState,
    admission: Admission,
    learning: Learning,
    shareOut: ShareOut,
    replies: Replies,
  ) {
    this.#state = state;
    this.#admission = admission;
    this.#learning = learning;
    this.#shareOut = shareOut;
    this.#replies = replies;
  }

  get #epoch(): number {
    return this.#state.options.epoch;
  }

  receive(report: LeaseReport): void {
    this.#state.counts.reports++;
    if (this.supersededBy !== undefined) this.#replies.refuse(report, 'superseded');
    else if (report.epoch > this.#epoch) this.#askEpoch(report);
    else this.#receiveOwn(report);
  }

  /** One report proves nothing: the store knows whether there is another allocator. */
  #askEpoch(report: LeaseReport): void {
    if (this.#later.size === 0) this.#state.act({ kind: 'read-epoch', heard: report.epoch });
    if (this.#later.size < this.#state.options.maxClients)
      this.#later.set(clientKey(report.client, report.incarnation), report);
  }

  /** A client whose epoch never was comes back as another incarnation: no allocator has granted what it has. */
  epochRead(epoch: number | undefined): void {
    const reports = [...this.#later.values()];
    this.#later.clear();
    // They ask again.
    if (epoch === undefined) return;
    if (epoch > this.#epoch) this.supersededBy = epoch;
    for (const report of reports) {
      if (this.supersededBy !== undefined) this.#replies.refuse(report, 'superseded');
      else if (isGoodbye(report)) this.#receiveOwn(report);
      else this.#replies.refuse(report, 'fenced');
    }
  }

  #receiveOwn(report: LeaseReport): void {
    const { clients, counts } = this.#state;
    const client = clients.get(report.client, report.incarnation);
    if (client !== undefined) {
      if (report.sequence <= (client.report?.sequence ?? 0)) counts.ignored++;
      else this.#receiveFrom(client, report);
      return;
    }
    const namesakes = clients.named(report.client);
    if (isGoodbye(report)) this.#replies.bidFarewell(report);
    else if (namesakes.length > 0) this.#receiveContender(namesakes, report);
    else this.#receiveStranger(report);
  }

  #receiveStranger(report: LeaseReport): void {
    const { clients, options } = this.#state;
    const isEarlier = report.epoch > 0 && report.epoch < this.#epoch;
    if (this.#admission.hasDeparted(report)) this.#replies.refuse(report, 'fenced');
    else if (clients.size >= options.maxClients) this.#replies.refuse(report, 'full');
    else if (report.epoch === 0) this.#add(report, 'waiting');
    else if (isEarlier && !this.#learning.isOver && !options.isKnownComplete)
      this.#admission.admit(this.#add(report, 'unsettled'));
    else this.#replies.refuse(report, 'fenced');
  }

  #add(report: LeaseReport, state: ClientState): Client {
    const client = this.#admission.add(report, state);
    this.#note(client, report);
    this.#replies.owe(client);
    return client;
  }

  /** Another process has its name. */
  #receiveContender(namesakes: readonly Client[], report: LeaseReport): void {
    for (const namesake of namesakes) namesake.isContended = true;
    const isGone = report.epoch > 0 || this.#admission.hasDeparted(report);
    this.#replies.refuse(report, isGone ? 'fenced' : 'name-taken');
  }

  #receiveFrom(client: Client, report: LeaseReport): void {
    this.#note(client, report);
    if (isGoodbye(report)) {
      this.#admission.remove(client);
      this.#replies.bidFarewell(report);
      return;
    }
    if (client.state === 'fencing') {
      this.#replies.refuse(report, 'fenced');
      return;
    }
    this.#replies.owe(client);
    client.isContended = false;
    if (client.isAdmitted && report.epoch === this.#epoch) this.#observe(client, report);
  }

  #observe(client: Client, report: LeaseReport): void {
    const held = client.mostHeld(report);
    if (client.state === 'unsettled') {
      client.state = 'member';
      client.granted = report.max;
    } else if (held > Math.max(client.held, client.floor)) this.#state.counts.overdrawn++;
    this.#state.reservations.observe(client, held);
    client.isSettled = true;
    // A lease that ended at the client takes its grant with it: what it had is free, and may be another's already.
    client.granted = Math.min(client.granted, client.reserved);
  }

  #note(client: Client, report: LeaseReport): void {
    this.#shareOut.note(report, client.report);
    client.note(report, this.#state.nowMs, this.#state.leaseEndMs);
  }
}
