import { decodeCommand, encodeCommand, sharedWriter, type Value } from '@inkwire/wire';
import { inboxTopic, type MemberFacts, type MemberMessage } from '@inkwire/wire/hub';
import type { Members } from '../members/members.ts';
import { integer, text } from '../system/virtual-table.ts';
import type { Hubs } from './hubs.ts';
import type { Change } from './messages.ts';
import type { Peer } from './peer.ts';

/** Makes one list of the members of all hubs, and carries their messages. */
export function joinMembers(hubs: Hubs, members: Members): Disposable {
  /** The hub that each member of another hub is on. */
  const homes = new Map<number, Peer>();

  const adopt = (member: MemberFacts, peer: Peer): void => {
    const deliver = (message: MemberMessage<Value>) =>
      hubs.bus.data.publish(['to', peer.facts.id], encodeMessage(member.id, message));
    if (members.adopt(member, deliver)) homes.set(member.id, peer);
  };
  const apply = (change: Change, peer: Peer): void => {
    if ('topic' in change) return;
    const { kind, member } = change;
    if (kind === 'joined' && !homes.has(member.id)) adopt(member, peer);
    else if (homes.get(member.id) !== peer) return;
    else if (kind !== 'left') members.update(member);
    else {
      homes.delete(member.id);
      members.forget(member.id);
      // While two hubs had one number, an id may have been given twice: now the other member is seen.
      for (const other of hubs.peers.values()) {
        const same = other.members.get(member.id);
        if (same && other !== peer && !homes.has(member.id)) adopt(same, other);
      }
    }
  };
  const parts = [
    members.onEvent(({ kind, member }, isHere) => isHere && hubs.share({ kind, member })),
    hubs.bus.data.subscribe(['to', hubs.own.id], (bytes) => {
      const received = decodeMessage(bytes);
      if (received) members.receive(...received);
    }),
    hubs.listen({ onChange: apply, onRenumbered: () => members.expel() }),
  ];
  for (const peer of hubs.peers.values())
    for (const member of peer.members.values()) apply({ kind: 'joined', member }, peer);
  return {
    [Symbol.dispose]: () => {
      for (const part of parts) part[Symbol.dispose]();
    },
  };
}

/** A message to a member, as the wire has it: a publish to the inbox. */
function encodeMessage(to: number, { from, name, values }: MemberMessage<Value>): Uint8Array {
  sharedWriter.begin();
  const data = [integer(from), text(name), ...values];
  encodeCommand({ kind: 'publish', topic: inboxTopic(to), data }, sharedWriter);
  const bytes = sharedWriter.payload.slice();
  sharedWriter.abandon();
  return bytes;
}

/** Undefined for anything but a message to a member. */
function decodeMessage(bytes: Uint8Array): [to: number, message: MemberMessage<Value>] | undefined {
  const command = decodeCommand(bytes, 0, bytes.length);
  if (command?.kind !== 'publish') return undefined;
  const [from, name, ...values] = command.data;
  const to = Number(command.topic.slice(inboxTopic(0).length - 1));
  if (from?.kind !== 'integer' || name?.kind !== 'string') return undefined;
  return [to, { from: Number(from.value), name: name.value, values }];
}
