import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from './heap.ts';
import { createRandom } from './random.ts';

interface Item {
  at: number;
  place: number;
}

test('the items leave in order', () => {
  const heap = new Heap<Item>((a, b) => a.at < b.at);
  const random = createRandom(1);
  for (let i = 0; i < 1_000; i++) heap.put({ at: random.below(500), place: -1 });
  let last = 0;
  for (let left = 1_000; left > 0; left--) {
    const first = heap.first!;
    expect(first.at).toBeGreaterThanOrEqual(last);
    last = first.at;
    heap.remove(first);
    expect([first.place, heap.size]).toEqual([-1, left - 1]);
  }
});

test('the first is at hand whatever was put, moved and removed', () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(50) }),
    fc.record({ move: fc.nat(50), to: fc.nat(50) }),
    fc.record({ remove: fc.nat(50) }),
    fc.constant({ take: true } as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const heap = new Heap<Item>((a, b) => a.at < b.at);
      const all: Item[] = [];
      const remove = (item: Item | undefined) => {
        if (item === undefined) return;
        heap.remove(item);
        all.splice(all.indexOf(item), 1);
        expect(item.place).toBe(-1);
      };
      for (const step of steps) {
        if ('add' in step) {
          const item = { at: step.add, place: -1 };
          all.push(item);
          heap.put(item);
        } else if ('move' in step) {
          const item = all[step.move % Math.max(all.length, 1)];
          if (item === undefined) continue;
          item.at = step.to;
          heap.put(item);
        } else if ('remove' in step) remove(all[step.remove % Math.max(all.length, 1)]);
        else remove(heap.first);
        expect(heap.size).toBe(all.length);
        expect(heap.first?.at).toBe(all.length === 0 ? undefined : Math.min(...all.map(({ at }) => at)));
      }
    }),
  );
});

test('what is in no heap is removed without harm', () => {
  const heap = new Heap<Item>((a, b) => a.at < b.at);
  const item = { at: 1, place: -1 };
  heap.remove(item);
  heap.put(item);
  heap.put(item);
  expect(heap.size).toBe(1);
  heap.remove(item);
  heap.remove(item);
  expect([heap.size, heap.first]).toEqual([0, undefined]);
});
