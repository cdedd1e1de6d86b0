import { describe, expect, it } from 'vitest';
import {
  parseMember,
  parseMemberEvent,
  parseMemberMessage,
  parsePoolClient,
  parsePoolMessage,
  parsePoolTable,
  parseReading,
} from './index.ts';

const reading = {
  id: '',
  time: '2026-01-01T00:00:00.000Z',
  source: 'upload',
  text: '4',
  written: '-4',
  confidence: 0.9,
  unsure: false,
  digits: [{ digit: 4, confidence: 0.9, box: [0, 0, 28, 28], probabilities: Array(10).fill(0.1) }],
  model: '0123456789ab',
  corrected: null,
  width: 28,
  height: 28,
};
const member = {
  id: 2,
  name: 'Anna',
  since: '2026-01-01T00:00:00.000Z',
  transport: 'tcp',
  address: '::1',
  port: 9,
};
const total = {
  ...{ epoch: 3, strategy: 'fair', capacity: 40, spare: 2, total: 38, reserved: 30, clients: 1 },
  ...{ isLearning: false, isScarce: true, counts: { reports: 7 } },
};
const client = {
  ...{ name: 'web-1', incarnation: 'i', state: 'member', isSilent: false, floor: 1, ceiling: 9, weight: 1 },
  ...{ min: 1, max: 5, held: 5, inUse: 2, idle: 1, opening: 0, closing: 0, queued: 0, longestWaitMs: 0 },
  ...{ failures: 0, completed: 8, usedRate: 0.4, failureRate: 0 },
};
const json = JSON.stringify;

/** The same object without a field, and with each field as something that it cannot be. */
function* spoiled(whole: Readonly<Record<string, unknown>>): Generator<object> {
  for (const name of Object.keys(whole)) {
    const { [name]: _, ...without } = whole;
    yield without;
    yield { ...whole, [name]: { not: 'this' } };
  }
}

describe('what a hub says, once parsed,', () => {
  it('is what it said, with fields that are new left in', () => {
    for (const corrected of [null, '47'])
      for (const label of [{}, { label: '4' }])
        expect(parseReading(json({ ...reading, corrected, ...label, later: 1 }))).toEqual({
          ...reading,
          corrected,
          ...label,
          later: 1,
        });
    expect(parseMember(json(member))).toEqual(member);
    for (const kind of ['joined', 'left', 'renamed'])
      expect(parseMemberEvent(json({ kind, member }))).toEqual({ kind, member });
    expect(parsePoolClient(json(client))).toEqual(client);
    expect(parsePoolMessage(json({ total, clients: [client] }))).toEqual({ total, clients: [client] });
  });

  it('is undefined without a field, or with one of another type', () => {
    const { written: _, ...needed } = reading;
    for (const each of spoiled(needed)) expect(parseReading(json(each)), json(each)).toBeUndefined();
    for (const each of spoiled(reading.digits[0]!))
      expect(parseReading(json({ ...reading, digits: [each] })), json(each)).toBeUndefined();
    for (const each of spoiled(member)) {
      expect(parseMember(json(each)), json(each)).toBeUndefined();
      expect(parseMemberEvent(json({ kind: 'left', member: each })), json(each)).toBeUndefined();
    }
    for (const each of spoiled(client)) expect(parsePoolClient(json(each)), json(each)).toBeUndefined();
    const { counts, ...others } = total;
    for (const each of spoiled(others))
      expect(parsePoolMessage(json({ total: { ...each, counts }, clients: [] })), json(each)).toBeUndefined();
    expect(parsePoolMessage(json({ total: others, clients: [] }))).toBeUndefined();
  });

  it('has the text where a hub does not say what is written', () => {
    const { written: _, ...older } = reading;
    expect(parseReading(json(older))).toEqual({ ...older, written: '4' });
    expect(parseReading(json({ ...older, written: 4 }))).toBeUndefined();
  });

  it('names the detector, if there was one', () => {
    const found = { ...reading, detector: 'f00f00f00f00' };
    expect(parseReading(json(found))).toEqual(found);
    expect(parseReading(json({ ...reading, detector: 7 }))).toBeUndefined();
  });

  it('has the cells of a grid, if there are as many as it says', () => {
    const cells = { rows: 2, columns: 1, texts: [['4'], ['']] };
    expect(parseReading(json({ ...reading, cells }))).toEqual({ ...reading, cells });
    for (const spoilt of [
      { rows: 1 },
      { columns: 2 },
      { texts: [['4'], [7]] },
      { texts: '4' },
      { rows: '2' },
    ])
      expect(parseReading(json({ ...reading, cells: { ...cells, ...spoilt } }))).toBeUndefined();
    expect(parseReading(json({ ...reading, cells: [] }))).toBeUndefined();
  });

  it('is undefined with a value that the field does not take', () => {
    const [digit] = reading.digits;
    for (const spoilt of [
      { box: [0, 0, 28] },
      { box: [0, 0, 28, '28'] },
      { probabilities: Array(9).fill(0.1) },
      { confidence: null },
    ])
      expect(parseReading(json({ ...reading, digits: [digit, { ...digit, ...spoilt }] }))).toBeUndefined();
    expect(parseMember(json({ ...member, id: 1.5 }))).toBeUndefined();
    expect(parseMemberEvent(json({ kind: 'eaten', member }))).toBeUndefined();
  });

  it.each([undefined, null, 7, '', 'null', '7', '[]', '{}', '{"id":"2"}', '{"kind":"eaten"}', 'not JSON'])(
    'is undefined for %j',
    (value) => {
      for (const parse of [parseReading, parseMember, parseMemberEvent, parsePoolMessage, parsePoolClient])
        expect(parse(value)).toBeUndefined();
    },
  );
});

describe('the table of the pool', () => {
  it('is the totals and the clients; one that cannot be understood is left out', () => {
    const table = new Map([
      ['$total', json(total)],
      ['web-1', json(client)],
      ['web-2', '{}'],
      ['web-3', 'not JSON'],
    ]);
    expect(parsePoolTable(table)).toEqual({ total, clients: [client] });
    expect(parsePoolMessage(json({ total, clients: [client, { name: 7 }, null] }))).toEqual({
      total,
      clients: [client],
    });
  });

  it('is undefined where no allocator runs', () => {
    expect(parsePoolTable(new Map())).toBeUndefined();
    expect(parsePoolTable(new Map([['web-1', json(client)]]))).toBeUndefined();
  });
});

describe('a message to a member', () => {
  it("is its sender's id and name, then what was sent", () => {
    expect(parseMemberMessage([2, 'Anna', 'hello', null, 7])).toEqual({
      from: 2,
      name: 'Anna',
      values: ['hello', null, 7],
    });
    for (const values of [[], [2], ['2', 'Anna', 'hello'], [2, 3, 'hello']])
      expect(parseMemberMessage(values)).toBeUndefined();
  });
});
