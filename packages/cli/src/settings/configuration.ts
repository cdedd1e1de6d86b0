/**
 * Where `serve` gets its settings from. Three layers, the upper one wins:
 *
 *     flags  >  environment (INKWIRE_…)  >  file (--config or INKWIRE_CONFIG)  >  defaults
 *
 * One schema checks every layer, each on its own, so that an error names the flag, the variable or the key that the
 * person wrote. Relative paths in the file start from the file's folder, others from the working directory.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf } from '@inkwire/base';
import type { Tokens } from '@inkwire/hub';
import type { StrategyName } from '@inkwire/pool';
import { z } from 'zod';
import { CliError } from '../errors.ts';
import { type ModelChoice, parseModelChoice } from '../models/model-choice.ts';
import { printable } from '../output/printable.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import {
  type DatabaseLocation,
  defaultReadingsLocation,
  parseDatabaseLocation,
  parseReadingsLocation,
  type ReadingsLocation,
} from './locations.ts';
import { type SettingName, settingNames, variableOf } from './settings.ts';

/** What `serve` runs with: every path absolute, every default filled in. */
export interface Configuration {
  readonly http: ListenAddress | 'off';
  readonly wire: ListenAddress | 'off';
  readonly lab: ListenAddress | 'off';
  readonly data: string;
  readonly readings: ReadingsLocation;
  /** Where tables are kept, and what an acknowledged write survives. */
  readonly tables: TablesLocation;
  readonly model: ModelChoice;
  /** By role; undefined: everyone who gets there may do everything. */
  readonly tokens: Tokens | undefined;
  /** Further names that the server answers to, with their port where it is not the usual one. */
  readonly allowedHosts: readonly string[];
  /** Files, not yet read. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca?: string } | undefined;
  /** How an allocator shares a database; undefined where none runs. */
  readonly pool: PoolConfiguration | undefined;
  readonly log: 'text' | 'json';
}

/** What an allocator is told. What is undefined has the allocator's own default. */
export interface PoolConfiguration {
  readonly capacity: number;
  readonly spare: number | undefined;
  readonly strategy: StrategyName | undefined;
  readonly leaseMs: number | undefined;
  /** Where silent clients are fenced; undefined: they keep what they held. */
  readonly database: DatabaseLocation | undefined;
  /** The file that the allocator's epoch and its clients are kept in. */
  readonly file: string;
}

/** The engine of the tables. */
export type TablesLocation =
  | { readonly engine: 'memory' }
  | { readonly engine: 'lmdb'; readonly directory: string; readonly durability: 'sync' | 'relaxed' };

/** Where the layers come from. */
export interface ConfigurationSources {
  /** By setting; undefined where the flag was not given. */
  readonly flags: Readonly<Partial<Record<SettingName | 'config', string | undefined>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** What a command has instead of the usual defaults. */
  readonly defaults?: Readonly<Partial<Record<SettingName, string>>>;
  /** How a command spells a flag that is not called like its setting. */
  readonly flagOf?: ((name: string) => string) | undefined;
}

/** Runs a parser that throws a RangeError inside a schema. */
function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
      return z.NEVER;
    }
  });
}

/** What travels in a header and in a cookie, and is not guessed by trying. */
const token = z
  .string()
  .regex(/^[\x21-\x7e]{8,}$/, 'expected at least 8 printable ASCII characters without spaces');

const hosts = parsed((list) =>
  list.split(',').map((host) => {
    if (/^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host)) return host;
    throw new RangeError(
      `expected names parted by commas, such as ink.example,ink.example:8443, got "${list}"`,
    );
  }),
);

const text = z.string().min(1, 'expected something, got an empty text');

/** A number in the file, digits elsewhere. */
const integer = (min: number, max: number) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d{1,15}$/)
          .transform(Number),
      ],
      'expected an integer',
    )
    .pipe(
      z.int(`expected an integer`).min(min, `expected at least ${min}`).max(max, `expected at most ${max}`),
    );

function schemaFrom(base: string) {
  const path = text.transform((value) => resolve(base, value));
  return z.strictObject({
    http: parsed(parseListenAddress).optional(),
    wire: parsed(parseListenAddress).optional(),
    lab: parsed(parseListenAddress).optional(),
    data: path.optional(),
    readings: parsed((value) => parseReadingsLocation(value, base)).optional(),
    tables: z.enum(['lmdb', 'memory']).optional(),
    durability: z.enum(['sync', 'relaxed']).optional(),
    model: text.transform((value) => parseModelChoice(value, base)).optional(),
    token: token.optional(),
    'write-token': token.optional(),
    'read-token': token.optional(),
    'tls-cert': path.optional(),
    'tls-key': path.optional(),
    'tls-ca': path.optional(),
    'allowed-hosts': hosts.optional(),
    'pool-capacity': integer(1, 1_000_000).optional(),
    'pool-spare': integer(0, 1_000_000).optional(),
    'pool-strategy': z.enum(['fixed', 'mean', 'fair']).optional(),
    'pool-lease-ms': integer(100, 3_600_000).optional(),
    'pool-database': parsed(parseDatabaseLocation).optional(),
    log: z.enum(['text', 'json']).optional(),
  } satisfies Record<SettingName, z.ZodType>);
}

const poolNames = ['pool-spare', 'pool-strategy', 'pool-lease-ms', 'pool-database'] as const;

type Layer = z.output<ReturnType<typeof schemaFrom>>;

/**
 * Reads the layers and puts them together. Rejects with `CLI_CONFIG_UNREADABLE` for a file that cannot be read and
 * with `CLI_CONFIG_INVALID`, naming the place, for anything in it, in the environment or in a flag that is not right.
 */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { flags, environment, workingDirectory, defaults = {}, flagOf = (name) => name } = sources;
  const file = flags.config ?? variableValue(environment, 'config');
  const { config: _, ...given } = flags;
  return complete(
    {
      ...checkLayer(defaults, workingDirectory, (name) => name),
      ...(file === undefined ? {} : await readLayer(resolve(workingDirectory, file))),
      ...checkLayer(environmentLayer(environment), workingDirectory, variableOf),
      ...checkLayer(defined(given), workingDirectory, (name) => `--${flagOf(name)}`),
    },
    workingDirectory,
    flagOf,
  );
}

/** An empty variable counts as not set, as `INKWIRE_TOKEN= inkwire serve` means it. */
function variableValue(environment: ConfigurationSources['environment'], name: string): string | undefined {
  return environment[variableOf(name)] || undefined;
}

function environmentLayer(environment: ConfigurationSources['environment']): Record<string, string> {
  return defined(Object.fromEntries(settingNames.map((name) => [name, variableValue(environment, name)])));
}

async function readLayer(file: string): Promise<Layer> {
  const { parse } = await import('smol-toml');
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError('CLI_CONFIG_UNREADABLE', `${file}: ${messageOf(error)}`, { cause: error });
  }
  let values: Record<string, unknown>;
  try {
    values = parse(content);
  } catch (error) {
    throw new CliError('CLI_CONFIG_INVALID', `${file}: ${firstLine(messageOf(error))}${place(error)}`, {
      cause: error,
    });
  }
  return checkLayer(values, dirname(file), (name) => `${file}: ${name}`);
}

function checkLayer(values: Record<string, unknown>, base: string, label: (name: string) => string): Layer {
  const checked = schemaFrom(base).safeParse(values);
  if (checked.success) return defined(checked.data) as Layer;
  throw new CliError(
    'CLI_CONFIG_INVALID',
    checked.error.issues.map((issue) => explain(issue, label)).join('; '),
  );
}

function explain(issue: z.core.$ZodIssue, label: (name: string) => string): string {
  if (issue.code === 'unrecognized_keys') {
    return `${label(issue.keys.map(printable).join(', '))} is not a setting; there are ${settingNames.join(', ')}`;
  }
  return `${label(String(issue.path[0]))}: ${printable(issue.message)}`;
}

function complete(layer: Layer, workingDirectory: string, flagOf: (name: string) => string): Configuration {
  const data = layer.data ?? resolve(workingDirectory, 'data');
  return {
    http: layer.http ?? { host: '127.0.0.1', port: 8080 },
    wire: layer.wire ?? { host: '127.0.0.1', port: 9527 },
    lab: layer.lab ?? 'off',
    data,
    readings: layer.readings ?? defaultReadingsLocation(data),
    tables:
      layer.tables === 'memory'
        ? { engine: 'memory' }
        : { engine: 'lmdb', directory: resolve(data, 'tables'), durability: layer.durability ?? 'relaxed' },
    model: layer.model ?? { bundled: 'cnn' },
    tokens: tokensOf(layer),
    allowedHosts: layer['allowed-hosts'] ?? [],
    tls: tlsFiles(layer),
    pool: poolOf(layer, data, flagOf),
    log: layer.log ?? 'text',
  };
}

function tokensOf({ token, 'write-token': write, 'read-token': read }: Layer): Tokens | undefined {
  const given = [token, write, read].filter((each) => each !== undefined);
  if (new Set(given).size < given.length)
    throw new CliError('CLI_CONFIG_INVALID', 'token, write-token and read-token need to differ');
  return given.length === 0 ? undefined : { admin: token, write, read };
}

function tlsFiles({ 'tls-cert': cert, 'tls-key': key, 'tls-ca': ca }: Layer): Configuration['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key, ...(ca !== undefined && { ca }) };
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  const missing = cert === undefined ? 'tls-cert' : 'tls-key';
  throw new CliError('CLI_CONFIG_INVALID', `TLS needs tls-cert and tls-key together: ${missing} is missing`);
}

function poolOf(layer: Layer, data: string, flagOf: (name: string) => string): PoolConfiguration | undefined {
  const capacity = layer['pool-capacity'];
  const spare = layer['pool-spare'];
  if (capacity === undefined) {
    const without = poolNames.find((name) => layer[name] !== undefined);
    if (without === undefined) return undefined;
    throw new CliError(
      'CLI_CONFIG_INVALID',
      `${flagOf(without)} needs ${flagOf('pool-capacity')}: how many connections there are`,
    );
  }
  if (spare !== undefined && spare >= capacity)
    throw new CliError(
      'CLI_CONFIG_INVALID',
      `Of ${capacity} connections ${spare} are spare: none is left to be shared`,
    );
  return {
    capacity,
    spare,
    strategy: layer['pool-strategy'],
    leaseMs: layer['pool-lease-ms'],
    database: layer['pool-database'],
    file: resolve(data, 'leases.json'),
  };
}

function defined<T extends Record<string, unknown>>(
  values: T,
): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!;
}

/** Where the TOML parser stumbled. */
function place(error: unknown): string {
  const { line, column } = error as { line?: unknown; column?: unknown };
  return typeof line === 'number' && typeof column === 'number' ? ` (line ${line}, column ${column})` : '';
}
