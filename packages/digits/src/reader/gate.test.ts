import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

const { signal } = new AbortController();

/** Work that ends when told to. */
function held() {
  let end: (error?: Error) => void = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  return { work: () => promise, end };
}

describe('Gate', () => {
  it('lets so many work at once, in order, and refuses what is beyond the queue', async () => {
    const gate = new Gate(2, 1);
    const started: number[] = [];
    const pieces = [held(), held(), held()];
    const results = pieces.map(({ work }, i) =>
      gate.run(() => {
        started.push(i);
        return work();
      }, signal),
    );
    await expect(gate.run(async () => {}, signal)).rejects.toMatchObject({
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
    expect(await gate.run(async () => 'free', signal)).toBe('free');
  });

  it('gives the place of failed work to the next', async () => {
    const gate = new Gate(1, 1);
    const piece = held();
    const failed = gate.run(piece.work, signal);
    const next = gate.run(async () => 'next', signal);
    piece.end(new Error('broken'));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('forgets who stops waiting', async () => {
    const gate = new Gate(1, 1);
    const piece = held();
    const first = gate.run(piece.work, signal);
    const controller = new AbortController();
    const waiting = gate.run(async () => 'never', controller.signal);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(gate.waiting).toBe(0);
    const next = gate.run(async () => 'next', signal);
    piece.end();
    await first;
    expect(await next).toBe('next');
    await expect(gate.run(async () => {}, controller.signal)).rejects.toThrow('gone');
  });
});
