/**
 * Text as PostgreSQL can keep it. Its `text` holds no NUL, and half a surrogate pair is no UTF-8. Each such code unit is
 * written as a mark and its four hexadecimal digits:
 *
 *     U+0000  →  U+FDD0 U+FDE0 U+FDE0 U+FDE0 U+FDE0
 *
 * The mark and the sixteen digits are noncharacters of Unicode, which no text has a use for; where one comes nevertheless,
 * it is written in the same way. So a mark always begins a code unit, a digit never does, and a text contains another exactly
 * when its stored form contains the other's: a search needs no decoding.
 */
const mark = '\uFDD0';
const firstDigit = 0xfde0;

/** U+FDD0 … U+FDEF, all of them noncharacters. Those that are no mark and no digit are kept for separators. */
const unstorable =
  /[\0\uFDD0-\uFDEF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const stored = /\uFDD0([\uFDE0-\uFDEF]{4})/g;

/** Stands in no stored text. */
export const separator = '\uFDDF';

/** The text as it is stored. */
export function storedText(text: string): string {
  return text.replace(unstorable, (unit) => {
    const digits = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return (
      mark +
      Array.from(digits, (digit) => String.fromCharCode(firstDigit + Number.parseInt(digit, 16))).join('')
    );
  });
}

/** The text that was stored. */
export function originalText(text: string): string {
  return text.replace(stored, (_, digits: string) =>
    String.fromCharCode(
      Array.from(digits).reduce((unit, digit) => unit * 16 + digit.charCodeAt(0) - firstDigit, 0),
    ),
  );
}

/** A pattern of LIKE that matches what contains this text. */
export function containsPattern(text: string): string {
  return `%${storedText(text).replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * Whether the text has three characters from which a trigram index can find it. pg_trgm knows letters and digits only, and
 * pads them where something else stands before or after them. With less it returns every row: five times slower than none.
 */
export function hasTrigram(text: string): boolean {
  return /[0-9A-Za-z]{3}|[0-9A-Za-z]{2}[\s!-/:-@[-`{-~]|[\s!-/:-@[-`{-~][0-9A-Za-z]{2}/.test(text);
}
