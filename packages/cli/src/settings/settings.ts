/** One thing that can be set by flag, by environment variable and in the configuration file. */
export interface Setting {
  /** What stands after the flag in the help. */
  readonly argument: string;
  readonly describes: string;
  /** As the help shows it; the value itself comes from `configuration.ts`. */
  readonly byDefault?: string;
}

/**
 * Everything that `serve` can be told, once. The name is the flag (`--tls-cert`), the key in the file
 * (`tls-cert = "…"`) and, in capitals, the variable (`INKWIRE_TLS_CERT`). Kept apart from the schema, so that the
 * help needs no zod.
 */
export const settings = {
  http: {
    argument: 'HOST:PORT|off',
    describes: 'where the page and the HTTP interface listen; port 0 lets the system choose',
    byDefault: '127.0.0.1:8080',
  },
  wire: {
    argument: 'HOST:PORT|off',
    describes: 'where terminals and programs connect (inkwire connect, inkwire kv)',
    byDefault: '127.0.0.1:9527',
  },
  lab: {
    argument: 'HOST:PORT|off',
    describes: 'where the older clients connect that send packets of fixed size; on this machine only',
    byDefault: 'off',
  },
  data: {
    argument: 'DIR',
    describes: 'what the hub keeps; created with mode 0700 when missing',
    byDefault: './data',
  },
  readings: {
    argument: 'URL',
    describes: 'where readings are kept: lmdb:DIRECTORY',
    byDefault: 'lmdb: in the data directory',
  },
  tables: {
    argument: 'lmdb|memory',
    describes: 'where tables are kept: in the data directory, or in memory until the server ends',
    byDefault: 'lmdb',
  },
  durability: {
    argument: 'sync|relaxed',
    describes:
      'what the answer to a write means: sync, it is on the disk and survives a crash of the machine; relaxed, it ' +
      'survives the end of the process, kill -9 too, and reaches the disk shortly after',
    byDefault: 'relaxed',
  },
  model: {
    argument: 'MODEL',
    describes: 'the model that reads: an ONNX file, or cnn, mlp or softmax for a bundled one',
    byDefault: 'cnn',
  },
  token: {
    argument: 'TOKEN',
    describes:
      'what clients must present to do anything; tokens are better in the environment or the file than on the command line',
  },
  'write-token': {
    argument: 'TOKEN',
    describes: 'what clients may present instead who look, write, send messages and have pictures read',
  },
  'read-token': { argument: 'TOKEN', describes: 'what clients may present instead who only look and listen' },
  'tls-cert': { argument: 'FILE', describes: 'certificate chain in PEM; needs --tls-key' },
  'tls-key': { argument: 'FILE', describes: 'private key in PEM; needs --tls-cert' },
  'tls-ca': { argument: 'FILE', describes: 'PEM of the authorities whose client certificates are accepted' },
  'allowed-hosts': {
    argument: 'NAMES',
    describes:
      'further names that browsers may call this server by, parted by commas, such as behind a proxy',
  },
  'pool-capacity': {
    argument: 'N',
    describes:
      'share so many connections to a database among the processes that ask for leases; without it none are shared',
  },
  'pool-spare': {
    argument: 'N',
    describes: 'of these connections, how many are never granted: for people, and for what is not free yet',
    byDefault: '0',
  },
  'pool-strategy': {
    argument: 'fixed|mean|fair',
    describes: 'how they are shared: equally, by the average of past use, or by what is needed now',
    byDefault: 'fair',
  },
  'pool-lease-ms': {
    argument: 'MS',
    describes: 'how long a grant holds; after it a process that is silent falls back to its floor',
    byDefault: '5000',
  },
  'pool-database': {
    argument: 'URL',
    describes:
      'postgres://… or mysql://…: where the sessions of processes that fell silent are ended, so that others may have ' +
      'them; needs the driver pg or mysql2; better in the environment than on the command line',
  },
  log: { argument: 'text|json', describes: 'how the server reports what it does', byDefault: 'text' },
} as const satisfies Record<string, Setting>;

/** The name of a setting: its flag without the dashes, and its key in the file. */
export type SettingName = keyof typeof settings;

/** In the order in which the help shows them. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** The environment variable of a flag or key. */
export function variableOf(name: string): string {
  return `INKWIRE_${name.toUpperCase().replaceAll('-', '_')}`;
}
