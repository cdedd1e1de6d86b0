import { isAbsolute, resolve } from 'node:path';

/** Which engine keeps the readings, and where. */
export interface ReadingsLocation {
  readonly engine: 'lmdb';
  readonly directory: string;
}

/**
 * Reads `lmdb:DIRECTORY`; a relative directory starts from `base`. Throws a RangeError that lists the engines.
 * `lmdb://host/…` is refused: LMDB files live on this machine.
 */
export function parseReadingsLocation(text: string, base: string): ReadingsLocation {
  const path = /^lmdb:(?:\/\/(?=\/))?(?<path>.+)$/.exec(text)?.groups?.path;
  if (path === undefined || path.startsWith('//')) {
    throw new RangeError(`expected lmdb:DIRECTORY, got "${hidePassword(text)}"`);
  }
  return { engine: 'lmdb', directory: isAbsolute(path) ? path : resolve(base, path) };
}

/** The default location of the readings, in the data directory. */
export function defaultReadingsLocation(dataDirectory: string): ReadingsLocation {
  return { engine: 'lmdb', directory: resolve(dataDirectory, 'readings') };
}

/** Someone may try the URL of a database here; its password does not belong in a log. */
function hidePassword(text: string): string {
  return text.replace(/(:\/\/[^:/@]*):[^@]*@/, '$1:…@');
}

/** A database, and the driver that speaks to it. */
export interface DatabaseLocation {
  readonly engine: 'postgres' | 'mysql';
  /** With its password: not to be shown. */
  readonly url: string;
}

const engines: Readonly<Record<string, DatabaseLocation['engine']>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
};

/** Reads `postgres://USER@HOST/DATABASE` or `mysql://…`. Throws a RangeError that does not say what was given: it may hold a password. */
export function parseDatabaseLocation(text: string): DatabaseLocation {
  const engine = URL.canParse(text) ? engines[new URL(text).protocol] : undefined;
  if (engine === undefined)
    throw new RangeError('expected postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE');
  return { engine, url: text };
}
