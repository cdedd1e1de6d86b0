import { expect, it, onTestFinished, vi } from 'vitest';
import { CommitQueue, type CommitQueueOptions } from './commit-queue.ts';
import type { Committer } from './committer.ts';

const full = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

/** A queue over a list of names; `refuses` decides which commits fail, with the bytes and the operations of each. */
function create(
  refuses: (bytes: number, operations: number) => Error | undefined = () => undefined,
  options: Partial<CommitQueueOptions<string[], string>> = {},
) {
  const kept: string[] = [];
  const commits: number[] = [];
  const done: string[] = [];
  const committer: Committer = {
    commit(change, bytes, operations) {
      const before = [...kept];
      commits.push(operations);
      try {
        change();
        const error = refuses(bytes, operations);
        if (error) throw error;
      } catch (error) {
        kept.splice(0, kept.length, ...before);
        throw error;
      }
    },
    flush: async () => {},
  };
  const queue = new CommitQueue<string[], string>({
    committer,
    begin: () => kept,
    isOwnFailure: (error) => error instanceof SyntaxError,
    explain: async (error, bytes) => new Error(`${(error as Error).message}: ${bytes}`, { cause: error }),
    onDone: (mark) => done.push(mark),
    maxOperations: 3,
    maxBytes: 1_000_000,
    ...options,
  });
  const add = (name: string, bytes = 1) => queue.add((names) => names.push(name), bytes, name);
  return { queue, add, kept, commits, done };
}

it('commits together what came in one turn, within bounds, and answers in order', async () => {
  const { queue, add, kept, commits, done } = create();
  const answers = ['a', 'b', 'c', 'd'].map((name) => add(name));
  const large = add('large', 1_000_000);
  const after = add('after');
  expect(queue.waiting).toBe(6);
  expect(answers[0]!.done).toBe(false);
  expect(await Promise.all([...answers, large, after])).toEqual([1, 2, 3, 4, 5, 6]);
  expect(commits).toEqual([3, 2, 1]);
  expect([kept, queue.waiting]).toEqual([done, 0]);
});

it('an operation that fails for a reason of its own fails alone, in the one commit', async () => {
  const { queue, add, kept, commits } = create();
  const wrong = queue.add(() => {
    throw new SyntaxError('its own');
  }, 1);
  const right = add('right');
  await expect(wrong).rejects.toThrow('its own');
  expect([await right, kept, commits]).toEqual([1, ['right'], [2]]);
});

it('operations of a commit that failed are tried one by one, and a large one fails alone', async () => {
  const { add, kept, commits } = create((bytes) => (bytes >= 100_000 ? full() : undefined));
  const [a, large, c] = [add('a'), add('large', 100_000), add('c')];
  await expect(large).rejects.toThrow('no space left on device: 100000');
  expect([await a, await c, kept, commits]).toEqual([1, 2, ['a', 'c'], [3, 1, 1, 1]]);
});

it('where a small operation finds no room, the others of its transaction are not tried', async () => {
  const { queue, add, kept, commits, done } = create(full);
  const answers = ['a', 'b', 'c'].map((name) => add(name));
  for (const answer of answers) await expect(answer).rejects.toThrow('no space');
  expect([kept, commits, done, queue.waiting]).toEqual([[], [3, 1], ['a', 'b', 'c'], 0]);
});

it('a mistake in one operation is taken back, and costs no other its place', async () => {
  const { queue, add, kept } = create();
  const wrong = queue.add((names) => {
    names.push('half of it');
    throw new TypeError('a mistake');
  }, 1);
  const right = add('right');
  await expect(wrong).rejects.toThrow('a mistake');
  expect([await right, kept]).toEqual([1, ['right']]);
});

it('an operation that was taken back has the answer of its last run', async () => {
  let refusals = 1;
  const { queue, add } = create(() => (refusals-- > 0 ? full() : undefined));
  let runs = 0;
  const counted = queue.add(() => ++runs, 1);
  add('b');
  expect([await counted, runs]).toEqual([2, 2]);
});

it('abort fails what has not begun, and idle waits for the rest', async () => {
  const { queue, add, kept, done } = create();
  const answers = [add('a'), add('b')];
  queue.abort(new Error('it ends'));
  for (const answer of answers) await expect(answer).rejects.toThrow('it ends');
  await queue.idle();
  expect([kept, done, queue.waiting]).toEqual([[], ['a', 'b'], 0]);
});

it('a failure of what the owner notes does not stop the queue, and is a warning', async () => {
  const mistake = new TypeError('a mistake');
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const onDone = () => {
    throw mistake;
  };
  const { queue, add, kept } = create(undefined, { onDone });
  const first = add('a');
  // Where the queue stops, this rejects, and the answer is never there.
  await queue.idle();
  expect(await first).toBe(1);
  expect(await add('b')).toBe(2);
  await queue.idle();
  expect([kept, queue.waiting]).toEqual([['a', 'b'], 0]);
  expect(warn.mock.calls).toEqual([[mistake], [mistake]]);
});

it('what is no error and was thrown is a warning by its text', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const onDone = () => {
    throw 'no error';
  };
  const { queue, add } = create(undefined, { onDone });
  void add('a');
  await queue.idle();
  expect(warn.mock.calls).toEqual([['no error']]);
});

it('only what has a mark is noted, before its answer is there', async () => {
  const seen: unknown[] = [];
  const { queue, add } = create(undefined, { onDone: (mark) => seen.push([mark, marked.done]) });
  const marked = add('a');
  const unmarked = queue.add((names) => names.push('b'), 1);
  expect([await marked, await unmarked]).toEqual([1, 2]);
  expect(seen).toEqual([['a', false]]);
});

it('each transaction is begun, and finished when its operations have run', async () => {
  const lengths: number[] = [];
  const { add } = create(undefined, { finish: (names) => lengths.push(names.length) });
  await Promise.all([add('a'), add('b')]);
  await add('c');
  expect(lengths).toEqual([2, 3]);
});

it('a commit that failed is explained by the reason that lmdb-js promises with its error', async () => {
  const reason = full();
  const { add } = create(() => {
    const commitError = Promise.reject(reason);
    commitError.catch(() => {});
    return Object.assign(new Error('Commit failed'), { commitError });
  });
  await expect(add('a')).rejects.toMatchObject({ cause: reason });
});

it('an explanation that fails is what its operation fails with, and the next is committed', async () => {
  let refusals = 1;
  const { queue, add } = create(() => (refusals-- > 0 ? full() : undefined), {
    explain: () => Promise.reject(new Error('cannot be explained')),
  });
  const refused = add('a');
  // Where the queue stops, this rejects, and the answer is never there.
  await queue.idle();
  await expect(refused).rejects.toThrow('cannot be explained');
  expect(await add('b')).toBe(1);
  expect(queue.waiting).toBe(0);
});

it('an operation whose last run succeeded has not failed, though an earlier one that was taken back had', async () => {
  let refusals = 1;
  const { queue, add } = create(() => (refusals-- > 0 ? full() : undefined));
  let runs = 0;
  const late = queue.add(() => {
    if (++runs === 1) throw new SyntaxError('too early');
    return runs;
  }, 1);
  add('b');
  expect([await late, late.done]).toEqual([2, true]);
});
