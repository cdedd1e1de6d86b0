import { createManualClock } from '@inkwire/base';
import { expect, it } from 'vitest';
import { leaseReport } from '../../test/lease-report.ts';
import type { LeaseReply } from '../allocator/messages.ts';
import { createPool } from '../pool/create-pool.ts';
import { decodeReply, encodeReport } from './codec.ts';
import { createLeaseClient } from './lease-client.ts';
import { createLeaseEndpoint, leaseTopic } from './lease-endpoint.ts';
import { createLeaseService, type LeaseServiceOptions } from './lease-service.ts';
import { createMemoryStore } from './store.ts';
import type { LeaseTransport } from './transport.ts';
import { createWireTransport } from './wire-transport.ts';

const atRest = () => new Promise<void>((resolve) => setImmediate(resolve));

function serve(options: Partial<LeaseServiceOptions> = {}) {
  const clock = createManualClock();
  const service = createLeaseService({
    allocator: { capacity: 10, learnMs: 0, leaseMs: 1000, marginMs: 100 },
    clock,
    ...options,
  });
  const join = (name: string, transport = service.transport(name)) => {
    const pool = createPool({
      name,
      clock,
      limits: { min: 0, max: 0 },
      open: async () => ({}),
      close: () => {},
    });
    return { pool, lease: createLeaseClient({ pool, transport, name, clock }) };
  };
  /** Lets time pass, a millisecond at a time, and everything come to rest in each. */
  const pass = async (ms: number) => {
    for (let i = 0; i < ms; i++) {
      clock.advance(1);
      await atRest();
    }
  };
  return { clock, service, join, pass };
}

it('moves connections to where they are needed, and never has more than there are', async () => {
  const { service, join, pass } = serve();
  const a = join('a');
  const b = join('b');
  await pass(2);
  const lending = Promise.all(Array.from({ length: 8 }, () => a.pool.acquire()));
  await pass(50);
  const lent = await lending;
  expect(a.pool.stats().total).toBe(8);
  const waiting = Promise.all(Array.from({ length: 8 }, () => b.pool.acquire()));
  await pass(50);
  expect(service.snapshot().isScarce).toBe(true);
  for (const lease of lent) lease.release();
  await pass(200);
  expect(b.pool.stats().inUse).toBe(8);
  expect(a.pool.stats().total + b.pool.stats().total).toBeLessThanOrEqual(10);
  for (const lease of await waiting) lease.release();
  await Promise.all([a.lease.close(), b.lease.close(), pass(300)]);
  expect(service.snapshot().reserved).toBe(0);
});

it('tells a client nothing before it is on disk', async () => {
  let onDisk = () => {};
  const store = {
    ...createMemoryStore(),
    admit: () =>
      new Promise<void>((resolve) => {
        onDisk = resolve;
      }),
  };
  const { service } = serve({ store });
  const replies: LeaseReply[] = [];
  service.onReply('a', (reply) => replies.push(reply));
  service.receive(leaseReport('a'));
  await atRest();
  expect(replies).toEqual([]);
  onDisk();
  await atRest();
  expect(replies).toMatchObject([{ kind: 'grant', answers: 1 }]);
});

it('does not admit a client that could not be written down, says so, and tries again when asked', async () => {
  const errors: unknown[] = [];
  let isBroken = true;
  const store = {
    ...createMemoryStore(),
    admit: async () => {
      if (isBroken) throw new Error('no room');
    },
  };
  const { service } = serve({ store, onError: (error) => errors.push(error) });
  service.receive(leaseReport('a'));
  await atRest();
  expect(errors).toMatchObject([{ message: 'no room' }]);
  expect(service.snapshot().clients).toEqual([]);
  isBroken = false;
  service.receive(leaseReport('a', { sequence: 2 }));
  await atRest();
  expect(service.snapshot().clients).toMatchObject([{ name: 'a', state: 'member' }]);
});

it('fences a silent client whose connections are wanted, until none is left', async () => {
  const fenced: string[] = [];
  const left = [2, 0];
  const { service, clock } = serve({
    fence: async ({ incarnation }) => {
      fenced.push(incarnation);
      return left.shift()!;
    },
  });
  service.receive(leaseReport('a', { queued: 10 }));
  await atRest();
  clock.advance(1100);
  service.receive(leaseReport('b', { queued: 10 }));
  await atRest();
  expect(fenced).toEqual(['a#1']);
  expect(service.snapshot().clients.map(({ name }) => name)).toEqual(['a', 'b']);
  clock.advance(500);
  await atRest();
  expect(fenced).toEqual(['a#1', 'a#1']);
  expect(service.snapshot().clients).toMatchObject([{ name: 'b', max: 10 }]);
});

it('counts a fence that never ends as failed, tries again, and does not hear what it says later', async () => {
  const ends: ((left: number) => void)[] = [];
  const errors: unknown[] = [];
  const { service, clock } = serve({
    fence: () => new Promise((resolve) => ends.push(resolve)),
    fenceTimeoutMs: 3000,
    onError: (error) => errors.push(error),
  });
  const other = (sequence: number) => service.receive(leaseReport('b', { queued: 10, sequence }));
  service.receive(leaseReport('a', { queued: 10 }));
  await atRest();
  clock.advance(1100);
  other(1);
  await atRest();
  clock.advance(3000);
  other(2);
  await atRest();
  expect(service.snapshot().counts).toMatchObject({ fences: 1, fencesFailed: 1 });
  expect(errors).toMatchObject([{ code: 'BASE_TIMEOUT' }]);
  clock.advance(500);
  other(3);
  await atRest();
  expect(ends).toHaveLength(2);
  ends[0]!(0);
  await atRest();
  expect(service.snapshot().clients[0]).toMatchObject({ name: 'a', state: 'fencing' });
  ends[1]!(0);
  await atRest();
  expect(service.snapshot().clients).toMatchObject([{ name: 'b', max: 10 }]);
});

it('leaves no timer of a fence that is under way when it ends', async () => {
  const { service, clock } = serve({ fence: () => new Promise(() => {}) });
  service.receive(leaseReport('a', { queued: 10 }));
  await atRest();
  clock.advance(1100);
  service.receive(leaseReport('b'));
  await atRest();
  expect(service.snapshot().counts.fences).toBe(1);
  await service.close();
  await atRest();
  expect(clock.pending).toBe(0);
});

it('steps down when its store has moved, and only then', async () => {
  let newest = 1;
  const store = { ...createMemoryStore({ epoch: 1 }), newestEpoch: async () => newest };
  const { service } = serve({ store });
  service.receive(leaseReport('a', { epoch: 5 }));
  await atRest();
  expect(service.snapshot()).toMatchObject({ supersededBy: undefined, counts: { refusals: 1 } });
  newest = 2;
  service.receive(leaseReport('a', { epoch: 5, sequence: 2 }));
  await atRest();
  expect(service.snapshot()).toMatchObject({ supersededBy: 2 });
});

it('takes a client in that comes from an allocator of a later epoch which is no more', async () => {
  const clock = createManualClock();
  const allocator = { capacity: 10, learnMs: 0, leaseMs: 1000 };
  const later = createLeaseService({ allocator, clock, store: createMemoryStore({ epoch: 9 }) });
  const earlier = createLeaseService({ allocator, clock, store: createMemoryStore({ epoch: 5 }) });
  let service = later;
  const transport: LeaseTransport = {
    send: (sent) => service.receive(sent),
    onReply: (listener) => {
      later.onReply('a', listener);
      return earlier.onReply('a', listener);
    },
  };
  const pool = createPool({ clock, limits: { min: 0, max: 0 }, open: async () => ({}), close: () => {} });
  const lease = createLeaseClient({ pool, transport, name: 'a', clock });
  await atRest();
  expect(lease).toMatchObject({ state: 'leased', epoch: 9 });
  service = earlier;
  for (let i = 0; i < 20; i++) {
    clock.advance(100);
    await atRest();
  }
  expect(lease).toMatchObject({ state: 'leased', epoch: 5 });
  expect(earlier.snapshot()).toMatchObject({ supersededBy: undefined, clients: [{ name: 'a' }] });
});

it('begins with what its store has: its epoch, whom it knows, and whether that is everyone', async () => {
  const clients = [{ name: 'known', incarnation: 'known#1', floor: 3 }];
  const allocator = { capacity: 10 };
  const { service } = serve({ allocator, store: createMemoryStore({ epoch: 7, clients }) });
  expect(service.epoch).toBe(7);
  expect(service.snapshot().clients).toMatchObject([{ name: 'known', floor: 3, state: 'unsettled' }]);
  const returning = leaseReport('b', { epoch: 6, max: 2, inUse: 2 });
  service.receive(returning);
  await atRest();
  expect(service.snapshot().clients).toHaveLength(1);
  const unsure = serve({ allocator, store: { ...createMemoryStore({ epoch: 7 }), isComplete: false } });
  unsure.service.receive(returning);
  await atRest();
  expect(unsure.service.snapshot().clients).toMatchObject([{ name: 'b', state: 'unsettled' }]);
});

it('begins in memory with an epoch above that of a process before', () => {
  const before = Math.floor(Date.now() / 1000);
  expect(createMemoryStore().epoch).toBeGreaterThanOrEqual(before);
});

it('forgets a client when an operator says so, if that is silent, and answers how many there were', async () => {
  const { service, clock } = serve();
  service.receive(leaseReport('a'));
  await atRest();
  expect(service.forget('a')).toBe(0);
  clock.advance(1100);
  expect(service.forget('b')).toBe(0);
  expect(service.forget('a')).toBe(1);
  expect(service.snapshot()).toMatchObject({ reserved: 0, clients: [] });
});

it.each([
  [{ allocator: { capacity: 1, silent: 'fence' } }, TypeError, /`fence` to be a function/],
  [{ fence: async () => 0, fenceTimeoutMs: 0 }, RangeError, /`fenceTimeoutMs` to be a number ≥ 1/],
] as const)('refuses the options %o by name', (options, type, message) => {
  expect(() => serve(options)).toThrow(type);
  expect(() => serve(options)).toThrow(message);
});

it('says nothing after its end, and leaves no timer', async () => {
  const { service, clock } = serve();
  await service.close();
  service.receive(leaseReport('a'));
  await atRest();
  expect(service.snapshot().clients).toEqual([]);
  expect(clock.pending).toBe(0);
});

it('answers over a wire, and publishes what was not asked for', async () => {
  const { service, join, pass } = serve();
  const heard = new Map<string, (bytes: Uint8Array) => void>();
  const endpoint = createLeaseEndpoint({
    service,
    publish: (client, bytes) => heard.get(leaseTopic(client))?.(bytes),
  });
  const client = {
    lease: (bytes: Uint8Array) => endpoint.handle(bytes),
    subscribe: (topic: string) => subscription((push) => heard.set(topic, push)),
  };
  const a = join('a', createWireTransport({ client: client as never, name: 'a' }));
  const b = join('b', createWireTransport({ client: client as never, name: 'b' }));
  await pass(5);
  const lending = Promise.all(Array.from({ length: 6 }, () => a.pool.acquire()));
  await pass(50);
  const lent = await lending;
  const waiting = Promise.all(Array.from({ length: 6 }, () => b.pool.acquire()));
  await pass(50);
  for (const lease of lent) lease.release();
  await pass(200);
  expect(b.pool.stats().inUse).toBe(6);
  for (const lease of await waiting) lease.release();
  await Promise.all([a.lease.close(), b.lease.close(), pass(300)]);
  expect(service.snapshot().clients).toEqual([]);
});

it('answers a report that has no reply with no bytes, and refuses what is no report', async () => {
  const { service, clock } = serve();
  const endpoint = createLeaseEndpoint({ service, publish: () => {}, clock });
  const first = decodeReply(await endpoint.handle(encodeReport(leaseReport('a', { sequence: 5 }))));
  expect(first).toMatchObject({ kind: 'grant', answers: 5 });
  const overtaken = endpoint.handle(encodeReport(leaseReport('a', { sequence: 4 })));
  clock.advance(100);
  expect(await overtaken).toHaveLength(0);
  await expect(endpoint.handle(Buffer.from('ff', 'hex'))).rejects.toMatchObject({
    code: 'WIRE_MESSAGE_INVALID',
  });
  await expect(endpoint.handle(encodeReport(leaseReport('')))).rejects.toMatchObject({
    code: 'WIRE_MESSAGE_INVALID',
    message: 'Expected `client` to have 1 to 200 characters, got 0',
  });
});

it('does not take a fault of the service for one of the report', async () => {
  const { service, clock } = serve();
  const endpoint = createLeaseEndpoint({ service, publish: () => {}, clock });
  const fault = new RangeError('a mistake of ours');
  service.receive = () => {
    throw fault;
  };
  const before = clock.pending;
  await expect(endpoint.handle(encodeReport(leaseReport('a')))).rejects.toBe(fault);
  expect(clock.pending).toBe(before);
});

/** A wire client's subscription as the transport sees it: the items that are pushed, until it is unsubscribed. */
function subscription(onPush: (push: (bytes: Uint8Array) => void) => void) {
  const waiting: Uint8Array[] = [];
  let wake = () => {};
  let isOver = false;
  onPush((bytes) => {
    waiting.push(bytes);
    wake();
  });
  return {
    async *[Symbol.asyncIterator]() {
      while (!isOver) {
        for (const bytes of waiting.splice(0)) yield { values: [bytes] };
        if (waiting.length === 0 && !isOver)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
    unsubscribe() {
      isOver = true;
      wake();
    },
  };
}
