/*
 * Who is here, and what was said: pure.
 *
 *     not known ──written to, joined, in the table──▶ here ──left, not in the table──▶ gone, kept while there is something to read or to write
 *
 * Invariants: at most one person of an id is here. A hub gives an id once in the life of its process, so someone of the same id
 * who came at another time, after the hub began anew, is somebody else; what was said is never passed on to them.
 */

/** What the hub tells of a member, as far as the page shows it. */
export interface MemberFacts {
  readonly id: number;
  readonly name: string;
  /** ISO 8601. */
  readonly since: string;
  /** websocket, tcp, tls or lab. */
  readonly transport: string;
}

export interface MemberEvent {
  readonly kind: 'joined' | 'left' | 'renamed';
  readonly member: MemberFacts;
}

export interface Message {
  readonly key: number;
  readonly text: string;
  /** Milliseconds since 1970, by this browser's clock. */
  readonly time: number;
  /** Undefined: they sent it. `gone`: there was nobody to take it; `lost`: it may not have arrived. */
  readonly sent?: 'sending' | 'sent' | 'gone' | 'lost';
}

export interface Person extends Partial<Pick<MemberFacts, 'since' | 'transport'>> {
  /** Made of when they came too, so that an address never leads to somebody else. */
  readonly key: string;
  readonly id: number;
  readonly name: string;
  readonly isHere: boolean;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly unread: number;
}

export interface Company {
  /** Under which id we are here ourselves. */
  readonly ownId: number | undefined;
  /** The key of whom we talk to: they stay to be looked at. */
  readonly open: string | undefined;
  /** In the order of their arrival. */
  readonly people: readonly Person[];
  readonly lastKey: number;
}

export const nobody: Company = { ownId: undefined, open: undefined, people: [], lastKey: 0 };

/** Older ones are forgotten: strangers must not fill the page's memory. */
const keptMessages = 200;
const keptGone = 50;
const longestText = 4_000;

/** Everyone who is here, as the hub's table has it. */
export function withTable(company: Company, ownId: number, members: readonly MemberFacts[]): Company {
  const present = new Map(members.map((member) => [member.id, member]));
  let next: Company = {
    ...company,
    ownId,
    people: company.people.map((person) => {
      const member = present.get(person.id);
      if (!member || !person.isHere || !isSame(person, member)) return { ...person, isHere: false };
      present.delete(person.id);
      return { ...person, ...shown(member) };
    }),
  };
  for (const member of present.values()) next = withArrival(next, member);
  return tidy(next);
}

export function withEvent(company: Company, { kind, member }: MemberEvent): Company {
  const person = here(company, member.id);
  if (!person) return kind === 'left' ? company : withArrival(company, member);
  const next = change(company, person.key, (was) => ({ ...was, ...shown(member), isHere: kind !== 'left' }));
  return kind === 'left' ? tidy(next) : next;
}

/** Something was said to us. `isSeen`: it is read as it comes. */
export function withMessage(
  company: Company,
  from: { readonly id: number; readonly name: string },
  text: string,
  time: number,
  isSeen: boolean,
): Company {
  // Topics have streams of their own: a message may come before its sender's arrival, and after the departure.
  const sender =
    here(company, from.id) ?? company.people.findLast(({ id, name }) => id === from.id && name === from.name);
  if (!sender) return withMessage(withPerson(company, { ...from, isHere: true }), from, text, time, isSeen);
  return say(company, sender.key, { text, time }, isSeen ? 0 : 1);
}

/** We say something; `lastKey` of the answer is the message's. */
export function withSaid(company: Company, key: string, text: string, time: number): Company {
  return say(company, key, { text, time, sent: 'sending' }, 0);
}

/** What became of it. */
export function withOutcome(
  company: Company,
  key: string,
  message: number,
  sent: NonNullable<Message['sent']>,
): Company {
  return change(company, key, (person) => ({
    ...person,
    isHere: person.isHere && sent !== 'gone',
    messages: person.messages.map((each) => (each.key === message ? { ...each, sent } : each)),
  }));
}

/** Whom we talk to from now on. `isSeen`: what they said is read. */
export function withOpen(company: Company, open: string | undefined, isSeen: boolean): Company {
  const next = tidy({ ...company, open });
  return open !== undefined && isSeen ? change(next, open, (person) => ({ ...person, unread: 0 })) : next;
}

export const isOwn = ({ ownId }: Company, { id, isHere }: Person): boolean => isHere && id === ownId;

export const here = ({ people }: Company, id: number): Person | undefined =>
  people.find((person) => person.isHere && person.id === id);

/** Everyone but us: whom one talks to first, the latest on top; then by arrival. */
export function others(company: Company): readonly Person[] {
  const lastSaid = ({ messages }: Person): number => messages.at(-1)?.key ?? 0;
  return company.people.filter((person) => !isOwn(company, person)).sort((a, b) => lastSaid(b) - lastSaid(a));
}

export const unreadOf = ({ people }: Company): number => people.reduce((sum, { unread }) => sum + unread, 0);

export const countHere = ({ people }: Company): number =>
  people.reduce((sum, { isHere }) => sum + (isHere ? 1 : 0), 0);

/** One whom we only know from a message is whoever the hub says has that id. */
const isSame = ({ since }: Person, member: MemberFacts): boolean =>
  since === undefined || since === member.since;

const shown = ({ name, since, transport }: MemberFacts) => ({ name, since, transport });

const withArrival = (company: Company, member: MemberFacts): Company =>
  withPerson(company, { id: member.id, ...shown(member), isHere: true });

function withPerson(
  company: Company,
  person: Pick<Person, 'id' | 'name' | 'isHere'> & Partial<Person>,
): Company {
  const lastKey = company.lastKey + 1;
  const came = person.since === undefined ? lastKey : Date.parse(person.since);
  const added = { ...person, key: `${person.id}-${came.toString(36)}`, messages: [], unread: 0 };
  return { ...company, lastKey, people: [...company.people, added] };
}

function say(company: Company, key: string, said: Omit<Message, 'key'>, unread: number): Company {
  const lastKey = company.lastKey + 1;
  const text = said.text.length > longestText ? `${said.text.slice(0, longestText)}…` : said.text;
  return change({ ...company, lastKey }, key, (person) => ({
    ...person,
    unread: person.unread + unread,
    messages: [...person.messages.slice(1 - keptMessages), { ...said, text, key: lastKey }],
  }));
}

function change(company: Company, key: string, to: (person: Person) => Person): Company {
  const index = company.people.findIndex((person) => person.key === key);
  if (index === -1) return company;
  return { ...company, people: company.people.with(index, to(company.people[index]!)) };
}

/** Forgets those who left and said nothing, and of the others those who left first. */
function tidy(company: Company): Company {
  const gone = company.people.filter(({ isHere, key }) => !isHere && key !== company.open);
  if (gone.length === 0) return company;
  const silent = gone.filter(({ messages }) => messages.length === 0);
  const early = gone.filter(({ messages }) => messages.length > 0).slice(0, -keptGone);
  const forgotten = new Set([...silent, ...early]);
  return { ...company, people: company.people.filter((person) => !forgotten.has(person)) };
}
