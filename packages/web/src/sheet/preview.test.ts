import type { Reading } from '@inkwire/wire/hub';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../api.ts';
import type { Stroke } from '../ink/stroke.ts';
import { Problem } from '../problem.ts';
import { createPreviewer } from './preview.ts';

const ink = (x: number): Stroke[] => [{ points: [{ x, y: 1, pressure: undefined, time: 0 }], width: 8 }];
const readingOf = (text: string): Reading => ({ text }) as Reading;

/** A hub whose answers are given by hand. */
function slowHub() {
  const asked: {
    answer: (text: string) => void;
    fail: (error: unknown) => void;
    signal: AbortSignal;
    body: unknown;
  }[] = [];
  const read: Api['read'] = (body, options) =>
    new Promise((resolve, reject) => {
      const signal = options!.signal!;
      asked.push({ answer: (text) => resolve([readingOf(text)]), fail: reject, signal, body });
    });
  return { asked, read };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe('the preview', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits until the hand rests, and asks once', async () => {
    const { asked, read } = slowHub();
    const { preview, want } = createPreviewer(read);
    for (let x = 0; x < 10; x++) {
      want(ink(x));
      await vi.advanceTimersByTimeAsync(15);
    }
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(5);
    expect(asked.map(({ body }) => body)).toEqual([{ strokes: [[[9, 1]]] }]);
    asked[0]!.answer('7');
    await settled();
    expect(preview.value).toMatchObject({ reading: { text: '7' }, isReading: false });
  });

  it('lets the latest win, however late the older answers', async () => {
    const { asked, read } = slowHub();
    const { preview, want } = createPreviewer(read);
    want(ink(1));
    await vi.advanceTimersByTimeAsync(150);
    want(ink(2));
    await vi.advanceTimersByTimeAsync(150);
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[1]!.answer('2');
    asked[0]!.answer('1');
    await settled();
    expect(preview.value.reading?.text).toBe('2');
  });

  it('keeps the last reading until there is a newer one', async () => {
    const { asked, read } = slowHub();
    const { preview, want } = createPreviewer(read);
    want(ink(1));
    await vi.advanceTimersByTimeAsync(150);
    asked[0]!.answer('4');
    await settled();
    want(ink(2));
    await vi.advanceTimersByTimeAsync(150);
    expect(preview.value).toMatchObject({ reading: { text: '4' }, isReading: true });
  });

  it('forgets everything with the ink', async () => {
    const { asked, read } = slowHub();
    const { preview, want } = createPreviewer(read);
    want(ink(1));
    await vi.advanceTimersByTimeAsync(150);
    want([]);
    asked[0]!.answer('1');
    await settled();
    expect(preview.value.reading).toBeUndefined();
  });

  it('tries again by itself when the hub was busy', async () => {
    const { asked, read } = slowHub();
    const { preview, want } = createPreviewer(read);
    want(ink(1));
    await vi.advanceTimersByTimeAsync(150);
    asked[0]!.fail(new Problem('busy', { code: 'DIGITS_OVERLOADED', status: 503, retryAfterMs: 2000 }));
    await settled();
    expect(preview.value).toMatchObject({ problem: { kind: 'busy' }, retryAt: Date.now() + 2000 });
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toHaveLength(2);
    asked[1]!.answer('3');
    await settled();
    expect(preview.value).toMatchObject({ reading: { text: '3' }, problem: undefined });
  });

  it('does not try again what cannot succeed', async () => {
    const { asked, read } = slowHub();
    const { preview, want } = createPreviewer(read);
    want(ink(1));
    await vi.advanceTimersByTimeAsync(150);
    asked[0]!.fail(new Problem('noneFound', { code: 'DIGITS_NONE_FOUND', status: 422 }));
    await settled();
    expect(preview.value, 'not yet: the hand may write on').toMatchObject({
      problem: undefined,
      isReading: true,
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
    expect(preview.value).toMatchObject({
      problem: { kind: 'noneFound' },
      retryAt: undefined,
      isReading: false,
    });
  });
});
