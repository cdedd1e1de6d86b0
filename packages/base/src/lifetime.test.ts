import { expect, test } from 'vitest';
import { Lifetime } from './lifetime.ts';

test('close drains once, however often it is called', async () => {
  let drained = 0;
  const lifetime = new Lifetime('kettle', { drain: () => void drained++ });
  expect(lifetime.closed).toBe(false);
  await Promise.all([lifetime.close(), lifetime.close()]);
  await lifetime[Symbol.asyncDispose]();
  expect(drained).toBe(1);
  expect(lifetime.closed).toBe(true);
});

test('what is closed refuses further use from the moment of the call', () => {
  const lifetime = new Lifetime('kettle', { drain: () => new Promise(() => {}) });
  lifetime.check();
  void lifetime.close();
  expect(() => lifetime.check()).toThrow(
    expect.objectContaining({ code: 'BASE_CLOSED', message: 'The kettle is closed' }),
  );
});

test('destroy aborts a drain under way, once, and close then follows it', async () => {
  const heard: unknown[] = [];
  let finish = () => {};
  const lifetime = new Lifetime('kettle', {
    drain: () => new Promise<void>((resolve) => (finish = resolve)),
    abort: (error) => {
      heard.push(error);
      finish();
    },
  });
  const closing = lifetime.close();
  const error = new Error('fire');
  await Promise.all([lifetime.destroy(error), lifetime.destroy(), closing, lifetime.close()]);
  expect(heard).toEqual([error]);
});

test('without a way to abort, destroy drains', async () => {
  let drained = 0;
  const lifetime = new Lifetime('kettle', { drain: () => void drained++ });
  await lifetime.destroy();
  await lifetime.close();
  expect(drained).toBe(1);
});

test('a failing drain rejects every close', async () => {
  const lifetime = new Lifetime('kettle', { drain: () => Promise.reject(new Error('stuck')) });
  await expect(lifetime.close()).rejects.toThrow('stuck');
  await expect(lifetime.close()).rejects.toThrow('stuck');
});
