import type { MemberFacts } from '@inkwire/wire/hub';
import { describe, expect, it } from 'vitest';
import {
  countHere,
  isOwn,
  noPeople,
  others,
  type People,
  presentPerson,
  unreadOf,
  withEvent,
  withMembers,
  withMessage,
  withOpen,
  withOutcome,
  withSent,
} from './people.ts';

const member = (id: number, name: string, since = '2026-01-01T00:00:00.000Z'): MemberFacts => ({
  id,
  name,
  since,
  transport: 'websocket',
  address: '::1',
  port: 9,
});
const [we, anna, ben] = [member(1, 'we'), member(2, 'Anna'), member(3, 'Ben')];
const names = (people: People) => others(people).map(({ name }) => name);
const table = withMembers(noPeople, 1, [we, anna]);
const annaKey = presentPerson(table, 2)!.key;

describe('who is here', () => {
  it('is the table, ourselves apart', () => {
    expect(names(table)).toEqual(['Anna']);
    expect(isOwn(table, presentPerson(table, 1)!)).toBe(true);
    expect(countHere(table)).toBe(2);
  });

  it('comes, takes another name, and goes', () => {
    let people = withEvent(table, { kind: 'joined', member: ben });
    expect(names(people)).toEqual(['Anna', 'Ben']);
    people = withEvent(people, { kind: 'renamed', member: { ...ben, name: 'Benjamin' } });
    expect(names(people)).toEqual(['Anna', 'Benjamin']);
    people = withEvent(people, { kind: 'left', member: ben });
    expect(names(people)).toEqual(['Anna']);
  });

  it('may be told twice: what was heard while the table was read is in it already', () => {
    const people = withEvent(table, { kind: 'joined', member: anna });
    expect(people.all).toEqual(table.all);
    expect(withEvent(table, { kind: 'left', member: ben })).toBe(table);
  });

  it('keeps whom we talk to, though they left, until we turn away', () => {
    let people = withOpen(table, annaKey, true);
    people = withEvent(people, { kind: 'left', member: anna });
    expect(others(people)).toMatchObject([{ name: 'Anna', isHere: false }]);
    expect(names(withOpen(people, undefined, true))).toEqual([]);
  });

  it('has keys that mean nobody else after the hub began anew', () => {
    const again = withMembers(noPeople, 1, [we, member(2, 'Eve', '2026-02-02T00:00:00.000Z')]);
    expect(presentPerson(again, 2)!.key).not.toBe(annaKey);
    expect(presentPerson(withMembers(noPeople, 1, [we, anna]), 2)!.key).toBe(annaKey);
  });

  it('keeps its keys when the table is read again', () => {
    const people = withMembers(table, 1, [we, { ...anna, name: 'Ann' }, ben]);
    expect(presentPerson(people, 2)).toMatchObject({ key: annaKey, name: 'Ann' });
    expect(names(people)).toEqual(['Ann', 'Ben']);
  });
});

describe('what was said', () => {
  it('is unread until it is read', () => {
    let people = withMessage(table, anna, 'hello', 10, false);
    people = withMessage(people, anna, 'there?', 20, false);
    expect(unreadOf(people)).toBe(2);
    expect(presentPerson(people, 2)!.messages.map(({ text, sent }) => [text, sent])).toEqual([
      ['hello', undefined],
      ['there?', undefined],
    ]);
    expect(unreadOf(withOpen(people, annaKey, false))).toBe(2);
    expect(unreadOf(withOpen(people, annaKey, true))).toBe(0);
    expect(unreadOf(withMessage(table, anna, 'seen', 10, true))).toBe(0);
  });

  it('brings whoever said it to the top', () => {
    const people = withEvent(table, { kind: 'joined', member: ben });
    expect(names(withMessage(people, ben, 'hello', 10, false))).toEqual(['Ben', 'Anna']);
  });

  it('may come before its sender', () => {
    let people = withMessage(table, ben, 'first', 10, false);
    people = withEvent(people, { kind: 'joined', member: ben });
    expect(names(people)).toEqual(['Ben', 'Anna']);
    expect(presentPerson(people, 3)).toMatchObject({ since: ben.since, unread: 1 });
    people = withMembers(withMessage(table, ben, 'first', 10, false), 1, [we, anna, ben]);
    expect(presentPerson(people, 3)).toMatchObject({ since: ben.since, unread: 1 });
  });

  it('may come after its sender has left', () => {
    let people = withMessage(table, anna, 'one', 10, true);
    people = withEvent(people, { kind: 'left', member: anna });
    people = withMessage(people, anna, 'two', 20, true);
    expect(presentPerson(people, 2)).toBeUndefined();
    expect(others(people)[0]!.messages).toHaveLength(2);
  });

  it('stays when they leave, and is not passed on to the next of that id', () => {
    let people = withMessage(table, anna, 'a secret', 10, true);
    people = withMembers(people, 1, [we, member(2, 'Eve', '2026-02-02T00:00:00.000Z')]);
    expect(presentPerson(people, 2)).toMatchObject({ name: 'Eve', messages: [] });
    expect(others(people).find(({ key }) => key === annaKey)).toMatchObject({ name: 'Anna', isHere: false });
  });

  it('is on its way, then there or not', () => {
    const said = withSent(table, annaKey, 'hello', 10);
    const sent = (people: People) => people.all.find(({ key }) => key === annaKey)!.messages[0]!.sent;
    expect(sent(said)).toBe('sending');
    expect(sent(withOutcome(said, annaKey, said.lastKey, 'sent'))).toBe('sent');
    const gone = withOutcome(said, annaKey, said.lastKey, 'gone');
    expect(sent(gone)).toBe('gone');
    expect(presentPerson(gone, 2)).toBeUndefined();
  });

  it('is forgotten from the oldest on, and cut when it is long', () => {
    let people = table;
    for (let index = 0; index < 300; index++) people = withMessage(people, anna, String(index), index, true);
    expect(presentPerson(people, 2)!.messages).toHaveLength(200);
    expect(presentPerson(people, 2)!.messages.at(-1)!.text).toBe('299');
    people = withMessage(people, anna, 'x'.repeat(100_000), 0, true);
    expect(presentPerson(people, 2)!.messages.at(-1)!.text).toHaveLength(4_001);
  });

  it('is forgotten with those who left first', () => {
    let people = table;
    for (let id = 10; id < 100; id++) {
      people = withMessage(people, member(id, `m${id}`), 'hi', id, true);
      people = withEvent(people, { kind: 'left', member: member(id, `m${id}`) });
    }
    expect(others(people).filter(({ isHere }) => !isHere)).toHaveLength(50);
    expect(others(people)[0]!.name).toBe('m99');
  });
});
