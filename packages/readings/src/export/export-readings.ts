import { createHash, type Hash } from 'node:crypto';
import { type Clock, systemClock } from '@inkwire/base';
import type { Reading, WholeReading } from '../reading.ts';
import type { Readings } from '../readings.ts';
import { expectHead, headLine, parseReadingLine, readingLine, tailLine } from './export-line.ts';
import { linesOf } from './lines.ts';

/** How an export is made. */
export interface ExportOptions {
  /** The whole lines of an export that was interrupted: they come first, and what is older than the last of them follows. */
  readonly begun?: AsyncIterable<Uint8Array> | undefined;
  /** Called once all lines of `begun` have come. */
  readonly onContinue?: (() => Promise<void>) | undefined;
  /** Called for each line of a reading, with their number so far. */
  readonly onReading?: ((count: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** Readings whose pictures are fetched at the same time. Each may be as large as a picture may be. */
const atOnce = 8;
const pageSize = 64;

/**
 * Yields the lines of an export, newest reading first: all that were kept when it began, without those that are removed
 * while it runs. It holds a page of readings and a few pictures at a time. docs/export.md describes the lines.
 */
export async function* exportReadings(
  readings: Readings,
  options: ExportOptions = {},
): AsyncGenerator<string> {
  const { begun, onContinue, onReading, signal, clock = systemClock } = options;
  const hash = createHash('sha256');
  let count = 0;
  let before: string | undefined;
  const counted = (line: string, id: string) => {
    count++;
    onReading?.(count);
    before = id;
    return sealed(hash, line);
  };
  let isBegun = false;
  if (begun !== undefined)
    for await (const { text, id } of wholeLines(begun)) {
      isBegun = true;
      yield id === undefined ? sealed(hash, text) : counted(text, id);
    }
  await onContinue?.();
  if (!isBegun) yield sealed(hash, headLine(clock.now()));
  for await (const whole of wholeReadings(readings, before, signal))
    yield counted(readingLine(whole), whole.id);
  yield tailLine(count, hash.digest('hex'));
}

function sealed(hash: Hash, line: string): string {
  hash.update(line);
  return line;
}

/** The lines of an export that was cut off, as far as they are whole: the first has no id. */
async function* wholeLines(
  begun: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly text: string; readonly id?: string }> {
  for await (const { number, bytes, isEnded } of linesOf(begun)) {
    const text = bytes.toString();
    if (!isEnded) return;
    if (number === 1) {
      expectHead(text);
      yield { text: `${text}\n` };
    } else if (text.startsWith('{"count":')) return;
    else yield { text: `${text}\n`, id: parseReadingLine(text, number).id };
  }
}

/** Everything older than `before`, newest first. */
async function* wholeReadings(
  readings: Readings,
  before: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<WholeReading> {
  for (let start = before; ; ) {
    const { readings: page, next } = await readings.list({ before: start, limit: pageSize, signal });
    for (let i = 0; i < page.length; i += atOnce) {
      signal?.throwIfAborted();
      const wholes = await Promise.all(
        page.slice(i, i + atOnce).map((reading) => wholeOf(readings, reading)),
      );
      for (const whole of wholes) if (whole) yield whole;
    }
    if (next === null) return;
    start = next;
  }
}

/** Undefined when the reading was removed in the meantime. */
async function wholeOf(readings: Readings, reading: Reading): Promise<WholeReading | undefined> {
  const [picture, prepared] = await Promise.all([
    readings.picture(reading.id),
    readings.prepared(reading.id),
  ]);
  return picture && prepared && { ...reading, picture, prepared };
}
