import { expect, test } from 'vitest';
import { Lifetime } from './lifetime.ts';

test('it drains and aborts by the functions it is given', async () => {
  const calls: unknown[] = [];
  const hooks = {
    drain: () => void calls.push('drain'),
    abort: (error: Error) => void calls.push(error.message),
  };
  await new Lifetime('kettle', hooks).close();
  await new Lifetime('kettle', hooks).destroy(new Error('fire'));
  await new Lifetime('kettle', { drain: hooks.drain }).destroy(new Error('fire'));
  expect(calls).toEqual(['drain', 'fire', 'drain']);
});
