/** The reader that is measured: of this checkout, or of another one that was built. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openReader, type Picture, type Reader, type ReadPicture } from '@inkwire/digits';

/** What a reading looks like whichever build made it: an older one has no `written`. */
export type AnyReading = ReadPicture & { readonly written?: string };

/**
 * Opens the reader of a checkout whose packages were built; without one, this checkout's, which finds digits with the
 * bundled detector, with that of a file, or by `rules`.
 */
export async function openReaderOf(checkout: string | undefined, detector?: string): Promise<Reader> {
  if (checkout === undefined) return openReader({ detector: detector === 'rules' ? false : detector });
  const entry = resolve(checkout, 'packages/digits/dist/index.js');
  const digits: { openReader: typeof openReader } = await import(pathToFileURL(entry).href);
  return digits.openReader();
}

/** A reading in short, for scores. */
export interface Answer {
  /** Digits only; empty where none were found or the picture was refused. */
  readonly digits: string;
  readonly written: string | undefined;
  readonly confidence: number;
  /** Whether the reader claims digits, and is not unsure of them. */
  readonly isSure: boolean;
  /** Of a refusal other than DIGITS_NONE_FOUND. */
  readonly refusal?: string;
  readonly reading?: AnyReading;
}

/** Reads a picture; a refusal is an answer without digits. */
export async function answerTo(reader: Pick<Reader, 'read'>, picture: Picture): Promise<Answer> {
  try {
    const reading: AnyReading = await reader.read(picture);
    const { text, confidence, unsure, written } = reading;
    const digits = text.replaceAll(/\D/g, '');
    return { digits, written, confidence, isSure: digits !== '' && !unsure, reading };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    const none = { digits: '', written: undefined, confidence: 0, isSure: false };
    return code === 'DIGITS_NONE_FOUND' ? none : { ...none, refusal: code };
  }
}
