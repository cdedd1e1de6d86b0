import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines, type Due } from './deadlines.ts';

test('the earliest is at hand whatever was added and removed', () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(50) }),
    fc.record({ remove: fc.nat(50) }),
    fc.constant({ take: true } as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new Deadlines<Due>();
      const all: Due[] = [];
      const leave = (due: Due | undefined) => {
        if (due === undefined) return;
        heap.remove(due);
        all.splice(all.indexOf(due), 1);
      };
      for (const step of steps) {
        if ('add' in step) {
          const due = { deadline: step.add, place: 0 };
          all.push(due);
          heap.add(due);
        } else if ('remove' in step) leave(all[step.remove % Math.max(all.length, 1)]);
        else leave(heap.earliest);
        const earliest = all.length === 0 ? undefined : Math.min(...all.map(({ deadline }) => deadline));
        expect(heap.earliest?.deadline).toBe(earliest);
      }
    }),
  );
});
