import { createHash, timingSafeEqual } from 'node:crypto';
import { encodedValue, refusals, type SystemHook, type Topics } from '@inkwire/kv';
import type { Command, Pair, Reply, Value } from '@inkwire/wire';
import { problemOf } from '../http/problem.ts';
import type { Hub } from '../hub.ts';
import type { MemberEvent, MemberFacts, Members } from './members.ts';
import type { Role, Session, Tokens } from './session.ts';
import {
  answerTable,
  integer,
  ok,
  refuse,
  refuseWith,
  type TableCommand,
  text,
  type VirtualTable,
} from './virtual-table.ts';

/** A connection as the system's tables know it. */
export interface SystemSession extends Session {
  /** Signs in: takes its place among the members with that role. */
  enter(role: Role): void;
  /** Somebody tries tokens: after a few the connection is cut. */
  wrongToken(): void;
  /** What may be presented; undefined where nothing needs to be. */
  readonly tokens: Tokens | undefined;
}

/** What the hub's own names are made of. */
export interface SystemParts {
  readonly hub: Hub;
  readonly members: Members;
  readonly topics: Topics;
  /** When the process began, by the clock. */
  readonly startedAt: number;
  readonly now: () => number;
  /** Told of what is answered by 500. */
  readonly onError: (error: unknown) => void;
}

const inbox = /^\$inbox\/([1-9]\d{0,9})$/;
/** Readings in one answer to `hgetall $readings`; HTTP pages through all of them. */
const mostReadings = 1_000;
const none: Value = { kind: 'none' };

/** Names that are longer are none of the hub's, and are not said back. */
const longestName = 512;

/** The names that begin with `$`, and `read`: PROTOCOL.md, "System tables and topics". */
export function createSystem(parts: SystemParts): SystemHook<SystemSession> {
  const { hub, members } = parts;
  const tables: Record<string, (session: SystemSession) => VirtualTable> = {
    $hub: () => hubTable(parts),
    $members: () => membersTable(members),
    $readings: () => readingsTable(hub),
    $session: sessionTable,
  };
  return {
    answer(command, session) {
      if (('table' in command ? command.table : 'topic' in command ? command.topic : '').length > longestName)
        return refuse(400, `Command is invalid: \`A name has at most ${longestName} characters\``);
      if ('key' in command && command.key.length > longestName)
        return refuse(400, `Command is invalid: \`A key here has at most ${longestName} characters\``);
      switch (command.kind) {
        case 'read':
          return read(hub, command, session, parts.onError);
        case 'lease':
          return refuse(404, 'Not found: no allocator runs here');
        case 'subscribe':
          return refuseSubscription(command.topic, session);
        case 'unsubscribe':
          return undefined;
        case 'publish':
          return publish(members, command, session);
        default:
          return answerTable(command satisfies TableCommand, tables[command.table]?.(session));
      }
    },
  };
}

/** Tells what happens on the topics `$members` and `$readings`, until disposed of. */
export function announce({ hub, members, topics }: SystemParts): Disposable {
  const tell = (topic: string, what: unknown) => {
    if (topics.subscribers(topic) > 0) topics.publish(topic, [encodedValue(text(JSON.stringify(what)))]);
  };
  const arrivals = members.onEvent((event: MemberEvent) => tell('$members', event));
  const readings = hub.onReading(({ kind, reading }) => {
    if (kind === 'kept') tell('$readings', reading);
  });
  return {
    [Symbol.dispose]() {
      arrivals[Symbol.dispose]();
      readings[Symbol.dispose]();
    },
  };
}

/** A table of facts that are made when they are asked for. */
function factsTable(facts: Readonly<Record<string, () => Value>>): VirtualTable {
  return {
    get: (key) => (Object.hasOwn(facts, key) ? facts[key]!() : undefined),
    pairs: () => Object.entries(facts).map(([key, value]) => ({ key, value: value() })),
  };
}

function hubTable({ hub, members, startedAt, now }: SystemParts): VirtualTable {
  return factsTable({
    name: () => text(hub.name),
    time: () => integer(Math.round(now())),
    version: () => text(hub.version),
    started: () => integer(Math.round(startedAt)),
    model: () => text(`${hub.reader.card.recipe} ${hub.reader.card.version}`),
    members: () => integer(members.size),
  });
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

function readingsTable({ readings }: Hub): VirtualTable {
  return {
    async get(id) {
      const reading = await readings.get(id);
      return reading && text(JSON.stringify(reading));
    },
    async pairs() {
      const pairs: Pair[] = [];
      for await (const reading of readings.all()) {
        pairs.push({ key: reading.id, value: text(JSON.stringify(reading)) });
        if (pairs.length === mostReadings) break;
      }
      return pairs;
    },
  };
}

function sessionTable(session: SystemSession): VirtualTable {
  const { membership } = session;
  const facts = factsTable(
    membership === undefined
      ? {}
      : { id: () => integer(membership.facts.id), name: () => text(membership.facts.name) },
  );
  return {
    ...facts,
    set(key, value) {
      if (value.kind !== 'string') return refuse(400, `Command is invalid: \`$session ${key} is a string\``);
      if (key === 'token') return signIn(session, value.value);
      if (key !== 'name') return refuse(403, 'Forbidden: $session takes a name and a token');
      if (session.membership === undefined) return refuse(401, 'Unauthorized: set $session token first');
      const previous = text(session.membership.facts.name);
      try {
        session.membership.rename(value.value);
      } catch (error) {
        return refuse(400, `Command is invalid: \`${problemOf(error).detail}\``);
      }
      return previous;
    },
  };
}

/** Where no token is needed any is taken, so that one client serves both. */
function signIn(session: SystemSession, token: string): Value | Reply {
  if (session.tokens === undefined) return none;
  const roles: readonly Role[] = ['admin', 'write', 'read'];
  const role = roles.find((name) => {
    const expected = session.tokens?.[name];
    return expected !== undefined && isSame(token, expected);
  });
  if (role === undefined) {
    session.wrongToken();
    return refuse(401, 'Unauthorized: the token is wrong');
  }
  try {
    session.enter(role);
    return none;
  } catch (error) {
    return refuse(503, problemOf(error).detail ?? 'The hub is full');
  }
}

/** Digests are of one length, so that comparing them tells nothing of the token's. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((token) => createHash('sha256').update(token).digest());
  return timingSafeEqual(a!, b!);
}

/** Undefined: like any other topic. */
function refuseSubscription(topic: string, { membership }: SystemSession): Reply | undefined {
  if (topic === '$members' || topic === '$readings') return undefined;
  const id = inbox.exec(topic)?.[1];
  if (id === undefined) return refuseWith(refusals.noTopic(topic));
  if (Number(id) === membership?.facts.id) return undefined;
  return refuse(403, 'Forbidden: an inbox is heard by its member only');
}

function publish(
  members: Members,
  { topic, data }: Extract<Command, { kind: 'publish' }>,
  { membership }: SystemSession,
): Reply {
  const id = inbox.exec(topic)?.[1];
  if (id === undefined) return refuse(403, `Forbidden: ${topic} is not to be published to`);
  if (membership === undefined) return refuse(401, 'Unauthorized: set $session token first');
  const { id: from, name } = membership.facts;
  if (Number(id) === from) return refuse(400, 'Command is invalid: `A message to oneself`');
  return members.send(Number(id), { from, name, values: data })
    ? ok()
    : refuse(404, `Not found: member ${id}`);
}

async function read(
  hub: Hub,
  { picture, keep }: Extract<Command, { kind: 'read' }>,
  { membership }: SystemSession,
  onError: (error: unknown) => void,
): Promise<Reply> {
  try {
    const source = membership?.facts.name ?? 'wire';
    const asked = 'image' in picture ? { bytes: picture.image } : { strokes: picture.strokes };
    const reading = await hub.read(asked, { source, keep });
    return { ...ok(), reading: JSON.stringify(reading) };
  } catch (error) {
    const { status, code, detail, title } = problemOf(error);
    if (status === 500) onError(error);
    return refuse(status, `${code}: ${detail ?? title}`);
  }
}
