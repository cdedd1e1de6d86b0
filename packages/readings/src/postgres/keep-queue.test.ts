import { describe, expect, it, vi } from 'vitest';
import { newReading } from '../../test/contract.ts';
import { ReadingsError } from '../errors.ts';
import { KeepQueue } from './keep-queue.ts';
import { type Entry, encodeEntry } from './row.ts';

const entryOf = (text: string, bytes = 1): Entry =>
  encodeEntry(
    newReading(text, { digits: [], prepared: [], picture: { type: 't', bytes: new Uint8Array(bytes) } }),
    0,
  );

/** A queue whose commits end when the test says so. */
function createQueue(timeoutMs = 60_000) {
  const commits: { readonly texts: string[]; end(error?: Error): void }[] = [];
  const queue = new KeepQueue<Entry>(
    (entries) =>
      new Promise((resolve, reject) => {
        const texts = entries.map(({ row }) => row.text);
        commits.push({
          texts,
          end: (error) => (error ? reject(error) : resolve(texts.map((text) => `id of ${text}`))),
        });
      }),
    timeoutMs,
  );
  return { queue, commits };
}

const until = (isSo: () => boolean) => expect.poll(isSo).toBe(true);

describe('the queue of readings that are kept', () => {
  it('puts what arrives during a commit into the next one, in its order', async () => {
    const { queue, commits } = createQueue();
    const kept = ['1', '2', '3'].map((text) => queue.add(entryOf(text)));
    expect(commits.map(({ texts }) => texts)).toEqual([['1']]);
    commits[0]!.end();
    await until(() => commits.length === 2);
    expect(commits[1]!.texts).toEqual(['2', '3']);
    commits[1]!.end();
    expect(await Promise.all(kept)).toEqual(['id of 1', 'id of 2', 'id of 3']);
  });

  it('lets those whose reading was kept take part in the next commit', async () => {
    const { queue, commits } = createQueue();
    const first = queue.add(entryOf('1')).then(() => queue.add(entryOf('3')));
    const second = queue.add(entryOf('2'));
    commits[0]!.end();
    await until(() => commits.length === 2);
    expect(commits[1]!.texts).toEqual(['2', '3']);
    commits[1]!.end();
    await Promise.all([first, second]);
  });

  it('keeps at most 64 in one commit, and no more after 8 MiB', async () => {
    const { queue, commits } = createQueue();
    void queue.add(entryOf('0'));
    for (let i = 0; i < 100; i++) void queue.add(entryOf('small'));
    for (let i = 0; i < 3; i++) void queue.add(entryOf('large', 5 * 2 ** 20));
    const sizes: number[] = [];
    for (let i = 0; i < 4; i++) {
      await until(() => commits.length > i);
      sizes.push(commits[i]!.texts.length);
      commits[i]!.end();
    }
    expect(sizes).toEqual([1, 64, 38, 1]);
  });

  it('rejects those of a commit that fails, and goes on with the next', async () => {
    const { queue, commits } = createQueue();
    const [failed, kept] = [queue.add(entryOf('1')), queue.add(entryOf('2'))];
    commits[0]!.end(new Error('no room'));
    await expect(failed).rejects.toThrow('no room');
    await until(() => commits.length === 2);
    commits[1]!.end();
    expect(await kept).toBe('id of 2');
  });

  it('commits each alone when the database does not accept one of them', async () => {
    const queue = new KeepQueue<Entry>(async (entries) => {
      const texts = entries.map(({ row }) => row.text);
      if (texts.includes('odd')) throw new ReadingsError('READINGS_FAILED', `not ${texts}`);
      return texts;
    }, 60_000);
    const kept = await Promise.allSettled(['1', '2', 'odd', '3'].map((text) => queue.add(entryOf(text))));
    expect(kept.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
      '1',
      '2',
      'ReadingsError: not odd',
      '3',
    ]);
  });

  it('rejects those that have waited for too long, and commits the others', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { queue, commits } = createQueue(1000);
      void queue.add(entryOf('1'));
      const late = queue.add(entryOf('2'));
      const refused = expect(late).rejects.toMatchObject({ code: 'READINGS_UNREACHABLE', retryable: true });
      vi.advanceTimersByTime(1001);
      void queue.add(entryOf('3'));
      commits[0]!.end();
      await refused;
      await until(() => commits.length === 2);
      expect(commits[1]!.texts).toEqual(['3']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('rejects what waits when it is aborted; the commit under way ends by itself', async () => {
    const { queue, commits } = createQueue();
    const [underWay, waiting] = [queue.add(entryOf('1')), queue.add(entryOf('2'))];
    queue.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    commits[0]!.end();
    expect(await underWay).toBe('id of 1');
    expect(commits.length).toBe(1);
  });
});
