import type { MemberFacts } from '@inkwire/wire/hub';
import type { Change, HubFacts } from './messages.ts';

/**
 * What one hub knows of another. Its state is applied change by change, or as a whole; both return the changes that this
 * made, in order, so that a list of members sees no difference between the two.
 *
 *     present ──silent──▶ away: no members ──heard again──▶ present, once its state was asked for
 *        └──bye, or silent while the bus is connected──▶ forgotten
 */
export class Peer {
  facts: HubFacts;
  /** When it was heard, by the monotonic clock. */
  seenAt: number;
  askedAt = Number.NEGATIVE_INFINITY;
  isAway = false;
  /** The version of its state as it is known here; undefined: it is not known. */
  version: number | undefined;
  readonly members = new Map<number, MemberFacts>();
  readonly topics = new Set<string>();

  constructor(facts: HubFacts, now: number) {
    this.facts = facts;
    this.seenAt = now;
  }

  /** Applies one change. */
  apply(change: Change): readonly Change[] {
    switch (change.kind) {
      case 'joined':
      case 'renamed':
        this.members.set(change.member.id, change.member);
        return [change];
      case 'left':
        return this.members.delete(change.member.id) ? [change] : [];
      case 'wanted':
        if (this.topics.has(change.topic)) return [];
        this.topics.add(change.topic);
        return [change];
      case 'unwanted':
        return this.topics.delete(change.topic) ? [change] : [];
    }
  }

  /** Replaces its state. Members that leave come first: their ids may be taken by others. */
  replace(members: readonly MemberFacts[], topics: readonly string[]): readonly Change[] {
    const now = new Map(members.map((member) => [member.id, member]));
    const wanted = new Set(topics);
    const changes: Change[] = [];
    for (const member of this.members.values())
      if (!isSame(member, now.get(member.id))) changes.push({ kind: 'left', member });
    for (const topic of this.topics) if (!wanted.has(topic)) changes.push({ kind: 'unwanted', topic });
    for (const member of members) {
      const before = this.members.get(member.id);
      if (!isSame(member, before)) changes.push({ kind: 'joined', member });
      else if (before?.name !== member.name) changes.push({ kind: 'renamed', member });
    }
    for (const topic of wanted) if (!this.topics.has(topic)) changes.push({ kind: 'wanted', topic });
    return changes.flatMap((change) => this.apply(change));
  }

  /** It is silent: its members are none. What it wants to hear is kept for it. */
  leave(): readonly Change[] {
    this.isAway = true;
    this.version = undefined;
    return this.replace([], [...this.topics]);
  }

  /** It is gone. */
  forget(): readonly Change[] {
    this.isAway = true;
    this.version = undefined;
    return this.replace([], []);
  }
}

/** Whether two facts are of one member: an id is given again after very many. */
function isSame(one: MemberFacts, other: MemberFacts | undefined): boolean {
  return other !== undefined && one.id === other.id && one.since === other.since && one.port === other.port;
}
