import { describe, expect, it } from 'vitest';
import { defaultReadingsLocation, parseReadingsLocation } from './locations.ts';

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
    expect(() => parseReadingsLocation(text, '/base')).toThrow(`expected lmdb:DIRECTORY, got "${text}"`);
  });

  it('does not repeat a password', () => {
    expect(() => parseReadingsLocation('postgres://me:secret@db/x', '/base')).toThrow('postgres://me:…@db/x');
  });
});
