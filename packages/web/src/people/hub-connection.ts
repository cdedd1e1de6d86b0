import { type Client, createClient, openWebSocket, WireStatusError } from '@inkwire/wire';
import {
  inboxTopic,
  parseMember,
  parseMemberEvent,
  parseMemberMessage,
  parseReading,
} from '@inkwire/wire/hub';
import { effect } from '@preact/signals';
import { announce } from '../announcement.ts';
import { receivePool } from '../pool/receive-pool.ts';
import { openPerson } from '../view.ts';
import { words } from '../words/language.ts';
import { messageText } from './message-text.ts';
import {
  presentPerson,
  withEvent,
  withMembers,
  withMessage,
  withOpen,
  withOutcome,
  withSent,
} from './people.ts';
import { chooseName, chosenName, connectionState, latestReading, people } from './state.ts';

/*
 * The page's one connection to the wire, and what it tells the state.
 *
 * Nothing waits to be sent while there is no connection (`maxQueued: 0`): a hub that begins anew gives ids anew, and a
 * message must not reach whoever has that id then. For the same reason nothing is sent before the members were read again.
 */

const protocol = 'kv';
const longestWaitMs = 5_000;
const askAgainMs = 1_000;
let client: Client | undefined;

/** Connects, and stays connected; called once. */
export function connect(): void {
  const name = chosenName.peek();
  const hub = (client = createClient({
    dial: (wait) => openWebSocket(new WebSocket(wireUrl(), protocol), wait),
    maxQueued: 0,
    backoff: { maxMs: longestWaitMs },
    ...(name !== undefined && { name }),
  }));
  hub.onState((state) => {
    if (state === 'closed') connectionState.value = 'refused';
    if (state === 'offline') connectionState.value = 'offline';
    // The client signs in with the name that it was made with.
    const chosen = chosenName.peek();
    if (state === 'online' && chosen !== undefined && chosen !== name) setName(hub, chosen).catch(() => {});
  });
  void receiveMembers(hub).catch(refused);
  void receiveMessages(hub).catch(refused);
  void receiveReadings(hub).catch(refused);
  // A hub that shares no connections has no such topic, and the page no such view.
  void receivePool(hub).catch(() => {});
  readWhatIsOpen();
}

/** Sends a message, and notes what became of it. Only while the state is `online`. */
export async function send(key: string, text: string): Promise<void> {
  const person = people.peek().all.find((each) => each.key === key);
  if (!client || !person?.isHere || connectionState.peek() !== 'online') return;
  people.value = withSent(people.peek(), key, text, Date.now());
  const message = people.peek().lastKey;
  const note = (sent: 'sent' | 'gone' | 'lost'): void => {
    people.value = withOutcome(people.peek(), key, message, sent);
  };
  try {
    await client.publish(inboxTopic(person.id), [text]);
    note('sent');
  } catch (error) {
    // A message that the hub refused did not arrive; of one that it did not answer nothing is known.
    note(error instanceof WireStatusError ? 'gone' : 'lost');
  }
}

/** Takes another name, now and after every interruption. */
export async function rename(name: string): Promise<void> {
  if (client?.state === 'online') await setName(client, name);
  chooseName(name);
}

const setName = (hub: Client, name: string) => hub.hset('$session', 'name', name);

async function receiveMembers(hub: Client): Promise<void> {
  const events = hub.subscribe('$members');
  await events.ready();
  await readMembers(hub);
  // Events that come while the table is read wait for their turn: they are as new as the table, or newer.
  for await (const { missed, values } of events) {
    if (missed) {
      await readMembers(hub);
      continue;
    }
    const event = parseMemberEvent(values![0]);
    if (event) people.value = withEvent(people.peek(), event);
  }
}

/** An interruption ends it: after one it is begun anew. */
async function readMembers(hub: Client): Promise<void> {
  while (hub.state === 'online') {
    try {
      const [id, table] = await Promise.all([hub.hget('$session', 'id'), hub.hgetall('$members')]);
      const members = [...table.values()].map(parseMember).filter((member) => member !== undefined);
      people.value = withMembers(people.peek(), Number(id), members);
      connectionState.value = 'online';
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, askAgainMs));
    }
  }
}

async function receiveMessages(hub: Client): Promise<void> {
  for await (const { values } of hub.subscribe(inboxTopic)) {
    const message = values && parseMemberMessage(values);
    if (!message) continue;
    const from = { id: message.from, name: message.name };
    const text = messageText(message.values);
    const open = presentPerson(people.peek(), from.id)?.key;
    const isSeen = open !== undefined && open === openPerson.peek() && !document.hidden;
    people.value = withMessage(people.peek(), from, text, Date.now(), isSeen);
    // An open conversation is a log, which screen readers read out by themselves.
    if (!isSeen) announce(words.peek().people.announce(from.name, text));
  }
}

async function receiveReadings(hub: Client): Promise<void> {
  for await (const { values } of hub.subscribe('$readings')) {
    const reading = parseReading(values?.[0]);
    if (reading) latestReading.value = reading;
  }
}

/** Marks the open conversation as read, as soon as someone looks. */
function readWhatIsOpen(): void {
  const read = (): void => {
    const open = openPerson.value;
    people.value = withOpen(people.peek(), open, !document.hidden);
  };
  effect(read);
  document.addEventListener('visibilitychange', read);
}

function refused(): void {
  connectionState.value = 'refused';
}

function wireUrl(): URL {
  const url = new URL('/wire', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return url;
}
