import type { Command, Reply } from '@inkwire/wire';
import { describe, expect, it } from 'vitest';
import { connect, turns } from './peer.ts';
import { createService, get, integer, none, set, string } from './service-under-test.ts';

describe('names that begin with $', () => {
  it('are nobody’s without a system', async () => {
    const { service } = createService();
    const peer = connect(service, 'me');
    const table = '$hub';
    const commands: Command[] = [
      get('time', table),
      set('time', none, table),
      { kind: 'hgetall', table },
      { kind: 'hmget', table, keys: ['a'] },
      { kind: 'hdel', table, key: 'a' },
      { kind: 'publish', topic: '$x', data: [] },
      { kind: 'unsubscribe', topic: '$x', id: 1 },
      { kind: 'subscribe', topic: '$x' },
      { kind: 'lease', bytes: new Uint8Array(0) },
      { kind: 'read', picture: { image: new Uint8Array(0) }, keep: true },
    ];
    peer.send(...commands);
    await peer.until(commands.length);
    expect(peer.replies.map(({ status }) => status)).toEqual([
      404, 403, 404, 404, 403, 403, 404, 404, 404, 404,
    ]);
    expect(peer.replies[0]!.message).toBe('Not found: table $hub, key time');
  });

  it('are the system’s, at once or later, in order', async () => {
    const heard: unknown[] = [];
    const reply = (value: string): Reply => ({
      status: 200,
      message: '',
      values: [string(value)],
      pairs: [],
    });
    const { service, topics, failures } = createService({
      system: {
        answer(command, session) {
          heard.push([command.kind, session]);
          switch (command.kind) {
            case 'hget':
              return command.key === 'later' ? turns(3).then(() => reply('later')) : reply('now');
            case 'subscribe':
              return turns(3).then(() => undefined);
            case 'publish':
              return command.topic === '$mine' ? Promise.resolve(undefined) : { ...reply(''), status: 401 };
            case 'hgetall':
              return Promise.reject(new Error('secret'));
            default:
              return undefined;
          }
        },
      },
    });
    const peer = connect(service, 'me');
    peer.send(
      get('now', '$a'),
      get('later', '$a'),
      get('now', '$a'),
      { kind: 'publish', topic: '$other', data: [] },
      { kind: 'publish', topic: '$mine', data: [] },
      get('plain'),
      { kind: 'hgetall', table: '$a' },
      { kind: 'hdel', table: '$a', key: 'a' },
      { kind: 'unsubscribe', topic: '$mine', id: 99 },
      { kind: 'subscribe', topic: '$mine' },
    );
    await peer.until(10);
    expect(peer.replies.map(({ status, values }) => [status, ...values.slice(0, 1)])).toEqual([
      [200, string('now')],
      [200, string('later')],
      [200, string('now')],
      [401, string('')],
      [200],
      [404],
      [500],
      [500],
      [404],
      [200, integer(7)],
    ]);
    expect(failures.length).toBe(2);
    expect(heard.length).toBe(9);
    topics.publish('$mine', []);
    await peer.until(11);
  });

  it('are not answered like others when the system has failed, at once or later', async () => {
    const early = new Error('early secret');
    const late = new Error('late secret');
    const { service, topics, failures } = createService({
      system: {
        answer(command) {
          if (command.kind === 'publish') return Promise.reject(late);
          throw early;
        },
      },
    });
    const published: unknown[] = [];
    topics.publish = (topic) => published.push(topic);
    const peer = connect(service, 'me');
    peer.send(
      { kind: 'publish', topic: '$mine', data: [] },
      { kind: 'subscribe', topic: '$mine' },
      { kind: 'hdel', table: '$a', key: 'a' },
      get('plain'),
    );
    await peer.until(4);
    expect(peer.replies.map(({ status, message }) => [status, message])).toEqual([
      [500, 'The command failed'],
      [500, 'The command failed'],
      [500, 'The command failed'],
      [404, 'Not found: table t, key plain'],
    ]);
    expect(failures).toEqual([late, early, early]);
    expect(published).toEqual([]);
  });

  it('and everything else may be refused beforehand', async () => {
    const { service } = createService({
      permit: (kind, session) =>
        session === 'reader' && kind !== 'hget' ? { status: 401, message: 'Sign in first' } : undefined,
    });
    const peer = connect(service, 'reader');
    peer.send(
      set('k'),
      get('k'),
      { kind: 'hgetall', table: 't' },
      { kind: 'subscribe', topic: 'news' },
      get('k'),
    );
    await peer.until(5);
    expect(peer.replies.map(({ status }) => status)).toEqual([401, 404, 401, 401, 404]);
  });
});
