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
import { z } from 'zod';
import { CliError } from './errors.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { type ModelChoice, parseModelChoice } from './model-choice.ts';
import { printable } from './printable.ts';
import {
  defaultReadingsLocation,
  parseReadingsLocation,
  type ReadingsLocation,
} from './readings-location.ts';
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
  readonly token: string | undefined;
  /** Further names that the server answers to, with their port where it is not the usual one. */
  readonly allowedHosts: readonly string[];
  /** Files, not yet read. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string | undefined } | undefined;
  readonly log: 'text' | 'json';
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
    'tls-cert': path.optional(),
    'tls-key': path.optional(),
    'tls-ca': path.optional(),
    'allowed-hosts': hosts.optional(),
    log: z.enum(['text', 'json']).optional(),
  } satisfies Record<SettingName, z.ZodType>);
}

type Layer = z.output<ReturnType<typeof schemaFrom>>;

/**
 * Reads the layers and puts them together. Rejects with `CLI_CONFIG_UNREADABLE` for a file that cannot be read and
 * with `CLI_CONFIG_INVALID`, naming the place, for anything in it, in the environment or in a flag that is not right.
 */
export async function loadConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { flags, environment, workingDirectory } = sources;
  const file = flags.config ?? variableValue(environment, 'config');
  const { config: _, ...given } = flags;
  return complete(
    {
      ...(file === undefined ? {} : await readLayer(resolve(workingDirectory, file))),
      ...checkLayer(environmentLayer(environment), workingDirectory, variableOf),
      ...checkLayer(defined(given), workingDirectory, (name) => `--${name}`),
    },
    workingDirectory,
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

function complete(layer: Layer, workingDirectory: string): Configuration {
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
    token: layer.token,
    allowedHosts: layer['allowed-hosts'] ?? [],
    tls: tlsFiles(layer),
    log: layer.log ?? 'text',
  };
}

function tlsFiles({ 'tls-cert': cert, 'tls-key': key, 'tls-ca': ca }: Layer): Configuration['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key, ca };
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  const missing = cert === undefined ? 'tls-cert' : 'tls-key';
  throw new CliError('CLI_CONFIG_INVALID', `TLS needs tls-cert and tls-key together: ${missing} is missing`);
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
