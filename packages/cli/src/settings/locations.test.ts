import { describe, expect, it } from 'vitest';
import {
  defaultReadingsLocation,
  parseBusLocation,
  parseReadingsLocation,
  shownBus,
  shownLocation,
} from './locations.ts';

describe('where readings are kept', () => {
  it.each([
    ['lmdb:kept', '/base/kept'],
    ['lmdb:../kept', '/kept'],
    ['lmdb:/var/lib/inkwire', '/var/lib/inkwire'],
    ['lmdb:///var/lib/inkwire', '/var/lib/inkwire'],
  ])('reads %s', (text, directory) => {
    expect(parseReadingsLocation(text, '/base')).toEqual({ engine: 'lmdb', directory });
  });

  it('is the data directory when nobody says otherwise', () => {
    expect(defaultReadingsLocation('/d')).toEqual({ engine: 'lmdb', directory: '/d/readings' });
  });

  it.each(['', 'lmdb:', '/var/lib', 'lmdb://host/var', 'redis://here', 'LMDB:x'])('refuses "%s"', (text) => {
    expect(() => parseReadingsLocation(text, '/base')).toThrow(
      `expected lmdb:DIRECTORY, postgres://USER@HOST/DATABASE or cassandra://HOST,HOST/KEYSPACE, got "${text}"`,
    );
  });

  it.each([
    'postgres://me@db/x',
    'postgresql://me:secret@[::1]:5433/x?sslmode=require',
    'postgres:///x?host=/run/postgresql',
  ])('reads %s', (url) => {
    expect(parseReadingsLocation(url, '/base')).toEqual({ engine: 'postgres', url });
  });

  it.each(['postgres:', 'postgres://db', 'postgres://db/', 'postgres://me:%zz@db/x', 'postgres://db:port/x'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseReadingsLocation(text, '/base')).toThrow('postgres://USER@HOST/DATABASE');
    },
  );

  it('reads cassandra://me:secret@a,b:9142/ink?dc=east&replication=3', () => {
    const url = 'cassandra://me:secret@a,b:9142/ink?dc=east&replication=3';
    expect(parseReadingsLocation(url, '/base')).toEqual({ engine: 'cassandra', url });
  });

  it.each([
    ['cassandra://a:9042,b:9043/ink', 'one port for all nodes'],
    ['cassandra://a', 'expected cassandra://USER:PASSWORD@HOST,HOST:PORT/KEYSPACE'],
    ['cassandra://me:secret@a/ink?x=1', 'expected dc, replication, force or tls'],
  ])('refuses "%s" by what is wrong with it', (text, words) => {
    expect(() => parseReadingsLocation(text, '/base')).toThrow(words);
    expect(() => parseReadingsLocation(text, '/base')).not.toThrow('secret');
  });

  it.each([
    ['cassandra://me:secret@a,b:9142/ink?dc=east', 'cassandra://me:…@a,b:9142/ink?dc=east'],
    ['postgres://me:secret@db/x', 'postgres://me:…@db/x'],
    ['postgres://me:sec@ret@db/x', 'postgres://me:…@db/x'],
    ['postgres://:secret@db/x', 'postgres://:…@db/x'],
    ['postgres://db/x?user=me&password=secret&ssl=1', 'postgres://db/x?user=me&password=…&ssl=1'],
    ['postgres://me@db/x', 'postgres://me@db/x'],
  ])('shows %s without its password', (url, shown) => {
    expect(shownLocation(parseReadingsLocation(url, '/base'))).toBe(shown);
  });

  it('does not repeat a password', () => {
    expect(() => parseReadingsLocation('redis://me:secret@db/x', '/base')).toThrow(
      /got "redis:\/\/me:…@db\/x"$/,
    );
  });
});

describe('the location of a bus', () => {
  it('has servers, a space, and how to sign in', () => {
    expect(parseBusLocation('nats://10.0.0.1:4222')).toEqual({
      servers: ['10.0.0.1:4222'],
      space: 'inkwire',
      tls: false,
    });
    expect(parseBusLocation('tls://ink:a%40b@one,[::1]:4333/blue')).toEqual({
      servers: ['one:4222', '[::1]:4333'],
      space: 'blue',
      tls: true,
      user: 'ink',
      password: 'a@b',
    });
    expect(parseBusLocation('nats://s3cret@bus/')).toMatchObject({ token: 's3cret', space: 'inkwire' });
  });

  it('is refused without saying what was given, and shown without a password', () => {
    for (const text of [
      '',
      'nats://',
      'http://bus:4222',
      'nats://ink:s3cret@bus:99999',
      'nats://ink:s3cret@bus:0',
      'nats://ink:s3cret@bus:4222/two words',
      'nats://ink:s3cret@bus,,other',
      'nats://ink:s3cret%@bus',
    ])
      expect(() => parseBusLocation(text)).toThrow(
        expect.objectContaining({ name: 'RangeError', message: expect.not.stringContaining('s3cret') }),
      );
    expect(shownBus(parseBusLocation('nats://ink:s3cret@one,two/blue'))).toBe(
      'nats://one:4222,two:4222/blue',
    );
  });
});
