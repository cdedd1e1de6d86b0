import type { MemberEvent, MemberFacts } from '@inkwire/wire/hub';

/*
 * The people who are here, and their messages: pure.
 *
 *     not known ──written to, joined, in the table──▶ here ──left, not in the table──▶ gone, kept while there is something to read or to write
 *
 * Invariants: at most one person of an id is here. A hub gives an id once in the life of its process, so someone of the same id
 * who came at another time, after the hub began anew, is somebody else; what was said is never passed on to them.
 */

export interface Message {
  readonly key: number;
  readonly text: string;
  /** Milliseconds since 1970, by this browser's clock. */
  readonly time: number;
  /** Undefined: the other person sent it. `gone`: the receiver had disconnected; `lost`: it may not have arrived. */
  readonly sent?: 'sending' | 'sent' | 'gone' | 'lost';
}

export interface Person extends Partial<Pick<MemberFacts, 'since' | 'transport'>> {
  /** Includes the time of joining, so that an address never leads to another person. */
  readonly key: string;
  readonly id: number;
  readonly name: string;
  readonly isHere: boolean;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly unread: number;
}

export interface People {
  /** Under which id we are here ourselves. */
  readonly ownId: number | undefined;
  /** The key of the person in the open conversation, who stays in the list. */
  readonly open: string | undefined;
  /** In the order of their arrival. */
  readonly all: readonly Person[];
  readonly lastKey: number;
}

export const noPeople: People = { ownId: undefined, open: undefined, all: [], lastKey: 0 };

/** Older ones are forgotten: strangers must not fill the page's memory. */
const keptMessages = 200;
const keptGone = 50;
const longestText = 4_000;

/** Everyone who is here, as the hub's table has it. */
export function withMembers(people: People, ownId: number, members: readonly MemberFacts[]): People {
  const present = new Map(members.map((member) => [member.id, member]));
  let next: People = {
    ...people,
    ownId,
    all: people.all.map((person) => {
      const member = present.get(person.id);
      if (!member || !person.isHere || !isSame(person, member)) return { ...person, isHere: false };
      present.delete(person.id);
      return { ...person, ...shown(member) };
    }),
  };
  for (const member of present.values()) next = withArrival(next, member);
  return tidy(next);
}

export function withEvent(people: People, { kind, member }: MemberEvent): People {
  const person = presentPerson(people, member.id);
  if (!person) return kind === 'left' ? people : withArrival(people, member);
  const next = change(people, person.key, (was) => ({ ...was, ...shown(member), isHere: kind !== 'left' }));
  return kind === 'left' ? tidy(next) : next;
}

/** Something was said to us. `isSeen`: it is read as it comes. */
export function withMessage(
  people: People,
  from: { readonly id: number; readonly name: string },
  text: string,
  time: number,
  isSeen: boolean,
): People {
  // Topics have streams of their own: a message may come before its sender's arrival, and after the departure.
  const sender =
    presentPerson(people, from.id) ??
    people.all.findLast(({ id, name }) => id === from.id && name === from.name);
  if (!sender) return withMessage(withPerson(people, { ...from, isHere: true }), from, text, time, isSeen);
  return append(people, sender.key, { text, time }, isSeen ? 0 : 1);
}

/** We say something; `lastKey` of the answer is the message's. */
export function withSent(people: People, key: string, text: string, time: number): People {
  return append(people, key, { text, time, sent: 'sending' }, 0);
}

/** Records whether a sent message arrived. */
export function withOutcome(
  people: People,
  key: string,
  message: number,
  sent: NonNullable<Message['sent']>,
): People {
  return change(people, key, (person) => ({
    ...person,
    isHere: person.isHere && sent !== 'gone',
    messages: person.messages.map((each) => (each.key === message ? { ...each, sent } : each)),
  }));
}

/** Opens the conversation with a person. `isSeen`: their messages count as read. */
export function withOpen(people: People, open: string | undefined, isSeen: boolean): People {
  const next = tidy({ ...people, open });
  return open !== undefined && isSeen ? change(next, open, (person) => ({ ...person, unread: 0 })) : next;
}

export const isOwn = ({ ownId }: People, { id, isHere }: Person): boolean => isHere && id === ownId;

export const presentPerson = ({ all }: People, id: number): Person | undefined =>
  all.find((person) => person.isHere && person.id === id);

/** Everyone but us: whom one talks to first, the latest on top; then by arrival. */
export function others(people: People): readonly Person[] {
  const lastKeyOf = ({ messages }: Person): number => messages.at(-1)?.key ?? 0;
  return people.all.filter((person) => !isOwn(people, person)).sort((a, b) => lastKeyOf(b) - lastKeyOf(a));
}

export const unreadOf = ({ all }: People): number => all.reduce((sum, { unread }) => sum + unread, 0);

export const countHere = ({ all }: People): number =>
  all.reduce((sum, { isHere }) => sum + (isHere ? 1 : 0), 0);

/** One whom we only know from a message is whoever the hub says has that id. */
const isSame = ({ since }: Person, member: MemberFacts): boolean =>
  since === undefined || since === member.since;

const shown = ({ name, since, transport }: MemberFacts) => ({ name, since, transport });

const withArrival = (people: People, member: MemberFacts): People =>
  withPerson(people, { id: member.id, ...shown(member), isHere: true });

function withPerson(
  people: People,
  person: Pick<Person, 'id' | 'name' | 'isHere'> & Partial<Person>,
): People {
  const lastKey = people.lastKey + 1;
  const came = person.since === undefined ? lastKey : Date.parse(person.since);
  const added = { ...person, key: `${person.id}-${came.toString(36)}`, messages: [], unread: 0 };
  return { ...people, lastKey, all: [...people.all, added] };
}

function append(people: People, key: string, message: Omit<Message, 'key'>, unread: number): People {
  const lastKey = people.lastKey + 1;
  const text = message.text.length > longestText ? `${message.text.slice(0, longestText)}…` : message.text;
  return change({ ...people, lastKey }, key, (person) => ({
    ...person,
    unread: person.unread + unread,
    messages: [...person.messages.slice(1 - keptMessages), { ...message, text, key: lastKey }],
  }));
}

function change(people: People, key: string, to: (person: Person) => Person): People {
  const index = people.all.findIndex((person) => person.key === key);
  if (index === -1) return people;
  return { ...people, all: people.all.with(index, to(people.all[index]!)) };
}

/** Forgets those who left and said nothing, and of the others those who left first. */
function tidy(people: People): People {
  const gone = people.all.filter(({ isHere, key }) => !isHere && key !== people.open);
  if (gone.length === 0) return people;
  const silent = gone.filter(({ messages }) => messages.length === 0);
  const early = gone.filter(({ messages }) => messages.length > 0).slice(0, -keptGone);
  const forgotten = new Set([...silent, ...early]);
  return { ...people, all: people.all.filter((person) => !forgotten.has(person)) };
}
