import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createManualClock } from './clock.ts';
import { within } from './deadline.ts';
import { UnderWay } from './under-way.ts';

/** A task that ends when it is told to, or with the reason of its signal. */
function createTask() {
  const signals: AbortSignal[] = [];
  let finish = (_answer: string) => {};
  const task = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  };
  return { task, signals, finish: (answer: string) => finish(answer) };
}

test('it answers what the task answers, and forgets it', async () => {
  const tasks = new UnderWay();
  const { task, finish } = createTask();
  const answer = tasks.run(task);
  expect(tasks.size).toBe(1);
  finish('tea');
  expect(await answer).toBe('tea');
  expect(tasks.size).toBe(0);
  await expect(tasks.run(() => Promise.reject(new Error('cold')))).rejects.toThrow('cold');
  const thrown = () => {
    throw new Error('spilt');
  };
  await expect(tasks.run(thrown)).rejects.toThrow('spilt');
  expect(tasks.size).toBe(0);
});

test('the signal of a task has the reason of whichever comes first', async () => {
  const clock = createManualClock();
  const tasks = new UnderWay(clock);
  const caller = new AbortController();
  const options = { signal: caller.signal, timeoutMs: 10 };

  const waiting = createTask();
  const aborted = tasks.run(waiting.task, { signal: caller.signal });
  const late = tasks.run(createTask().task, { timeoutMs: 10 });
  clock.advance(10);
  await expect(late).rejects.toMatchObject({ code: 'BASE_TIMEOUT', retryable: true });
  expect(tasks.size).toBe(1);
  const gone = new Error('gone');
  caller.abort(gone);
  expect(waiting.signals[0]!.reason).toBe(gone);
  await expect(aborted).rejects.toThrow('gone');

  const never = createTask();
  const refused = tasks.run(never.task, options);
  expect(never.signals).toEqual([]);
  await expect(refused).rejects.toThrow('gone');
  expect(clock.pending).toBe(0);
});

test('a signal that lives on keeps nothing of a task that has ended, nor does the clock', async () => {
  const clock = createManualClock();
  const tasks = new UnderWay(clock);
  const { signal } = new AbortController();
  const { task, signals, finish } = createTask();
  const answer = tasks.run(task, { signal, timeoutMs: 10 });
  expect([getEventListeners(signal, 'abort').length, clock.pending]).toEqual([1, 1]);
  finish('tea');
  await answer;
  expect([getEventListeners(signal, 'abort').length, clock.pending]).toEqual([0, 0]);
  // A signal that the task gave to others lives on as well.
  await tasks.abort(new Error('fire'));
  expect(signals[0]!.aborted).toBe(false);
});

test('abort ends all that is under way, and waits until it has ended', async () => {
  const tasks = new UnderWay();
  let tidied = false;
  const tidy = tasks.run(async (signal) => {
    await createTask()
      .task(signal)
      .catch(() => {});
    await Promise.resolve();
    tidied = true;
    return 'tidied';
  });
  const error = new Error('fire');
  const other = createTask();
  const failing = expect(tasks.run(other.task)).rejects.toBe(error);
  const ended = tasks.abort(error);
  expect(other.signals[0]!.reason).toBe(error);
  await ended;
  expect(tidied).toBe(true);
  expect(await tidy).toBe('tidied');
  await failing;
});

test('what cannot be aborted is waited for as well', async () => {
  const tasks = new UnderWay();
  let finish = (_answer: string) => {};
  const answer = tasks.track(
    new Promise<string>((resolve) => {
      finish = resolve;
    }),
  );
  const ended = tasks.abort(new Error('fire'));
  expect(tasks.size).toBe(1);
  finish('tea');
  await ended;
  expect(await answer).toBe('tea');
  expect(tasks.size).toBe(0);
});

test('drained waits for what fails and for what begins in the meantime', async () => {
  const tasks = new UnderWay();
  const ended: string[] = [];
  const second = createTask();
  const first = tasks.run(async () => {
    await Promise.resolve();
    void tasks.run(second.task).then((answer) => ended.push(answer));
    ended.push('first');
    throw new Error('cold');
  });
  first.catch(() => second.finish('second'));
  await tasks.drained();
  expect(ended).toEqual(['first', 'second']);
});

test('with `within`, the caller is let go before the task has ended', async () => {
  const tasks = new UnderWay();
  const caller = new AbortController();
  const stubborn = new Promise<never>(() => {});
  let listening = 0;
  const task = (signal: AbortSignal) => {
    const wait = within(stubborn, { signal });
    listening = getEventListeners(signal, 'abort').length;
    return wait;
  };
  const answer = tasks.run(task, { signal: caller.signal });
  expect(listening).toBe(1);
  caller.abort(new Error('gone'));
  await expect(answer).rejects.toThrow('gone');
  await tasks.drained();
});
