import { createManualClock } from '@inkwire/base';
import { expect, it } from 'vitest';
import { leaseReport } from '../../test/lease-report.ts';
import type { LeaseReply, LeaseReport } from '../allocator/messages.ts';
import { decodeReply, encodeReport } from './codec.ts';
import { createLeaseEndpoint } from './lease-endpoint.ts';
import type { LeaseService } from './lease-service.ts';

const report = leaseReport('a', { epoch: 1, sequence: 5 });
const reply: LeaseReply = { kind: 'farewell', client: 'a', incarnation: 'a#1', epoch: 1, answers: 5 };

/** An endpoint of a service that replies when the test says so. */
function create() {
  const clock = createManualClock();
  let listener: ((reply: LeaseReply) => void) | undefined;
  const service = {
    receive: () => {},
    onUnheardReply: (heard: (reply: LeaseReply) => void) => {
      listener = heard;
      return {
        [Symbol.dispose]: () => {
          listener = undefined;
        },
      };
    },
  } as unknown as LeaseService;
  const published: (LeaseReply | undefined)[] = [];
  const endpoint = createLeaseEndpoint({
    service,
    publish: (_, bytes) => published.push(decodeReply(bytes)),
    clock,
  });
  const answers: (LeaseReply | undefined)[] = [];
  /** Sends a report, and keeps what is answered: undefined for no bytes. */
  const send = (change: Partial<LeaseReport> = {}) =>
    void endpoint.handle(encodeReport({ ...report, ...change })).then((bytes) => {
      answers.push(decodeReply(bytes));
    });
  const say = (change: Partial<LeaseReply> = {}) => listener?.({ ...reply, ...change } as LeaseReply);
  return { clock, endpoint, published, answers, send, say, isListening: () => listener !== undefined };
}

const atRest = () => new Promise<void>((resolve) => setImmediate(resolve));

it('answers a report with the reply to it or to a later one, and leaves no timer', async () => {
  for (const answered of [5, 6]) {
    const { clock, answers, published, send, say } = create();
    send();
    await atRest();
    expect(clock.pending).toBe(1);
    say({ answers: answered });
    await atRest();
    expect(answers).toEqual([{ ...reply, answers: answered }]);
    expect([published, clock.pending]).toEqual([[], 0]);
    // The next is not an answer.
    say();
    expect(published).toEqual([reply]);
  }
});

it.each<[string, Partial<LeaseReply>]>([
  ['to an earlier report', { answers: 4 }],
  ['to another incarnation', { incarnation: 'a#0' }],
  ['to another client', { client: 'b' }],
])('publishes a reply %s, and waits for its own', async (_, change) => {
  const { answers, published, send, say } = create();
  send();
  await atRest();
  say(change);
  await atRest();
  expect([published, answers]).toEqual([[{ ...reply, ...change }], []]);
  say();
  await atRest();
  expect(answers).toEqual([reply]);
});

it('answers a report that another of its client follows with no bytes, at once', async () => {
  const { answers, send, say } = create();
  send();
  await atRest();
  send({ sequence: 6 });
  await atRest();
  expect(answers).toEqual([undefined]);
  say({ answers: 6 });
  await atRest();
  expect(answers).toEqual([undefined, { ...reply, answers: 6 }]);
});

it('answers all that wait with no bytes when it is disposed of, and listens no more', async () => {
  const { clock, endpoint, answers, send, isListening } = create();
  send();
  send({ client: 'b' });
  await atRest();
  endpoint[Symbol.dispose]();
  await atRest();
  expect(answers).toEqual([undefined, undefined]);
  expect([clock.pending, isListening()]).toEqual([0, false]);
});
