/** A hub that a test holds in its hands: kv's service on a real port, with members whose names and messages are scripted. */
import { createHash } from 'node:crypto';
import { createCommandService, createMemoryTables, createTopics } from '@inkwire/kv';
import {
  type Channel,
  type Command,
  encodeValue,
  FrameWriter,
  openStreams,
  type PlainInput,
  type Reply,
  toValue,
  type Value,
} from '@inkwire/wire';
import { listenStreams, type TlsMaterial } from '@inkwire/wire/node';

interface Member {
  readonly id: number;
  readonly channel: Channel;
  name: string;
  signedIn: boolean;
}

export interface ConnectHubOptions {
  readonly port?: number;
  readonly token?: string;
  readonly tls?: TlsMaterial;
}

/** What the hub says the time is. */
export const hubTime = Date.UTC(2026, 0, 2, 3, 4, 5);

const ok = (...values: Value[]): Reply => ({ status: 200, message: '', values, pairs: [] });
const refuse = (status: number, message: string): Reply => ({ status, message, values: [], pairs: [] });

function encoded(value: PlainInput): Uint8Array {
  const writer = new FrameWriter();
  encodeValue(toValue(value), writer);
  return writer.bytes.slice(0, writer.at);
}

/** Listens on a port of 127.0.0.1. Disposing of it cuts every connection. */
export async function connectHub({ port = 0, token, tls }: ConnectHubOptions = {}) {
  const tables = createMemoryTables();
  const topics = createTopics();
  const members = new Map<number, Member>();
  const seen: Command[] = [];
  let ids = 0;
  const service = createCommandService<Member>({
    tables,
    topics,
    permit: (_, member, table) =>
      member.signedIn || table === '$session' ? undefined : { status: 401, message: 'Who are you?' },
    system: {
      answer(command, member) {
        seen.push(command);
        return answer(command, member);
      },
    },
  });

  function answer(command: Command, member: Member): Reply | undefined {
    switch (command.kind) {
      case 'hget':
        return ok(toValue(session(command.table, command.key, member)));
      case 'hset': {
        const value = command.pair!.value as { value: string };
        if (command.pair!.key === 'name') member.name = value.value;
        else if (value.value === token || token === undefined) member.signedIn = true;
        else return refuse(401, 'That is not the token');
        return ok({ kind: 'none' });
      }
      case 'hgetall':
        return { ...ok(), pairs: [...members.values()].map(described) };
      case 'publish': {
        const to = /^\$inbox\/(\d+)$/.exec(command.topic)?.[1];
        if (!members.has(Number(to))) return refuse(404, `Not found: member ${to}`);
        const body = command.data.map((value) => (value as { value: string }).value);
        topics.publish(command.topic, [member.id, member.name, ...body].map(encoded));
        return ok();
      }
      case 'read': {
        const bytes = (command.picture as { image: Uint8Array }).image;
        const sum = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
        return {
          ...ok(),
          reading: JSON.stringify({
            text: `47\n${sum}`,
            written: `47\n${sum}`,
            confidence: 0.98765,
            unsure: true,
          }),
        };
      }
      default:
        return undefined;
    }
  }

  const session = (table: string, key: string, { id, name }: Member): PlainInput =>
    table === '$session' ? (key === 'id' ? id : name) : key === 'time' ? hubTime : 'test hub';

  const described = ({ id, name, channel: { transport, peer } }: Member) => ({
    key: String(id),
    value: toValue(JSON.stringify({ id, name, ...peer, since: '', transport })),
  });

  const listener = await listenStreams({
    port,
    tls,
    onChannel(channel) {
      const id = ++ids;
      const member: Member = { id, channel, name: `guest-${id}`, signedIn: token === undefined };
      members.set(id, member);
      openStreams(channel, (stream) => service.serve(stream, member), { onClose: () => members.delete(id) });
    },
  });
  return {
    port: listener.port,
    address: `127.0.0.1:${listener.port}`,
    members,
    seen,
    /** A message to a member from somebody who is not here. */
    say(to: number, from: number, name: string, ...parts: PlainInput[]) {
      topics.publish(`$inbox/${to}`, [from, name, ...parts].map(encoded));
    },
    /** Cuts every connection. */
    cut() {
      for (const { channel } of members.values()) channel.destroy();
      members.clear();
    },
    async [Symbol.asyncDispose]() {
      await listener.close();
      for (const { channel } of members.values()) channel.destroy();
      await tables.close();
    },
  };
}
