/** Processes that keep readings and are ended by kill -9, and what must then be there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Random } from '@inkwire/base';
import { expect } from 'vitest';
import type { NewReading, Reading, Readings } from '../../src/index.ts';
import { numberedReading } from '../numbered-reading.js';

const script = fileURLToPath(new URL('../processes/keeper.js', import.meta.url));

/** What was acknowledged of one reading, by its id. */
interface Acknowledged {
  readonly number: number;
  last: 'kept' | 'corrected' | 'removed';
}

/** A process that has loaded everything and waits to be told where to keep readings: loading takes most of its life. */
function prepareKeeper(): ChildProcess {
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  // It may be killed before it has read its words.
  child.stdin!.on('error', () => {});
  return child;
}

/** Sets a keeper to work and kills it at a random moment: one time in six while it opens, else after its first word. */
async function runAndKill(
  child: ChildProcess,
  { places, first }: { readonly places: readonly string[]; readonly first: number },
  random: Random,
): Promise<{ lines: string[]; complaints: string }> {
  const lines: string[] = [];
  let complaints = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const output = createInterface({ input: child.stdout! });
  output.on('line', (line) => lines.push(line));
  const closed = once(child, 'close');
  child.stdin!.end([first, ...places].join('\n'));
  if (random.below(6) > 0) await Promise.race([once(output, 'line'), closed]);
  // The moment is the experiment, not a wait for something to have happened.
  await new Promise((resolve) => setTimeout(resolve, random.next() * 15));
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
  // Compared natively: matchers would take longer than all the kills.
  const { id: _id, time: _time, corrected, ...kept } = found ?? ({} as Partial<Reading>);
  if (!isDeepStrictEqual(kept, rest)) expect(kept, `${number} was acknowledged`).toEqual(rest);
  if (last === 'corrected') expect(corrected).toBe(`c${number}`);
  await expectBytes(readings, id, { picture, prepared });
}

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

/** The places of an engine, in which keepers are killed. */
export interface KilledEngine {
  /** Makes an empty place, as a keeper takes it. */
  create(): Promise<string>;
  open(place: string): Promise<Readings>;
  /** Resolves when nothing is under way any more of what a dead process had asked for. */
  settled?(place: string): Promise<void>;
}

/** One place that keeper after keeper is killed in, and what was acknowledged there. */
class KilledStore {
  readonly place: string;
  readonly acknowledged = new Map<string, Acknowledged>();
  readonly #engine: KilledEngine;
  #newest = '';
  #opened: Readings | undefined;

  constructor(place: string, engine: KilledEngine) {
    this.place = place;
    this.#engine = engine;
  }

  /** Looks at what the dead process was told of last. */
  async check(lines: readonly string[]): Promise<void> {
    const told = new Map<string, Acknowledged>();
    for (const line of lines) {
      const [last, number, id] = line.split(' ') as [Acknowledged['last'], string, string];
      expect(['kept', 'corrected', 'removed']).toContain(last);
      if (last === 'kept' && id <= this.#newest) expect.fail(`${id} is not after ${this.#newest}`);
      told.set(id, { number: Number(number), last });
    }
    for (const id of told.keys()) if (id > this.#newest) this.#newest = id;

    await this.#engine.settled?.(this.place);
    // In every other round the place is open here too: the dead process must not have left it locked.
    const wasOpen = this.#opened !== undefined;
    this.#opened ??= await this.#engine.open(this.place);
    for (const [id, one] of told) await expectKept(this.#opened, id, one);
    for (const [id, one] of told) this.acknowledged.set(id, one);
    if (wasOpen) await this.#close();
  }

  /** Looks at everything. */
  async checkAll(): Promise<void> {
    await this.#close();
    await using readings = await this.#engine.open(this.place);
    for (const [id, one] of this.acknowledged) await expectKept(readings, id, one);
    let whole = 0;
    for await (const { id, text } of readings.all()) {
      // Also what was never acknowledged is there whole or not at all.
      await expectBytes(readings, id, numberedReading(Number(text)));
      whole++;
    }
    expect(whole).toBe(await readings.count());
  }

  async #close(): Promise<void> {
    await this.#opened?.close();
    this.#opened = undefined;
  }
}

/**
 * Places that one process keeps in at a time, so that its death leaves as many stores behind, each in the middle of
 * something else. Starting a process takes many times as long as all that happens in it.
 */
const storesAtOnce = 4;
/** New places now and then, because the first opening of one has moments of its own. */
const killsInPlace = 25;

/** Kills one keeper after the other, looks after each at what it was told, and at the end at everything. Returns how many readings were acknowledged. */
async function killInPlaces(
  kills: number,
  engine: KilledEngine,
  random: Random,
  next: () => ChildProcess,
): Promise<number> {
  const stores: KilledStore[] = [];
  for (let i = 0; i < storesAtOnce; i++) stores.push(new KilledStore(await engine.create(), engine));
  const places = stores.map(({ place }) => place);
  for (let round = 0; round < kills; round++) {
    const { lines, complaints } = await runAndKill(next(), { places, first: round * 100_000 }, random);
    expect(complaints).toBe('');
    const linesOf = (store: number) => lines.filter((line) => line.endsWith(` ${store}`));
    expect(stores.flatMap((_, store) => linesOf(store))).toHaveLength(lines.length);
    for (const [i, store] of stores.entries()) await store.check(linesOf(i));
  }
  let acknowledged = 0;
  for (const store of stores) {
    await store.checkAll();
    acknowledged += store.acknowledged.size;
  }
  return acknowledged;
}

/** Leaves this many stores behind, each by the death of its process, and fails when one has lost what was acknowledged. */
export async function killKeepers(kills: number, engine: KilledEngine, random: Random): Promise<void> {
  let waiting = prepareKeeper();
  // The next one loads while this one is killed.
  const next = () => {
    const child = waiting;
    waiting = prepareKeeper();
    return child;
  };
  const processes = Math.ceil(kills / storesAtOnce);
  let acknowledged = 0;
  for (let left = processes; left > 0; left -= killsInPlace)
    acknowledged += await killInPlaces(Math.min(left, killsInPlace), engine, random, next);
  waiting.kill('SIGKILL');
  await once(waiting, 'close');
  // Five processes in six were killed after their first word.
  expect(acknowledged).toBeGreaterThan(processes / 2);
}
