import { expect, test } from 'vitest';
import { Allowance } from './allowance.ts';

const tooLarge = expect.objectContaining({ code: 'WIRE_HELD_TOO_LARGE' });

test('holds as much as it may and not a byte more, and tells of it once', () => {
  const allowance = new Allowance({ maxHeldBytes: 100 });
  const told: unknown[] = [];
  allowance.onExceeded = (error) => told.push(error);
  allowance.hold(60);
  allowance.hold(40);
  expect(() => allowance.hold(1)).toThrow(tooLarge);
  expect(allowance.heldBytes).toBe(100);
  allowance.release(100);
  allowance.hold(100);
  expect(() => allowance.hold(1)).toThrow(tooLarge);
  expect(told).toEqual([tooLarge]);
});

test('is raised from one moment to the next, and what is held stays held', () => {
  const allowance = new Allowance({ maxFrameBytes: 1000, maxInflatedBytes: 2000, maxHeldBytes: 3000 });
  allowance.hold(3000);
  allowance.raise();
  expect(allowance).toMatchObject({
    maxFrameBytes: 16 * 2 ** 20,
    maxInflatedBytes: 64 * 2 ** 20,
    heldBytes: 3000,
  });
  allowance.hold(80 * 2 ** 20);
});

test('permits by default one frame of the largest size, inflated, and 256 KiB beside it', () => {
  expect(new Allowance({ maxFrameBytes: 1000, maxInflatedBytes: 2000 }).maxHeldBytes).toBe(3000 + 262_144);
  expect(() => new Allowance({ maxHeldBytes: 0 })).toThrow('Expected `maxHeldBytes` to be an integer');
});
