import { type Allocator, createAllocator } from '../src/allocator/allocator.ts';
import type { AllocatorAction } from '../src/allocator/events.ts';
import type { LeaseGrant, LeaseReply, LeaseReport } from '../src/allocator/messages.ts';
import type { AllocatorOptions } from '../src/allocator/options.ts';
import { leaseReport } from './lease-report.ts';

/** A client that applies its grants when the test says so. */
export class SceneClient {
  readonly name: string;
  report: LeaseReport;
  grant: LeaseGrant | undefined;
  readonly replies: LeaseReply[] = [];

  constructor(name: string, change: Partial<LeaseReport> = {}) {
    this.name = name;
    this.report = leaseReport(name, { sequence: 0, ceiling: 1000, ...change });
  }

  get last(): LeaseReply | undefined {
    return this.replies.at(-1);
  }

  /** Applies the last grant; of what it needs it has what it may. */
  apply(): void {
    const { epoch, sequence, max } = this.grant!;
    const need = this.report.inUse + this.report.queued;
    const inUse = Math.min(need, max);
    this.report = { ...this.report, epoch, appliedGrant: sequence, max, inUse, queued: need - inUse };
  }
}

/** An allocator and its clients, whose messages are delivered when the test says so. */
export class Scene {
  readonly allocator: Allocator;
  readonly clients = new Map<string, SceneClient>();
  now = 0;
  actions: AllocatorAction[] = [];

  constructor(options: Partial<AllocatorOptions> = {}) {
    this.allocator = createAllocator({ capacity: 100, learnMs: 0, leaseMs: 1000, marginMs: 100, ...options });
  }

  /** Takes a client in and has it at work: its need is what it says. */
  join(name: string, need = 0, change: Partial<LeaseReport> = {}): SceneClient {
    const client = new SceneClient(name, { queued: need, ...change });
    this.clients.set(name, client);
    this.tell(client);
    return client;
  }

  tell(client: SceneClient, change: Partial<LeaseReport> = {}): AllocatorAction[] {
    client.report = { ...client.report, ...change, sequence: change.sequence ?? client.report.sequence + 1 };
    return this.handle({ kind: 'report', report: client.report });
  }

  handle(event: Parameters<Allocator['handle']>[0]): AllocatorAction[] {
    const actions = this.allocator.handle(event, this.now);
    this.actions.push(...actions);
    this.allocator.checkRule();
    for (const action of actions) {
      if (action.kind === 'admit') this.handle({ kind: 'admitted', client: action.client });
      if (action.kind !== 'reply') continue;
      const client = this.clients.get(action.reply.client);
      client?.replies.push(action.reply);
      if (client && action.reply.kind === 'grant') client.grant = action.reply;
    }
    return actions;
  }

  /** Everyone applies what was granted and says so, until nothing moves any more. */
  settle(): void {
    for (let round = 0; round < 20; round++) {
      for (const client of this.clients.values()) {
        if (client.grant) client.apply();
        this.tell(client);
      }
      this.now += 100;
    }
  }

  get maxima(): number[] {
    return this.allocator.snapshot(this.now).clients.map(({ max }) => max);
  }

  fences(): string[] {
    return this.actions.flatMap((action) => (action.kind === 'fence' ? action.client.incarnation : []));
  }
}
