import { expect, test } from 'vitest';
import { Allowance } from '../frames/allowance.ts';
import { ReceiveWindow } from './receive-window.ts';
import { SendQueue } from './send-queue.ts';
import { Turns } from './turns.ts';

const kib = 1024;

test('a window is returned when half of it is consumed', () => {
  const window = new ReceiveWindow(256 * kib, new Allowance());
  expect(window.admit(200 * kib)).toBe(true);
  expect(window.left).toBe(56 * kib);
  expect(window.consume(128 * kib - 1)).toBe(false);
  expect(window.consume(1)).toBe(true);
  expect(window.takeOwed()).toBe(128 * kib);
  expect(window.left).toBe(184 * kib);
  expect(window.isDue).toBe(false);
});

test('a window is overrun by one byte', () => {
  const window = new ReceiveWindow(256 * kib, new Allowance());
  expect(window.admit(256 * kib + 1)).toBe(false);
  expect(window.admit(256 * kib)).toBe(true);
  expect(window.admit(0)).toBe(true);
  expect(window.admit(1)).toBe(false);
});

test('a larger window is owed from the beginning', () => {
  const window = new ReceiveWindow(1024 * kib, new Allowance());
  expect(window.isDue).toBe(true);
  expect(window.takeOwed()).toBe(768 * kib);
  expect(window.left).toBe(1024 * kib);
});

test('held bytes come back in order, and small pieces take no more than twice their bytes', () => {
  const window = new ReceiveWindow(256 * kib, new Allowance());
  const all: number[] = [];
  for (let i = 0; i < 100_000; i++) {
    const piece = i % 100 === 0 ? [i & 255, (i + 1) & 255, (i + 2) & 255] : [i & 255];
    window.hold(Uint8Array.from(piece));
    all.push(...piece);
  }
  expect(window.held).toBe(all.length);
  const back: number[] = [];
  let memory = 0;
  for (let bytes = window.release(); bytes !== undefined; bytes = window.release()) {
    back.push(...bytes);
    memory += bytes.buffer.byteLength;
    if (back.length === 1024) window.hold(Uint8Array.of(1, 2, 3));
  }
  expect(back).toEqual([...all, 1, 2, 3]);
  expect(memory).toBeLessThan(2 * all.length);
  expect(window.held).toBe(0);
});

test('a queue gives back in order what was put in, and counts its bytes', () => {
  const queue = new SendQueue();
  const given: number[] = [];
  let next = 0;
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 7; i++) queue.add(new Uint8Array((next++ % 9) + 1));
    for (let i = 0; i < 5; i++) given.push(queue.take().length);
  }
  while (!queue.isEmpty) given.push(queue.take().length);
  expect(given).toEqual(Array.from({ length: 350 }, (_, i) => (i % 9) + 1));
  expect(queue.bytes).toBe(0);
  expect(queue.nextLength).toBe(0);
});

test('turns go round, nobody stands in line twice, and who leaves is passed over', () => {
  const turns = new Turns<string>();
  for (const name of ['a', 'b', 'a', 'c']) turns.enter(name);
  expect(turns.next()).toBe('a');
  turns.enter('a');
  turns.leave('c');
  expect([turns.next(), turns.next(), turns.next()]).toEqual(['b', 'a', undefined]);
});
