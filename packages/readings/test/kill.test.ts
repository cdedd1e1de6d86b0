import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRandom, type Random } from '@inkwire/base';
import { expect, it } from 'vitest';
import type { NewReading, Readings } from '../src/index.ts';
import { openLmdbReadings } from '../src/lmdb/index.ts';
import { numberedReading } from './numbered-reading.js';
import { temporaryDirectory } from './temporary-directory.ts';

const kills = Number(process.env.INKWIRE_KILLS ?? 200);
const seed = Number(process.env.INKWIRE_SEED ?? Date.now() % 1_000_000);

/** What was acknowledged of one reading, by its id. */
interface Acknowledged {
  readonly number: number;
  last: 'kept' | 'corrected' | 'removed';
}

function keeper(directory: string, first: number): ChildProcess {
  const script = fileURLToPath(new URL('keeper.js', import.meta.url));
  return spawn(process.execPath, [script, directory, String(first)], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a keeper and kills it at a random moment: one time in six while it starts, else after its first word. */
async function runAndKill(
  child: ChildProcess,
  random: Random,
): Promise<{ lines: string[]; complaints: string }> {
  const lines: string[] = [];
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const output = createInterface({ input: child.stdout! });
  output.on('line', (line) => lines.push(line));
  const closed = once(child, 'close');
  if (random.below(6) > 0) await Promise.race([once(output, 'line'), closed]);
  // The moment is the experiment, not a wait for something to have happened.
  await new Promise((resolve) => setTimeout(resolve, random.next() * 40));
  child.kill('SIGKILL');
  await closed;
  return { lines, complaints };
}

async function expectKept(readings: Readings, id: string, { number, last }: Acknowledged): Promise<void> {
  const { picture, prepared, ...rest } = numberedReading(number);
  const found = await readings.get(id);
  if (last === 'removed') return expect(found, `${number} was removed`).toBeUndefined();
  // Its correction or removal may have been under way, and may have been done without having been acknowledged.
  if (found === undefined && number % 7 === 2) return;
  expect(found, `${number} was acknowledged`).toMatchObject(rest);
  if (last === 'corrected') expect(found?.corrected).toBe(`c${number}`);
  await expectBytes(readings, id, { picture, prepared });
}

/** Compares natively: a matcher that walks a million bytes would take longer than all the kills. */
async function expectBytes(
  readings: Readings,
  id: string,
  { picture, prepared }: Pick<NewReading, 'picture' | 'prepared'>,
): Promise<void> {
  const found = await readings.picture(id);
  expect(found !== undefined && Buffer.from(picture.bytes).equals(found.bytes)).toBe(true);
  const digits = await readings.prepared(id);
  expect(digits !== undefined && Buffer.concat(prepared).equals(Buffer.concat(digits))).toBe(true);
}

/** Kills keepers of one directory, one after the other, and looks after each what is there. */
async function killManyTimes(kills: number, seed: number): Promise<void> {
  const directory = await temporaryDirectory();
  const random = createRandom(seed);
  const acknowledged = new Map<string, Acknowledged>();
  let newest = '';

  for (let round = 0; round < kills; round++) {
    // In every other round the directory is open here too: the dead process must not have left it locked.
    const watching = round % 2 === 1 ? await openLmdbReadings({ directory }) : undefined;
    const { lines, complaints } = await runAndKill(keeper(directory, round * 100_000), random);
    expect(complaints).toBe('');
    const told = new Map<string, Acknowledged>();
    for (const line of lines) {
      const [last, number, id] = line.split(' ') as [Acknowledged['last'], string, string];
      expect(['kept', 'corrected', 'removed']).toContain(last);
      if (last === 'kept') expect(id > newest).toBe(true);
      told.set(id, { number: Number(number), last });
    }
    for (const id of told.keys()) if (id > newest) newest = id;

    const readings = watching ?? (await openLmdbReadings({ directory }));
    for (const [id, one] of told) await expectKept(readings, id, one);
    await readings.close();
    for (const [id, one] of told) acknowledged.set(id, one);
  }

  const readings = await openLmdbReadings({ directory });
  for (const [id, one] of acknowledged) await expectKept(readings, id, one);
  let whole = 0;
  for await (const { id, text } of readings.all()) {
    // Also what was never acknowledged is there whole or not at all.
    await expectBytes(readings, id, numberedReading(Number(text)));
    whole++;
  }
  expect(whole).toBe(await readings.count());
  expect(acknowledged.size).toBeGreaterThan(kills);
  await readings.close();
}

it(`loses nothing that was acknowledged in ${kills} times kill -9 (seed ${seed})`, async () => {
  // Two lanes, because starting a process takes most of the time.
  await Promise.all([
    killManyTimes(Math.ceil(kills / 2), seed),
    killManyTimes(Math.floor(kills / 2), seed + 1),
  ]);
}, 1_800_000);
