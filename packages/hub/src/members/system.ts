import { encodedValue, refusals, type SystemHook, type Topics } from '@inkwire/kv';
import type { Command, Pair, Reply, Value } from '@inkwire/wire';
import type { MemberEvent, MemberFacts, Reading } from '@inkwire/wire/hub';
import { problemOf } from '../http/problem.ts';
import type { Hub } from '../hub.ts';
import { isLeaseTopic } from '../pool/lease-topic.ts';
import type { PoolSide } from '../pool/pool-side.ts';
import type { Caller } from './caller.ts';
import type { Members } from './members.ts';
import type { Session } from './session.ts';
import type { Role, TokenCheck } from './tokens.ts';
import {
  answerTable,
  integer,
  mostAnswerBytes,
  none,
  ok,
  refuse,
  refuseWith,
  sizeOf,
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
  readonly tokens: TokenCheck | undefined;
  /** Where the connection comes from. */
  readonly address: string;
}

/** What the hub's own names are made of. */
export interface SystemParts {
  /** What the table `$hub` says of itself. */
  readonly name: string;
  readonly version: string;
  /** Undefined where an allocator runs alone: there are no readings, and its members are nobody's affair. */
  readonly hub: Hub | undefined;
  /** Undefined where none runs. */
  readonly pool: PoolSide | undefined;
  readonly members: Members;
  readonly topics: Topics;
  /** When the process began, by the clock. */
  readonly startedAt: number;
  readonly now: () => number;
  /** How long one picture may take. */
  readonly readTimeoutMs: number;
  /** Told of what is answered by 500. */
  readonly onError: (error: unknown) => void;
}

const inbox = /^\$inbox\/([1-9]\d{0,9})$/;
/** Readings in one answer to `hgetall $readings`, if they are no longer than an answer may be; HTTP pages through all of them. */
const mostReadings = 1_000;

/** Names that are longer are none of the hub's, and are not said back. */
const longestName = 512;

/** The names that begin with `$`, and `read`: PROTOCOL.md, "System tables and topics". */
export function createSystem(parts: SystemParts): SystemHook<Caller> {
  const { hub, pool, members } = parts;
  const tables: Record<string, (session: SystemSession) => VirtualTable> = {
    $hub: () => hubTable(parts),
    $session: sessionTable,
    ...(hub && { $members: () => membersTable(members), $readings: () => readingsTable(hub) }),
    ...(pool && { $pool: () => pool.table() }),
  };
  const topics = new Set([...(hub ? ['$members', '$readings'] : []), ...(pool ? ['$pool'] : [])]);
  return {
    answer(command, caller) {
      const { session } = caller;
      if (namesOf(command).some((name) => name.length > longestName))
        return refuse(
          400,
          `Command is invalid: \`A name or key here has at most ${longestName} characters\``,
        );
      switch (command.kind) {
        case 'read':
          return hub ? read(hub, parts, command, caller) : refuseWith(refusals.notServed('read'));
        case 'lease':
          return pool?.lease(command.bytes) ?? refuse(404, 'Not found: no allocator runs here');
        case 'subscribe':
          if (topics.has(command.topic) || (pool && isLeaseTopic(command.topic))) return undefined;
          return hub ? refuseInbox(command.topic, session) : refuseWith(refusals.noTopic(command.topic));
        case 'unsubscribe':
          return undefined;
        case 'publish':
          return hub ? publish(members, command, session) : refuseWith(refusals.reserved(command.topic));
        default:
          return answerTable(command satisfies TableCommand, tables[command.table]?.(session));
      }
    },
  };
}

/** The names of a command that its answer may say back. */
function namesOf(command: Command): readonly string[] {
  if ('topic' in command) return [command.topic];
  if (!('table' in command)) return [];
  if ('key' in command) return [command.table, command.key];
  return 'pair' in command && command.pair ? [command.table, command.pair.key] : [command.table];
}

/** Tells what happens on the topics `$members` and `$readings`, until disposed of. */
export function announce(hub: Hub, members: Members, topics: Topics): Disposable {
  const tell = (topic: string, what: MemberEvent | Reading) => {
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

function hubTable({ hub, name, version, members, startedAt, now }: SystemParts): VirtualTable {
  return factsTable({
    name: () => text(name),
    time: () => integer(Math.round(now())),
    version: () => text(version),
    started: () => integer(Math.round(startedAt)),
    ...(hub && {
      model: () => text(`${hub.reader.card.recipe} ${hub.reader.card.version}`),
      members: () => integer(members.size),
    }),
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
      return reading && readingValue(reading);
    },
    async pairs() {
      const pairs: Pair[] = [];
      let bytes = 0;
      for await (const reading of readings.all()) {
        const pair = { key: reading.id, value: readingValue(reading) };
        bytes += sizeOf(pair.value);
        if (bytes > mostAnswerBytes) break;
        pairs.push(pair);
        if (pairs.length === mostReadings) break;
      }
      return pairs;
    },
  };
}

/** A kept reading is what `@inkwire/wire/hub` says that one is. */
const readingValue = (reading: Reading): Value => text(JSON.stringify(reading));

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
        const { status, detail = '' } = problemOf(error);
        return refuse(status, status === 400 ? `Command is invalid: \`${detail}\`` : detail);
      }
      return previous;
    },
  };
}

/** Where no token is needed any is taken, so that one client serves both. */
function signIn(session: SystemSession, token: string): Value | Reply {
  try {
    if (session.tokens !== undefined) session.enter(session.tokens.roleOf(token, session.address));
    return none;
  } catch (error) {
    const { status, detail = 'The hub is full' } = problemOf(error);
    if (status === 401 || status === 429) session.wrongToken();
    return refuse(status, status === 401 ? 'Unauthorized: the token is wrong' : detail);
  }
}

/** Undefined: like any other topic. */
function refuseInbox(topic: string, { membership }: SystemSession): Reply | undefined {
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

/** Like HTTP: what nobody waits for any more, and is not kept yet, never will be. */
async function read(
  hub: Hub,
  { readTimeoutMs, onError }: SystemParts,
  { picture, keep }: Extract<Command, { kind: 'read' }>,
  { session, signal }: Caller,
): Promise<Reply> {
  try {
    const source = session.membership?.facts.name ?? 'wire';
    const asked = 'image' in picture ? { bytes: picture.image } : { strokes: picture.strokes };
    const reading = await hub.read(asked, { source, keep, signal, timeoutMs: readTimeoutMs });
    return { ...ok(), reading: JSON.stringify(reading) };
  } catch (error) {
    const { status, code, detail, title } = problemOf(error);
    if (status === 500) onError(error);
    return refuse(status, `${code}: ${detail ?? title}`);
  }
}
