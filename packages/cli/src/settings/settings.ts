import { httpLimits, type Limit, wireLimits } from '@inkwire/hub/limits';
import { parseDetectorChoice, parseModelChoice } from '../models/model-choice.ts';
import { parseListenAddress } from './listen-address.ts';
import { parseBusLocation, parseDatabaseLocation, parseReadingsLocation } from './locations.ts';
import {
  integerFrom,
  oneOf,
  type Parse,
  parseDuration,
  parseHosts,
  parsePath,
  parseText,
  parseToken,
} from './parsers.ts';

/** One thing that can be set by a flag, by an environment variable and in the configuration file. */
export interface Setting<Value = unknown> {
  /** The text after the flag in the help. */
  readonly argument: string;
  /** One sentence for the help and for the README. */
  readonly describes: string;
  /** The text that is parsed when a person sets nothing. */
  readonly byDefault?: string;
  /** The behaviour when a person sets nothing, where that is no value of the setting itself. */
  readonly otherwise?: string;
  /** Whether the file may have it as a number. */
  readonly isNumber?: boolean;
  readonly parse: Parse<Value>;
}

/**
 * Every setting of `serve`, once. The name is the flag (`--tls-cert`), the key in the file
 * (`tls-cert = "…"`) and, in capitals, the environment variable (`INKWIRE_TLS_CERT`). The options of the command line,
 * the schema of the file, the help and the README's table come from here.
 */
export const settings = {
  http: {
    argument: 'HOST:PORT|off',
    describes: 'where the page and the HTTP interface listen; with port 0 the system chooses one',
    byDefault: '127.0.0.1:8080',
    parse: parseListenAddress,
  },
  wire: {
    argument: 'HOST:PORT|off',
    describes: 'where terminals and programs connect (inkwire connect, inkwire kv)',
    byDefault: '127.0.0.1:9527',
    parse: parseListenAddress,
  },
  lab: {
    argument: 'HOST:PORT|off',
    describes: 'where the older clients connect, which send packets of fixed size; on this machine only',
    byDefault: 'off',
    parse: parseListenAddress,
  },
  data: {
    argument: 'DIR',
    describes: 'the directory for everything that the hub keeps; it is created with mode 0700',
    byDefault: './data',
    parse: parsePath,
  },
  readings: {
    argument: 'URL',
    describes:
      'where readings are kept: lmdb:DIRECTORY, postgres://USER@HOST/DATABASE, which needs pg, or cassandra://HOST,HOST/KEYSPACE, which needs cassandra-driver',
    otherwise: 'lmdb:DIR/readings',
    parse: parseReadingsLocation,
  },
  keep: {
    argument: 'TIME',
    describes: 'how long readings are kept, such as 365d, 12h or 30m; older ones are removed',
    otherwise: 'for ever',
    parse: parseDuration,
  },
  tables: {
    ...oneOf('lmdb', 'memory'),
    describes: 'where tables are kept: in DIR/tables, or in memory until the server ends',
    byDefault: 'lmdb',
  },
  durability: {
    ...oneOf('sync', 'relaxed'),
    describes:
      'what an acknowledged write survives: a crash of the machine (sync), or of the process (relaxed)',
    byDefault: 'relaxed',
  },
  model: {
    argument: 'MODEL',
    describes:
      'the model that reads: an ONNX file, a run’s directory, or cnn, mlp or softmax for a bundled one',
    byDefault: 'cnn',
    parse: (text: string, base: string) => parseModelChoice(parseText(text), base),
  },
  detector: {
    argument: 'DETECTOR',
    describes:
      'how digits are found in a picture: by the bundled detector (page), by that of an ONNX file or a run’s directory, or by rules',
    byDefault: 'page',
    parse: (text: string, base: string) => parseDetectorChoice(parseText(text), base),
  },
  bus: {
    argument: 'URL',
    describes:
      'where hubs find each other: nats://HOST:PORT[,HOST:PORT…][/SPACE], which needs @nats-io/transport-node',
    parse: parseBusLocation,
  },
  token: {
    argument: 'TOKEN',
    describes: 'clients that present it may do everything; better set in the environment or the file',
    parse: parseToken,
  },
  'write-token': {
    argument: 'TOKEN',
    describes: 'clients that present it may read and write, send messages and have pictures read',
    parse: parseToken,
  },
  'read-token': {
    argument: 'TOKEN',
    describes: 'clients that present it may only read and subscribe',
    parse: parseToken,
  },
  'tls-cert': {
    argument: 'FILE',
    describes: 'certificate chain in PEM; needs --tls-key',
    parse: parsePath,
  },
  'tls-key': { argument: 'FILE', describes: 'private key in PEM; needs --tls-cert', parse: parsePath },
  'tls-ca': {
    argument: 'FILE',
    describes: 'authorities in PEM; every client then needs a certificate of theirs',
    parse: parsePath,
  },
  'allowed-hosts': {
    argument: 'NAMES',
    describes: 'further names that browsers may call this server by, separated by commas',
    parse: parseHosts,
  },
  'pool-capacity': {
    argument: 'N',
    describes: 'how many connections to a database are shared among the processes that ask for leases',
    ...integerFrom(1, 1_000_000),
  },
  'pool-spare': {
    argument: 'N',
    describes: 'how many of these connections are never granted',
    byDefault: '0',
    ...integerFrom(0, 1_000_000),
  },
  'pool-strategy': {
    ...oneOf('fixed', 'mean', 'fair'),
    describes: 'how they are shared: equally, by the average of past use, or by what is needed now',
    byDefault: 'fair',
  },
  'pool-lease-ms': {
    argument: 'MS',
    describes: 'how long a grant holds; a process that is silent for longer falls back to its floor',
    byDefault: '5000',
    ...integerFrom(100, 3_600_000),
  },
  'pool-database': {
    argument: 'URL',
    describes:
      'postgres://… or mysql://…: where the sessions of silent processes are ended; needs pg or mysql2',
    parse: parseDatabaseLocation,
  },
  log: {
    ...oneOf('text', 'json'),
    describes: 'how the server reports what it does: a sentence, or a JSON object a line',
    byDefault: 'text',
  },
} as const satisfies Record<string, Setting>;

/** The name of a setting of its own: its flag without the dashes, and its key in the file. */
export type SettingName = keyof typeof settings;

/** The value of a setting. */
export type SettingValue<Name extends SettingName> = ReturnType<(typeof settings)[Name]['parse']>;

/** The limits of the hub that can be set, by where they hold. */
export const limits = { http: httpLimits, wire: wireLimits } as const;

/** `maxFiles` of `http` is the setting `http-max-files`. */
export function limitSetting(where: keyof typeof limits, limit: string): string {
  return `${where}-${limit.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const limitSettings = Object.entries(limits).flatMap(([where, table]) =>
  Object.entries<Limit>(table).map(([limit, { byDefault, least, describes }]): [string, Setting<number>] => [
    limitSetting(where as keyof typeof limits, limit),
    {
      argument: 'N',
      describes: describes.replaceAll('`', ''),
      byDefault: String(byDefault),
      ...integerFrom(least),
    },
  ]),
);

/** Everything, limits too, by name and in the order in which the help shows it. */
export const allSettings: Readonly<Record<string, Setting>> = {
  ...settings,
  ...Object.fromEntries(limitSettings),
};

/** The environment variable of a flag or key. */
export function variableOf(name: string): string {
  return `INKWIRE_${name.toUpperCase().replaceAll('-', '_')}`;
}
