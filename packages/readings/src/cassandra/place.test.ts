import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { nextReadingId } from '../reading-id.ts';
import { bornAt, dateBytes, dayOf, newestAt, placeOf } from './place.ts';

const id = (time: string) => v7({ msecs: Date.parse(time) });

describe('the place of a reading', () => {
  it('is the day and the ten minutes of its id', () => {
    expect(placeOf(id('1970-01-01T00:00:00Z'))).toEqual({ day: 0, bucket: 0 });
    expect(placeOf(id('2026-01-02T00:09:59.999Z'))).toEqual({ day: 20_455, bucket: 0 });
    expect(placeOf(id('2026-01-02T00:10:00Z'))).toEqual({ day: 20_455, bucket: 1 });
    expect(placeOf(id('2026-01-02T23:59:59.999Z'))).toEqual({ day: 20_455, bucket: 143 });
    expect(placeOf('ffffffff-ffff-7fff-bfff-ffffffffffff').bucket).toBeLessThan(144);
  });

  it('has the day as CQL has dates', () => {
    expect(dateBytes(0)).toEqual(Buffer.from([0x80, 0, 0, 0]));
    for (const day of [0, 20_455, 3_257_812]) expect(dayOf({ toBuffer: () => dateBytes(day) })).toBe(day);
  });
});

describe('the write timestamps of an id', () => {
  it('are microseconds', () => {
    expect(bornAt(id('2026-01-02T03:04:05.678Z'))).toBe(1_767_323_045_678_000n);
  });

  it('grow with the id, and where they are equal the greater id is the greater value', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 2 }), (clocks) => {
        let newest: string | undefined;
        const ids = clocks.map((ms) => (newest = nextReadingId(newest, ms)));
        for (const [i, one] of ids.entries()) {
          if (i === 0) continue;
          expect(newestAt(one)).toBeGreaterThanOrEqual(newestAt(ids[i - 1]!));
          expect(one > ids[i - 1]!).toBe(true);
        }
      }),
    );
  });
});
