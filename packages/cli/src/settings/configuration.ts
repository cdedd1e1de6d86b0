/**
 * The settings of `serve` come from layers. The upper one wins:
 *
 *     flags  >  environment (INKWIRE_…)  >  file (--config or INKWIRE_CONFIG)  >  defaults
 *
 * The table of settings reads every layer, each on its own, so that an error names the flag, the variable or the key that
 * the person wrote. Relative paths in the file start from the file's folder, others from the working directory.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf } from '@inkwire/base';
import type { HttpLimits, Tokens, WireLimits } from '@inkwire/hub';
import type { StrategyName } from '@inkwire/pool';
import { CliError } from '../errors.ts';
import type { DetectorChoice, ModelChoice } from '../models/model-choice.ts';
import { printable } from '../output/printable.ts';
import type { ListenAddress } from './listen-address.ts';
import {
  type BusLocation,
  type DatabaseLocation,
  defaultReadingsLocation,
  type ReadingsLocation,
} from './locations.ts';
import type { Duration } from './parsers.ts';
import {
  allSettings,
  limitSetting,
  limits,
  type SettingName,
  type SettingValue,
  settings,
  variableOf,
} from './settings.ts';

/** The configuration of `serve`: every path absolute, every default filled in. */
export interface Configuration {
  readonly http: ListenAddress | 'off';
  readonly wire: ListenAddress | 'off';
  readonly lab: ListenAddress | 'off';
  readonly data: string;
  readonly readings: ReadingsLocation;
  /** How long readings are kept; undefined: for ever. */
  readonly keep: Duration | undefined;
  /** Where other hubs are found; undefined: this hub is alone. */
  readonly bus: BusLocation | undefined;
  /** The place of the tables, and the crashes that an acknowledged write survives. */
  readonly tables: TablesLocation;
  readonly model: ModelChoice;
  readonly detector: DetectorChoice;
  /** By role; undefined: everyone who gets there may do everything. */
  readonly tokens: Tokens | undefined;
  /** Further names that the server answers to, with their port where it is not the usual one. */
  readonly allowedHosts: readonly string[];
  /** Files, not yet read. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca?: string } | undefined;
  /** The configuration of an allocator that shares a database; undefined where none runs. */
  readonly pool: PoolConfiguration | undefined;
  readonly log: 'text' | 'json';
  readonly limits: { readonly http: HttpLimits; readonly wire: WireLimits };
}

/** The configuration of an allocator. */
export interface PoolConfiguration {
  readonly capacity: number;
  readonly spare: number;
  readonly strategy: StrategyName;
  readonly leaseMs: number;
  /** The database in which silent clients are fenced; undefined: they keep what they held. */
  readonly database: DatabaseLocation | undefined;
  /** The file that the allocator's epoch and its clients are kept in. */
  readonly file: string;
}

/** The engine of the tables. */
export type TablesLocation =
  | { readonly engine: 'memory' }
  | { readonly engine: 'lmdb'; readonly directory: string; readonly durability: 'sync' | 'relaxed' };

/** The sources of the layers. */
export interface ConfigurationSources {
  /** By setting; undefined where the flag was not given. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** The defaults of a command that differ from the usual ones. */
  readonly defaults?: Readonly<Partial<Record<SettingName, string>>>;
  /** Gives a setting's flag in a command where it is not called like the setting. */
  readonly flagOf?: ((name: string) => string) | undefined;
}

/** Values by setting, without those that are not set. */
type Layer = { readonly [Name in SettingName]?: SettingValue<Name> } & { readonly [limit: string]: unknown };

const defaults = Object.fromEntries(
  Object.entries(allSettings).map(([name, { byDefault }]) => [name, byDefault]),
);

/**
 * Reads the layers and puts them together. Rejects with `CLI_CONFIG_UNREADABLE` for a file that cannot be read and
 * with `CLI_CONFIG_INVALID`, naming the place, for anything in it, in the environment or in a flag that is not right.
 */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { environment, workingDirectory, flagOf = (name) => name } = sources;
  const { config, ...flags } = sources.flags;
  const file = config ?? variableValue(environment, 'config');
  const given: Layer = {
    ...(file === undefined ? {} : await readFileLayer(resolve(workingDirectory, file))),
    ...readLayer(environmentLayer(environment), workingDirectory, variableOf),
    ...readLayer(flags, workingDirectory, (name) => `--${flagOf(name)}`),
  };
  return complete(
    given,
    readLayer({ ...defaults, ...sources.defaults }, workingDirectory, (name) => name),
    flagOf,
  );
}

/** An empty variable counts as not set, as `INKWIRE_TOKEN= inkwire serve` means it. */
function variableValue(environment: ConfigurationSources['environment'], name: string): string | undefined {
  return environment[variableOf(name)] || undefined;
}

function environmentLayer(
  environment: ConfigurationSources['environment'],
): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(allSettings).map((name) => [name, variableValue(environment, name)]));
}

async function readFileLayer(file: string): Promise<Layer> {
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
  return readLayer(values, dirname(file), (name) => `${file}: ${name}`);
}

/** Reads what was set. Throws `CLI_CONFIG_INVALID` with everything that is wrong in the layer. */
function readLayer(values: Record<string, unknown>, base: string, label: (name: string) => string): Layer {
  const mistakes: string[] = [];
  const read = (name: string, value: unknown) => {
    try {
      return [name, parseValue(name, value, base)];
    } catch (error) {
      mistakes.push(`${printable(label(name))}${messageOf(error)}`);
      return [name, undefined];
    }
  };
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  const layer = Object.fromEntries(set.map(([name, value]) => read(name, value)));
  if (mistakes.length > 0) throw new CliError('CLI_CONFIG_INVALID', mistakes.join('; '));
  return layer;
}

/** Throws an Error whose message continues the name. */
function parseValue(name: string, value: unknown, base: string): unknown {
  if (!Object.hasOwn(allSettings, name)) {
    const names = Object.keys(settings).join(', ');
    throw new Error(` is not a setting; there are ${names}, and the limits that inkwire serve --help lists`);
  }
  const { parse, isNumber = false } = allSettings[name]!;
  const text = isNumber && typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw new Error(`: expected ${isNumber ? 'an integer' : 'text in quotes'}`);
  try {
    return parse(text, base);
  } catch (error) {
    throw new Error(`: ${printable(messageOf(error))}`);
  }
}

/** The given values, completed by the defaults. */
function complete(given: Layer, byDefault: Layer, flagOf: (name: string) => string): Configuration {
  const all = { ...byDefault, ...given };
  const data = all.data!;
  return {
    http: all.http!,
    wire: all.wire!,
    lab: all.lab!,
    data,
    readings: all.readings ?? defaultReadingsLocation(data),
    keep: all.keep,
    bus: all.bus,
    tables:
      all.tables === 'memory'
        ? { engine: 'memory' }
        : { engine: 'lmdb', directory: resolve(data, 'tables'), durability: all.durability! },
    model: all.model!,
    detector: all.detector!,
    tokens: tokensOf(given),
    allowedHosts: all['allowed-hosts'] ?? [],
    tls: tlsFiles(given),
    pool: poolOf(given, byDefault, data, flagOf),
    log: all.log!,
    limits: { http: limitsOf(all, 'http'), wire: limitsOf(all, 'wire') },
  };
}

function limitsOf<Where extends keyof typeof limits>(layer: Layer, where: Where) {
  const values = Object.keys(limits[where]).map((limit) => [limit, layer[limitSetting(where, limit)]]);
  return Object.fromEntries(values) as { readonly [Limit in keyof (typeof limits)[Where]]: number };
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

function poolOf(
  given: Layer,
  byDefault: Layer,
  data: string,
  flagOf: (name: string) => string,
): PoolConfiguration | undefined {
  const all = { ...byDefault, ...given };
  const { 'pool-capacity': capacity, 'pool-spare': spare } = all;
  if (capacity === undefined) {
    const without = Object.keys(settings).find(
      (name) => name.startsWith('pool-') && given[name] !== undefined,
    );
    if (without === undefined) return undefined;
    throw new CliError(
      'CLI_CONFIG_INVALID',
      `${flagOf(without)} needs ${flagOf('pool-capacity')}: how many connections there are`,
    );
  }
  if (spare! >= capacity)
    throw new CliError(
      'CLI_CONFIG_INVALID',
      `Of ${capacity} connections ${spare} are spare: none is left to be shared`,
    );
  return {
    capacity,
    spare: spare!,
    strategy: all['pool-strategy']!,
    leaseMs: all['pool-lease-ms']!,
    database: all['pool-database'],
    file: resolve(data, 'leases.json'),
  };
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!;
}

/** The place at which the TOML parser failed. */
function place(error: unknown): string {
  const { line, column } = error as { line?: unknown; column?: unknown };
  return typeof line === 'number' && typeof column === 'number' ? ` (line ${line}, column ${column})` : '';
}
