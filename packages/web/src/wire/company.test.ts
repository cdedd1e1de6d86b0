import { describe, expect, it } from 'vitest';
import {
  type Company,
  countHere,
  here,
  isOwn,
  type MemberFacts,
  nobody,
  others,
  unreadOf,
  withEvent,
  withMessage,
  withOpen,
  withOutcome,
  withSaid,
  withTable,
} from './company.ts';

const member = (id: number, name: string, since = '2026-01-01T00:00:00.000Z'): MemberFacts => ({
  id,
  name,
  since,
  transport: 'websocket',
});
const [we, anna, ben] = [member(1, 'we'), member(2, 'Anna'), member(3, 'Ben')];
const names = (company: Company) => others(company).map(({ name }) => name);
const table = withTable(nobody, 1, [we, anna]);
const annaKey = here(table, 2)!.key;

describe('who is here', () => {
  it('is the table, ourselves apart', () => {
    expect(names(table)).toEqual(['Anna']);
    expect(isOwn(table, here(table, 1)!)).toBe(true);
    expect(countHere(table)).toBe(2);
  });

  it('comes, takes another name, and goes', () => {
    let company = withEvent(table, { kind: 'joined', member: ben });
    expect(names(company)).toEqual(['Anna', 'Ben']);
    company = withEvent(company, { kind: 'renamed', member: { ...ben, name: 'Benjamin' } });
    expect(names(company)).toEqual(['Anna', 'Benjamin']);
    company = withEvent(company, { kind: 'left', member: ben });
    expect(names(company)).toEqual(['Anna']);
  });

  it('may be told twice: what was heard while the table was read is in it already', () => {
    const company = withEvent(table, { kind: 'joined', member: anna });
    expect(company.people).toEqual(table.people);
    expect(withEvent(table, { kind: 'left', member: ben })).toBe(table);
  });

  it('keeps whom we talk to, though they left, until we turn away', () => {
    let company = withOpen(table, annaKey, true);
    company = withEvent(company, { kind: 'left', member: anna });
    expect(others(company)).toMatchObject([{ name: 'Anna', isHere: false }]);
    expect(names(withOpen(company, undefined, true))).toEqual([]);
  });

  it('has keys that mean nobody else after the hub began anew', () => {
    const again = withTable(nobody, 1, [we, member(2, 'Eve', '2026-02-02T00:00:00.000Z')]);
    expect(here(again, 2)!.key).not.toBe(annaKey);
    expect(here(withTable(nobody, 1, [we, anna]), 2)!.key).toBe(annaKey);
  });

  it('keeps its keys when the table is read again', () => {
    const company = withTable(table, 1, [we, { ...anna, name: 'Ann' }, ben]);
    expect(here(company, 2)).toMatchObject({ key: annaKey, name: 'Ann' });
    expect(names(company)).toEqual(['Ann', 'Ben']);
  });
});

describe('what was said', () => {
  it('is unread until it is read', () => {
    let company = withMessage(table, anna, 'hello', 10, false);
    company = withMessage(company, anna, 'there?', 20, false);
    expect(unreadOf(company)).toBe(2);
    expect(here(company, 2)!.messages.map(({ text, sent }) => [text, sent])).toEqual([
      ['hello', undefined],
      ['there?', undefined],
    ]);
    expect(unreadOf(withOpen(company, annaKey, false))).toBe(2);
    expect(unreadOf(withOpen(company, annaKey, true))).toBe(0);
    expect(unreadOf(withMessage(table, anna, 'seen', 10, true))).toBe(0);
  });

  it('brings whoever said it to the top', () => {
    const company = withEvent(table, { kind: 'joined', member: ben });
    expect(names(withMessage(company, ben, 'hello', 10, false))).toEqual(['Ben', 'Anna']);
  });

  it('may come before its sender', () => {
    let company = withMessage(table, ben, 'first', 10, false);
    company = withEvent(company, { kind: 'joined', member: ben });
    expect(names(company)).toEqual(['Ben', 'Anna']);
    expect(here(company, 3)).toMatchObject({ since: ben.since, unread: 1 });
    company = withTable(withMessage(table, ben, 'first', 10, false), 1, [we, anna, ben]);
    expect(here(company, 3)).toMatchObject({ since: ben.since, unread: 1 });
  });

  it('may come after its sender has left', () => {
    let company = withMessage(table, anna, 'one', 10, true);
    company = withEvent(company, { kind: 'left', member: anna });
    company = withMessage(company, anna, 'two', 20, true);
    expect(here(company, 2)).toBeUndefined();
    expect(others(company)[0]!.messages).toHaveLength(2);
  });

  it('stays when they leave, and is not passed on to the next of that id', () => {
    let company = withMessage(table, anna, 'a secret', 10, true);
    company = withTable(company, 1, [we, member(2, 'Eve', '2026-02-02T00:00:00.000Z')]);
    expect(here(company, 2)).toMatchObject({ name: 'Eve', messages: [] });
    expect(others(company).find(({ key }) => key === annaKey)).toMatchObject({ name: 'Anna', isHere: false });
  });

  it('is on its way, then there or not', () => {
    const said = withSaid(table, annaKey, 'hello', 10);
    const sent = (company: Company) => company.people.find(({ key }) => key === annaKey)!.messages[0]!.sent;
    expect(sent(said)).toBe('sending');
    expect(sent(withOutcome(said, annaKey, said.lastKey, 'sent'))).toBe('sent');
    const gone = withOutcome(said, annaKey, said.lastKey, 'gone');
    expect(sent(gone)).toBe('gone');
    expect(here(gone, 2)).toBeUndefined();
  });

  it('is forgotten from the oldest on, and cut when it is long', () => {
    let company = table;
    for (let index = 0; index < 300; index++)
      company = withMessage(company, anna, String(index), index, true);
    expect(here(company, 2)!.messages).toHaveLength(200);
    expect(here(company, 2)!.messages.at(-1)!.text).toBe('299');
    company = withMessage(company, anna, 'x'.repeat(100_000), 0, true);
    expect(here(company, 2)!.messages.at(-1)!.text).toHaveLength(4_001);
  });

  it('is forgotten with those who left first', () => {
    let company = table;
    for (let id = 10; id < 100; id++) {
      company = withMessage(company, member(id, `m${id}`), 'hi', id, true);
      company = withEvent(company, { kind: 'left', member: member(id, `m${id}`) });
    }
    expect(others(company).filter(({ isHere }) => !isHere)).toHaveLength(50);
    expect(others(company)[0]!.name).toBe('m99');
  });
});
