import { describe, expect, it } from 'vitest';
import { parseCassandraUrl } from './cassandra-url.ts';

describe('the URL of a Cassandra', () => {
  it.each([
    ['cassandra://db/ink', { hosts: ['db'], keyspace: 'ink' }],
    ['cassandra://a,b:9142/ink', { hosts: ['a', 'b'], port: 9142, keyspace: 'ink' }],
    ['cassandra://a:9142,b:9142/ink', { hosts: ['a', 'b'], port: 9142, keyspace: 'ink' }],
    ['cassandra://[::1]:9142,10.0.0.1/ink', { hosts: ['::1', '10.0.0.1'], port: 9142, keyspace: 'ink' }],
    [
      'cassandra://me:s%40cr:t@x@db/ink?dc=east&replication=3&tls=true',
      {
        hosts: ['db'],
        keyspace: 'ink',
        username: 'me',
        password: 's@cr:t@x',
        dataCenter: 'east',
        replication: 3,
        tls: true,
      },
    ],
    [
      'cassandra://db/ink?replication=east:3,west:2&force=true',
      { hosts: ['db'], keyspace: 'ink', replication: { east: 3, west: 2 }, force: true },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseCassandraUrl(text)).toEqual(expected);
  });

  it.each([
    ['cassandra://db', 'expected cassandra://USER:PASSWORD@HOST,HOST:PORT/KEYSPACE'],
    ['cassandra:///ink', 'expected cassandra://'],
    ['postgres://db/ink', 'expected cassandra://'],
    ['cassandra://db/', 'expected the keyspace'],
    ['cassandra://db/Ink', 'got "Ink"'],
    ['cassandra://db/a"; DROP', 'got "a"; DROP"'],
    ['cassandra://db:0/ink', 'got "db:0"'],
    ['cassandra://db:70000/ink', 'got "db:70000"'],
    ['cassandra://db:port/ink', 'got "db:port"'],
    ['cassandra://a,,b/ink', 'got ""'],
    ['cassandra://a:9042,b:9043/ink', 'one port for all nodes'],
    ['cassandra://me@db/ink', 'both of user and password'],
    ['cassandra://me:%zz@db/ink', 'encoded as in every URL'],
    ['cassandra://db/ink?replication=0', 'got "0"'],
    ['cassandra://db/ink?replication=east', 'got "east"'],
    ["cassandra://db/ink?replication=e'ast:3", 'expected replication'],
    ['cassandra://db/ink?tls=yes', 'got "yes"'],
    ['cassandra://db/ink?datacentre=east', 'got "datacentre"'],
  ])('refuses %s', (text, words) => {
    expect(() => parseCassandraUrl(text)).toThrow(RangeError);
    expect(() => parseCassandraUrl(text)).toThrow(words);
  });

  it('does not repeat a password', () => {
    for (const text of [
      'cassandra://me:secret@db',
      'cassandra://me:secret@db:0/ink',
      'cassandra://me:secret%zz@db/ink',
      'cassandra://me:secret@db/ink?x=1',
    ])
      expect(() => parseCassandraUrl(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
  });
});
