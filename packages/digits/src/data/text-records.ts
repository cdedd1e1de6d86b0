import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { messageOf, systemCode } from '@inkwire/base';
import { DigitsError } from '../errors.ts';

/** A record of a text file of fields. */
export interface TextRecord {
  /** The line that it begins on, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Most characters in a record: far above a name, a text and a box for each of a thousand digits. */
const longestRecord = 65_536;

/** The part of a record in which a character stands. */
type Place = 'field start' | 'bare field' | 'quoted field' | 'after quote';

/**
 * Takes fields apart as RFC 4180 has them: quoted fields may hold separators, line breaks and doubled quotes; lines end in
 * LF, CRLF or CR. Empty lines are passed over. Text may come in pieces of any length.
 */
export class RecordParser {
  readonly #separator: ',' | '\t';
  readonly #fail: (line: number, problem: string) => Error;
  #place: Place = 'field start';
  #field = '';
  #fields: string[] = [];
  #length = 0;
  #line = 1;
  #begin = 1;
  #skipsLineFeed = false;

  /** `fail` makes the error for a line that is not as RFC 4180 has it. */
  constructor(separator: ',' | '\t', fail: (line: number, problem: string) => Error) {
    this.#separator = separator;
    this.#fail = fail;
  }

  /** The records that end in this piece. */
  *push(text: string): Generator<TextRecord> {
    for (const character of text) {
      const follows = this.#skipsLineFeed;
      this.#skipsLineFeed = false;
      if (follows && character === '\n') continue;
      if (++this.#length > longestRecord)
        throw this.#fail(this.#begin, `more than ${longestRecord} characters in one record`);
      if (this.#place === 'quoted field') this.#inQuotes(character);
      else if (character === '\n' || character === '\r') {
        this.#skipsLineFeed = character === '\r';
        this.#line++;
        yield* this.#endRecord();
      } else this.#outsideQuotes(character);
    }
  }

  /** The last record, where no line break follows it. */
  *end(): Generator<TextRecord> {
    if (this.#place === 'quoted field') throw this.#fail(this.#begin, 'a quoted field does not end');
    yield* this.#endRecord();
  }

  #inQuotes(character: string): void {
    if (character === '"') this.#place = 'after quote';
    else this.#field += character;
    if (character === '\n') this.#line++;
  }

  #outsideQuotes(character: string): void {
    if (character === this.#separator) this.#endField();
    else if (character === '"' && this.#place === 'field start') this.#place = 'quoted field';
    else if (character === '"' && this.#place === 'after quote') {
      this.#field += '"';
      this.#place = 'quoted field';
    } else if (this.#place === 'after quote') {
      throw this.#fail(this.#line, 'text after the closing quote of a field');
    } else {
      this.#field += character;
      this.#place = 'bare field';
    }
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
    this.#place = 'field start';
  }

  *#endRecord(): Generator<TextRecord> {
    const isEmpty = this.#fields.length === 0 && this.#place === 'field start';
    this.#endField();
    const record = { line: this.#begin, fields: this.#fields };
    this.#fields = [];
    this.#length = 0;
    this.#begin = this.#line;
    if (!isEmpty) yield record;
  }
}

/**
 * Reads a UTF-8 file of records piece by piece, with or without a byte order mark. Fields are parted by tabs where the name
 * ends in `.tsv`, else by commas.
 *
 * Throws `DIGITS_SET_MISSING` when it cannot be read, `DIGITS_SET_TOO_LARGE` above `maxBytes`, and `DIGITS_SET_INVALID`,
 * naming file and line, when it is not such a file.
 */
export async function* readRecords(
  file: string,
  options: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<TextRecord> {
  await expectSize(file, options.maxBytes);
  const fail = (line: number, problem: string) =>
    new DigitsError('DIGITS_SET_INVALID', `${file}, line ${line}: ${problem}`);
  const parser = new RecordParser(file.toLowerCase().endsWith('.tsv') ? '\t' : ',', fail);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  try {
    for await (const chunk of createReadStream(file, { signal: options.signal }) as AsyncIterable<Buffer>)
      for (const record of parser.push(decoder.decode(chunk, { stream: true }))) {
        line = record.line;
        yield record;
      }
    for (const rest of [parser.push(decoder.decode()), parser.end()]) yield* rest;
  } catch (error) {
    if (error instanceof DigitsError || options.signal?.aborted) throw error;
    if (error instanceof TypeError) throw fail(line, 'what follows is not UTF-8 text');
    throw unreadable(file, error);
  }
}

/** Throws `DIGITS_SET_TOO_LARGE` for a file of more bytes, before any is read, and `DIGITS_SET_MISSING` for none. */
export async function expectSize(file: string, maxBytes: number): Promise<void> {
  const { size } = await stat(file).catch((error) => {
    throw unreadable(file, error);
  });
  if (size > maxBytes)
    throw new DigitsError('DIGITS_SET_TOO_LARGE', `${file} has ${size} bytes; at most ${maxBytes} are read`);
}

/** The error for a file or folder of a set that cannot be read. */
export function unreadable(path: string, error: unknown): DigitsError {
  const reason = systemCode(error) ?? messageOf(error);
  return new DigitsError('DIGITS_SET_MISSING', `Cannot read ${path} (${reason})`, { cause: error });
}
