import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ReadingsError } from '../errors.ts';
import type { WholeReading } from '../reading.ts';
import type { Readings } from '../readings.ts';
import { brokenLine, expectHead, parseReadingLine, parseTail } from './export-line.ts';
import { type Line, linesOf } from './lines.ts';

/** What an import has done so far. */
export interface ImportProgress {
  /** Every reading before this line is in the store: an import may continue here. */
  readonly nextLine: number;
  /** Readings that were kept. */
  readonly loaded: number;
  /** Readings whose id was there already; nothing was changed. */
  readonly present: number;
  /** Of those, the ones that are not as in the export: corrected since, perhaps. */
  readonly different: number;
}

/** How an import is done. */
export interface ImportOptions {
  /** The line to continue with, after an import that has failed. Those before it count for the hash only. Default 1. */
  readonly fromLine?: number | undefined;
  /** Called after each batch of readings. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Readings on their way into the store at the same time: enough to share commits. */
const maxBatch = 64;
const maxBatchBytes = 8 * 2 ** 20;

/**
 * Loads the readings of an export. What is there already stays as it is, so an import may be repeated. It holds one batch at
 * a time. The count and the hash are known at the end only: `verifyExport` finds out before anything is loaded.
 *
 * Throws `READINGS_EXPORT_FOREIGN`, `READINGS_EXPORT_DAMAGED`, and what `load` throws; `onProgress` has told what was kept.
 */
export async function importReadings(
  readings: Readings,
  source: AsyncIterable<Uint8Array>,
  { fromLine = 1, onProgress, signal }: ImportOptions = {},
): Promise<ImportProgress> {
  let progress: ImportProgress = { nextLine: Math.max(2, fromLine), loaded: 0, present: 0, different: 0 };
  let batch: WholeReading[] = [];
  let bytes = 0;
  const loadBatch = async () => {
    const { loaded, present, different } = await load(readings, batch);
    progress = {
      nextLine: progress.nextLine + batch.length,
      loaded: progress.loaded + loaded,
      present: progress.present + present,
      different: progress.different + different,
    };
    onProgress?.(progress);
    batch = [];
    bytes = 0;
  };
  for await (const { number, bytes: line } of readingLines(source)) {
    signal?.throwIfAborted();
    if (number < fromLine) continue;
    batch.push(parseReadingLine(line.toString(), number));
    bytes += line.length;
    if (batch.length >= maxBatch || bytes >= maxBatchBytes) await loadBatch();
  }
  if (batch.length > 0) await loadBatch();
  return progress;
}

/** Reads an export to its end, and returns how many readings it has. Throws as `importReadings` does, lines aside. */
export async function verifyExport(source: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  for await (const _line of readingLines(source)) count++;
  return count;
}

/** The lines between the first and the last. Throws at the end unless count and hash are those of the last line. */
async function* readingLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const hash = createHash('sha256');
  let held: Line | undefined;
  let count = -1;
  for await (const line of linesOf(source)) {
    if (line.number === 1) expectHead(line.bytes.toString());
    if (held !== undefined) {
      hash.update(held.bytes).update('\n');
      count++;
      if (held.number > 1) yield held;
    }
    held = line;
  }
  if (held === undefined)
    throw new ReadingsError('READINGS_EXPORT_FOREIGN', 'This is no export of readings: it is empty');
  const tail = held.isEnded && held.number > 1 ? parseTail(held.bytes.toString()) : undefined;
  if (tail === undefined) throw cutOff(held.number);
  if (tail.count !== count)
    throw brokenLine(held.number, `it says ${tail.count} readings, and there are ${count}`);
  const sha256 = hash.digest('hex');
  if (tail.sha256 !== sha256)
    throw new ReadingsError(
      'READINGS_EXPORT_DAMAGED',
      `The export was changed: its SHA-256 is ${sha256}, and its last line says ${tail.sha256}`,
    );
}

function cutOff(lines: number): ReadingsError {
  return new ReadingsError(
    'READINGS_EXPORT_DAMAGED',
    `The export was cut off in or after line ${lines}: its last line with count and hash is missing`,
  );
}

/** Waits for all of the batch, so that nothing is written after the import has failed. */
async function load(
  readings: Readings,
  batch: readonly WholeReading[],
): Promise<{ readonly loaded: number; readonly present: number; readonly different: number }> {
  const settled = await Promise.allSettled(batch.map((whole) => readings.load(whole)));
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const there = batch.filter((_, i) => (settled[i] as PromiseFulfilledResult<boolean>).value === false);
  const differs = await Promise.all(there.map((whole) => isDifferent(readings, whole)));
  return {
    loaded: batch.length - there.length,
    present: there.length,
    different: differs.filter(Boolean).length,
  };
}

async function isDifferent(
  readings: Readings,
  { picture: _picture, prepared: _prepared, ...reading }: WholeReading,
): Promise<boolean> {
  return !isDeepStrictEqual(await readings.get(reading.id), reading);
}
