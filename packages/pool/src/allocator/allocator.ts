import { Ledger } from './ledger.ts';
import { Member, type MemberState } from './member.ts';
import { Members } from './members.ts';
import { type LeaseReply, type LeaseReport, needOf, type RefusalReason, totalOf } from './messages.ts';
import { move } from './moves.ts';
import {
  type AdmittedClient,
  type AllocatorOptions,
  clientKey,
  type ResolvedAllocatorOptions,
  resolveAllocatorOptions,
} from './options.ts';
import { checkReport } from './report-check.ts';
import { type AllocatorCounts, type AllocatorSnapshot, snapshotOf } from './snapshot.ts';
import { createStrategy, type Strategy } from './strategy.ts';
import { TotalLimit } from './total.ts';

/** What happens to an allocator. The last five answer its actions. */
export type AllocatorEvent =
  | { readonly kind: 'report'; readonly report: LeaseReport }
  | { readonly kind: 'tick' }
  /** An operator says that the silent incarnations of a name have no session and will have none. */
  | { readonly kind: 'forget'; readonly name: string }
  /** The latest epoch of the store; undefined when it could not be read. */
  | { readonly kind: 'epoch-read'; readonly epoch: number | undefined }
  | { readonly kind: 'admitted' | 'admit-failed'; readonly client: AdmittedClient }
  | { readonly kind: 'fenced' | 'fence-failed'; readonly client: AdmittedClient };

/** What its owner is to do, in this order. */
export type AllocatorAction =
  /** To be sent to the client that it names; it may be lost. */
  | { readonly kind: 'reply'; readonly reply: LeaseReply }
  /** To be written down; once that is durable, `admitted`. */
  | { readonly kind: 'admit'; readonly client: AdmittedClient }
  /** To be struck off; nobody waits for it. */
  | { readonly kind: 'forget'; readonly client: AdmittedClient }
  /** A client speaks of a later epoch, `heard`: the store is to be asked for its own; then `epoch-read`. */
  | { readonly kind: 'read-epoch'; readonly heard: number }
  /** To end its sessions and keep others from being opened; once none is left and none can come, `fenced`. */
  | { readonly kind: 'fence'; readonly client: AdmittedClient }
  /** What is written down is everyone from now on. */
  | { readonly kind: 'learned' };

/** Shares the connections of one database among clients. Time goes in with the events; nothing waits. */
export interface Allocator {
  readonly epoch: number;
  /** Takes an event in at `nowMs`, monotonic. Throws a TypeError or RangeError for a report that makes no sense. */
  handle(event: AllocatorEvent, nowMs: number): AllocatorAction[];
  /** When a tick has something to do if nothing else happens before, on the same clock; Infinity for never. */
  readonly dueMs: number;
  snapshot(nowMs: number): AllocatorSnapshot;
  /** Adds up anew what is kept as sums, O(n). Throws when the rule, or the sum by which it is kept, is broken. */
  checkRule(): void;
}

/** Creates an allocator that begins at `nowMs` of the clock of its events. Throws for options out of range. */
export function createAllocator(options: AllocatorOptions, nowMs = 0): Allocator {
  return new AllocatorCore(resolveAllocatorOptions(options), nowMs);
}

/**
 * The rule is the ledger's; here is what makes it true of connections.
 *
 * 1. `held` is at least what the client may open: raised before a larger grant is sent, lowered only by a report that says
 *    which grant was applied, what is in force and what is open, to the most of these and of the grants under way.
 * 2. A client is on disk before it is told anything; so whoever may hold something is known after a restart.
 * 3. After a restart nothing is raised for the time of a lease, nor before every known client has applied a grant of this
 *    epoch, said goodbye, or was fenced. Until then a grant only confirms: the client takes the smaller of it and its own.
 *    With `hold`, where nobody is fenced, what the others gave back since is shared out before: see `Ledger.beginUnknown`.
 * 4. The end of a lease frees nothing. It makes the client silent: it takes no part in the sharing, and is fenced when what
 *    it holds, or its name, is wanted. Fenced means gone: no session, none to come. It comes back as another incarnation.
 * 5. Whatever happens, every report is answered, but those that are ignored, those that another follows before the shares are
 *    made again (`paceMs`), and those that wait for the disk.
 *
 *     report ──▶ hear: held, need ──▶ aim: targets ──▶ cut and raise within what is free ──▶ grants
 */
class AllocatorCore implements Allocator {
  readonly #options: ResolvedAllocatorOptions;
  readonly #ledger: Ledger;
  readonly #total: TotalLimit;
  readonly #strategy: Strategy;
  readonly #members = new Members();
  /** The last reports of a later epoch, which wait for the store's. */
  readonly #later = new Map<string, LeaseReport>();
  /** Incarnations that are gone: their late reports are not taken for new ones. In order of going. */
  readonly #departed = new Map<string, number>();
  readonly #learnUntilMs: number;
  #isLearning: boolean;
  #isScarce = false;
  #supersededBy: number | undefined;
  /** Sums over all clients that ever were. */
  #completed = 0;
  #serviceMs = 0;
  readonly #counts: AllocatorCounts = {
    reports: 0,
    grants: 0,
    refusals: 0,
    ignored: 0,
    overdrawn: 0,
    admitted: 0,
    departed: 0,
    fences: 0,
    fencesFailed: 0,
  };

  /** Of the event under way. */
  #now: number;
  #actions: AllocatorAction[] = [];
  readonly #toTell = new Set<Member>();
  /** Not before this are the shares made again. */
  #nextSettleMs = -Infinity;

  dueMs = Infinity;

  constructor(options: ResolvedAllocatorOptions, nowMs: number) {
    this.#options = options;
    this.#now = nowMs;
    this.#ledger = new Ledger(options.capacity - options.spare);
    this.#total = new TotalLimit(options.comfortable, this.#ledger.budget);
    this.#strategy = createStrategy(options);
    this.#learnUntilMs = nowMs + options.learnMs;
    this.#isLearning = options.learnMs > 0 || options.known.length > 0;
    if (this.#isLearning && options.silent === 'hold') this.#ledger.beginUnknown();
    for (const { name, incarnation, floor } of options.known) {
      const member = new Member(name, incarnation, floor, 'unsettled', this.#learnUntilMs);
      this.#members.add(member);
      this.#ledger.observe(member, 0);
    }
    if (this.#isLearning) this.dueMs = this.#learnUntilMs;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  handle(event: AllocatorEvent, nowMs: number): AllocatorAction[] {
    if (event.kind === 'report') checkReport(event.report);
    this.#now = Math.max(this.#now, nowMs);
    this.#actions = [];
    this.#take(event);
    if (this.#supersededBy !== undefined) this.dueMs = Infinity;
    else if (this.#now < this.#nextSettleMs) this.dueMs = this.#nextSettleMs;
    else this.#settle();
    return this.#actions;
  }

  #take(event: AllocatorEvent): void {
    if (event.kind === 'report') {
      this.#counts.reports++;
      this.#hear(event.report);
      return;
    }
    if (event.kind === 'tick') return;
    if (event.kind === 'epoch-read') {
      this.#hearLater(event.epoch);
      return;
    }
    if (event.kind === 'forget') {
      this.#forget(event.name);
      return;
    }
    const member = this.#members.get(event.client.name, event.client.incarnation);
    if (member === undefined) return;
    if (event.kind === 'admitted' || event.kind === 'admit-failed')
      this.#admitted(member, event.kind === 'admitted');
    else if (member.state === 'fencing') this.#fenced(member, event.kind === 'fenced');
  }

  // ── what a report says ─────────────────────────────────────────────────────────────────────────────────────────────

  #hear(report: LeaseReport): void {
    if (this.#supersededBy !== undefined) this.#refuse(report, 'superseded');
    else if (report.epoch > this.epoch) this.#askEpoch(report);
    else this.#hearOwn(report);
  }

  #hearOwn(report: LeaseReport): void {
    const member = this.#members.get(report.client, report.incarnation);
    if (member === undefined) {
      const namesakes = this.#members.named(report.client);
      if (namesakes.length === 0) this.#hearStranger(report);
      else this.#hearContender(namesakes, report);
    } else if (report.sequence <= (member.report?.sequence ?? 0)) this.#counts.ignored++;
    else this.#hearMember(member, report);
  }

  /** One report proves nothing: the store knows whether there is another allocator. */
  #askEpoch(report: LeaseReport): void {
    if (this.#later.size === 0) this.#actions.push({ kind: 'read-epoch', heard: report.epoch });
    if (this.#later.size < this.#options.maxClients)
      this.#later.set(clientKey(report.client, report.incarnation), report);
  }

  /** Those whose epoch there has never been come back as others: what they were granted is nobody's. */
  #hearLater(epoch: number | undefined): void {
    const reports = [...this.#later.values()];
    this.#later.clear();
    // They ask again.
    if (epoch === undefined) return;
    if (epoch > this.epoch) this.#supersededBy = epoch;
    for (const report of reports) {
      if (this.#supersededBy !== undefined) this.#refuse(report, 'superseded');
      else if (isGoodbye(report)) this.#hearOwn(report);
      else this.#refuse(report, 'fenced');
    }
  }

  #hearStranger(report: LeaseReport): void {
    const isEarlier = report.epoch > 0 && report.epoch < this.epoch;
    if (isGoodbye(report)) this.#bidFarewell(report);
    else if (this.#departed.has(clientKey(report.client, report.incarnation))) this.#refuse(report, 'fenced');
    else if (this.#members.size >= this.#options.maxClients) this.#refuse(report, 'full');
    else if (report.epoch === 0) this.#addMember(report, 'waiting');
    else if (isEarlier && this.#isLearning && !this.#options.isKnownComplete)
      this.#admit(this.#addMember(report, 'unsettled'));
    else this.#refuse(report, 'fenced');
  }

  #addMember(report: LeaseReport, state: MemberState): Member {
    const { client, incarnation, floor } = report;
    const member = new Member(client, incarnation, floor, state, this.#leaseEndMs);
    this.#members.add(member);
    this.#note(member, report);
    this.#toTell.add(member);
    return member;
  }

  #hearContender(namesakes: readonly Member[], report: LeaseReport): void {
    if (isGoodbye(report)) {
      this.#bidFarewell(report);
      return;
    }
    for (const namesake of namesakes) namesake.isContended = true;
    const isGone = report.epoch > 0 || this.#departed.has(clientKey(report.client, report.incarnation));
    this.#refuse(report, isGone ? 'fenced' : 'name-taken');
  }

  #hearMember(member: Member, report: LeaseReport): void {
    this.#note(member, report);
    if (isGoodbye(report)) {
      this.#remove(member);
      this.#bidFarewell(report);
      return;
    }
    if (member.state === 'fencing') {
      this.#refuse(report, 'fenced');
      return;
    }
    this.#toTell.add(member);
    member.isContended = false;
    const isAdmitted = member.state === 'member' || member.state === 'unsettled';
    if (isAdmitted && report.epoch === this.epoch) this.#observe(member, report);
  }

  /** What is open and what may be opened: the most of what is in force, what is open, and what is under way. */
  #observe(member: Member, report: LeaseReport): void {
    const held = Math.max(report.max, totalOf(report), member.mostUnderWay(report.appliedGrant));
    if (member.state === 'unsettled') {
      member.state = 'member';
      member.granted = report.max;
    } else if (held > Math.max(member.held, member.floor)) this.#counts.overdrawn++;
    this.#ledger.observe(member, held);
    member.isSettled = true;
    // A lease that ended at the client takes its grant with it: what it had is free, and may be another's already.
    member.granted = Math.min(member.granted, member.reserved);
  }

  #note(member: Member, report: LeaseReport): void {
    const before = member.report;
    this.#completed += Math.max(0, report.completed - (before?.completed ?? 0));
    this.#serviceMs += Math.max(0, report.serviceMs - (before?.serviceMs ?? 0));
    member.failures.see(report, this.#now);
    member.report = report;
    member.ceiling = Math.max(report.ceiling, member.floor);
    member.weight = report.weight;
    member.isLeaving = report.isLeaving;
    member.expiresAtMs = this.#leaseEndMs;
  }

  get #leaseEndMs(): number {
    return this.#now + this.#options.leaseMs + this.#options.marginMs;
  }

  // ── joining and going ──────────────────────────────────────────────────────────────────────────────────────────────

  #admit(member: Member): void {
    if (member.state === 'unsettled') this.#ledger.observe(member, 0);
    else {
      member.state = 'admitting';
      this.#ledger.hold(member, 0);
    }
    member.isStored = false;
    this.#actions.push({ kind: 'admit', client: clientOf(member) });
  }

  #admitted(member: Member, isStored: boolean): void {
    if (member.isStored) return;
    if (!isStored) {
      // It may be on disk, and was told nothing.
      if (member.state === 'admitting') this.#actions.push({ kind: 'forget', client: clientOf(member) });
      this.#drop(member);
      return;
    }
    this.#counts.admitted++;
    member.isStored = true;
    if (member.state === 'admitting') member.state = 'member';
    this.#toTell.add(member);
  }

  #fenced(member: Member, isGone: boolean): void {
    if (isGone) this.#remove(member);
    else {
      this.#counts.fencesFailed++;
      member.fenceAgainAtMs = this.#now + this.#options.fenceRetryMs;
    }
  }

  #remove(member: Member): void {
    this.#drop(member);
    this.#counts.departed++;
    this.#departed.set(clientKey(member.name, member.incarnation), this.#now);
    this.#actions.push({ kind: 'forget', client: clientOf(member) });
  }

  /** Who only waited had nothing: if it was slow rather than gone, it may wait again. */
  #end(member: Member): void {
    if (member.state === 'waiting') this.#drop(member);
    else this.#remove(member);
  }

  /** A client that is not silent is not the operator's to forget. */
  #forget(name: string): void {
    if (this.#supersededBy !== undefined) return;
    for (const member of this.#members.named(name)) {
      const isAdmitted = member.state !== 'waiting' && member.state !== 'admitting';
      if (isAdmitted && this.#now >= member.expiresAtMs) this.#remove(member);
    }
  }

  #drop(member: Member): void {
    this.#ledger.release(member);
    this.#members.delete(member);
    this.#toTell.delete(member);
  }

  // ── what follows from it ───────────────────────────────────────────────────────────────────────────────────────────

  /** Everything that time or what was heard makes due. Afterwards every invariant holds. */
  #settle(): void {
    const silent: Member[] = [];
    const live: Member[] = [];
    const waiting: Member[] = [];
    for (const member of [...this.#members]) {
      if (this.#isOver(member)) this.#end(member);
      else if (member.state === 'waiting') waiting.push(member);
      else if (member.isLive(this.#now)) live.push(member);
      else if (member.state !== 'admitting') silent.push(member);
    }
    this.#learn();
    this.#forgetDeparted();
    this.#share(live, waiting);
    this.#fence(silent, waiting.length > 0);
    this.#tell();
    this.#setDue(live, silent);
    this.checkRule();
    this.#nextSettleMs = this.#now + (this.#options.paceMs ?? Math.floor(this.#members.size / clientsPerMs));
  }

  /** Whether a member is gone for good without having said so. What holds nothing needs no fence. */
  #isOver(member: Member): boolean {
    if (this.#now < member.expiresAtMs || member.state === 'admitting') return false;
    if (member.state === 'waiting') return true;
    return member.state === 'member' && member.reserved === 0;
  }

  #learn(): void {
    if (!this.#isLearning || this.#now < this.#learnUntilMs) return;
    if (this.#unsettled !== undefined) return;
    this.#isLearning = false;
    this.#ledger.endUnknown();
    this.#actions.push({ kind: 'learned' });
  }

  get #unsettled(): Member | undefined {
    for (const member of this.#members) if (!member.isSettled) return member;
    return undefined;
  }

  /** Whether there is anything that may grow: with `hold` what is unknown is kept, so that the rest may be shared. */
  get #mayGrow(): boolean {
    if (!this.#isLearning) return true;
    return this.#options.silent === 'hold' && this.#now >= this.#learnUntilMs;
  }

  #share(live: Member[], waiting: Member[]): void {
    const staying = live.filter(({ isLeaving }) => !isLeaving);
    for (const member of live) if (member.isLeaving) this.#setGrant(member, 0);
    const demand = this.#admitWaiting(waiting);
    const stayingReserved = staying.reduce((sum, { reserved }) => sum + reserved, 0);
    const room = this.#total.total - (this.#ledger.reserved - stayingReserved) - demand;
    this.#isScarce = this.#strategy.aim(staying, room, this.#now);
    this.#watchTotal(staying);
    if (!this.#mayGrow) return;
    const free = Math.min(this.#ledger.free, this.#total.total - this.#ledger.reserved);
    const onChange = (member: Member) => this.#toTell.add(member);
    move({ ledger: this.#ledger, members: staying, free, demand, onChange });
  }

  /** Admits those for whose floor there is room. Answers what has to come back for those for whom there can be. */
  #admitWaiting(waiting: Member[]): number {
    if (waiting.length === 0 || !this.#mayGrow) return 0;
    let demand = 0;
    let room = this.#ledger.budget - this.#ledger.unknown;
    for (const { state, floor } of this.#members) if (state !== 'waiting') room -= floor;
    for (const member of waiting) {
      if (member.floor > room) continue;
      room -= member.floor;
      if (demand === 0 && member.floor <= this.#ledger.free) this.#admit(member);
      else demand += member.floor;
    }
    return demand;
  }

  #watchTotal(members: readonly Member[]): void {
    if (this.#total.isFixed) return;
    let inUse = 0;
    let starving = 0;
    for (const { report, granted } of members) {
      inUse += report?.inUse ?? 0;
      if (report && needOf(report) > granted) starving++;
    }
    this.#total.see(
      {
        completed: this.#completed,
        serviceMs: this.#serviceMs,
        inUse,
        starving: members.length === 0 ? 0 : starving / members.length,
      },
      this.#now,
    );
  }

  #setGrant(member: Member, max: number): void {
    if (member.granted === max) return;
    member.granted = max;
    this.#toTell.add(member);
  }

  /** Fences those that are silent and in the way. */
  #fence(silent: readonly Member[], isRoomWanted: boolean): void {
    if (this.#options.silent !== 'fence') return;
    for (const member of silent) {
      const isFencing = member.state === 'fencing';
      const isWanted =
        this.#isScarce || isRoomWanted || member.isContended || member.state === 'unsettled' || isFencing;
      if (!isWanted || this.#now < member.fenceAgainAtMs) continue;
      member.state = 'fencing';
      // Until its outcome is known it is not tried again.
      member.fenceAgainAtMs = Infinity;
      this.#counts.fences++;
      this.#actions.push({ kind: 'fence', client: clientOf(member) });
    }
  }

  #forgetDeparted(): void {
    const { leaseMs, marginMs } = this.#options;
    for (const [key, atMs] of this.#departed) {
      if (this.#now - atMs < departedLeases * (leaseMs + marginMs)) return;
      this.#departed.delete(key);
    }
  }

  #setDue(live: readonly Member[], silent: readonly Member[]): void {
    let due = this.#strategy.nextMs(this.#now);
    if (this.#now < this.#learnUntilMs) due = Math.min(due, this.#learnUntilMs);
    for (const member of live) due = Math.min(due, member.expiresAtMs);
    for (const member of silent)
      if (member.fenceAgainAtMs > this.#now) due = Math.min(due, member.fenceAgainAtMs);
    this.dueMs = due;
  }

  // ── what is said ───────────────────────────────────────────────────────────────────────────────────────────────────

  #tell(): void {
    for (const member of this.#toTell) {
      if (member.state === 'member') this.#grant(member, false);
      else if (member.state === 'unsettled' && member.isStored && member.report) this.#grant(member, true);
      else if (member.state === 'waiting')
        this.#refuse(member.report!, this.#isLearning ? 'learning' : 'full');
    }
    this.#toTell.clear();
  }

  #grant(member: Member, isConfirmation: boolean): void {
    const { name, incarnation, floor, granted } = member;
    const report = member.report!;
    const max = isConfirmation ? Math.max(floor, report.max) : granted;
    // A confirmation raises nothing, so that it need not be remembered.
    const sequence = isConfirmation ? ++member.grantSequence : member.sent(max);
    if (!isConfirmation) this.#ledger.expectReserved(member, max);
    this.#counts.grants++;
    this.#actions.push({
      kind: 'reply',
      reply: {
        kind: 'grant',
        client: name,
        incarnation,
        epoch: this.epoch,
        answers: report.sequence,
        sequence,
        min: Math.min(floor, max),
        max,
        leaseMs: this.#options.leaseMs,
        floor: Math.min(floor, max),
        isConfirmation,
      },
    });
  }

  #refuse({ client, incarnation, sequence }: LeaseReport, reason: RefusalReason): void {
    this.#counts.refusals++;
    const waitsFor = reason === 'learning' ? this.#unsettled?.name : undefined;
    const reply = {
      kind: 'refusal',
      client,
      incarnation,
      epoch: this.epoch,
      answers: sequence,
      reason,
      ...(waitsFor !== undefined && { waitsFor }),
    } as const;
    this.#actions.push({ kind: 'reply', reply });
  }

  #bidFarewell({ client, incarnation, sequence }: LeaseReport): void {
    const reply = { kind: 'farewell', client, incarnation, epoch: this.epoch, answers: sequence } as const;
    this.#actions.push({ kind: 'reply', reply });
  }

  checkRule(): void {
    this.#ledger.check(this.#members);
  }

  snapshot(nowMs: number): AllocatorSnapshot {
    const { epoch, strategy, capacity, spare } = this.#options;
    return {
      epoch,
      strategy,
      capacity,
      spare,
      total: this.#total.total,
      reserved: this.#ledger.reserved,
      isLearning: this.#isLearning,
      isScarce: this.#isScarce,
      supersededBy: this.#supersededBy,
      counts: { ...this.#counts },
      clients: Array.from(this.#members, (member) => snapshotOf(member, nowMs)),
    };
  }
}

/** So many are looked at in less than a fifth of a millisecond. */
const clientsPerMs = 500;

/** Late messages are not later than this. */
const departedLeases = 4;

/** It has nothing, may open nothing, and wants nothing. */
const isGoodbye = (report: LeaseReport) => report.isLeaving && report.max === 0 && totalOf(report) === 0;

const clientOf = ({ name, incarnation, floor }: Member): AdmittedClient => ({ name, incarnation, floor });
