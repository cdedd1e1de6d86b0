import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReadingId, nextReadingId } from './reading-id.ts';

describe('nextReadingId', () => {
  it('grows whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { minLength: 2 }), (times) => {
        let newest: string | undefined;
        for (const now of times) {
          const next = nextReadingId(newest, now);
          expect(isReadingId(next)).toBe(true);
          if (newest !== undefined) expect(next > newest).toBe(true);
          newest = next;
        }
      }),
    );
  });

  it('counts every bit of the sequence, and borrows the next millisecond at its end', () => {
    const at = (sequenceBits: string) => `0198c0de-0000-${sequenceBits}`;
    // The last two bits of the eleventh byte are random already: 04, 05, 06 and 07 are one sequence number.
    for (const [newest, next] of [
      [at('7000-8000-03ffffffffff'), /^0198c0de-0000-7000-8000-0[4-7]/],
      [at('7000-80ff-ffffffffffff'), /^0198c0de-0000-7000-8100-0[0-3]/],
      [at('7000-bfff-ffffffffffff'), /^0198c0de-0000-7001-8000-0[0-3]/],
      [at('7fff-bfff-ffffffffffff'), /^0198c0de-0001-7000-8000-0[0-3]/],
    ] as const)
      expect(nextReadingId(newest, 0)).toMatch(next);
  });

  it('knows its own ids from others', () => {
    expect(isReadingId('0198c0de-0000-7000-8000-000000000000')).toBe(true);
    for (const other of [
      '',
      'x',
      '0198C0DE-0000-7000-8000-000000000000',
      '01234567-89ab-4def-8123-456789abcdef',
    ])
      expect(isReadingId(other)).toBe(false);
  });
});
