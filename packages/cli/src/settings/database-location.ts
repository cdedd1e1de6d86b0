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
