import { once } from 'node:events';
import type { Client } from '@inkwire/wire';
import { type Command, Option } from 'commander';
import { firstAnswer } from '../connect/first-answer.ts';
import { addHubOptions, defaultHub, type HubFlags, hubOf, withClient } from '../connect/hub-options.ts';
import { CliError } from '../errors.ts';
import { exitAtOnce, onInterrupt } from '../interrupts.ts';
import type { KvOutput, kvCommands } from '../kv/kv-commands.ts';
import { parseValue, type ValueType, valueTypes } from '../kv/kv-value.ts';
import { printable } from '../output/printable.ts';
import { integerArgument } from '../settings/number-argument.ts';
import { variableOf } from '../settings/settings.ts';

interface KvFlags extends HubFlags {
  readonly hub?: string;
  readonly json?: true;
}

interface ValueFlags extends KvFlags {
  readonly type: ValueType;
  readonly ttl?: number;
}

/** Adds `kv`: one command on a table or a topic. */
export function addKv(program: Command): void {
  const kv = program
    .command('kv')
    .description("read and write a hub's tables, publish and subscribe to its topics")
    .option('--hub <HOST:PORT>', `where its wire listens (default: ${defaultHub}; env: ${variableOf('hub')})`)
    .option('--json', 'write a JSON object a line');
  addHubOptions(kv);
  addTables(kv);
  addTopics(kv);
  // The options of `kv` are taken after its commands as well, and shown there.
  for (const command of kv.commands) command.configureHelp({ showGlobalOptions: true });
}

const typeOption = () =>
  new Option('--type <TYPE>', 'what the value is; binary in base64; json: by its own type')
    .choices(valueTypes)
    .default('string');

/** The commands with operands alone, which the functions take behind the client and the output. */
const tableCommands = [
  ['get <TABLE> <KEY>', 'write the value of a key; exit 1 when there is none', 'kvGet'],
  ['del <TABLE> <KEY>', 'remove a key; exit 1 when there was none', 'kvDelete'],
  ['exists <TABLE> <KEY>', 'write true, or write false and exit 1', 'kvExists'],
  ['all <TABLE>', 'write every key and value of a table, a tab between', 'kvAll'],
  [
    'mget <TABLE> <KEY...>',
    'write several keys and their values, a tab between; exit 1 when one is missing',
    'kvMget',
  ],
] as const;

function addTables(kv: Command): void {
  for (const [usage, description, name] of tableCommands)
    kv.command(usage)
      .description(description)
      .action((...given: unknown[]) => {
        const command = given.at(-1) as Command;
        return askHub(command, (client, output, tools) => {
          const ask = tools[name] as (
            client: Client,
            output: KvOutput,
            ...operands: unknown[]
          ) => Promise<void>;
          return ask(client, output, ...command.processedArgs);
        });
      });
  kv.command('set <TABLE> <KEY> <VALUE>')
    .description('set a key; with --json, write what it was before')
    .option(
      '--ttl <MS>',
      'the key expires after so many milliseconds',
      integerArgument({ min: 1, max: 2 ** 52 }),
    )
    .addOption(typeOption())
    .action((table: string, key: string, text: string, { type, ttl }: ValueFlags, command: Command) => {
      const value = valueArgument(text, type);
      const item = { table, key, value, ...(ttl !== undefined && { ttlMs: ttl }) };
      return askHub(command, (client, output, { kvSet }) => kvSet(client, output, item));
    });
}

function addTopics(kv: Command): void {
  kv.command('publish <TOPIC> <VALUE...>')
    .description('send values to the subscribers of a topic')
    .addOption(typeOption())
    .action((topic: string, texts: string[], { type }: ValueFlags, command: Command) => {
      const data = texts.map((text) => valueArgument(text, type));
      return askHub(command, (client, _, { kvPublish }) => kvPublish(client, topic, data));
    });
  kv.command('subscribe <TOPIC>')
    .description('write what is published to a topic, a line each, tabs between the values, until Ctrl-C')
    .option('--count <N>', 'end after so many', integerArgument({ min: 1 }))
    .action((topic: string, { count }: { readonly count?: number }, command: Command) =>
      withHub(command, async (client, output, { kvSubscribe }) => {
        await using subscription = client.subscribe(topic);
        using _ = onInterrupt({ first: () => subscription.unsubscribe(), again: exitAtOnce });
        await firstAnswer(client, subscription.ready({ timeoutMs: 10_000 }));
        output.note(`Listening to ${topic}`);
        await kvSubscribe(subscription, output, count);
      }),
    );
}

/** A value of the command line, whose mistakes are wrong usage. */
function valueArgument(text: string, type: ValueType) {
  try {
    return parseValue(text, type);
  } catch (error) {
    throw new CliError('CLI_USAGE', (error as Error).message, { cause: error });
  }
}

/** The commands that run on a hub, with their functions. */
type Work = (client: Client, output: KvOutput, tools: Tools) => Promise<void>;

type Tools = typeof kvCommands;

/** Joins the hub that the flags name, asks one thing there, and leaves. */
function askHub(command: Command, ask: Work): Promise<void> {
  return withHub(command, (client, output, tools) => firstAnswer(client, ask(client, output, tools)));
}

async function withHub(command: Command, work: Work): Promise<void> {
  const flags = command.optsWithGlobals<KvFlags>();
  const { kvCommands } = await import('../kv/kv-commands.ts');
  // Values and answers may be longer than a frame of a multiplexed connection.
  await withClient(hubOf(flags.hub), flags, { multiplexed: false }, (client) =>
    work(client, outputOf(flags), kvCommands),
  );
}

function outputOf({ json }: KvFlags): KvOutput {
  const { stdout, stderr } = process;
  return {
    json: json ?? false,
    isTerminal: stdout.isTTY,
    async write(text) {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    note: (text) => void stderr.write(`inkwire: ${printable(text)}\n`),
  };
}
