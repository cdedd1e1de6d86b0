import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, type Random } from '@inkwire/base';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../lmdb/test/temporary-directory.ts';

/*
 * What a crash of the machine may leave of `relaxed` tables. strace keeps every write of a process with its bytes, and every
 * flush. A crash at some line of that leaves of each file what was flushed until then, and of what was written since any part:
 * any writes, in any order, some of them torn between two sectors of 512 bytes. From that the tables must open, with a state that
 * once was, not older than the last checkpoint that was acknowledged to the process.
 */

const crashes = Number(process.env.INKWIRE_CRASHES ?? (process.env.INKWIRE_LONG === '1' ? 200 : 8));
const seed = Number(process.env.INKWIRE_SEED ?? 1);
const keys = 60;
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

function canTrace(): boolean {
  try {
    execFileSync('strace', ['-y', '-o', '/dev/null', 'true'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    console.warn(`No strace to keep writes with: ${(error as Error).message.split('\n')[0]}`);
    return false;
  }
}

/**
 * Writes number after number, each with the newest number in the same transaction, as the model below expects it: many at once,
 * and then one every fifty turns of the event loop, until there is another checkpoint, and so a dozen times.
 */
const writing = `
  import { readFileSync, writeSync } from 'node:fs';
  import { openLmdbTables } from '@inkwire/kv/lmdb';
  const { DIRECTORY: directory } = process.env;
  const tables = await openLmdbTables({ directory, durability: 'relaxed' });
  const checkpoint = () => readFileSync(directory + '/relaxed', 'latin1');
  const value = (number) => new Uint8Array(20 + (number * 37) % 5000).fill(number % 251);
  let number = 0;
  async function writeNext() {
    number++;
    await tables.hmset('t', [
      { key: 'last', value: Uint8Array.of(number >> 8, number & 255) },
      { key: 'k' + number % ${keys}, value: value(number) },
    ]);
    writeSync(1, 'ack ' + number + '\\n');
  }
  for (let round = 0; round < 12; round++) {
    const last = checkpoint();
    for (let i = 0; i < 15; i++) await writeNext();
    for (let turns = 1; checkpoint() === last; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (turns % 50 === 0) await writeNext();
    }
  }
  process.kill(process.pid, 'SIGKILL');`;

/** Opens what a crash left and says which number is the newest, after having held everything against the model. */
const reading = `
  import { openLmdbTables } from '@inkwire/kv/lmdb';
  const value = (number) => new Uint8Array(20 + (number * 37) % 5000).fill(number % 251);
  const tables = await openLmdbTables({ directory: process.env.DIRECTORY, durability: process.env.DURABILITY });
  const last = await tables.hget('t', 'last');
  const newest = last ? last[0] * 256 + last[1] : 0;
  const found = new Map((await tables.hgetall('t')).map(({ key, value }) => [key, value]));
  let wrong = 0;
  for (let number = newest; number > 0 && number > newest - ${keys}; number--)
    if (!Buffer.from(value(number)).equals(found.get('k' + number % ${keys}) ?? Buffer.alloc(0))) wrong++;
  const expected = newest === 0 ? 0 : 1 + Math.min(newest, ${keys});
  await tables.hset('t', 'after', value(1));
  await tables.close();
  console.log(JSON.stringify({ newest, wrong, keys: found.size - expected, counted: tables.size?.keys }));`
  // The count is asked for before the end.
  .replace('await tables.close();', 'const { keys } = tables.size; await tables.close();')
  .replace('counted: tables.size?.keys', 'counted: keys - expected - 1');

type Event =
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'flush'; readonly file: string; readonly begun: number }
  | { readonly kind: 'ack'; readonly number: number };

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex');

/** What happened, in order. The file `relaxed` is made under another name. */
function eventsOf(log: string): Event[] {
  const events: Event[] = [];
  const places = new Map<string, number>();
  const unfinished = new Map<string, { readonly file: string; readonly begun: number }>();
  for (const line of log.split('\n')) {
    const call = /^(\d+) +(\w+)\((\d+)<([^>]*)>(.*)$/.exec(line);
    const resumed = /^(\d+) +<\.\.\. (fdatasync|fsync) resumed>.*= 0$/.exec(line);
    if (resumed) {
      const flush = unfinished.get(resumed[1]!);
      if (flush) events.push({ kind: 'flush', ...flush });
      continue;
    }
    if (call === null) continue;
    const [, thread, name, , path, rest] = call as unknown as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const file = basename(unhex(path).toString()).replace('-new', '');
    const begun = events.length;
    if (name === 'lseek') places.set(path, Number(/, (\d+), SEEK_SET/.exec(rest)?.[1] ?? Number.NaN));
    else if (name === 'fdatasync' || name === 'fsync') {
      if (rest.includes('unfinished')) unfinished.set(thread, { file, begun });
      else events.push({ kind: 'flush', file, begun });
    } else if (file !== 'data.mdb' && file !== 'relaxed') {
      const ack = /^, "((?:\\x[0-9a-f]{2})+)"/.exec(rest);
      const number = ack && /^ack (\d+)\n$/.exec(unhex(ack[1]!).toString())?.[1];
      if (number) events.push({ kind: 'ack', number: Number(number) });
    } else {
      const bytes = Buffer.concat(
        [...rest.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map((part) => unhex(part[1]!)),
      );
      const at = name.startsWith('p')
        ? Number(/, (\d+)(?:\)| <unfinished)/.exec(rest.slice(rest.lastIndexOf('"')))![1])
        : (places.get(path) ?? 0);
      events.push({ kind: 'write', file, at, bytes });
      if (!name.startsWith('p')) places.set(path, at + bytes.length);
    }
  }
  return events;
}

/** A file as the disk has it, and what was written to it since. */
class Disk {
  readonly #flushed = new Map<string, Buffer>();

  write(file: string, at: number, bytes: Buffer): void {
    const now = this.#flushed.get(file) ?? Buffer.alloc(0);
    const next =
      now.length >= at + bytes.length
        ? now
        : Buffer.concat([now, Buffer.alloc(at + bytes.length - now.length)]);
    bytes.copy(next, at);
    this.#flushed.set(file, next);
  }

  file(name: string): Buffer {
    return this.#flushed.get(name) ?? Buffer.alloc(0);
  }
}

/** The transaction that a write of a meta page is of: LMDB writes them from their 40th byte on, 4096 bytes apart. */
function transactionOf(event: Event): number {
  const isMeta = event.kind === 'write' && event.file === 'data.mdb' && event.bytes.length < 512;
  return isMeta && event.at % 4096 === 40 ? Number(event.bytes.readBigUInt64LE(152 - 40)) : 0;
}

/** What is left of a crash before the event `at`, and the newest number that must be there. */
function crashed(
  events: readonly Event[],
  at: number,
  random: Random,
): { disk: Disk; atLeast: number; atMost: number } {
  const before = events.slice(0, at);
  const isFlushed = new Uint8Array(at);
  for (const event of before) {
    if (event.kind !== 'flush') continue;
    for (const [i, written] of events.slice(0, event.begun).entries())
      if (written.kind === 'write' && written.file === event.file) isFlushed[i] = 1;
  }
  const disk = new Disk();
  const luck = random.next();
  let [transaction, checkpoint, atLeast, atMost] = [0, 0, 0, 1];
  const acknowledged: { readonly number: number; readonly transaction: number }[] = [];
  for (const [i, event] of before.entries()) {
    transaction = Math.max(transaction, transactionOf(event));
    if (event.kind === 'ack') {
      acknowledged.push({ number: event.number, transaction });
      atMost = event.number + 1;
    }
    if (event.kind !== 'write') continue;
    if (isFlushed[i] === 1) {
      disk.write(event.file, event.at, event.bytes);
      if (event.file === 'relaxed')
        checkpoint = Number(event.bytes.readBigUInt64LE(event.bytes.length > 600 ? 512 + 156 : 156));
    } else if (random.next() < luck) writeTorn(disk, event, random);
  }
  for (const ack of acknowledged) if (ack.transaction <= checkpoint) atLeast = ack.number;
  return { disk, atLeast, atMost };
}

function writeTorn(disk: Disk, { file, at, bytes }: Extract<Event, { kind: 'write' }>, random: Random): void {
  const isTorn = random.below(4) === 0;
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + 512 - ((at + from) % 512));
    if (!isTorn || random.below(2) === 0) disk.write(file, at + from, bytes.subarray(from, to));
    from = to;
  }
}

describe.runIf(canTrace())('relaxed tables, after a crash of the machine (needs strace)', () => {
  it(`open as they once were, no older than the last checkpoint, ${crashes} times (seed ${seed})`, async () => {
    const folder = await temporaryDirectory();
    const log = join(folder, 'trace');
    const calls = 'trace=write,pwrite64,pwritev,pwritev2,writev,lseek,fdatasync,fsync';
    spawnSync(
      'strace',
      [
        '-f',
        '-y',
        '-xx',
        '-s',
        '1000000',
        '-e',
        calls,
        '-o',
        log,
        process.execPath,
        '--input-type=module',
        '-e',
        writing,
      ],
      { cwd: packageFolder, env: { ...process.env, DIRECTORY: join(folder, 'data') } },
    );
    const events = eventsOf(readFileSync(log, 'latin1'));
    const first = events.findIndex(({ kind }) => kind === 'ack');
    const flushes = events.filter((event) => event.kind === 'flush' && event.file === 'relaxed').length;
    expect(flushes).toBeGreaterThan(10);

    const random = createRandom(seed);
    let proved = 0;
    for (let crash = 0; crash < crashes; crash++) {
      const at = first + random.below(events.length - first);
      const { disk, atLeast, atMost } = crashed(events, at, random);
      const directory = join(folder, `crash-${crash}`);
      await mkdir(directory);
      await writeFile(join(directory, 'data.mdb'), disk.file('data.mdb'));
      const mark = disk.file('relaxed');
      mark.fill(0, 0, 100).write('another boot');
      await writeFile(join(directory, 'relaxed'), mark);
      const env = { ...process.env, DIRECTORY: directory, DURABILITY: crash % 2 === 0 ? 'relaxed' : 'sync' };
      const run = spawnSync(process.execPath, ['--input-type=module', '-e', reading], {
        cwd: packageFolder,
        env,
        encoding: 'utf8',
      });
      const where = `crash ${crash} at event ${at} of ${events.length}: ${run.signal ?? ''} ${run.stderr}`;
      expect(run.status, where).toBe(0);
      const found = JSON.parse(run.stdout) as Record<'newest' | 'wrong' | 'keys' | 'counted', number>;
      expect(found, where).toMatchObject({ wrong: 0, keys: 0, counted: 0 });
      proved += atLeast;
      expect(found.newest, where).toBeGreaterThanOrEqual(atLeast);
      expect(found.newest, where).toBeLessThanOrEqual(atMost);
    }
    expect(proved).toBeGreaterThan(crashes);
  }, 3_600_000);
});
