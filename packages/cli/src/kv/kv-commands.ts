/** The commands of `inkwire kv …`. They write to an output, and throw when the exit code is not 0. */
import type { Client, Command, PlainValue, Reply, Subscription, Value } from '@inkwire/wire';
import { refused } from '../connect/hub-failure.ts';
import { CliError } from '../errors.ts';
import { printable } from '../output/printable.ts';
import { plainOf, valueJson, valueText } from './kv-value.ts';

/** The output of a command of `kv`. */
export interface KvOutput {
  readonly json: boolean;
  /** Whether a person reads it: then nothing that a stranger has stored reaches the terminal as it is. */
  readonly isTerminal: boolean;
  /** Resolves when more may be written. */
  write(text: string): Promise<void>;
  /** Beside the output: what is not data. */
  note(text: string): void;
}

async function kvGet(client: Client, output: KvOutput, table: string, key: string): Promise<void> {
  const reply = await client.request({ kind: 'hget', table, key });
  if (reply.status === 404) throw keyMissing(table, key);
  const value = plainOf(accepted(reply).values[0]);
  if (output.json) await output.write(`${keyJson(key, value)}\n`);
  else await output.write(`${output.isTerminal ? printable(valueText(value)) : valueText(value)}\n`);
}

/** Writes the previous value with `--json`, and nothing else. */
async function kvSet(
  client: Client,
  output: KvOutput,
  item: { readonly table: string; readonly key: string; readonly value: Value; readonly ttlMs?: number },
): Promise<void> {
  const { table, key, value, ttlMs } = item;
  await writePrevious(client, output, { kind: 'hset', table, pair: { key, value }, ttlMs });
}

/** Throws `CLI_KEY_MISSING` where there was nothing to remove. */
async function kvDelete(client: Client, output: KvOutput, table: string, key: string): Promise<void> {
  const previous = await writePrevious(client, output, { kind: 'hdel', table, key });
  if (previous === null) throw keyMissing(table, key);
}

/** Throws `CLI_KEY_MISSING` for false, after it has said so. */
async function kvExists(client: Client, output: KvOutput, table: string, key: string): Promise<void> {
  const [value] = await ask(client, { kind: 'hexist', table, key });
  const exists = value?.kind === 'bool' && value.value;
  await output.write(output.json ? `{"key":${JSON.stringify(key)},"exists":${exists}}\n` : `${exists}\n`);
  if (!exists) throw keyMissing(table, key);
}

/** In the order of the keys. */
async function kvAll(client: Client, output: KvOutput, table: string): Promise<void> {
  const { pairs } = accepted(await client.request({ kind: 'hgetall', table }));
  const sorted = [...pairs].sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const { key, value } of sorted) await output.write(pairLine(output, key, plainOf(value)));
}

/** Throws `CLI_KEY_MISSING` when one is missing, after it has written the others. */
async function kvMget(
  client: Client,
  output: KvOutput,
  table: string,
  keys: readonly string[],
): Promise<void> {
  const values = await ask(client, { kind: 'hmget', table, keys });
  const missing: string[] = [];
  for (const [at, key] of keys.entries()) {
    const value = plainOf(values[at]);
    if (value === null) missing.push(key);
    if (value !== null || output.json) await output.write(pairLine(output, key, value));
  }
  if (missing.length > 0) throw keyMissing(table, missing.join(', '));
}

async function kvPublish(client: Client, topic: string, data: readonly Value[]): Promise<void> {
  accepted(await client.request({ kind: 'publish', topic, data }));
}

/** A line for each message, until there were `count` or the subscription ends. */
async function kvSubscribe(
  subscription: Subscription,
  output: KvOutput,
  count = Number.POSITIVE_INFINITY,
): Promise<void> {
  let left = count;
  for await (const { values, missed } of subscription) {
    if (missed) {
      output.note('The connection was lost and is back; messages may have been missed meanwhile');
      continue;
    }
    await output.write(output.json ? `${valuesJson(values)}\n` : `${values.map(field).join('\t')}\n`);
    if (--left === 0) return;
  }
}

async function writePrevious(client: Client, output: KvOutput, command: Command): Promise<PlainValue> {
  const [value] = await ask(client, command);
  const previous = plainOf(value);
  if (output.json) await output.write(`{"previous":${valueJson(previous)}}\n`);
  return previous;
}

async function ask(client: Client, command: Command): Promise<readonly Value[]> {
  return accepted(await client.request(command)).values;
}

function accepted(reply: Reply): Reply {
  if (reply.status !== 200) throw refused({ status: reply.status, hubMessage: reply.message });
  return reply;
}

function keyMissing(table: string, key: string): CliError {
  return new CliError('CLI_KEY_MISSING', `Not found: table ${table}, key ${key}`);
}

function pairLine({ json }: KvOutput, key: string, value: PlainValue): string {
  return `${json ? keyJson(key, value) : `${printable(key)}\t${field(value)}`}\n`;
}

/** Among others in a line, where a tab or the end of a line must not be taken for ours. */
const field = (value: PlainValue) => printable(valueText(value));

const keyJson = (key: string, value: PlainValue) =>
  `{"key":${JSON.stringify(key)},"value":${valueJson(value)}}`;

const valuesJson = (values: readonly PlainValue[]) => `{"values":[${values.map(valueJson).join(',')}]}`;

/** The operations of `inkwire kv` on a hub. */
export const kvCommands = { kvGet, kvSet, kvDelete, kvExists, kvAll, kvMget, kvPublish, kvSubscribe };
