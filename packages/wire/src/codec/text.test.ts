import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as node from './text.ts';
import * as browser from './text-browser.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function expected(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-8, now and then with a byte that is wrong, among other bytes. */
const cases = fc.record({
  text: fc.string({ unit: 'binary', maxLength: 100 }),
  change: fc.option(fc.tuple(fc.nat(), fc.nat(255))),
  before: fc.nat(5),
});

describe.each([
  ['Node', node],
  ['a browser', browser],
])('text in %s', (_, { textOf, isText }) => {
  it('is what a strict decoder makes of the bytes, or undefined', () => {
    fc.assert(
      fc.property(cases, ({ text, change, before }) => {
        const bytes = new TextEncoder().encode(text);
        if (change && bytes.length > 0) bytes[change[0] % bytes.length] = change[1];
        const among = new Uint8Array(before + bytes.length + 3).fill(0xff);
        among.set(bytes, before);
        expect(textOf(among, before, before + bytes.length)).toBe(expected(bytes));
        expect(isText(among, before, before + bytes.length)).toBe(expected(bytes) !== undefined);
      }),
      { numRuns: 2000 },
    );
  });
});
