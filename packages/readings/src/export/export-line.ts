import { z } from 'zod';
import { ReadingsError } from '../errors.ts';
import { expectLoadable, type Reading, splitPrepared, type WholeReading } from '../reading.ts';

/*
 * The lines of an export, version 1. docs/export.md has the grammar; `export-line.test.ts` holds them to golden text.
 *
 *     {"inkwire":"readings","version":1,"time":"…"}        first
 *     {"id":"…","time":"…",…,"picture":{…},"prepared":"…"}   one for each reading, newest first
 *     {"count":2,"sha256":"…"}                              last: of every byte before it
 */

/** The version that is written, and the only one that is read. */
export const exportVersion = 1;

const head = z.strictObject({ inkwire: z.literal('readings'), version: z.int(), time: z.string() });
const tail = z.strictObject({ count: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const number = z.number();
const text = z.string();

const reading = z.strictObject({
  id: text,
  time: text,
  source: text,
  text,
  written: text,
  confidence: number,
  unsure: z.boolean(),
  digits: z.array(
    z.strictObject({
      digit: z.int().min(0).max(9),
      confidence: number,
      box: z.tuple([number, number, number, number]),
      probabilities: z.array(number).length(10),
    }),
  ),
  model: text,
  corrected: text.nullable(),
  width: z.int().min(0),
  height: z.int().min(0),
  label: text.optional(),
  cells: z
    .strictObject({ rows: z.int().min(0), columns: z.int().min(0), texts: z.array(z.array(text)) })
    .optional(),
  detector: text.optional(),
} satisfies Record<keyof Required<Reading>, z.ZodType>);

const line = reading.extend({
  picture: z.strictObject({ type: text, base64: text }),
  prepared: text,
});

export function headLine(timeMs: number): string {
  return `${JSON.stringify({ inkwire: 'readings', version: exportVersion, time: new Date(timeMs).toISOString() })}\n`;
}

export function tailLine(count: number, sha256: string): string {
  return `${JSON.stringify({ count, sha256 })}\n`;
}

/** The fields stand in the order of the schema, whichever engine they come from: undefined ones are left out. */
export function readingLine(whole: WholeReading): string {
  const fields = Object.keys(reading.shape).map((name) => [name, whole[name as keyof Reading]]);
  const { type, bytes } = whole.picture;
  const picture = { type, base64: base64Of(bytes) };
  const prepared = Buffer.concat(whole.prepared).toString('base64');
  return `${JSON.stringify({ ...Object.fromEntries(fields), picture, prepared })}\n`;
}

/** Throws `READINGS_EXPORT_FOREIGN` unless this is the first line of an export of this version. */
export function expectHead(text: string): void {
  const found = head.safeParse(jsonOf(text));
  if (!found.success)
    throw new ReadingsError(
      'READINGS_EXPORT_FOREIGN',
      'This is no export of readings: its first line is another',
    );
  if (found.data.version !== exportVersion)
    throw new ReadingsError(
      'READINGS_EXPORT_FOREIGN',
      `The export is of version ${found.data.version}, and this program knows ${exportVersion}: use a newer one`,
    );
}

/** What the last line says; undefined when this is none. */
export function parseTail(text: string): z.infer<typeof tail> | undefined {
  return tail.safeParse(jsonOf(text)).data;
}

/** Reads the line of a reading; `number` counts lines from 1. Throws `READINGS_EXPORT_DAMAGED`. */
export function parseReadingLine(text: string, number: number): WholeReading {
  const found = line.safeParse(jsonOf(text));
  if (!found.success) {
    const [issue] = found.error.issues;
    const where = issue?.path.length ? `: ${issue.path.join('.')}` : '';
    throw brokenLine(number, `it holds no reading${where}`);
  }
  const { picture, prepared, label, cells, detector, ...rest } = found.data;
  const whole: WholeReading = {
    ...rest,
    ...(label !== undefined && { label }),
    ...(cells !== undefined && { cells }),
    ...(detector !== undefined && { detector }),
    picture: { type: picture.type, bytes: bytesOf(picture.base64, number) },
    prepared: splitPrepared(bytesOf(prepared, number)),
  };
  try {
    expectLoadable(whole);
  } catch (error) {
    throw brokenLine(number, (error as Error).message, error);
  }
  return whole;
}

export function brokenLine(number: number, why: string, cause?: unknown): ReadingsError {
  return new ReadingsError('READINGS_EXPORT_DAMAGED', `Line ${number} of the export is broken: ${why}`, {
    cause,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function base64Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** Node skips what is no Base64; then the bytes are not those that were written. */
function bytesOf(base64: string, number: number): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw brokenLine(number, 'its bytes are no Base64');
  return new Uint8Array(bytes);
}
