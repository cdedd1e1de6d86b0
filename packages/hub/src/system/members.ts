import type { Pair } from '@inkwire/wire';
import type { MemberFacts } from '@inkwire/wire/hub';
import type { Members } from '../members/members.ts';
import { publishOn, type SystemContext, type SystemPart } from './system-part.ts';
import { integer, text, type VirtualTable } from './virtual-table.ts';

const topic = '$members';

/** `$members`: a table of all members, and a topic of members that join, disconnect and change their names. */
export function $members({ members, topics }: SystemContext): SystemPart {
  const publishing = members.onEvent((event) => publishOn(topics, topic, () => text(JSON.stringify(event))));
  return {
    tables: { [topic]: () => membersTable(members) },
    facts: { members: () => integer(members.size) },
    subscribe: (name) => (name === topic ? true : undefined),
    [Symbol.dispose]: () => publishing[Symbol.dispose](),
  };
}

function membersTable(members: Members): VirtualTable {
  const pairOf = (facts: MemberFacts): Pair => ({
    key: String(facts.id),
    value: text(JSON.stringify(facts)),
  });
  return {
    get(key) {
      const facts = /^[1-9]\d{0,9}$/.test(key) ? members.get(Number(key)) : undefined;
      return facts && pairOf(facts).value;
    },
    pairs: () => [...members].map(pairOf),
  };
}
