import { EventEmitter } from 'node:events';
import { createManualClock } from '@inkwire/base';
import { expect, it, vi } from 'vitest';
import { onInterrupt, type SignalSource } from './interrupts.ts';

function setUp() {
  const source = new EventEmitter();
  const clock = createManualClock();
  const hooks = { first: vi.fn(), again: vi.fn() };
  const watching = onInterrupt(hooks, source as unknown as SignalSource, clock);
  return { source, clock, hooks, watching, signal: (name: string) => source.emit(name, name) };
}

it('tells the first signal from the second, whichever they are', () => {
  const { clock, hooks, signal } = setUp();
  signal('SIGTERM');
  expect(hooks.first).toHaveBeenCalledExactlyOnceWith('SIGTERM');
  clock.advance(1000);
  signal('SIGINT');
  expect(hooks.again).toHaveBeenCalledExactlyOnceWith('SIGINT');
});

it('takes the echo that npm sends for the same keypress', () => {
  const { clock, hooks, signal } = setUp();
  signal('SIGINT');
  clock.advance(299);
  signal('SIGINT');
  expect(hooks.first).toHaveBeenCalledOnce();
  expect(hooks.again).not.toHaveBeenCalled();
  clock.advance(1);
  signal('SIGINT');
  expect(hooks.again).toHaveBeenCalledOnce();
});

it('leaves no listener behind', () => {
  const { source, watching } = setUp();
  watching[Symbol.dispose]();
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});
