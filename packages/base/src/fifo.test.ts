import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('what was pushed first leaves first, as with an array', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 3000 }) }) },
    { weight: 4, arbitrary: fc.record({ shift: fc.integer({ min: 1, max: 3000 }) }) },
    { weight: 1, arbitrary: fc.constant({ take: true } as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const fifo = new Fifo<number>();
      let model: number[] = [];
      let next = 0;
      for (const step of steps) {
        if ('push' in step)
          for (let i = 0; i < step.push; i++) {
            model.push(next);
            fifo.push(next++);
          }
        else if ('shift' in step)
          for (let i = 0; i < step.shift; i++) {
            const expected = model[i];
            if (fifo.shift() !== expected) expect.unreachable(`Expected ${expected}`);
            if (expected === undefined) break;
          }
        else {
          expect(fifo.take()).toEqual(model);
          model = [];
        }
        if ('shift' in step) model = model.slice(step.shift);
        expect([fifo.length, fifo.first, fifo.last]).toEqual([model.length, model[0], model.at(-1)]);
      }
      expect([...fifo]).toEqual(model);
    }),
    { numRuns: 50 },
  );
});

test('what is pushed after all was taken is the only item', () => {
  const fifo = new Fifo<number>();
  for (const item of [1, 2, 3]) fifo.push(item);
  expect(fifo.shift()).toBe(1);
  expect(fifo.take()).toEqual([2, 3]);
  fifo.push(4);
  expect([fifo.length, fifo.first, fifo.last, [...fifo]]).toEqual([1, 4, 4, [4]]);
});
