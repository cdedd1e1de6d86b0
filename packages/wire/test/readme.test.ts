import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveClientOptions } from '../src/client/options.ts';
import * as face from '../src/index.ts';
import * as nodeFace from '../src/node/index.ts';
import { listenStreams } from '../src/node/index.ts';
import { resolveYamuxLimits } from '../src/yamux/limits.ts';
import { ScriptedHub } from './client-hub.ts';

const directory = fileURLToPath(new URL('..', import.meta.url));
const readme = await readFile(`${directory}/README.md`, 'utf8');
const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!);

/** Runs code as it stands, in a process of its own, and answers what it prints. */
async function run(code: string): Promise<string> {
  const args = ['--input-type=module', '--eval', code];
  return (await promisify(execFile)(process.execPath, args, { cwd: directory, timeout: 30_000 })).stdout;
}

/** The default that the README gives for an option, as a number. */
function defaultOf(option: string): number {
  const row = readme.split('\n').find((line) => line.startsWith(`| ${option}`));
  const cell = row?.split('|').at(-2)?.trim() ?? '';
  const [, digits = '', unit = ''] = /^([\d ]+?) ?(KiB|MiB)?$/.exec(cell) ?? [];
  return Number(digits.replaceAll(' ', '')) * ({ KiB: 2 ** 10, MiB: 2 ** 20 }[unit] ?? 1);
}

describe('the README', () => {
  it('has a client that runs as it stands, against a hub', async () => {
    const hub = Object.assign(new ScriptedHub(), { multiplexed: true });
    const listener = await listenStreams({ onChannel: (channel) => hub.accept(channel) });
    onTestFinished(() => listener.close());
    const [client] = examples;
    expect(client).toContain('port: 9527');
    expect(await run(client!.replace('9527', String(listener.port)))).toBe("[ 'hello', 42 ]\n");
  });

  it('has a server of one’s own, which runs as it stands', async () => {
    expect(await run(examples[1]!)).toBe('hget k1?\n');
  });

  it('gives each option of the client, and the defaults as they are', () => {
    const resolved = resolveClientOptions({ dial: () => Promise.reject(new Error('never')) });
    const { clock, backoffMs, ...named } = resolved;
    expect([typeof clock, typeof backoffMs]).toEqual(['object', 'function']);
    const [, ofClient] = readme.split('Of `createClient`');
    expect(Object.keys(named).filter((name) => !ofClient!.includes(`| \`${name}\``))).toEqual([]);
    const numbers = Object.entries(named).filter(
      ([name, value]) => typeof value === 'number' && name !== 'silenceMs',
    );
    expect(Object.fromEntries(numbers.map(([name]) => [name, defaultOf(`\`${name}\` `)]))).toEqual(
      Object.fromEntries(numbers),
    );
  });

  it('gives each limit of yamux, and the defaults as they are', () => {
    const limits = resolveYamuxLimits();
    const told = Object.keys(limits).map((name) => [name, defaultOf(`\`limits.${name}\``)]);
    expect(Object.fromEntries(told)).toEqual(limits);
  });

  it('names what most programs use of the public face', () => {
    const made = Object.keys({ ...face, ...nodeFace }).filter((name) =>
      /^(create|open|dial|listen|accept|watch)[A-Z]/.test(name),
    );
    expect(made.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });
});
