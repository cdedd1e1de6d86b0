import { describe, expect, it } from 'vitest';
import { createPen, type Touchdown } from './pen.ts';
import type { InkPoint } from './stroke.ts';

const at = (x: number, time = 0): InkPoint => ({ x, y: 0, time, pressure: undefined });
const touch = (id: number, type: Touchdown['type'], time = 0, contact = 10): Touchdown => ({
  id,
  type,
  time,
  contact,
});

describe('a pen', () => {
  it('turns down, moves and up into a stroke', () => {
    const pen = createPen();
    expect(pen.down(touch(1, 'mouse'), at(0), 8)).toBe(true);
    pen.move(1, [at(3), at(6)]);
    expect(pen.stroke?.points.map(({ x }) => x)).toEqual([0, 3, 6]);
    expect(pen.up(1)).toEqual({ points: [at(0), at(3), at(6)], width: 8 });
    expect(pen.stroke).toBeUndefined();
  });

  it('takes a resting hand for one point', () => {
    const pen = createPen();
    pen.down(touch(1, 'mouse'), at(0), 8);
    pen.move(1, [at(0), at(0.2), at(5), at(5)]);
    expect(pen.up(1)?.points.map(({ x }) => x)).toEqual([0, 5]);
  });

  it('ignores a second finger', () => {
    const pen = createPen();
    pen.down(touch(1, 'touch'), at(0), 8);
    expect(pen.down(touch(2, 'touch'), at(90), 8)).toBe(false);
    expect(pen.move(2, [at(95)])).toBe(false);
    expect(pen.up(2)).toBeUndefined();
    expect(pen.up(1)?.points).toHaveLength(1);
  });

  it('takes over from the hand that came down before it', () => {
    const pen = createPen();
    pen.down(touch(1, 'touch'), at(0), 8);
    expect(pen.down(touch(2, 'pen', 10), at(50), 8)).toBe(true);
    expect(pen.up(1)).toBeUndefined();
    expect(pen.up(2)?.points[0]?.x).toBe(50);
  });

  it('leaves the hand alone while it is about, and lets a finger write once it is gone', () => {
    const pen = createPen();
    pen.down(touch(1, 'pen', 1000), at(0, 1000), 8);
    pen.move(1, [at(9, 2000)]);
    pen.up(1);
    expect(pen.down(touch(2, 'touch', 3000), at(0), 8)).toBe(false);
    expect(pen.down(touch(3, 'touch', 3600), at(0), 8)).toBe(true);
  });

  it('is not a palm', () => {
    expect(createPen().down(touch(1, 'touch', 0, 90), at(0), 8)).toBe(false);
  });

  it('leaves no ink when it is cancelled', () => {
    const pen = createPen();
    pen.down(touch(1, 'touch'), at(0), 8);
    expect(pen.cancel(1)).toBe(true);
    expect(pen.up(1)).toBeUndefined();
  });
});
