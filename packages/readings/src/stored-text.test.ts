import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsPattern, hasTrigram, originalText, separator, storedText } from './stored-text.ts';

/** Text with more of what cannot be stored than strings have of themselves. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\0',
        '\uFDD0',
        '\uFDDF',
        '\uFDE0',
        '\uFDE1',
        '\uFDEF',
        '\uD800',
        '\uDC00',
        '😀',
        '4',
        '%',
        '_',
        '\\',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('text in PostgreSQL', () => {
  it('is this, code unit for code unit', () => {
    expect(storedText('4\0')).toBe('4\uFDD0\uFDE0\uFDE0\uFDE0\uFDE0');
    expect(storedText('\uD83D')).toBe('\uFDD0\uFDED\uFDE8\uFDE3\uFDED');
    expect(storedText('47 小明 😀 %')).toBe('47 小明 😀 %');
  });

  it('has no NUL, no half of a pair and no separator, and comes back as it was', () => {
    fc.assert(
      fc.property(text, (text) => {
        const stored = storedText(text);
        expect(stored).not.toMatch(/\0/);
        expect(stored).not.toContain(separator);
        expect(Buffer.from(stored, 'utf8').toString('utf8')).toBe(stored);
        expect(originalText(stored)).toBe(text);
      }),
    );
  });

  it('contains what the text contains', () => {
    const characters = fc.array(fc.constantFrom('\0', '\uFDD0', '\uFDE0', '4', '😀'), { maxLength: 6 });
    fc.assert(
      fc.property(characters, characters, (text, part) => {
        const contains = text.join('').includes(part.join(''));
        expect(storedText(text.join('')).includes(storedText(part.join('')))).toBe(contains);
      }),
    );
  });

  it('is searched with the wildcards of LIKE escaped', () => {
    expect(containsPattern('5%_\\')).toBe('%5\\%\\_\\\\%');
  });

  it('is searched by trigrams from three letters or digits on, or two at the edge of a word', () => {
    for (const text of ['123', 'abc', 'x 123', '12,34', '12 ', ',34', '\n47'])
      expect(hasTrigram(text), text).toBe(true);
    for (const text of ['', '1', '12', '2,3', ',', '小明小明', '   ', '%%%'])
      expect(hasTrigram(text), text).toBe(false);
  });
});
