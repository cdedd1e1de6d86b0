import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.ts';

const { signal } = new AbortController();

/** Work that ends when told to. */
function held() {
  let end: (error?: Error) => void = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  return { work: () => promise, end };
}

describe('ConcurrencyLimit', () => {
  it('lets so many work at once, in order, and refuses what is beyond the queue', async () => {
    const limit = new ConcurrencyLimit(2, 1);
    const started: number[] = [];
    const pieces = [held(), held(), held()];
    const results = pieces.map(({ work }, i) =>
      limit.run(() => {
        started.push(i);
        return work();
      }, signal),
    );
    await expect(limit.run(async () => {}, signal)).rejects.toMatchObject({
      code: 'DIGITS_OVERLOADED',
      retryable: true,
    });
    expect(started).toEqual([0, 1]);
    pieces[1]!.end();
    await turn();
    expect(started).toEqual([0, 1, 2]);
    pieces[0]!.end();
    pieces[2]!.end();
    await Promise.all(results);
    expect(await limit.run(async () => 'free', signal)).toBe('free');
  });

  it('gives the place of failed work to the next', async () => {
    const limit = new ConcurrencyLimit(1, 1);
    const piece = held();
    const failed = limit.run(piece.work, signal);
    const next = limit.run(async () => 'next', signal);
    piece.end(new Error('broken'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('forgets who stops waiting', async () => {
    const limit = new ConcurrencyLimit(1, 1);
    const piece = held();
    const first = limit.run(piece.work, signal);
    const controller = new AbortController();
    const waiting = limit.run(async () => 'never', controller.signal);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(limit.waiting).toBe(0);
    const next = limit.run(async () => 'next', signal);
    piece.end();
    await first;
    expect(await next).toBe('next');
    await expect(limit.run(async () => {}, controller.signal)).rejects.toThrow('gone');
  });
});
