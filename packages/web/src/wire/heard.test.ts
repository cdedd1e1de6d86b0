import { expect, it } from 'vitest';
import { eventOf, memberOf, messageOf, readingOf } from './heard.ts';

const anna = {
  id: 2,
  name: 'Anna',
  since: '2026-01-01T00:00:00.000Z',
  transport: 'tcp',
  address: '::1',
  port: 9,
};

it('takes members, events and readings from JSON', () => {
  expect(memberOf(JSON.stringify(anna))).toEqual(anna);
  expect(eventOf(JSON.stringify({ kind: 'left', member: anna }))).toEqual({ kind: 'left', member: anna });
  expect(readingOf(JSON.stringify({ id: 'x', text: '19' }))).toEqual({ id: 'x', text: '19' });
});

it.each([undefined, null, 7, '', 'null', '[]', '{}', '{"id":"2"}', '{"kind":"eaten"}', 'not JSON'])(
  'makes nothing of %j',
  (value) => {
    expect(memberOf(value)).toBeUndefined();
    expect(eventOf(value)).toBeUndefined();
    expect(readingOf(value)).toBeUndefined();
  },
);

it('takes a message of any values as text', () => {
  const values = [2, 'Anna', 'hello', 7, 2n ** 60n, 0.5, true, null, new Uint8Array(3)];
  expect(messageOf(values)).toEqual({
    from: { id: 2, name: 'Anna' },
    text: 'hello 7 1152921504606846976 0.5 true ∅ [3 B]',
  });
  expect(messageOf(['2', 'Anna', 'hello'])).toBeUndefined();
  expect(messageOf([])).toBeUndefined();
});
