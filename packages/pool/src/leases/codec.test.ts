import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LeaseReply, type LeaseReport, refusalReasons } from '../allocator/messages.ts';
import { decodeReply, decodeReport, encodeReply, encodeReport } from './codec.ts';

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const milliseconds = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const name = fc.string({ unit: 'grapheme' });

const report: fc.Arbitrary<LeaseReport> = fc.record({
  client: name,
  incarnation: name,
  epoch: count,
  appliedGrant: count,
  sequence: count,
  max: count,
  inUse: count,
  idle: count,
  opening: count,
  closing: count,
  queued: count,
  longestWaitMs: milliseconds,
  failures: count,
  completed: count,
  serviceMs: milliseconds,
  floor: count,
  ceiling: count,
  weight: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  isLeaving: fc.boolean(),
});

const answer = { client: name, incarnation: name, epoch: count, answers: count };
const reply: fc.Arbitrary<LeaseReply> = fc.oneof(
  fc.record({ ...answer, kind: fc.constant('farewell' as const) }),
  fc.record({ ...answer, kind: fc.constant('refusal' as const), reason: fc.constantFrom(...refusalReasons) }),
  fc.record({
    ...answer,
    kind: fc.constant('refusal' as const),
    reason: fc.constant('learning' as const),
    waitsFor: name.filter((waitsFor) => waitsFor !== ''),
  }),
  fc.record({
    ...answer,
    kind: fc.constant('grant' as const),
    sequence: count,
    min: count,
    max: count,
    leaseMs: milliseconds,
    floor: count,
    isConfirmation: fc.boolean(),
  }),
);

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

it('decodes what it has encoded', () => {
  fc.assert(
    fc.property(report, reply, (oneReport, oneReply) => {
      expect(decodeReport(encodeReport(oneReport))).toEqual(oneReport);
      expect(decodeReply(encodeReply(oneReply))).toEqual(oneReply);
    }),
  );
});

const example: LeaseReport = {
  client: 'web-1',
  incarnation: '7f',
  epoch: 3,
  sequence: 300,
  appliedGrant: 12,
  max: 20,
  inUse: 18,
  idle: 1,
  opening: 1,
  closing: 0,
  queued: 5,
  longestWaitMs: 1.5,
  failures: 0,
  completed: 1000,
  serviceMs: 0,
  floor: 2,
  ceiling: 50,
  weight: 1,
  isLeaving: false,
};

it('writes the bytes of docs/leases.md', () => {
  expect(hex(encodeReport(example))).toBe(
    '0a057765622d3112023766180320ac02280c301438124001480158057' + '0e80780010288013261000000000000f83f',
  );
  const grant: LeaseReply = {
    kind: 'grant',
    client: 'web-1',
    incarnation: '7f',
    epoch: 3,
    answers: 300,
    sequence: 13,
    min: 2,
    max: 25,
    leaseMs: 5000,
    floor: 2,
    isConfirmation: false,
  };
  expect(hex(encodeReply(grant))).toBe(
    '0a057765622d3112023766180320ac022a11080d10021819280221000000000088b340',
  );
  expect(
    hex(
      encodeReply({ kind: 'refusal', client: 'a', incarnation: 'b', epoch: 1, answers: 2, reason: 'full' }),
    ),
  ).toBe('0a016112016218012002' + '3003');
  const learning = { kind: 'refusal', reason: 'learning', waitsFor: 'c' } as const;
  expect(hex(encodeReply({ ...learning, client: 'a', incarnation: 'b', epoch: 1, answers: 2 }))).toBe(
    '0a016112016218012002' + '3004' + '420163',
  );
  expect(hex(encodeReply({ kind: 'farewell', client: 'a', incarnation: 'b', epoch: 1, answers: 2 }))).toBe(
    '0a016112016218012002' + '3801',
  );
});

it('passes over what it does not know, and takes no reply for none', () => {
  const unknown = Buffer.from('a00601aa0603616263', 'hex');
  expect(decodeReport(Buffer.concat([encodeReport(example), unknown]))).toEqual(example);
  expect(decodeReply(new Uint8Array(0))).toBeUndefined();
  expect(decodeReply(Buffer.from('3063', 'hex'))).toBeUndefined();
});

it('refuses what is cut off, wherever, or no text', () => {
  const bytes = encodeReport(example);
  const whole = new Set<number>();
  for (let end = 0; end < bytes.length; end++) {
    try {
      decodeReport(bytes.subarray(0, end));
      whole.add(end);
    } catch (error) {
      expect(error).toMatchObject({ code: 'WIRE_MESSAGE_INVALID' });
    }
  }
  // Between two fields it is a message.
  expect(whole.size).toBe(14);
  expect(() => decodeReport(Buffer.from('0a01ff', 'hex'))).toThrow(/not UTF-8/);
});
