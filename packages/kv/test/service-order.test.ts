import type { Value } from '@inkwire/wire';
import { describe, expect, it } from 'vitest';
import { connect, turns } from './peer.ts';
import { createService, createSlowTables, get, integer, none, ok, set } from './service-under-test.ts';

describe('the order of replies', () => {
  it('is that of the commands, whatever is done first', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = createService({ tables });
    const peer = connect(service, 'me');
    peer.send(get('x'), set('a'), get('y'), set('b'), get('z'));
    await turns();
    expect(peer.replies.length).toBe(1);
    expect(metrics.pending).toBe(4);
    letGo[1]!();
    await turns();
    expect(peer.replies.length).toBe(1);
    letGo[0]!();
    await peer.until(5);
    expect(peer.replies.map(({ message }) => message.slice(-1))).toEqual(['x', '', 'y', '', 'z']);
    expect(metrics.pending).toBe(0);
  });

  it('goes as far as what is done, and waits for the next', async () => {
    const { tables, letGo } = createSlowTables();
    const { service } = createService({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), get('y'), set('b'), get('z'));
    await turns();
    letGo[0]!();
    await turns();
    expect(peer.replies.map(({ message }) => message.slice(-1))).toEqual(['', 'y']);
    letGo[1]!();
    await peer.until(4);
    expect(peer.replies.map(({ message }) => message.slice(-1))).toEqual(['', 'y', '', 'z']);
  });

  it('holds for failures and for the end', async () => {
    const { tables, letGo } = createSlowTables();
    const { service } = createService({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), set('b'));
    peer.sendHex('00000003 ffffff');
    await turns();
    letGo[1]!();
    letGo[0]!();
    await peer.untilEnded();
    expect(peer.replies.map(({ status }) => status)).toEqual([200, 200, 400]);
  });

  it('makes a subscription wait for what is before it', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, topics } = createService({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), { kind: 'subscribe', topic: 'news' });
    await turns();
    topics.publish('news', []);
    await turns();
    letGo[0]!();
    await peer.until(2);
    topics.publish('news', []);
    await peer.until(3);
    expect(peer.replies).toMatchObject([ok(none), ok(integer(7)), ok()]);
  });

  it('bounds what is awaited: then the stream is read no further', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = createService({ tables, limits: { maxPendingCommands: 10 } });
    const peer = connect(service, 'me');
    peer.send(...Array.from({ length: 100 }, (_, i) => set(`k${i}`)));
    await turns();
    expect(metrics.pending).toBe(10);
    for (let done = 0; done < 100; done++) {
      while (letGo[done] === undefined) await turns(1);
      letGo[done]!();
    }
    await peer.until(100);
    expect(metrics.pending).toBe(0);
  });

  it('bounds the bytes of what is awaited', async () => {
    const { tables } = createSlowTables();
    const { service, metrics } = createService({ tables, limits: { maxPendingBytes: 5000 } });
    const peer = connect(service, 'me');
    const value: Value = { kind: 'binary', value: Uint8Array.from({ length: 1000 }, (_, i) => i * i) };
    peer.send(...Array.from({ length: 100 }, (_, i) => set(`k${i}`, value)));
    await turns();
    expect(metrics.pending).toBe(5);
  });

  it('forgets what is awaited when the stream is gone', async () => {
    const { tables, letGo } = createSlowTables();
    const { service, metrics } = createService({ tables });
    const peer = connect(service, 'me');
    peer.send(set('a'), set('b'));
    await turns();
    peer.channel.destroy();
    await turns();
    expect(metrics).toMatchObject({ pending: 0, streams: 0 });
    for (const go of letGo) go();
    await turns();
    expect(metrics.pending).toBe(0);
  });
});
