import { ReadingsError } from '../errors.ts';

/** A line without its end. */
export interface Line {
  /** Counts from 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** False for what stands after the last end of a line. */
  readonly isEnded: boolean;
}

/** A picture of 90 MiB in Base64, with room for everything else. */
const maxLineBytes = 128 * 2 ** 20;
const lineFeed = 10;

/** Cuts bytes into lines. It holds one line at a time; one that is too long is `READINGS_EXPORT_DAMAGED`. */
export async function* linesOf(
  source: AsyncIterable<Uint8Array>,
  maxBytes = maxLineBytes,
): AsyncGenerator<Line> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (isEnded: boolean): Line => {
    const line = { number: number++, bytes: Buffer.concat(parts, length), isEnded };
    parts = [];
    length = 0;
    return line;
  };
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > maxBytes)
      throw new ReadingsError('READINGS_EXPORT_DAMAGED', `Line ${number} is longer than ${maxBytes} bytes`);
    parts.push(part);
  };
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      add(chunk.subarray(from, end));
      yield take(true);
      from = end + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (length > 0) yield take(false);
}
