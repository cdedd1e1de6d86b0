import { markKinds } from '../detect/detector-maps.ts';
import { DigitsError } from '../errors.ts';

/** A digit or separator of a page and where it stands. */
export interface LabelledMark {
  /** One of `0123456789.,-/:`. */
  readonly mark: string;
  /** x, y, width, height in pixels of the upright picture. */
  readonly box: readonly [x: number, y: number, width: number, height: number];
}

/** A picture of a line or a page of digits, and what it says. */
export interface LabelledPage {
  /** As the labels name it. */
  readonly name: string;
  readonly file: string;
  /** As labelled: digits, spaces, line breaks and separators. */
  readonly text: string;
  /** The digits of the text alone: what is compared. Empty for a page without digits. */
  readonly digits: string;
  /** In reading order, one at least for each digit; absent where the set has no boxes. */
  readonly marks?: readonly LabelledMark[] | undefined;
}

/** Pages with their labels. The pictures stay on the disk; they are read one by one. */
export interface LabelledPages {
  /** Shown to people and written to records: the directory's name. */
  readonly name: string;
  readonly pages: readonly LabelledPage[];
  /** Whether every page has boxes. */
  readonly hasBoxes: boolean;
}

/** A page as a labels file states it, before its picture was looked at. */
export interface StatedPage {
  readonly name: string;
  readonly text: string;
  readonly marks?: readonly LabelledMark[] | undefined;
  /** The place of the statement, for errors: `labels.csv, line 3`. */
  readonly place: string;
}

/** The characters that a text may hold, in words. */
const allowed = 'digits, spaces and . , - / : (only the digits count)';

/** The digits of a text. Throws `DIGITS_SET_INVALID` for other characters than it may hold. */
export function digitsOfText(text: string, place: string): string {
  const other = [...text].find((character) => !/[\s]/.test(character) && !markKinds.includes(character));
  if (other !== undefined)
    throw setError(place, `the text ${quoted(text)} holds ${quoted(other)}; allowed are ${allowed}`);
  return text.replaceAll(/\D/g, '');
}

/** The error for something that a labels file states. */
export function setError(place: string, problem: string): DigitsError {
  return new DigitsError('DIGITS_SET_INVALID', `${place}: ${problem}`);
}

/** A stranger's text for a message: one line, and short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
