import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenStreams } from '../../src/node/index.ts';
import { ScriptedHub } from '../client-hub.ts';

const directory = fileURLToPath(new URL('../..', import.meta.url));
const readme = await readFile(`${directory}/README.md`, 'utf8');
const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!);

/** Runs code as it stands, in a process of its own, and answers what it prints. */
async function run(code: string): Promise<string> {
  const args = ['--input-type=module', '--eval', code];
  return (await promisify(execFile)(process.execPath, args, { cwd: directory })).stdout;
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
});
