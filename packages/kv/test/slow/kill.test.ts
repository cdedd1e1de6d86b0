import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRandom, type Random } from '@inkwire/base';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../lmdb/test/temporary-directory.ts';
import type { Tables } from '../../src/index.ts';
import { type Durability, openLmdbTables } from '../../src/lmdb/index.ts';

const kills = Number(process.env.INKWIRE_KILLS ?? (process.env.INKWIRE_LONG === '1' ? 300 : 8));
const seed = Number(process.env.INKWIRE_SEED ?? 1);

const keep = (number: number) => String(number).padEnd(8 + (number % 50), '.');

function writer(directory: string, durability: Durability, first: number): ChildProcess {
  const script = fileURLToPath(new URL('writer.js', import.meta.url));
  return spawn(process.execPath, [script, directory, durability, String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a writer and kills it at a random moment: one time in six while it starts, else after its first word. */
async function runAndKill(child: ChildProcess, random: Random): Promise<string[]> {
  const lines: string[] = [];
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const output = createInterface({ input: child.stdout! });
  output.on('line', (line) => lines.push(line));
  const closed = once(child, 'close');
  if (random.below(6) > 0) await Promise.race([once(output, 'line'), closed]);
  // The moment is the experiment, not a wait for something to have happened.
  await new Promise((resolve) => setTimeout(resolve, random.next() * 60));
  child.kill('SIGKILL');
  await closed;
  expect(complaints).toBe('');
  return lines;
}

const textOf = (value: Uint8Array | undefined) => value && Buffer.from(value.subarray(2)).toString();

async function expectAcknowledged(tables: Tables, lines: readonly string[]): Promise<void> {
  const deleted = new Set(
    lines.filter((line) => line.startsWith('deleted')).map((line) => line.split(' ')[1]!),
  );
  for (const line of lines) {
    const [what, number] = line.split(' ') as [string, string];
    expect(['set', 'both', 'deleted']).toContain(what);
    const whole = keep(Number(number));
    if (what === 'both') {
      const both = await tables.hmget('pairs', [`a ${number}`, `b ${number}`]);
      if (both!.some((value) => textOf(value) !== whole)) expect.fail(`${line} was acknowledged`);
    } else {
      const found = textOf(await tables.hget('numbers', number));
      // Its deletion may have been under way, and done without having been acknowledged.
      if (what === 'set' && found !== whole && Number(number) % 7 !== 2)
        expect.fail(`${line} was acknowledged`);
      if (deleted.has(number) && found !== undefined) expect.fail(`${number} was deleted`);
    }
  }
}

async function expectNothingHalf(tables: Tables): Promise<number> {
  const numbers = (await tables.hgetall('numbers'))!;
  const pairs = (await tables.hgetall('pairs'))!;
  for (const { key, value } of numbers)
    if (textOf(value) !== keep(Number(key))) expect.fail(`${key} is half written`);
  const halves = new Set(pairs.map(({ key }) => key));
  for (const key of halves)
    if (!halves.has((key[0] === 'a' ? 'b' : 'a') + key.slice(1))) expect.fail(`${key} is there alone`);
  expect(tables.size.keys).toBe(numbers.length + pairs.length);
  return numbers.length;
}

for (const durability of ['sync', 'relaxed'] satisfies Durability[])
  it(`${durability}: loses nothing that was acknowledged in ${kills} times kill -9 (seed ${seed})`, async () => {
    const directory = await temporaryDirectory();
    const random = createRandom(seed);
    const everything: string[] = [];
    for (let round = 0; round < kills; round++) {
      const lines = await runAndKill(writer(directory, durability, round * 1_000_000), random);
      everything.push(...lines);
      const tables = await openLmdbTables({ directory, durability });
      await expectAcknowledged(tables, lines);
      await tables.close();
    }
    const tables = await openLmdbTables({ directory, durability });
    await expectAcknowledged(tables, everything);
    expect(await expectNothingHalf(tables)).toBeGreaterThan(kills);
    await tables.close();
  }, 3_600_000);
