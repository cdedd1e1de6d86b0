import { expect, it } from 'vitest';
import { connect, turns } from './peer.ts';
import { createService, createSlowTables, get, set, string } from './service-under-test.ts';

it('counts what it does', async () => {
  const { service, metrics } = createService();
  const peer = connect(service, 'me');
  peer.send(get('a'), set('a'), get('a'), get('a'), { kind: 'subscribe', topic: 'news' });
  await peer.until(5);
  const other = connect(service, 'you');
  other.send({ kind: 'publish', topic: 'news', data: [string('x')] });
  other.sendHex('00000000');
  await peer.until(6);
  await other.until(2);
  expect([...metrics.commands()]).toEqual([
    { kind: 'hget', status: 200, count: 2 },
    { kind: 'hget', status: 404, count: 1 },
    { kind: 'hset', status: 200, count: 1 },
    { kind: 'subscribe', status: 200, count: 1 },
    { kind: 'publish', status: 200, count: 1 },
    { kind: 'invalid', status: 400, count: 1 },
  ]);
  expect(metrics).toMatchObject({ streams: 2, streamsOpened: 2, published: 1, delivered: 1, dropped: 0 });
  expect(metrics.bytesIn).toBeGreaterThan(0);
  expect(metrics.bytesOut).toBeGreaterThan(0);
});

it('counts a command that failed as what it was', async () => {
  const { service, tables, metrics } = createService();
  const fail = () => {
    throw new Error('secret');
  };
  tables.hget = fail;
  tables.hgetall = fail;
  const peer = connect(service, 'me');
  peer.send(get('a'), { kind: 'hgetall', table: 't' });
  await peer.until(2);
  expect([...metrics.commands()]).toEqual([
    { kind: 'hget', status: 500, count: 1 },
    { kind: 'hgetall', status: 500, count: 1 },
  ]);
});

it('counts how long commands waited, and only those that did', async () => {
  const { tables, letGo } = createSlowTables();
  const { service, metrics, clock } = createService({ tables });
  const peer = connect(service, 'a');
  peer.send(get('k'));
  await peer.until(1);
  expect(metrics.waited).toBe(0);
  peer.send(set('k'));
  await turns();
  clock.advance(20);
  letGo[0]!();
  await peer.until(2);
  expect([metrics.waited, metrics.waitedSeconds]).toEqual([1, 0.02]);
  expect([...metrics.waits()].filter(({ count }) => count > 0)[0]).toEqual({ seconds: 0.025, count: 1 });
});
